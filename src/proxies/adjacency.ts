import type { JunctionSize } from '../pattern/architecture.ts';

/**
 * A junction read from its left side: the right neurons of left neuron 0, ascending, then of 1, …
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

/**
 * `out[n] = Σ x[neighbour]` over the `degree` neighbours of n: one side of a junction gathered from the other (y = A·x).
 * @param table `out.length × degree` neighbours, as `sources` or `targetsOf`
 * Two sums side by side, since one would wait for each addition to end.
 * Cost: one load and one addition per edge; no allocation.
 */
export function gather(table: Uint32Array, degree: number, x: Float64Array, out: Float64Array): void {
  for (let n = 0, e = 0; n < out.length; n++) {
    const end = e + degree;
    let a = 0;
    let b = 0;
    for (; e + 1 < end; e += 2) {
      a += x[table[e]];
      b += x[table[e + 1]];
    }
    if (e < end) a += x[table[e++]];
    out[n] = a + b;
  }
}
