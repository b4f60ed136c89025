import type { JunctionSize } from '../pattern/architecture.ts';
import { rowsOfLeft, rowsOfRight } from './adjacency.ts';
import { junctionProxy } from './proxy.ts';

/** Most additions for one junction; about half a minute. 4096 to 4096 reaches it at 75 % density. */
const MOST_CYCLE_ADDITIONS = 2e10;

/**
 * 4-cycles of one junction: pairs of right neurons with a pair of sources in common, Σ C(c, 2) over the pairs of right neurons,
 * c the sources that a pair shares (the same sum over pairs of left neurons). Exact below 2^53.
 * @param sources right-major, `right × fanIn`
 * Cost: one addition per path of two edges, walked from the side that has fewer: edges · (min(fanOut, fanIn) − 1) / 2.
 */
export function countFourCycles(sources: Uint32Array, size: JunctionSize): number {
  const rows = [rowsOfRight(sources, size), rowsOfLeft(sources, size)];
  const [near, far] = size.fanOut <= size.fanIn ? rows : rows.reverse();
  const shared = new Uint32Array(near.neurons);
  let cycles = 0;
  for (let n = 0; n < near.neurons; n++) {
    shared.fill(0, 0, n);
    for (let e = near.starts[n]; e < near.starts[n + 1]; e++) {
      // rows are ascending, so what comes before n itself are the pairs not yet seen
      for (let f = far.starts[near.members[e]]; far.members[f] < n; f++) cycles += shared[far.members[f]]++;
    }
  }
  return cycles;
}

/**
 * 4-cycles to expect of a random junction of these degrees. A 2×2 block is all ones with probability about q_r²·q_c²/d⁴: d the
 * density, q_r = fi(fi−1)/(N_l(N_l−1)) the chance that a right neuron has both of two sources, q_c the same of a left one (the
 * mean over left neurons, where degrees are balanced).
 * Exact for stars (none) and dense; for sparse junctions it is (fo−1)²(fi−1)²/4, the configuration model's limit. Errors: up to
 * a third too high for 5 neurons, within 5 % for tens, less beyond.
 */
export function expectedFourCycles({
  left,
  right,
  fanOut,
  leastFanOut,
  mostFanOut,
  fanIn,
  density,
}: JunctionSize): number {
  if (mostFanOut < 2 || fanIn < 2) return 0;
  // the mean of fo·(fo − 1): that of the lower degree, and 2·fo more for each neuron that has one edge more
  const targetPairs = leastFanOut * (leastFanOut - 1) + (fanOut - leastFanOut) * 2 * leastFanOut;
  const bothSources = (fanIn * (fanIn - 1)) / (left * (left - 1));
  const bothTargets = targetPairs / (right * (right - 1));
  const blocks = ((left * (left - 1)) / 2) * ((right * (right - 1)) / 2);
  return blocks * ((bothSources * bothTargets) / density ** 2) ** 2;
}

/** 4-cycles, relative to random: pairs of neurons that share two neighbours say some things twice. */
export const fourCycles = junctionProxy(
  {
    name: 'four-cycles',
    summary: '4-cycles relative to a random junction of the same degrees, in the worst junction',
    source:
      'Girth of Tanner graphs (Tanner 1981, doi 10.1109/TIT.1981.1056404; Hu et al. 2005, doi 10.1109/TIT.2004.839541); here a count, over that of a random junction',
    better: 'lower',
    unit: 'ratio from 0; 1: as many as random',
    cost: `edges · min(fan-out, fan-in) / 2 additions; left out above ${MOST_CYCLE_ADDITIONS} in one junction`,
    invariant: true,
  },
  (sources, size) => {
    const { number, edges, fanOut, fanIn } = size;
    const additions = (edges * (Math.min(fanOut, fanIn) - 1)) / 2;
    if (additions > MOST_CYCLE_ADDITIONS) {
      return `4-cycles of junction ${number} would take ${additions.toPrecision(2)} additions; at most ${MOST_CYCLE_ADDITIONS} are spent.`;
    }
    const expected = expectedFourCycles(size);
    return expected === 0 ? 0 : countFourCycles(sources, size) / expected;
  },
);
