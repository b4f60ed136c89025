import { InvalidValueError } from '../../src/base/caller-errors.ts';
import type { Random } from '../../src/base/random.ts';
import type { Pattern } from '../../src/pattern/pattern.ts';
import type { Problem } from '../../src/search/strategy.ts';
import { constrainedPattern, hasConstraints } from '../constraints/constrained-problem.ts';
import { exactPattern, exactPlan } from '../exact/exact-plan.ts';
import { localPattern } from '../local.ts';
import { permutationGridPattern, permutationGridRefusal } from '../shared/permutation-grid-pattern.ts';
import { concentratedPattern } from './concentrated.ts';

/** What a pattern is before it is moved to a wanted scatter. */
export type StartKind = 'random' | 'concentrated' | 'grid' | 'local' | 'exact';

/** Kinds that this problem has, or the one that it names; constraints are known to be kept by the first and the third alone. */
export function startKinds(problem: Problem): readonly StartKind[] {
  const free = !hasConstraints(problem);
  const kinds: [StartKind, boolean][] = [
    ['random', true],
    ['concentrated', free],
    ['grid', permutationGridRefusal(problem) === null],
    ['local', free],
    ['exact', free && exactPlan(problem)?.proved === true],
  ];
  const { start } = problem;
  return kinds.filter(([kind, possible]) => possible && (start === undefined || start === kind)).map(([kind]) => kind);
}

/** @throws RangeError for a kind that `startKinds` does not name */
export function startOf(kind: StartKind, problem: Problem, random: Random): Pattern {
  if (kind === 'concentrated') return concentratedPattern(problem, random);
  if (kind === 'grid') return permutationGridPattern(problem, random);
  if (kind === 'local') return localPattern(problem, random);
  if (kind === 'random') return constrainedPattern(problem, random);
  const plan = exactPlan(problem);
  if (plan === null) throw new InvalidValueError('expected a problem with an exact construction; got one without');
  return exactPattern(problem, plan, random);
}
