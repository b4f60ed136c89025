import { type Architecture, defineArchitecture, junctionSizes } from '../pattern/architecture.ts';
import { scatterEntries } from '../pattern/entries.ts';
import { denseJunction, makePattern, type Pattern } from '../pattern/pattern.ts';
import { junctionMatrix } from '../scatter/dense.ts';
import { referenceScore } from '../scatter/reference.ts';
import type { Findings, PlotPoint } from './figure.ts';
import type { PaperClaim } from './paper-claim.ts';

/** (8, 4, 4) of figures 4 and 6, with fan-outs 1 and 2. */
const architecture = defineArchitecture({ layers: [8, 4, 4], fanOuts: [1, 2] });

/**
 * A pattern of which everything holds that the text says of the figures' (S_1f = 6/8, S = .75); their matrices are drawn, not printed.
 */
const example: Pattern = makePattern(architecture, [
  Uint32Array.from([4, 5, 2, 3, 1, 6, 0, 7]),
  Uint32Array.from([0, 2, 0, 3, 1, 2, 1, 3]),
]);

const exactly = (claim: string, what: string, measured: number, printed: number): PaperClaim => ({
  ...{ claim, what, measured, low: measured, high: measured, holds: measured === printed, unit: 'number', note: null },
  printed: String(printed),
});

const metric = 'indicator';
const entriesOf = (sizes: Architecture) => scatterEntries(sizes, { windows: 'integral', spans: 'io' }, metric);

/** The edges, or paths, of a matrix as points. */
const edges = (series: string, rows: readonly (readonly number[])[]): PlotPoint[] =>
  rows.flatMap((row, j) =>
    row.flatMap((paths, k) => (paths > 0 ? [{ series, x: k, y: j, low: null, high: null }] : [])),
  );

/** Figure 4: adjacency matrices of two junctions and of the equivalent one. */
export function fig4Findings(): Findings {
  const [first, second] = [junctionMatrix(example, 1), junctionMatrix(example, 2)];
  const whole = second.mmul(first);
  const [one, two] = junctionSizes(architecture);
  const columnSums = new Set(whole.sum('column'));
  const rowSums = new Set(whole.sum('row'));
  const only = (sums: Set<number>) => (sums.size === 1 ? [...sums][0] : Number.NaN);
  return {
    claims: [
      exactly('f_o1 = 1 and f_o2 = 2 imply f_i1 = 2', 'fan-in of junction 1', one.fanIn, 2),
      exactly('f_o1 = 1 and f_o2 = 2 imply f_i2 = 2', 'fan-in of junction 2', two.fanIn, 2),
      exactly(
        'the equivalent junction 1:2 has fan-out f_o1 f_o2 = 2',
        'paths from each input in A_2 A_1',
        only(columnSums),
        2,
      ),
      exactly(
        'the equivalent junction 1:2 has fan-in f_i1 f_i2 = 4',
        'paths to each output in A_2 A_1',
        only(rowSums),
        4,
      ),
    ],
    plots: [
      {
        ...{ title: 'Adjacency matrices', x: 'left neuron', y: 'right neuron', scale: 'numbers', joined: false },
        points: [
          ...edges('A_1', first.to2DArray()),
          ...edges('A_2', second.to2DArray()),
          ...edges('A_1:2 = A_2 A_1', whole.to2DArray()),
        ],
      },
    ],
  };
}

/** Figure 6: window adjacency and scatter. */
export function fig6Findings(): Findings {
  const entries = entriesOf(architecture);
  const { scatter, vector } = referenceScore(example, entries, metric);
  const dense = defineArchitecture({ layers: [8, 4, 4], fanOuts: [4, 4] });
  const complete = makePattern(dense, [denseJunction(8, 4), denseJunction(4, 4)]);
  const denseScore = referenceScore(complete, entriesOf(dense), metric);
  const of = (key: string) => vector[entries.findIndex((entry) => entry.key === key)];
  return {
    claims: [
      exactly('S_1f = 6/8 = 0.75', 'forward scatter of junction 1', of('1:1 forward'), 0.75),
      exactly('S, the minimum of the scatter vector, is 0.75', 'S', scatter, 0.75),
      exactly('the scatter vector has 6 values for two junctions', 'values of the scatter vector', vector.length, 6),
      exactly('the scatter vector is all 1s for fully connected layers', 'S, fully connected', denseScore.scatter, 1),
    ],
    plots: [
      {
        ...{ title: 'Scatter vector', x: 'entry', y: 'value', scale: 'names', joined: false },
        points: entries.map(({ key }, index) => ({
          series: '8-4-4 (1,2)',
          x: key,
          y: vector[index],
          low: null,
          high: null,
        })),
      },
    ],
  };
}

export const EXAMPLE_NOTE =
  'The figure’s matrices are drawn, and not given in its text; the pattern here is one of which everything holds that the text says.';
