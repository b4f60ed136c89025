import { mean } from 'simple-statistics';
import type { Store, StudyRecord } from '../store/index.ts';
import { bestEpochOf } from '../training/trainer.ts';

/**
 * By candidate, the highest validation accuracy of any epoch, as a mean over its finished trainings: what the last epoch's test
 * accuracy may be compared with, and never replaces.
 */
export function bestValidations(store: Store, study: StudyRecord): ReadonlyMap<number, number> {
  const training = store.accuracyTraining(study.id);
  if (training === null) return new Map();
  const found = new Map<number, number[]>();
  const { settingsDigest } = training;
  for (const { candidate, epochs } of store.evaluations(study.id, { status: 'finished', settingsDigest })) {
    const best = bestEpochOf(epochs);
    if (best === null) continue;
    found.set(candidate, [...(found.get(candidate) ?? []), best.validationAccuracy]);
  }
  return new Map([...found].map(([candidate, values]) => [candidate, mean(values)]));
}
