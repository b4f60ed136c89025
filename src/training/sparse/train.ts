import { type Ending, notFiniteIn, stoppedIn, stopRequested } from '../pool/ending.ts';
import type { StepClock } from '../pool/step-clock.ts';
import { type EpochSums, type JobTask, type Learner, trainWith } from '../pool/train-job.ts';
import type { TrainingEvent } from '../trainer.ts';
import { batchOrder, startWeights } from '../weights.ts';
import { SparseNetwork } from './network.ts';

/** One epoch of optimiser steps, or why it ended early. */
function trainEpoch(task: JobTask, network: SparseNetwork, epoch: number, clock: StepClock): EpochSums | Ending {
  const { dataset, settings, job } = task;
  const { train } = dataset;
  const { examples } = train;
  const order = batchOrder(job.seed, epoch, examples);
  const stopped = () => stopRequested(task);
  const { sums } = network;
  sums.loss = 0;
  sums.correct = 0;
  clock.start();
  for (let start = 0; start < examples; start += settings.batchSize) {
    const end = Math.min(examples, start + settings.batchSize);
    if (!network.accumulate(train, order, start, end, stopped)) return stoppedIn(epoch, settings);
    network.update();
    clock.count(1, end - start);
    if (!Number.isFinite(sums.loss)) return notFiniteIn(epoch, 'the loss');
  }
  return sums;
}

function openLearner(task: JobTask): Learner {
  const { job, dataset, settings } = task;
  const { architecture, pattern, seed } = job;
  const start = job.startWeights ?? startWeights(pattern, seed, settings);
  const fastMath = settings.fastMath === true;
  const batch = Math.min(settings.batchSize, dataset.train.examples);
  const { features } = dataset;
  const network = new SparseNetwork({ architecture, pattern, start, settings, features, batch, fastMath });
  return {
    evaluationBatch: 1024,
    trainEpoch: (epoch, clock) => trainEpoch(task, network, epoch, clock),
    correct: (split, from, to) => network.countCorrect(split, from, to),
    weights: () => network.weights(),
  };
}

/** `trainWith` by the sparse engine; it holds this thread while an epoch lasts. */
export function trainJob(task: JobTask, emit: (event: TrainingEvent) => void): Promise<void> {
  return trainWith(task, 'the sparse engine', () => openLearner(task), emit);
}
