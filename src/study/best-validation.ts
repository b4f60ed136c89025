import type { EvaluationRecord, Store, StudyRecord } from '../store/index.ts';
import { bestEpochOf } from '../training/trainer.ts';

/** The settings under which most trainings of a study finished, the earlier ones of equals: those whose accuracies a leaderboard shows. */
function usualSettings(evaluations: readonly EvaluationRecord[]): string | undefined {
  const counts = new Map<string, { count: number; first: number }>();
  for (const { settingsDigest, id } of evaluations) {
    const { count = 0, first = id } = counts.get(settingsDigest) ?? {};
    counts.set(settingsDigest, { count: count + 1, first: Math.min(first, id) });
  }
  const order = [...counts].sort(([, a], [, b]) => b.count - a.count || a.first - b.first);
  return order[0]?.[0];
}

/**
 * By candidate, the highest validation accuracy of any epoch, as a mean over its finished trainings: what the last epoch's test
 * accuracy may be compared with, and never replaces.
 */
export function bestValidations(store: Store, study: StudyRecord): ReadonlyMap<number, number> {
  const finished = store.evaluations(study.id, { status: 'finished' });
  const usual = usualSettings(finished);
  const found = new Map<number, number[]>();
  for (const { candidate, settingsDigest, epochs } of finished) {
    const best = bestEpochOf(epochs);
    if (settingsDigest !== usual || best === null) continue;
    found.set(candidate, [...(found.get(candidate) ?? []), best.validationAccuracy]);
  }
  const mean = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length;
  return new Map([...found].map(([candidate, values]) => [candidate, mean(values)]));
}
