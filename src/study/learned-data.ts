import { ScattershotError } from '../base/failure.ts';
import type { Architecture } from '../pattern/architecture.ts';
import type { Pattern } from '../pattern/pattern.ts';
import type { Dataset } from '../training/datasets/dataset.ts';
import { frozenFeatures } from '../training/frozen-front/features.ts';
import { connectedTraining } from '../training/frozen-front/recipe.ts';
import type { TrainingSettings } from '../training/trainer.ts';
import type { Emit } from './host.ts';
import { pausable } from './pausable.ts';
import type { StudyControl } from './study-control.ts';

/** What a trainer is given: the data themselves, or what a frozen front makes of them. */
export interface LearnedData {
  readonly dataset: Dataset;
  readonly settings: TrainingSettings;
}

export interface LearnedRequest extends LearnedData {
  readonly architecture: Architecture;
  /** the study's first candidate */
  readonly first: () => Pattern;
}

export interface LearningHost {
  readonly cacheFolder: string;
  readonly signal: AbortSignal;
  readonly control?: StudyControl | undefined;
}

/**
 * What connected layers learn on with a seed: where the front is frozen, it is trained now unless the cache has its features. Null when
 * interrupted before.
 * @throws ScattershotError where a front cannot be trained or its features cannot be kept
 */
export async function learnedData(
  request: LearnedRequest,
  seed: number,
  host: LearningHost,
  emit: Emit,
): Promise<LearnedData | null> {
  const { dataset, settings } = request;
  const { frozenFront } = settings;
  if (frozenFront === undefined) return { dataset, settings };
  const { cacheFolder, signal, control } = host;
  const frontSeed = frozenFront.seed ?? seed;
  const features = await frozenFeatures(
    { ...request, seed },
    {
      ...{ cacheFolder, signal },
      onEvent: (event) => emit({ kind: 'front', seed: frontSeed, event }),
      onWarning: (message) => emit({ kind: 'warning', message }),
      beginsMore: () => control?.beginsTrainings !== false,
      run: (begin) => pausable([{ id: 'front' }], (_, stop) => begin(stop), signal, control),
    },
  );
  if (features === null) control?.trainingsEnded();
  if (features === null) return null;
  if (!features.ok) throw new ScattershotError(features);
  return { dataset: features.value.dataset, settings: connectedTraining(settings) };
}
