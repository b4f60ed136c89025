import { ROUNDING } from '../../src/base/numbers.ts';
import type { Random } from '../../src/base/random.ts';
import type { Pattern } from '../../src/pattern/pattern.ts';
import { scorePattern } from '../../src/scatter/kernel.ts';
import type { Problem } from '../../src/search/strategy.ts';
import { constrainedPattern, constraintsRefusal, hasConstraints } from '../constraints/constrained-problem.ts';
import type { AnnealingPlan } from './annealing-plan.ts';
import { boundsOf } from './energy.ts';
import { permutationGridPattern, permutationGridRefusal } from './permutation-grid-pattern.ts';
import type { Move } from './swap-walk.ts';

/** Why no walk by swaps can be made through this problem, or null. */
export function walkRefusal(problem: Problem, plan: AnnealingPlan): string | null {
  if (plan.junctions.length === 0) return 'every junction is dense: there is nothing to swap';
  if (problem.entries.every((entry) => entry.vacuous)) return 'every pattern has scatter 1 here: nothing to improve';
  if (plan.entries.length === 0) return 'the net is too large to follow its scatter swap by swap';
  return constraintsRefusal(problem);
}

/** A permutation grid where there is one, else a random pattern. */
export function gridOrRandom(problem: Problem, random: Random): Pattern {
  return permutationGridRefusal(problem) === null
    ? permutationGridPattern(problem, random)
    : constrainedPattern(problem, random);
}

/**
 * Moves that suit a pattern. Without spans any, since others change nothing that counts. Where every junction's own entries are at their
 * bounds already, those that leave them there, so that the search is for spans alone; else, and where constraints might leave no
 * such move, both alternately.
 */
export function suitedMoves(problem: Problem, plan: AnnealingPlan, pattern: Pattern): readonly Move[] {
  if (plan.entries.every(({ from, to }) => from === to)) return ['any'];
  const bounds = boundsOf(problem, plan);
  const { vector } = scorePattern(pattern, plan.entries, problem.metric);
  const isPerfect = plan.entries.every(({ from, to }, i) => from < to || vector[i] >= bounds[i] - ROUNDING);
  return isPerfect && !hasConstraints(problem) ? ['block'] : ['any', 'block'];
}
