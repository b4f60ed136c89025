import { range, shuffledRange } from '../../src/base/numbers.ts';
import type { Random } from '../../src/base/random.ts';
import { junctionSizes } from '../../src/pattern/architecture.ts';
import { denseJunction, sortRows } from '../../src/pattern/pattern.ts';

/** Marks a left neuron that both rows of a trade have; neurons are below 2^31. */
const SHARED = 0x80000000;
const TWO_32 = 4294967296;

/**
 * Both rows, merged in ascending order into `merged` (2 × fanIn); neurons of both rows occur once, marked.
 * Returns the number of merged neurons, `fanIn` + those of one row's own.
 */
function mergeRows(sources: Uint32Array, first: number, second: number, fanIn: number, merged: Uint32Array): number {
  let a = first;
  let b = second;
  let count = 0;
  while (a < first + fanIn && b < second + fanIn) {
    const k = sources[a];
    const l = sources[b];
    if (k === l) merged[count++] = k | SHARED;
    else merged[count++] = k < l ? k : l;
    if (k <= l) a++;
    if (l <= k) b++;
  }
  while (a < first + fanIn) merged[count++] = sources[a++];
  while (b < second + fanIn) merged[count++] = sources[b++];
  return count;
}

/**
 * Deals the unshared neurons of two rows out anew, every split equally likely; both rows stay sorted.
 * `first`, `second`: offsets of the rows in `sources`; `merged`: room for 2 × fanIn.
 */
function trade(
  sources: Uint32Array,
  first: number,
  second: number,
  fanIn: number,
  merged: Uint32Array,
  random: Random,
): void {
  const count = mergeRows(sources, first, second, fanIn, merged);
  let wanted = count - fanIn;
  let unplaced = 2 * wanted;
  let a = first;
  let b = second;
  for (let i = 0; i < count; i++) {
    const k = merged[i];
    if (k >= SHARED) {
      sources[a++] = k ^ SHARED;
      sources[b++] = k ^ SHARED;
    } else if (random.uint32() * unplaced-- < wanted * TWO_32) {
      sources[a++] = k;
      wanted--;
    } else sources[b++] = k;
  }
}

/**
 * `rounds` rounds of global curveball on a simple junction of one fan-in, in place: in each the right neurons are paired at random
 * and every pair trades (Strona et al. 2014, doi 10.1038/ncomms5114; Carstens, Hamann, Meyer, Penschuck, Tran & Wagner 2018,
 * arXiv 1804.08487, who prove the limit uniform over all simple junctions of these degrees). An odd right neuron sits out.
 *
 * @param sources right-major, `right × fanIn`, rows sorted before and after
 * Cost: `rounds × edges` merges and random numbers; one allocation.
 */
export function curveball(sources: Uint32Array, right: number, rounds: number, random: Random): void {
  const fanIn = sources.length / right;
  const merged = new Uint32Array(2 * fanIn);
  const order = range(right);
  for (let round = 0; round < rounds; round++) {
    random.shuffle(order);
    for (let j = 0; j + 1 < right; j += 2) {
      trade(sources, order[j] * fanIn, order[j + 1] * fanIn, fanIn, merged, random);
    }
  }
}

/**
 * An arbitrary simple junction, for every feasible size: edge e of the right-major list comes from left neuron e mod left.
 * A row is `fanIn ≤ left` successive numbers, so no edge is double; every left neuron occurs `fanOut` times, or, where that is a
 * fraction, the first neurons ⌈fanOut⌉ times and the others ⌊fanOut⌋.
 */
export function roundRobinJunction(left: number, right: number, fanOut: number): Uint32Array {
  const sources = new Uint32Array(junctionSizes({ layers: [left, right], fanOuts: [fanOut] })[0].edges);
  for (let e = 0; e < sources.length; e++) sources[e] = e % left;
  sortRows(sources, right, sources.length / right);
  return sources;
}

/**
 * Rounds that leave no measurable trace of the start: ⌈½·log2(edges)⌉ + 8 (15 for 64→1024 fan-out 128, 19 for 25088→4096
 * fan-out 64).
 *
 * A round halves every entry's correlation with the start: in a trade an entry becomes the mean of the pair's two in
 * expectation, so the factor is ½(1 − 1/(right − 1)) for an even number of right neurons and ½ for an odd one. Measured over
 * 20 chains each on 64→1024 (128), 1024→64 (8), 4096→512 (1), 784→224 (4), 60→6 (2): .25, .06, .016, .004 after 2, 4, 6, 8
 * rounds, on dense and sparse junctions alike; the mean squared overlap of two rows falls to its limit by a quarter a round.
 * After these rounds the squared correlations of all edges with the start together are below 4^−8 = .000015.
 */
export const curveballRounds = (edges: number): number => Math.ceil(Math.log2(edges) / 2) + 8;

/**
 * A junction drawn uniformly, up to mixing and to 2^−32 in every draw, from all simple ones of these degrees.
 *
 * Of balanced degrees too, which say how many left neurons have an edge more, s, yet not which. Renumbering the left layer turns the
 * junctions with one set of s into those with any other, one to one, so that each set has equally many: a set drawn
 * uniformly, then a junction drawn uniformly from those of its degrees, is a junction drawn uniformly from all. The start is
 * renumbered at random for that; curveball then keeps every neuron's degree, and its limit is uniform for any degrees.
 * @param fanOut a fraction, the mean, where degrees are balanced
 */
export function randomJunction(left: number, right: number, fanOut: number, random: Random): Uint32Array {
  if (fanOut === right) return denseJunction(left, right);
  const sources = roundRobinJunction(left, right, fanOut);
  if (!Number.isInteger(fanOut)) {
    const names = shuffledRange(left, random);
    for (let e = 0; e < sources.length; e++) sources[e] = names[sources[e]];
    sortRows(sources, right, sources.length / right);
  }
  curveball(sources, right, curveballRounds(sources.length), random);
  return sources;
}
