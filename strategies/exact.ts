import { Random } from '../src/base/random.ts';
import { constraintFault } from '../src/pattern/constraints/fault.ts';
import type { Pattern } from '../src/pattern/pattern.ts';
import { defineStrategy, type Problem, type Step } from '../src/search/strategy.ts';
import { hasConstraints } from './constraints/constrained-problem.ts';
import { pairPattern, pairPlan } from './exact/constrained-pair.ts';
import { type ExactPlan, exactPattern, exactPlan } from './exact/exact-plan.ts';
import { canPolish, polish } from './exact/polish.ts';
import { stir } from './exact/stir.ts';
import { type StepCount, totalEdges } from './shared/batch.ts';
import { permutationGridPattern, permutationGridRefusal } from './shared/permutation-grid-pattern.ts';
import { uniformRandomPattern } from './uniform-random.ts';

/** Connections that a step builds and stirs, beyond its first pattern: about 50 ms. */
const EDGES_PER_STEP = 16_000;
const MOST_CANDIDATES = 32;

interface Made {
  readonly pattern: Pattern;
  readonly swaps: number;
}

/** Where no construction reaches all bounds: the best that can be built, and swaps that close the gap as far as they do. */
function makeNear(problem: Problem, plan: ExactPlan | null, random: Random): Made {
  let start: Pattern;
  if (plan !== null) start = exactPattern(problem, plan, random.fork(0));
  else if (permutationGridRefusal(problem) === null) start = permutationGridPattern(problem, random.fork(0));
  else start = uniformRandomPattern(problem, random.fork(0));
  return polish(problem, start, random.fork(1));
}

/** One pattern. @param plan what `exactPlan` gave for this problem */
export function makeExact(problem: Problem, plan: ExactPlan | null, random: Random): Made {
  if (plan === null || !plan.proved) return makeNear(problem, plan, random);
  const pattern = exactPattern(problem, plan, random.fork(0));
  // permutation grids are drawn uniformly as they are
  return plan.pieces.length === 0 ? { pattern, swaps: 0 } : stir(problem, pattern, random.fork(1));
}

/** Patterns of a full step; polishing one takes as long as a step should. */
function batchOf(problem: Problem, plan: ExactPlan | null): number {
  if (plan === null || !plan.proved) return 1;
  return Math.max(1, Math.min(MOST_CANDIDATES, Math.floor(EDGES_PER_STEP / totalEdges(problem))));
}

/** Patterns that are built before the constraints count as out of reach. */
const TRIALS = 8;

const keepsConstraints = ({ constraints }: Problem, pattern: Pattern): boolean =>
  constraints === undefined || constraintFault(pattern, constraints) === null;

/**
 * Parallelism is built into pairs of junctions with windows of one size; other constraints are kept by what the construction is
 * anyway, or by luck often enough.
 */
function acceptsConstrained(problem: Problem): true | string {
  const refusal = permutationGridRefusal(problem);
  if (refusal !== null) return refusal;
  const plan = exactPlan(problem);
  if (plan === null || !plan.proved)
    return 'no construction reaches every bound here, and others do not keep constraints';
  if (pairPlan(problem) !== null) return true;
  const random = Random.fromSeed(0);
  for (let trial = 0; trial < TRIALS; trial++) {
    if (keepsConstraints(problem, makeExact(problem, plan, random.fork(trial)).pattern)) return true;
  }
  return `its construction does not keep the constraints: ${TRIALS} of ${TRIALS} patterns broke them`;
}

function step(problem: Problem, steps: StepCount, random: Random): Step<StepCount> {
  const plan = exactPlan(problem);
  const pair = hasConstraints(problem) ? pairPlan(problem) : null;
  const made = Array.from({ length: Math.min(batchOf(problem, plan), 2 ** Math.min(steps, 30)) }, (_, index) =>
    pair === null
      ? makeExact(problem, plan, random.fork(index))
      : { pattern: pairPattern(problem, pair, random.fork(index)), swaps: 0 },
  );
  const swaps = made.reduce((sum, candidate) => sum + candidate.swaps, 0);
  const candidates = made.map(({ pattern }) => pattern).filter((pattern) => keepsConstraints(problem, pattern));
  return { state: steps + 1, candidates, swaps };
}

/**
 * Patterns whose every entry, the span 1:J included, is at its upper bound in both metrics: built, not searched for. Conditions and
 * proofs are in docs/exact-construction.md. Where they do not hold, as for balanced degrees, the nearest construction is polished by
 * swaps.
 */
export const exact = defineStrategy<StepCount>({
  name: 'exact',
  summary: 'patterns built to meet the upper bound in every entry, spans included',
  source:
    'Own construction (docs/exact-construction.md): permutation grids (quasi-cyclic LDPC codes) whose shifts add up evenly over a span, as mixed radices do in RadiX-Net (Robinett & Kepner 2018, arXiv 1809.05242), but with the windows of every junction kept, with random blocks instead of fixed digits, and stirred by swaps that keep the score',
  accepts: (problem) =>
    hasConstraints(problem)
      ? acceptsConstrained(problem)
      : exactPlan(problem) !== null ||
        canPolish(problem) ||
        'no construction fits these windows, and the net is too large to polish',
  start: () => 0,
  step: (problem, steps, _elites, random) => step(problem, steps, random),
});
