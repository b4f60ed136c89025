import type { JunctionSize } from '../pattern/architecture.ts';

/**
 * A junction of exact degrees read from its left side: the right neurons of left neuron 0, ascending, then of 1, …
 * @param sources right-major, `right × fanIn` left-neuron numbers
 * @returns left-major, `left × fanOut` right-neuron numbers
 * Cost: one pass over the edges.
 */
export function targetsOf(sources: Uint32Array, size: Pick<JunctionSize, 'left' | 'fanOut' | 'fanIn'>): Uint32Array {
  const targets = new Uint32Array(sources.length);
  const next = Uint32Array.from({ length: size.left }, (_, k) => k * size.fanOut);
  for (let e = 0; e < sources.length; e++) targets[next[sources[e]]++] = Math.floor(e / size.fanIn);
  return targets;
}

/** Neighbours of each of some neurons, ascending: those of neuron n are `members[starts[n]] … members[starts[n + 1] − 1]`. */
export interface NeighbourRows {
  readonly neurons: number;
  readonly starts: Uint32Array;
  readonly members: Uint32Array;
}

/** The sources of every right neuron. */
export function rowsOfRight(
  sources: Uint32Array,
  { right, fanIn }: Pick<JunctionSize, 'right' | 'fanIn'>,
): NeighbourRows {
  return { neurons: right, starts: Uint32Array.from({ length: right + 1 }, (_, j) => j * fanIn), members: sources };
}

/** The targets of every left neuron, whatever their degrees. Cost: two passes over the edges. */
export function rowsOfLeft(sources: Uint32Array, { left, fanIn }: Pick<JunctionSize, 'left' | 'fanIn'>): NeighbourRows {
  const starts = new Uint32Array(left + 1);
  for (let e = 0; e < sources.length; e++) starts[sources[e] + 1]++;
  for (let k = 0; k < left; k++) starts[k + 1] += starts[k];
  const next = starts.slice();
  const members = new Uint32Array(sources.length);
  for (let e = 0; e < sources.length; e++) members[next[sources[e]]++] = Math.floor(e / fanIn);
  return { neurons: left, starts, members };
}

/**
 * `out[n] = Σ x[neighbour]` over the neighbours of n: one side of a junction gathered from the other (y = A·x).
 * Two sums side by side, since one would wait for each addition to end.
 * Cost: one load and one addition per edge; no allocation.
 */
export function gather({ starts, members }: NeighbourRows, x: Float64Array, out: Float64Array): void {
  for (let n = 0, e = 0; n < out.length; n++) {
    const end = starts[n + 1];
    let a = 0;
    let b = 0;
    for (; e + 1 < end; e += 2) {
      a += x[members[e]];
      b += x[members[e + 1]];
    }
    if (e < end) a += x[members[e++]];
    out[n] = a + b;
  }
}
