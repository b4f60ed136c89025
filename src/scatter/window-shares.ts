import type { Entry } from '../pattern/entries.ts';
import type { Pattern } from '../pattern/pattern.ts';
import { shareScale } from './mean-share.ts';
import type { Metric } from './metric.ts';

/** How much of its ideal every neuron has from every window: what an entry of the scatter vector is the mean of. */
export interface WindowShares {
  /** neurons on the averaged side */
  readonly rows: number;
  /** windows */
  readonly columns: number;
  /** row-major, 0 to 255 for shares from 0 to 1; 255 alone is a share of 1 */
  readonly values: Uint8Array<ArrayBuffer>;
}

/** The most numbers of a product that is made: a picture of more is none. */
const MOST_NUMBERS = 4_000_000;

/** Paths from every window to every neuron of the layer before the span (rows of `windows` numbers). */
function windowRows({ windows }: Entry): Float64Array {
  const { neurons, count, starts, members } = windows;
  const rows = new Float64Array(neurons * count);
  for (let n = 0; n < neurons; n++) for (let m = starts[n]; m < starts[n + 1]; m++) rows[n * count + members[m]] = 1;
  return rows;
}

/** One junction further: the rows of connected neurons summed. @param sources right-major, `right × fanIn` */
function throughJunction(
  rows: Float64Array,
  windows: number,
  junction: { readonly sources: Uint32Array; readonly left: number; readonly right: number },
  forward: boolean,
): Float64Array {
  const { sources, left, right } = junction;
  const fanIn = sources.length / right;
  const next = new Float64Array((forward ? right : left) * windows);
  for (let e = 0; e < sources.length; e++) {
    const j = Math.floor(e / fanIn);
    const [to, from] = forward ? [j, sources[e]] : [sources[e], j];
    for (let w = 0; w < windows; w++) next[to * windows + w] += rows[from * windows + w];
  }
  return next;
}

/**
 * The window matrix of an entry (Dey et al., eq. 1), each count as a share of what it is credited with under the metric. Counts
 * are doubles, exact below 2^53; above that a share is rounded, which no picture shows.
 * @returns null where the matrix has more than 4 million numbers
 */
export function windowShares(pattern: Pattern, entry: Entry, metric: Metric): WindowShares | null {
  const { from, to, direction, windows, averaged } = entry;
  const widest = Math.max(...pattern.layers.slice(from - 1, to + 1));
  if (widest * windows.count > MOST_NUMBERS) return null;
  const forward = direction === 'forward';
  let rows = windowRows(entry);
  for (let step = 0; step <= to - from; step++) {
    const index = forward ? from - 1 + step : to - 1 - step;
    const junction = {
      sources: pattern.junctions[index],
      left: pattern.layers[index],
      right: pattern.layers[index + 1],
    };
    rows = throughJunction(rows, windows.count, junction, forward);
  }
  const { classes, classOf } = shareScale(entry, metric);
  const values = new Uint8Array(averaged * windows.count);
  for (let at = 0; at < values.length; at++) {
    const { need, unit } = classes[classOf[at % windows.count]];
    const share = Math.min(1, (rows[at] * unit) / need);
    values[at] = share === 1 ? 255 : Math.floor(255 * share);
  }
  return { rows: averaged, columns: windows.count, values };
}
