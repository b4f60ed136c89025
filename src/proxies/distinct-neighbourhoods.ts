import type { Architecture, JunctionSize } from '../pattern/architecture.ts';
import { rowsOfLeft } from './adjacency.ts';
import { distinctRows } from './distinct-rows.ts';
import { junctionProxy } from './proxy.ts';

/** C(items, drawn), at most `limit`. */
function combinationsUpTo(items: number, drawn: number, limit: number): number {
  let count = 1;
  for (let i = 1; i <= Math.min(drawn, items - drawn); i++) {
    count = (count * (items - i + 1)) / i;
    if (count >= limit) return limit;
  }
  return Math.round(count);
}

export interface NeighbourhoodShares {
  /** different source sets among the real right neurons, out of as many as there can be */
  readonly right: number;
  /** different target sets among the real left neurons, out of as many as there can be */
  readonly left: number;
}

/**
 * Different neighbourhoods in one junction, on both sides, as shares of the most that can be: of n neurons with d neighbours each
 * among m, min(n, C(m, d)), summed over both degrees where they are balanced. Fractions in (0, 1]; padded neurons are not counted, though an edge to one distinguishes a neuron.
 */
export function neighbourhoodShares(
  sources: Uint32Array,
  size: JunctionSize,
  architecture: Architecture,
): NeighbourhoodShares {
  const { number, left, right, fanIn, leastFanOut, mostFanOut } = size;
  const realLeft = number === 1 ? architecture.usedInputs : left;
  const realRight = number === architecture.fanOuts.length ? architecture.usedOutputs : right;
  const { members, starts } = rowsOfLeft(sources, size);
  let heavier = 0;
  for (let k = 0; k < realLeft; k++) heavier += starts[k + 1] - starts[k] > leastFanOut ? 1 : 0;
  const most =
    combinationsUpTo(right, leastFanOut, realLeft - heavier) +
    (heavier === 0 ? 0 : combinationsUpTo(right, mostFanOut, heavier));
  return {
    right: distinctRows(sources, realRight, fanIn).length / combinationsUpTo(left, fanIn, realRight),
    left: distinctRows(members, realLeft, starts).length / most,
  };
}

/**
 * Neurons that read the same inputs can only learn what one of them could, up to their start weights. A pattern with every scatter
 * entry 1 can have 8 different rows among 1024: here 8/1024.
 */
export const distinctNeighbourhoods = junctionProxy(
  {
    name: 'distinct-neighbourhoods',
    summary: 'different neighbourhoods, out of as many as there can be; the worse side of the worst junction',
    source:
      'Structural equivalence of vertices (Lorrain & White 1971, doi 10.1080/0022250X.1971.9989788), counted; as a share of the most possible, since few fan-out sets exist into a narrow layer',
    better: 'higher',
    unit: 'fraction in (0, 1]; 1: no two alike that need be',
    cost: 'two passes over the edges',
    invariant: true,
  },
  (sources, size, architecture) => {
    const { left, right } = neighbourhoodShares(sources, size, architecture);
    return Math.min(left, right);
  },
);
