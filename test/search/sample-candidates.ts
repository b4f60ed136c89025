import { fingerprint } from '../../src/pattern/pattern.ts';
import { scoreBoth } from '../../src/scatter/kernel.ts';
import type { ScoredCandidate } from '../../src/search/candidate.ts';
import { defaultSearchOrder } from '../../src/search/default-order.ts';
import { TieBreakers } from '../../src/search/tie-breakers.ts';
import { makeProblem } from '../conformance/strategy-problems.ts';
import { samplePattern } from '../pattern/sample-patterns.ts';

/** A small problem, and candidates for it by number. */
export const problem = makeProblem({ layers: [16, 12, 8], fanOuts: [3, 4] });

const tieBreakers = new TieBreakers(defaultSearchOrder, problem.architecture);
const made = new Map<number, ScoredCandidate>();

/** Equal numbers give the same candidate; each call has its arrays to itself. */
export function scored(seed: number): ScoredCandidate {
  const known = made.get(seed);
  if (known !== undefined) return structuredClone(known);
  const pattern = samplePattern(problem.architecture.layers, problem.architecture.fanOuts, seed);
  const { score, other } = scoreBoth(pattern, problem.entries, problem.metric);
  const scatters = { scatter: score.scatter, otherScatter: other?.scatter ?? null };
  const ties = tieBreakers.measure(pattern, scatters, null, null);
  made.set(seed, { fingerprint: fingerprint(pattern), pattern, score, other, ties });
  return scored(seed);
}
