import { messageOf } from '../../base/failure.ts';
import type { Split } from '../datasets/dataset.ts';
import {
  bestEpochOf,
  type EpochResult,
  type JunctionWeights,
  type TrainingEvent,
  type TrainingJob,
  type TrainingResult,
} from '../trainer.ts';
import { divergedBy, type Ending, notFiniteIn, stoppedIn, stopRequested } from './ending.ts';
import type { PoolTask } from './messages.ts';
import { StepClock } from './step-clock.ts';

export interface JobTask extends Omit<PoolTask, 'jobs' | 'limits'> {
  readonly job: TrainingJob;
}

/** Sums over the examples of one epoch. */
export interface EpochSums {
  readonly loss: number;
  readonly correct: number;
}

/** One network in training, by whichever engine. */
export interface Learner {
  /** examples that `correct` is asked of at once, so that it is soon seen when to stop */
  readonly evaluationBatch: number;
  /** one epoch of optimiser steps, told to the clock; or why it ended early */
  trainEpoch(epoch: number, clock: StepClock): EpochSums | Ending | Promise<EpochSums | Ending>;
  /** examples `start` to before `end` of a split that are guessed right; NaN if the network no longer gives finite numbers */
  correct(split: Split, start: number, end: number): number | Promise<number>;
  weights(): readonly JunctionWeights[] | Promise<readonly JunctionWeights[]>;
  /** @throws when what was computed is not to be trusted */
  check?(): void;
  dispose?(): void;
}

/** Fraction of a split that is guessed right, or why it could not be told. */
async function evaluate(task: JobTask, learner: Learner, split: Split, epoch: number): Promise<number | Ending> {
  let correct = 0;
  for (let start = 0; start < split.examples; start += learner.evaluationBatch) {
    if (stopRequested(task)) return stoppedIn(epoch, task.settings);
    correct += await learner.correct(split, start, Math.min(split.examples, start + learner.evaluationBatch));
    if (Number.isNaN(correct)) return notFiniteIn(epoch, 'the output');
  }
  return correct / split.examples;
}

/** All epochs, then the test split, once. @returns test accuracy */
async function trainEpochs(
  task: JobTask,
  learner: Learner,
  clock: StepClock,
  onEpoch: (result: EpochResult) => void,
): Promise<number | Ending> {
  const { dataset, settings, job } = task;
  const { examples } = dataset.train;
  for (let epoch = 1; epoch <= settings.epochs; epoch++) {
    const sums = await learner.trainEpoch(epoch, clock);
    if ('status' in sums) return sums;
    const loss = sums.loss / examples;
    const diverged = divergedBy(loss, epoch, job.architecture);
    if (diverged !== null) return diverged;
    const validationAccuracy = await evaluate(task, learner, dataset.validation, epoch);
    if (typeof validationAccuracy !== 'number') return validationAccuracy;
    onEpoch({ epoch, loss, accuracy: sums.correct / examples, validationAccuracy });
  }
  return evaluate(task, learner, dataset.test, settings.epochs);
}

/**
 * Trains one job to its end in this thread and says so: 'started', an 'epoch' each, one 'result'. Whatever goes wrong on the way is
 * a result too.
 * @param name who gives up when something throws: "the sparse engine"
 */
export async function trainWith(
  task: JobTask,
  name: string,
  open: () => Learner,
  emit: (event: TrainingEvent) => void,
): Promise<void> {
  const { job, runsOn } = task;
  const begun = performance.now();
  const clock = new StepClock();
  const ended: EpochResult[] = [];
  emit({ kind: 'started', job: job.id, ...runsOn });
  const finish = (result: Pick<TrainingResult, 'status' | 'reason' | 'testAccuracy' | 'weights'>) => {
    const timing = { samplesPerSecond: clock.samplesPerSecond, durationMs: performance.now() - begun };
    emit({ kind: 'result', job: job.id, ...runsOn, ...timing, bestEpoch: bestEpochOf(ended), ...result });
  };
  let learner: Learner | null = null;
  try {
    learner = open();
    const end = await trainEpochs(task, learner, clock, (epoch) => {
      ended.push(epoch);
      emit({ kind: 'epoch', job: job.id, ...epoch });
    });
    learner.check?.();
    const weights = job.wantWeights ? { weights: await learner.weights() } : {};
    if (typeof end === 'number') finish({ status: 'finished', reason: null, testAccuracy: end, ...weights });
    else finish({ ...end, testAccuracy: null, ...weights });
  } catch (error) {
    const what = messageOf(error);
    finish({ status: 'failed', reason: `${name} gave up: ${what}`, testAccuracy: null });
  } finally {
    learner?.dispose?.();
  }
}
