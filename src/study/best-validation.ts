import { mean } from 'simple-statistics';
import type { Store, StudyRecord } from '../store/index.ts';
import { bestEpochOf } from '../training/trainer.ts';

/**
 * Of a candidate, the best validation accuracy (or other score) of any epoch, as a mean over its finished trainings: what the last epoch's test
 * accuracy may be compared with, and never replaces. Null where it has none.
 */
export function bestValidationOf(store: Store, study: StudyRecord): (candidate: number) => number | null {
  const training = store.accuracyTraining(study.id);
  if (training === null) return () => null;
  const { settingsDigest, score } = training;
  return (candidate) => {
    const finished = store.evaluations(study.id, { candidate, status: 'finished', settingsDigest });
    const best = finished.flatMap(({ epochs }) => bestEpochOf(epochs, score)?.validationAccuracy ?? []);
    return best.length === 0 ? null : mean(best);
  };
}
