import type { Dataset } from '../../../src/training/datasets/dataset.ts';
import type { KernelChoice } from '../../../src/training/sparse/native-kernels.ts';
import { SparseNetwork } from '../../../src/training/sparse/network.ts';
import type { TrainingJob, TrainingSettings } from '../../../src/training/trainer.ts';
import { batchOrder, startWeights } from '../../../src/training/weights.ts';

export const never = () => false;

/** A job's network at its start, in this thread. @param mostTiles kept of a batch at once. @param kernels default: the fastest */
export function openNetwork(
  job: TrainingJob,
  features: number,
  settings: TrainingSettings,
  mostTiles?: number,
  kernels?: KernelChoice,
): SparseNetwork {
  const { architecture, pattern, seed } = job;
  const start = job.startWeights ?? startWeights(pattern, seed, settings);
  const fastMath = settings.fastMath === true;
  const batch = settings.batchSize;
  const request = { architecture, pattern, start, settings, features, batch, mostTiles, fastMath };
  return new SparseNetwork(kernels === undefined ? request : { ...request, kernels });
}

/** Takes one epoch's steps. @returns mean loss */
export function takeEpoch(
  network: SparseNetwork,
  job: TrainingJob,
  { train }: Dataset,
  { batchSize }: TrainingSettings,
  epoch: number,
): number {
  const order = batchOrder(job.seed, epoch, train.examples);
  network.sums.loss = 0;
  for (let start = 0; start < train.examples; start += batchSize) {
    network.accumulate(train, order, start, Math.min(train.examples, start + batchSize), never);
    network.update();
  }
  return network.sums.loss / train.examples;
}
