import { ROUNDING } from '../../src/base/numbers.ts';
import type { Random } from '../../src/base/random.ts';
import type { Pattern } from '../../src/pattern/pattern.ts';
import { entryBound } from '../../src/scatter/bound.ts';
import { IncrementalScorer } from '../../src/scatter/incremental.ts';
import type { Problem } from '../../src/search/strategy.ts';
import { annealingPlan } from '../shared/annealing-plan.ts';

/** What the entries lack to their bounds, together. */
function gap(vector: Float64Array, bounds: readonly number[]): number {
  let sum = 0;
  for (let i = 0; i < bounds.length; i++) sum += Math.max(0, bounds[i] - vector[i]);
  return sum;
}

/** Of balanced degrees one proposal in this many passes a right neuron from a left neuron with an edge more to one with an edge less. */
const SURPLUS_EVERY = 8;

function proposeAny(scorer: IncrementalScorer, junction: number, random: Random): boolean {
  const surplus = scorer.surplus[junction - 1];
  if (surplus.edges > 0 && random.below(SURPLUS_EVERY) === 0) {
    return scorer.proposeSurplus(junction, random.below(surplus.edges), random.below(surplus.neurons));
  }
  const edges = scorer.edges[junction - 1];
  return scorer.propose(junction, random.below(edges), random.below(edges));
}

export const canPolish = (problem: Problem): boolean => annealingPlan(problem).entries.length > 0;

/**
 * A descent by swaps that never widen the gap, the sum of what entries lack to their bounds in the problem's metric; at most one
 * annealing step's number of proposals. Entries that are too dear to follow (annealing-plan.ts) are left to chance.
 */
export function polish(problem: Problem, start: Pattern, random: Random): { pattern: Pattern; swaps: number } {
  const { entries, junctions, proposalsPerStep } = annealingPlan(problem);
  if (entries.length === 0 || junctions.length === 0) return { pattern: start, swaps: 0 };
  const bounds = entries.map((entry) => entryBound(entry, problem.architecture, problem.metric));
  const scorer = new IncrementalScorer(start, entries, problem.metric);
  let current = gap(scorer.vector, bounds);
  let swaps = 0;
  for (; swaps < proposalsPerStep && current > ROUNDING; swaps++) {
    const junction = junctions[random.below(junctions.length)];
    if (!proposeAny(scorer, junction, random)) continue;
    const next = gap(scorer.proposed, bounds);
    if (next > current) continue;
    scorer.accept();
    current = next;
  }
  return { pattern: scorer.toPattern(), swaps };
}
