import { InvalidValueError } from '../base/caller-errors.ts';
import { requirePairs } from './correlation.ts';

/** The chance of each value to be among the k highest, ties broken at random. */
function membership(values: readonly number[], k: number): number[] {
  const sorted = [...values].sort((a, b) => b - a);
  const edge = sorted[k - 1];
  const above = sorted.filter((value) => value > edge).length;
  const tied = sorted.filter((value) => value === edge).length;
  return values.map((value) => {
    if (value > edge) return 1;
    return value === edge ? (k - above) / tied : 0;
  });
}

/** Of the k candidates of highest score, the share expected to be among the k most accurate, ties broken at random; chance gives k/n. */
export function precisionAt(k: number, scores: readonly number[], accuracies: readonly number[]): number {
  requirePairs(scores, accuracies);
  if (!Number.isInteger(k) || k < 1 || k > scores.length) {
    throw new InvalidValueError(`k must be a whole number from 1 to ${scores.length}; got ${k}`);
  }
  const chosen = membership(scores, k);
  const best = membership(accuracies, k);
  return chosen.reduce((sum, chance, index) => sum + chance * best[index], 0) / k;
}

/** Accuracy lost, against the best candidate, by taking the one of highest score; a tie at the top counts by its mean. */
export function topRegret(scores: readonly number[], accuracies: readonly number[]): number {
  requirePairs(scores, accuracies);
  const highest = Math.max(...scores);
  const chosen = accuracies.filter((_, index) => scores[index] === highest);
  return regretOfMean(chosen, accuracies);
}

/** Accuracy lost, against the best of all, by taking one of `chosen` blindly. */
export function regretOfMean(chosen: readonly number[], accuracies: readonly number[]): number {
  return Math.max(...accuracies) - chosen.reduce((a, b) => a + b, 0) / chosen.length;
}
