import { defineArchitecture } from '../../../src/pattern/architecture.ts';
import type { FeatureRequest, FrontEvent } from '../../../src/training/frozen-front/features.ts';
import { trainingSettings } from '../../../src/training/settings.ts';
import type { FrozenFront, TrainingSettings } from '../../../src/training/trainer.ts';
import { someDataset, somePattern } from '../samples.ts';

const architecture = defineArchitecture({ layers: [3136, 8, 4], fanOuts: [2, 2] });

/** Numbers of the size of MNIST's images; half a second a training. */
export const imageLikeData = (examples = 24) =>
  someDataset({ features: 784, classes: 4, examples: { train: examples, validation: 8, test: 8 } });

export function featureRequest(
  change: Partial<TrainingSettings> = {},
  frozen: Partial<FrozenFront> = {},
  dataset = imageLikeData(),
): FeatureRequest {
  const frozenFront = { trainedWith: 'dense', epochs: 2, backend: 'wasm', ...frozen } as const;
  const settings = trainingSettings({ epochs: 5, batchSize: 8, front: 'mnist-conv', frozenFront, ...change });
  return { dataset, settings, architecture, first: () => somePattern(architecture, 7), seed: 1 };
}

export const epochsTold = (events: readonly FrontEvent[]) =>
  events.flatMap((event) => (event.kind === 'epoch' ? [event.epoch] : []));
