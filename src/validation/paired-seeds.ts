import { mean } from 'simple-statistics';
import type { Accuracy, Observation, PairedOutcome } from './observation.ts';

/** How a diverged training enters: left out, or as less accurate than every one that finished. */
export type DivergedAs = 'missing' | 'worst';

/** What a diverged training counts in the second run: a hundredth of a point below the least accurate finished one. */
const BELOW_WORST = 1e-4;

type Finished = readonly (number | null)[];

function finished(accuracies: readonly Accuracy[]): Finished {
  return accuracies.map((accuracy) => (accuracy === 'diverged' ? null : accuracy));
}

/**
 * Mean of each seed: over the candidates that have every seed, so that seeds are compared on the same candidates; over all that
 * have the seed where fewer than two candidates have every one. Null for a seed that nobody has.
 */
function seedMeans(rows: readonly Finished[]): (number | null)[] {
  const seeds = Math.max(0, ...rows.map((row) => row.length));
  const used = Array.from({ length: seeds }, (_, seed) => seed).filter((seed) =>
    rows.some((row) => (row[seed] ?? null) !== null),
  );
  const complete = rows.filter((row) => used.every((seed) => (row[seed] ?? null) !== null));
  const counted = complete.length >= 2 ? complete : rows;
  return Array.from({ length: seeds }, (_, seed) => {
    const values = counted.flatMap((row) => row[seed] ?? []);
    return values.length === 0 ? null : mean(values);
  });
}

/**
 * One number a candidate: the mean over its seeds of accuracy less the seed's mean (definitions §4.3, verdict-rule "Data").
 * Candidates without a finished training are left out; with 'worst', those with a diverged one are set below all others, all equal.
 */
export function outcomesOf(observations: readonly Observation[], divergedAs: DivergedAs): PairedOutcome[] {
  const rows = observations.map(({ accuracies }) => finished(accuracies));
  const means = seedMeans(rows);
  const adjusted = rows.map((row) =>
    row.flatMap((accuracy, seed) => (accuracy === null ? [] : [accuracy - (means[seed] ?? 0)])),
  );
  const own = adjusted.map((values) => (values.length === 0 ? null : mean(values)));
  const worst = Math.min(...own.flatMap((value) => value ?? [])) - BELOW_WORST;
  return observations.flatMap(({ candidate, family, scatter, accuracies }, index) => {
    const isWorst = divergedAs === 'worst' && accuracies.includes('diverged');
    const accuracy = isWorst ? (Number.isFinite(worst) ? worst : 0) : own[index];
    return accuracy === null ? [] : [{ candidate, family, scatter, accuracy }];
  });
}

/** Whether any training diverged. */
export const anyDiverged = (observations: readonly Observation[]): boolean =>
  observations.some(({ accuracies }) => accuracies.includes('diverged'));
