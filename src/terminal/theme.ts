/** What this terminal may be shown. Colour only ever repeats what words or signs already say. */
export interface Theme {
  readonly color: boolean;
  /** false where the locale is not UTF-8, and with --ascii */
  readonly unicode: boolean;
  /** the background is a light one, as far as the terminal tells; default false */
  readonly light?: boolean;
}

/** Whether COLORFGBG ("15;0", "0;default;15") names a light background: white or light grey. */
export function hasLightBackground(env: { readonly COLORFGBG?: string }): boolean {
  const background = env.COLORFGBG?.split(';').at(-1);
  return background === '7' || background === '15';
}

export interface Glyphs {
  readonly rule: string;
  readonly filled: string;
  readonly empty: string;
  readonly done: string;
  readonly current: string;
  readonly separator: string;
  readonly least: string;
  readonly times: string;
  /** lowest to highest */
  readonly levels: string;
}

const unicodeGlyphs: Glyphs = {
  rule: '─',
  filled: '█',
  empty: '░',
  done: '✓',
  current: '▸',
  separator: '·',
  least: '◂',
  times: '×',
  levels: '▁▂▃▄▅▆▇█',
};

const asciiGlyphs: Glyphs = {
  rule: '-',
  filled: '#',
  empty: '.',
  done: '+',
  current: '>',
  separator: '|',
  least: '<',
  times: 'x',
  levels: '_.-:=+*#',
};

export const glyphs = (theme: Theme): Glyphs => (theme.unicode ? unicodeGlyphs : asciiGlyphs);
