import type { Store, StudyRecord } from '../store/index.ts';
import type { TrainingSettings } from '../training/trainer.ts';

/** What the accuracies of a study's candidates are of: one data set, one number of epochs, one engine. */
export interface TrainingShown {
  readonly dataset: string;
  readonly epochs: number;
  readonly engine: string;
  /** finished trainings under other settings, which are not counted */
  readonly others: number;
}

/** Null while no training has finished. */
export function trainingShown(store: Store, study: StudyRecord): TrainingShown | null {
  const training = store.accuracyTraining(study.id);
  if (training === null) return null;
  const { dataset, trainingSettings, engine, others } = training;
  const { epochs } = trainingSettings as TrainingSettings;
  return { dataset, epochs, engine, others };
}
