import type { Random } from '../../src/base/random.ts';
import { junctionSizes } from '../../src/pattern/architecture.ts';
import { type JunctionRules, sharesVary } from '../../src/pattern/constraints/rules.ts';
import type { Pattern } from '../../src/pattern/pattern.ts';
import type { Problem, Step } from '../../src/search/strategy.ts';
import { rulesOf } from '../constraints/constrained-problem.ts';

/** Edges that a strategy without search of its own makes in one step: about 50 ms of uniform random patterns. */
const EDGES_PER_STEP = 130_000;
const MOST_CANDIDATES = 64;

/** How much longer an edge takes where cycles end within right neurons: measured, 2 on Morse, 3 to 9 on larger nets. */
const CYCLES_COST = 3;
/** And where rows must differ or pairs are fixed, so that a junction is mended and mixed again: measured, 4 to 5 on Morse. */
const MENDING_COST = 4;

export const totalEdges = (problem: Problem): number =>
  junctionSizes(problem.architecture).reduce((sum, junction) => sum + junction.edges, 0);

function costOf(rules: JunctionRules): number {
  const isMended = rules.distinct || rules.forbidden.length + rules.forced.length > 0;
  return (sharesVary(rules) ? CYCLES_COST : 1) * (isMended ? MENDING_COST : 1);
}

/** Edges, those under constraints counted as many times as they take longer to draw. */
function workOf(problem: Problem): number {
  const rules = rulesOf(problem);
  return rules.length === 0 ? totalEdges(problem) : rules.reduce((sum, own) => sum + own.size.edges * costOf(own), 0);
}

/** Candidates of a full step: 7 on 64-1024-64 (128,8), 3 with parallelism 64. */
const batchSize = (problem: Problem): number =>
  Math.max(1, Math.min(MOST_CANDIDATES, Math.floor(EDGES_PER_STEP / workOf(problem))));

/** Steps done: all that a strategy without search of its own remembers. */
export type StepCount = number;

/**
 * A step of such a strategy: independent patterns, each from a stream of its own. The first steps are short (1, 2, 4, … patterns up
 * to `batchSize`), so that a search has something to show at once.
 * @param first patterns of the first step, a power of two
 */
export function independentStep(
  problem: Problem,
  steps: StepCount,
  random: Random,
  make: (problem: Problem, random: Random) => Pattern,
  first = 1,
): Step<StepCount> {
  const length = Math.min(batchSize(problem), first * 2 ** Math.min(steps, 30));
  const candidates = Array.from({ length }, (_, index) => make(problem, random.fork(index)));
  return { state: steps + 1, candidates, swaps: 0 };
}
