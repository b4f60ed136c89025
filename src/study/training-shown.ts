import { plural } from '../base/plural.ts';
import type { TrainingScore } from '../base/score.ts';
import type { AccuracyTraining, Store, StudyRecord } from '../store/index.ts';
import type { SharedFront } from '../training/frozen-front/shared-front.ts';
import { storedEpochs, storedSharedFront } from '../training/settings-schema.ts';

/** Finished trainings of a study that its accuracies leave out. */
export interface UncountedKind {
  readonly trainings: number;
  /**
   * 'engine': by another engine or backend than the trainings that count; 'settings': on other data or under other settings;
   * 'version': alike in all that, so the arithmetic of the engine was another then
   */
  readonly difference: 'engine' | 'settings' | 'version';
  readonly engine: string;
  readonly backend: string;
}

/** What the accuracies of a study's candidates are of: one data set, one number of epochs, one engine. */
export interface TrainingShown {
  readonly dataset: string;
  readonly epochs: number;
  readonly engine: string;
  /** what stands for accuracy; null or absent: accuracy */
  readonly score?: TrainingScore | null;
  /** trained beforehand and shared by all candidates; null where networks were trained as a whole */
  readonly sharedFront: SharedFront | null;
  /** what else the study holds, which is not counted */
  readonly uncounted: readonly UncountedKind[];
}

/** Null while no training has finished, and where its settings cannot be read. */
export function trainingShown(store: Store, study: StudyRecord): TrainingShown | null {
  const training = store.accuracyTraining(study.id);
  if (training === null) return null;
  const { dataset, trainingSettings, engine, score } = training;
  const what = `the training settings of study "${study.name}"`;
  const epochs = storedEpochs(trainingSettings, { what, storedBy: study.version });
  if (!epochs.ok) return null;
  const front = storedSharedFront(trainingSettings);
  return { dataset, epochs: epochs.value, engine, score, sharedFront: front, uncounted: uncountedKinds(training) };
}

/** The trainings that are not counted, by how they differ from those that are. */
export function uncountedKinds(counted: AccuracyTraining): UncountedKind[] {
  const kinds = new Map<string, UncountedKind>();
  for (const other of counted.others) {
    const { trainings, engine, backend } = other;
    const difference = differenceBetween(counted, other);
    const key = difference === 'settings' ? difference : `${difference} ${engine} ${backend}`;
    kinds.set(key, { trainings: trainings + (kinds.get(key)?.trainings ?? 0), difference, engine, backend });
  }
  return [...kinds.values()];
}

function differenceBetween(
  counted: AccuracyTraining,
  other: AccuracyTraining['others'][number],
): UncountedKind['difference'] {
  if (other.engine !== counted.engine || other.backend !== counted.backend) return 'engine';
  const isSame =
    other.datasetDigest === counted.datasetDigest && sameJson(other.trainingSettings, counted.trainingSettings);
  return isSame ? 'version' : 'settings';
}

/** Whatever the order of keys. */
const sameJson = (a: unknown, b: unknown) => sortedText(a) === sortedText(b);

const sortedText = (value: unknown) =>
  JSON.stringify(typeof value === 'object' && value !== null ? Object.entries(value).sort() : value);

/** "3 trainings under other settings, 2 trainings by the tfjs engine on cpu, 1 training by another version of the sparse engine" */
export const uncountedText = (uncounted: readonly UncountedKind[]): string =>
  uncounted.map((kind) => `${plural(kind.trainings, 'training')} ${differenceText(kind)}`).join(', ');

function differenceText({ difference, engine, backend }: UncountedKind): string {
  if (difference === 'settings') return 'under other settings';
  return difference === 'engine'
    ? `by the ${engine} engine on ${backend}`
    : `by another version of the ${engine} engine`;
}
