import { junctionSizes } from '../../src/pattern/architecture.ts';
import type { Pattern } from '../../src/pattern/pattern.ts';
import type { Random } from '../../src/pattern/random.ts';
import type { Problem, Step } from '../../src/search/strategy.ts';

/** Edges that a strategy without search of its own makes in one step: about 50 ms of uniform random patterns. */
const EDGES_PER_STEP = 130_000;
const MOST_CANDIDATES = 64;

export const edgesOf = (problem: Problem): number =>
  junctionSizes(problem.architecture).reduce((sum, junction) => sum + junction.edges, 0);

/** Candidates of a full step: 7 on 64-1024-64 (128,8). */
export const batchSize = (problem: Problem): number =>
  Math.max(1, Math.min(MOST_CANDIDATES, Math.floor(EDGES_PER_STEP / edgesOf(problem))));

/** Steps done: all that a strategy without search of its own remembers. */
export type StepCount = number;

/**
 * A step of such a strategy: independent patterns, each from a stream of its own. The first steps are short (1, 2, 4, … patterns up
 * to `batchSize`), so that a search has something to show at once.
 */
export function independentStep(
  problem: Problem,
  steps: StepCount,
  random: Random,
  make: (problem: Problem, random: Random) => Pattern,
): Step<StepCount> {
  const length = Math.min(batchSize(problem), 2 ** Math.min(steps, 30));
  const candidates = Array.from({ length }, (_, index) => make(problem, random.fork(index)));
  return { state: steps + 1, candidates, swaps: 0 };
}
