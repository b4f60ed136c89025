import { entryBound } from '../../src/scatter/bound.ts';
import type { Problem } from '../../src/search/strategy.ts';
import { TARGET_TOLERANCE } from '../../src/search/strategy.ts';
import type { AnnealingPlan } from './annealing-plan.ts';
import type { Energy } from './cooling.ts';

/** A walk to a wanted S ends once it is as near as this: half of what the search asks for. */
export const NEAR_TARGET = TARGET_TOLERANCE / 2;

export function boundsOf(problem: Problem, { entries }: AnnealingPlan): Float64Array {
  return Float64Array.from(entries, (entry) => entryBound(entry, problem.architecture, problem.metric));
}

/** What an entry lacks, squared or to the fourth power, summed: the lowest entries weigh most, yet every one counts (S alone is flat). */
export function lackEnergy(bounds: Float64Array, power: 2 | 4): Energy {
  return (vector) => {
    let sum = 0;
    for (let i = 0; i < bounds.length; i++) {
      const lack = bounds[i] - vector[i];
      if (lack <= 0) continue;
      const square = lack * lack;
      sum += power === 2 ? square : square * square;
    }
    return sum;
  };
}

/** |S − target| + the mean of what entries lack to the target. */
export function targetEnergy(target: number): Energy {
  return (vector) => {
    let least = 1;
    let lacking = 0;
    for (let i = 0; i < vector.length; i++) {
      const value = vector[i];
      if (value < least) least = value;
      if (value < target) lacking += target - value;
    }
    return Math.abs(target - least) + lacking / vector.length;
  };
}
