import type { Dataset, Split } from '../datasets/dataset.ts';
import { StepClock } from '../pool/step-clock.ts';
import {
  bestEpochOf,
  type EpochResult,
  type RunsOn,
  type TrainingEvent,
  type TrainingJob,
  type TrainingResult,
  type TrainingSettings,
} from '../trainer.ts';
import { batchOrder, startWeights } from '../weights.ts';
import { SparseNetwork } from './network.ts';

export interface SparseTask {
  readonly job: TrainingJob;
  readonly dataset: Dataset;
  readonly settings: TrainingSettings;
  readonly runsOn: RunsOn;
  /** one shared word; 1 asks to stop */
  readonly stop: Int32Array;
}

/** Examples between two looks at whether to stop. */
const evaluationBatch = 1024;

/** How a training ended before its time. */
interface Ending {
  readonly status: 'stopped' | 'diverged';
  readonly reason: string;
}

const stopRequested = ({ stop }: SparseTask) => Atomics.load(stop, 0) !== 0;

function stoppedIn(epoch: number, { settings }: SparseTask): Ending {
  return { status: 'stopped', reason: `it was stopped in epoch ${epoch} of ${settings.epochs}` };
}

function divergedIn(epoch: number, what: string): Ending {
  const reason = `${what} was no longer finite in epoch ${epoch}; a lower learning rate may help`;
  return { status: 'diverged', reason };
}

/** One epoch of optimiser steps: mean loss and accuracy over its batches, or why it ended early. */
function trainEpoch(
  task: SparseTask,
  network: SparseNetwork,
  epoch: number,
  clock: StepClock,
): { loss: number; accuracy: number } | Ending {
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
    if (!network.accumulate(train, order, start, end, stopped)) return stoppedIn(epoch, task);
    network.update();
    clock.count(1, end - start);
    if (!Number.isFinite(sums.loss)) return divergedIn(epoch, 'the loss');
  }
  return { loss: sums.loss / examples, accuracy: sums.correct / examples };
}

/** Fraction of a split that is guessed right, or why it could not be told. */
function evaluate(task: SparseTask, network: SparseNetwork, split: Split, epoch: number): number | Ending {
  let correct = 0;
  for (let start = 0; start < split.examples; start += evaluationBatch) {
    if (stopRequested(task)) return stoppedIn(epoch, task);
    correct += network.countCorrect(split, start, Math.min(split.examples, start + evaluationBatch));
    if (Number.isNaN(correct)) return divergedIn(epoch, 'the output');
  }
  return correct / split.examples;
}

/** All epochs, then the test split, once. @returns test accuracy */
function trainEpochs(
  task: SparseTask,
  network: SparseNetwork,
  clock: StepClock,
  onEpoch: (result: EpochResult) => void,
): number | Ending {
  const { dataset, settings } = task;
  for (let epoch = 1; epoch <= settings.epochs; epoch++) {
    const trained = trainEpoch(task, network, epoch, clock);
    if ('status' in trained) return trained;
    const validationAccuracy = evaluate(task, network, dataset.validation, epoch);
    if (typeof validationAccuracy !== 'number') return validationAccuracy;
    onEpoch({ epoch, ...trained, validationAccuracy });
  }
  return evaluate(task, network, dataset.test, settings.epochs);
}

function openNetwork({ job, dataset, settings }: SparseTask): SparseNetwork {
  const { architecture, pattern, seed } = job;
  const start = job.startWeights ?? startWeights(pattern, seed, settings.biasStart);
  const fastMath = settings.fastMath === true;
  return new SparseNetwork({ architecture, pattern, start, settings, features: dataset.features, fastMath });
}

/**
 * Trains one job to its end in this thread and says so: 'started', an 'epoch' each, one 'result'. Whatever goes wrong on the way is
 * a result too. Nothing else runs in this thread meanwhile.
 */
export function trainJob(task: SparseTask, emit: (event: TrainingEvent) => void): void {
  const { job, runsOn } = task;
  const begun = performance.now();
  const clock = new StepClock();
  const ended: EpochResult[] = [];
  emit({ kind: 'started', job: job.id, ...runsOn });
  const finish = (result: Pick<TrainingResult, 'status' | 'reason' | 'testAccuracy' | 'weights'>) => {
    const timing = { samplesPerSecond: clock.samplesPerSecond, durationMs: performance.now() - begun };
    emit({ kind: 'result', job: job.id, ...runsOn, ...timing, bestEpoch: bestEpochOf(ended), ...result });
  };
  try {
    const network = openNetwork(task);
    const end = trainEpochs(task, network, clock, (epoch) => {
      ended.push(epoch);
      emit({ kind: 'epoch', job: job.id, ...epoch });
    });
    const weights = job.wantWeights ? { weights: network.weights() } : {};
    if (typeof end === 'number') finish({ status: 'finished', reason: null, testAccuracy: end, ...weights });
    else finish({ ...end, testAccuracy: null, ...weights });
  } catch (error) {
    const what = error instanceof Error ? error.message : String(error);
    finish({ status: 'failed', reason: `the sparse engine gave up: ${what}`, testAccuracy: null });
  }
}
