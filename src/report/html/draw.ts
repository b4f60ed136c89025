import type { TopLevelSpec } from 'vega-lite';
import { html, type Markup, trusted } from './markup.ts';

/** Colours are properties of the page, so that one drawing serves light, dark and paper. */
export const ink = { text: 'var(--ink)', faint: 'var(--faint)', grid: 'var(--grid)', accent: 'var(--accent)' } as const;

export const palette = ['--c1', '--c2', '--c3', '--c4', '--c5', '--c6', '--c7', '--c8'].map((name) => `var(${name})`);

export const markShapes = [
  'circle',
  'square',
  'triangle-up',
  'diamond',
  'cross',
  'triangle-down',
  'stroke',
  'triangle-right',
];

const FONT = 'system-ui, sans-serif';

const config = {
  aria: false,
  background: 'transparent',
  font: FONT,
  view: { stroke: null },
  axis: {
    ...{
      labelColor: ink.text,
      titleColor: ink.text,
      gridColor: ink.grid,
      domainColor: ink.faint,
      tickColor: ink.faint,
    },
    ...{ labelFontSize: 13, titleFontSize: 13, titleFontWeight: 'normal', tickSize: 4, labelFlush: false },
  },
  legend: {
    ...{ labelColor: ink.text, titleColor: ink.text, labelFontSize: 13, titleFontSize: 13, titleFontWeight: 'normal' },
    ...{ orient: 'bottom', columns: 2, labelLimit: 260, symbolSize: 70, symbolOpacity: 1, title: null },
  },
} as const;

/** What the renderer writes for every group though nothing of it is seen, and the labels that it hides. */
const UNSEEN =
  /<path class="(?:background|foreground)"[^>]*\/>|<text[^>]* opacity="0"[^>]*>[^<]*<\/text>| pointer-events="none"| opacity="1"| aria-hidden="true"| stroke-miterlimit="4"| version="1.1"| xmlns(?::xlink)?="[^"]*"| role="[^"]*"| aria-roledescription="[^"]*"/g;

const LONG_DECIMAL = /(\.\d{2})\d+/g;

/** Numbers inside of tags alone: what a label says stays as it is. */
const shortened = (svg: string) => svg.replace(/<[^>]*>/g, (tag) => tag.replace(LONG_DECIMAL, '$1'));

/**
 * A chart as SVG. The drawing packages are loaded when the first chart is drawn, so that no other command waits for them.
 * @param spec with names from outside in its data alone, cleaned of control characters. @param title what it shows, for those who do not see it
 */
export async function draw(title: string, spec: TopLevelSpec): Promise<Markup> {
  const [{ compile }, { View, parse }] = await Promise.all([import('vega-lite'), import('vega')]);
  const compiled = compile({ ...spec, config: { ...config, ...spec.config } } as TopLevelSpec);
  const view = new View(parse(compiled.spec), { renderer: 'none' });
  try {
    const svg = shortened((await view.toSVG()).replace(UNSEEN, ''));
    const label = html`<svg role="img" aria-label="${title}" `.text;
    return trusted(svg.replace('<svg ', label));
  } finally {
    view.finalize();
  }
}
