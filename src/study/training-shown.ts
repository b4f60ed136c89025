import type { Store, StudyRecord } from '../store/index.ts';
import { storedEpochs } from '../training/settings-schema.ts';

/** What the accuracies of a study's candidates are of: one data set, one number of epochs, one engine. */
export interface TrainingShown {
  readonly dataset: string;
  readonly epochs: number;
  readonly engine: string;
  /** finished trainings under other settings, which are not counted */
  readonly others: number;
}

/** Null while no training has finished, and where its settings cannot be read. */
export function trainingShown(store: Store, study: StudyRecord): TrainingShown | null {
  const training = store.accuracyTraining(study.id);
  if (training === null) return null;
  const { dataset, trainingSettings, engine, others } = training;
  const what = `the training settings of study "${study.name}"`;
  const epochs = storedEpochs(trainingSettings, { what, storedBy: study.version });
  return epochs.ok ? { dataset, epochs: epochs.value, engine, others } : null;
}
