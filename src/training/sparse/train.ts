import { type Ending, notFiniteIn, stopRequested } from '../pool/ending.ts';
import type { FeaturesMessage, SnapshotMessage } from '../pool/messages.ts';
import type { StepClock } from '../pool/step-clock.ts';
import { type EpochCourse, type JobTask, type Learner, trainWith } from '../pool/train-job.ts';
import type { EpochSums } from '../snapshot.ts';
import type { TrainingEvent } from '../trainer.ts';
import { batchOrder, startWeights } from '../weights.ts';
import { SparseNetwork } from './network.ts';

/** One epoch of optimiser steps, or why it ended early. */
async function trainEpoch(
  task: JobTask,
  network: SparseNetwork,
  course: EpochCourse,
  clock: StepClock,
): Promise<EpochSums | Ending> {
  const { dataset, settings, job } = task;
  const { train } = dataset;
  const { examples } = train;
  const { epoch } = course;
  const order = batchOrder(job.seed, epoch, examples);
  const stopped = () => stopRequested(task);
  const { sums } = network;
  sums.loss = course.sums.loss;
  sums.correct = course.sums.correct;
  let { batches } = course;
  clock.start();
  for (let start = batches * settings.batchSize; start < examples; start += settings.batchSize) {
    const end = Math.min(examples, start + settings.batchSize);
    const { loss, correct } = sums;
    if (!network.accumulate(train, order, start, end, stopped)) return course.stopped(batches, { loss, correct });
    network.update();
    batches++;
    clock.count(1, end - start);
    if (!Number.isFinite(sums.loss)) return notFiniteIn(epoch, 'the loss');
    const keeping = course.between(batches, sums);
    if (keeping === null) continue;
    await keeping;
    clock.start();
  }
  return { ...sums };
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
    trainEpoch: (course, clock) => trainEpoch(task, network, course, clock),
    correct: (split, from, to) => network.countCorrect(split, from, to),
    weights: () => network.weights(),
    state: () => network.state(),
    restore: (state) => network.restore(state),
  };
}

/** `trainWith` by the sparse engine; it holds this thread while an epoch lasts. */
export function trainJob(
  task: JobTask,
  emit: (event: TrainingEvent) => void,
  tell?: (message: SnapshotMessage | FeaturesMessage) => void,
): Promise<void> {
  return trainWith(task, 'the sparse engine', () => openLearner(task), emit, tell);
}
