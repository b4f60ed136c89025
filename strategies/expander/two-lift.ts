import type { Random } from '../../src/base/random.ts';
import { type JunctionSize, junctionSizes } from '../../src/pattern/architecture.ts';
import { sortRows } from '../../src/pattern/pattern.ts';

/** The junction of half as many neurons and the same degrees, or null where there is none. */
export function halved({ left, right, fanOut, fanIn }: JunctionSize): JunctionSize | null {
  if (left % 2 !== 0 || right % 2 !== 0 || fanOut > right / 2 || fanIn > left / 2) return null;
  return junctionSizes({ layers: [left / 2, right / 2], fanOuts: [fanOut] })[0];
}

/**
 * A random 2-lift: every neuron twice, neuron n as n and n + N; an edge joins the first copies and the second, or, with a negative
 * sign, each first to the other's second, all signs equally likely. The lift's singular values are those of the junction and those
 * of its signed adjacency matrix (Bilu & Linial 2006, doi 10.1007/s00493-006-0029-7).
 * @param sources right-major, `right × fanIn`, of the size given
 * @returns right-major, `2·right × fanIn`, rows sorted
 */
export function randomTwoLift(sources: Uint32Array, size: JunctionSize, random: Random): Uint32Array {
  const { left, right, fanIn, edges } = size;
  const lifted = new Uint32Array(2 * edges);
  for (let e = 0; e < edges; e++) {
    const negative = random.uint32() >>> 31;
    lifted[e] = sources[e] + negative * left;
    lifted[edges + e] = sources[e] + (1 - negative) * left;
  }
  sortRows(lifted, 2 * right, fanIn);
  return lifted;
}
