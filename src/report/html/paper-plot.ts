import type { TopLevelSpec } from 'vega-lite';
import type { PaperPlot } from '../../paper/figure.ts';
import { draw, markShapes, palette } from './draw.ts';
import type { Markup } from './markup.ts';

const WIDTH = 560;
const HEIGHT = 320;

const axisTypes = {
  names: { type: 'nominal', sort: null },
  numbers: { type: 'quantitative', scale: { zero: false, padding: 12 } },
  ratios: { type: 'quantitative', scale: { type: 'log', padding: 12 } },
} as const;

/** Points with their intervals, joined where the plot says so. */
export function paperPlot({ title, x, y, scale, joined, points }: PaperPlot): Promise<Markup> {
  const domain = [...new Set(points.map(({ series }) => series))];
  const colors = domain.map((_, index) => palette[index % palette.length]);
  const shapes = domain.map((_, index) => markShapes[index % markShapes.length]);
  const series = { field: 'series', type: 'nominal' } as const;
  const color = { ...series, scale: { domain, range: colors } };
  const across = { field: 'x', axis: { title: x, labelLimit: 220 }, ...axisTypes[scale] };
  const upward = { field: 'y', type: 'quantitative', axis: { title: y }, scale: { zero: false } } as const;
  const bounded = points.filter(({ low }) => low !== null);
  const spec = {
    ...{ width: WIDTH, height: HEIGHT },
    layer: [
      ...(joined
        ? [
            {
              data: { values: points },
              mark: { type: 'line', strokeWidth: 1.5 },
              encoding: { x: across, y: upward, color },
            },
          ]
        : []),
      {
        data: { values: bounded },
        mark: { type: 'rule', opacity: 0.7 },
        encoding: { x: across, y: { ...upward, field: 'low' }, y2: { field: 'high' }, color },
      },
      {
        data: { values: points },
        mark: { type: 'point', filled: true, size: 60, opacity: 1 },
        encoding: { x: across, y: upward, color, shape: { ...series, scale: { domain, range: shapes } } },
      },
    ],
  };
  return draw(title, spec as unknown as TopLevelSpec);
}
