import type { Dataset, Split } from '../datasets/dataset.ts';
import { fronts } from '../fronts.ts';
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
import { batchOrder, startFront, startWeights } from '../weights.ts';
import { BatchReader } from './batches.ts';
import type { Runtime } from './runtime.ts';
import type { Session } from './session.ts';

export interface TrainTask {
  readonly job: TrainingJob;
  readonly dataset: Dataset;
  readonly settings: TrainingSettings;
  readonly runsOn: RunsOn;
  /** one shared word; 1 asks to stop */
  readonly stop: Int32Array;
}

/** Bigger than training batches: evaluation keeps nothing but the logits. Images through a front take a hundred times the memory. */
const evaluationBatch = ({ front }: TrainingSettings) => (front === undefined ? 1024 : 128);

/** How a training ended before its time. */
interface Ending {
  readonly status: 'stopped' | 'diverged';
  readonly reason: string;
}

const stopRequested = ({ stop }: TrainTask) => Atomics.load(stop, 0) !== 0;

function stoppedIn(epoch: number, { settings }: TrainTask): Ending {
  return { status: 'stopped', reason: `it was stopped in epoch ${epoch} of ${settings.epochs}` };
}

function divergedIn(epoch: number, what: string): Ending {
  const reason = `${what} was no longer finite in epoch ${epoch}; a lower learning rate may help`;
  return { status: 'diverged', reason };
}

/** One epoch of optimiser steps: mean loss and accuracy over its batches, or why it ended early. */
async function trainEpoch(
  task: TrainTask,
  session: Session,
  reader: BatchReader,
  epoch: number,
  clock: StepClock,
): Promise<{ loss: number; accuracy: number } | Ending> {
  const { train } = task.dataset;
  const order = batchOrder(task.job.seed, epoch, train.examples);
  const total = { loss: 0, correct: 0 };
  let unread = 0;
  let unreadRows = 0;
  clock.start();
  for (let start = 0; start < train.examples; start += task.settings.batchSize) {
    if (stopRequested(task)) return stoppedIn(epoch, task);
    const rows = reader.gather(train, order, start);
    session.step(reader.inputs, reader.labels, rows);
    unread++;
    unreadRows += rows;
    if (unread < session.stepsPerSums && start + rows < train.examples) continue;
    const sums = await session.sums();
    clock.count(unread, unreadRows);
    unread = 0;
    unreadRows = 0;
    total.loss += sums.loss;
    total.correct += sums.correct;
    if (!Number.isFinite(total.loss)) return divergedIn(epoch, 'the loss');
  }
  return { loss: total.loss / train.examples, accuracy: total.correct / train.examples };
}

/** Fraction of a split that is guessed right, or why it could not be told. */
async function evaluate(
  task: TrainTask,
  session: Session,
  reader: BatchReader,
  split: Split,
  epoch: number,
): Promise<number | Ending> {
  let correct = 0;
  for (let start = 0; start < split.examples; start += evaluationBatch(task.settings)) {
    if (stopRequested(task)) return stoppedIn(epoch, task);
    const rows = reader.gather(split, null, start);
    correct += await session.correct(reader.inputs, reader.labels, rows);
    if (Number.isNaN(correct)) return divergedIn(epoch, 'the output');
  }
  return correct / split.examples;
}

/** All epochs, then the test split, once. @returns test accuracy */
async function trainEpochs(
  task: TrainTask,
  session: Session,
  clock: StepClock,
  onEpoch: (result: EpochResult) => void,
): Promise<number | Ending> {
  const { dataset, settings, job } = task;
  const width = settings.front === undefined ? job.architecture.layers[0] : dataset.features;
  const batches = new BatchReader(settings.batchSize, width, dataset.features);
  const chunks = new BatchReader(evaluationBatch(settings), width, dataset.features);
  for (let epoch = 1; epoch <= settings.epochs; epoch++) {
    const trained = await trainEpoch(task, session, batches, epoch, clock);
    if ('status' in trained) return trained;
    const validationAccuracy = await evaluate(task, session, chunks, dataset.validation, epoch);
    if (typeof validationAccuracy !== 'number') return validationAccuracy;
    onEpoch({ epoch, ...trained, validationAccuracy });
  }
  return evaluate(task, session, chunks, dataset.test, settings.epochs);
}

/** Start weights by the job's seed, unless it brings its own. */
function openSession({ job, settings }: TrainTask, runtime: Runtime): Session {
  const { architecture, pattern, seed } = job;
  const start = job.startWeights ?? startWeights(pattern, seed, settings.biasStart);
  const request = { architecture, pattern, start, settings };
  if (settings.front === undefined) return runtime.openSession(request);
  const front = fronts[settings.front];
  return runtime.openSession({ ...request, front: { front, blocks: startFront(front, seed, settings.biasStart) } });
}

/**
 * Trains one job to its end in this thread and says so: 'started', an 'epoch' each, one 'result'. Whatever goes wrong on the way is
 * a result too.
 */
export async function trainJob(task: TrainTask, runtime: Runtime, emit: (event: TrainingEvent) => void): Promise<void> {
  const { job, runsOn } = task;
  const begun = performance.now();
  const clock = new StepClock();
  const ended: EpochResult[] = [];
  emit({ kind: 'started', job: job.id, ...runsOn });
  const finish = (result: Pick<TrainingResult, 'status' | 'reason' | 'testAccuracy' | 'weights'>) => {
    const timing = { samplesPerSecond: clock.samplesPerSecond, durationMs: performance.now() - begun };
    emit({ kind: 'result', job: job.id, ...runsOn, ...timing, bestEpoch: bestEpochOf(ended), ...result });
  };
  let session: Session | null = null;
  try {
    session = openSession(task, runtime);
    const end = await trainEpochs(task, session, clock, (epoch) => {
      ended.push(epoch);
      emit({ kind: 'epoch', job: job.id, ...epoch });
    });
    // A device that ran out of memory does not throw by itself: it computes garbage.
    runtime.checkDevice();
    const weights = job.wantWeights ? { weights: await session.weights() } : {};
    if (typeof end === 'number') finish({ status: 'finished', reason: null, testAccuracy: end, ...weights });
    else finish({ ...end, testAccuracy: null, ...weights });
  } catch (error) {
    const what = error instanceof Error ? error.message : String(error);
    finish({ status: 'failed', reason: `the backend ${runsOn.backend} gave up: ${what}`, testAccuracy: null });
  } finally {
    session?.dispose();
  }
}
