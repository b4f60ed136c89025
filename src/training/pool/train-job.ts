import { messageOf } from '../../base/failure.ts';
import { type Split, splitNames } from '../datasets/dataset.ts';
import { type EpochSums, type LearnerState, snapshotBytes, type TrainingProgress } from '../snapshot.ts';
import {
  bestEpochOf,
  type EpochResult,
  type JunctionWeights,
  type TrainingEvent,
  type TrainingJob,
  type TrainingResult,
} from '../trainer.ts';
import { divergedBy, type Ending, notFiniteIn, stoppedIn, stopRequested } from './ending.ts';
import type { FeaturesMessage, PoolTask, SnapshotMessage } from './messages.ts';
import { SnapshotSender, snapshotOf } from './snapshot-sender.ts';
import { StepClock } from './step-clock.ts';

export interface JobTask extends Omit<PoolTask, 'jobs' | 'limits'> {
  readonly job: TrainingJob;
  /** jobs that this thread trains at the same time, this one among them; default 1 */
  readonly together?: number;
}

/** One epoch as an engine is asked for it. */
export interface EpochCourse {
  readonly epoch: number;
  /** batches that were done before it was interrupted, and their sums: it goes on after them */
  readonly batches: number;
  readonly sums: EpochSums;
  /** To be called between two batches, with what is done; a promise, of a snapshot that is being made, is to be waited for. */
  between(batches: number, sums: EpochSums): Promise<void> | null;
  /** To be called where a stop was seen, with the batches whose steps are taken. @returns how the epoch ends */
  stopped(batches: number, sums: EpochSums): Promise<Ending>;
}

/** One network in training, by whichever engine. */
export interface Learner {
  /** examples that `correct` is asked of at once, so that it is soon seen when to stop */
  readonly evaluationBatch: number;
  /** one epoch of optimiser steps, told to the clock; or why it ended early */
  trainEpoch(course: EpochCourse, clock: StepClock): EpochSums | Ending | Promise<EpochSums | Ending>;
  /** examples `start` to before `end` of a split that are guessed right; NaN if the network no longer gives finite numbers */
  correct(split: Split, start: number, end: number): number | Promise<number>;
  weights(): readonly JunctionWeights[] | Promise<readonly JunctionWeights[]>;
  /** what its front makes of examples `start` to before `end` of a split, `examples × N_1`; absent where an engine has no fronts */
  features?(split: Split, start: number, end: number): Promise<Float32Array<ArrayBuffer>>;
  /** between two optimiser steps; copies */
  state(): LearnerState | Promise<LearnerState>;
  /** Takes up a state that `state` gave. @throws Error for one of another network, which changes nothing */
  restore(state: LearnerState): void;
  /** @throws when what was computed is not to be trusted */
  check?(): void;
  dispose?(): void;
}

const nothing: EpochSums = { loss: 0, correct: 0 };

/** A job on its way from its start, or its snapshot, to its end. */
class JobTraining {
  readonly #task: JobTask;
  readonly #learner: Learner;
  readonly #sender: SnapshotSender;
  readonly #begun: number;
  readonly #from: TrainingProgress | null;
  readonly clock = new StepClock();
  /** those that have ended */
  readonly epochs: EpochResult[];

  constructor(
    task: JobTask,
    learner: Learner,
    from: TrainingProgress | null,
    tell: (message: SnapshotMessage) => void,
  ) {
    this.#task = task;
    this.#learner = learner;
    const bytes = snapshotBytes(task.job, task.settings);
    this.#sender = new SnapshotSender(task, [task.job], bytes, tell, task.together);
    this.#from = from;
    this.#begun = performance.now() - (from?.elapsedMs ?? 0);
    this.epochs = [...(from?.epochs ?? [])];
  }

  get durationMs(): number {
    return performance.now() - this.#begun;
  }

  /** All epochs, then the test split, once. @returns test accuracy */
  async train(onEpoch: (result: EpochResult) => void): Promise<number | Ending> {
    const { dataset, settings } = this.#task;
    const { epoch: first = 1, batches = 0, sums = nothing } = this.#from ?? {};
    for (let epoch = first; epoch <= settings.epochs; epoch++) {
      const ending = await this.#trainEpoch(
        epoch,
        epoch === first ? { batches, sums } : { batches: 0, sums: nothing },
        onEpoch,
      );
      if (ending !== null) return ending;
      // What is left after the last one takes no time worth a snapshot, unless features are to be computed.
      const goesOn = epoch < settings.epochs || this.#task.job.wantFeatures === true;
      if (goesOn && this.#sender.afterEpoch()) await this.#keep(epoch + 1, 0, nothing);
    }
    const tested = await this.#evaluate(dataset.test, settings.epochs);
    if (typeof tested !== 'number' && tested.status === 'stopped')
      await this.#keepAtStop(settings.epochs + 1, 0, nothing);
    return tested;
  }

  /** Of every example of every split, in order. @returns why they could not be told; else null */
  async tellFeatures(tell: (message: FeaturesMessage) => void): Promise<Ending | null> {
    const { dataset, settings, job } = this.#task;
    const { features, evaluationBatch } = this.#learner;
    if (features === undefined) throw new Error('it has no front whose features could be told');
    for (const split of splitNames) {
      const { examples } = dataset[split];
      for (let start = 0; start < examples; start += evaluationBatch) {
        if (stopRequested(this.#task)) {
          await this.#keepAtStop(settings.epochs + 1, 0, nothing);
          return stoppedIn(settings.epochs, settings);
        }
        const values = await features(dataset[split], start, Math.min(examples, start + evaluationBatch));
        tell({ kind: 'features', job: job.id, split, start, values });
      }
    }
    return null;
  }

  async #trainEpoch(
    epoch: number,
    from: Pick<TrainingProgress, 'batches' | 'sums'>,
    onEpoch: (result: EpochResult) => void,
  ): Promise<Ending | null> {
    const { dataset, settings, job } = this.#task;
    const { examples } = dataset.train;
    const sums = await this.#learner.trainEpoch({ epoch, ...from, ...this.#watching(epoch) }, this.clock);
    if ('status' in sums) return sums;
    const loss = sums.loss / examples;
    const diverged = divergedBy(loss, epoch, job.architecture);
    if (diverged !== null) return diverged;
    const validationAccuracy = await this.#evaluate(dataset.validation, epoch);
    if (typeof validationAccuracy !== 'number') {
      const all = Math.ceil(examples / settings.batchSize);
      if (validationAccuracy.status === 'stopped') await this.#keepAtStop(epoch, all, sums);
      return validationAccuracy;
    }
    const result = { epoch, loss, accuracy: sums.correct / examples, validationAccuracy };
    this.epochs.push(result);
    onEpoch(result);
    return null;
  }

  #watching(epoch: number): Pick<EpochCourse, 'between' | 'stopped'> {
    return {
      between: (batches, sums) => (this.#sender.withinEpoch() ? this.#keep(epoch, batches, sums) : null),
      stopped: async (batches, sums) => {
        await this.#keepAtStop(epoch, batches, sums);
        return stoppedIn(epoch, this.#task.settings);
      },
    };
  }

  async #keepAtStop(epoch: number, batches: number, sums: EpochSums): Promise<void> {
    if (this.#sender.atStop()) await this.#keep(epoch, batches, sums);
  }

  #keep(epoch: number, batches: number, { loss, correct }: EpochSums): Promise<void> {
    const progress = { epoch, batches, sums: { loss, correct }, epochs: [...this.epochs], elapsedMs: this.durationMs };
    return this.#sender.send([this.#task.job], async () => {
      const learner = await this.#learner.state();
      this.#learner.check?.();
      return { progress, learner };
    });
  }

  /** Fraction of a split that is guessed right, or why it could not be told. */
  async #evaluate(split: Split, epoch: number): Promise<number | Ending> {
    const { evaluationBatch } = this.#learner;
    let correct = 0;
    for (let start = 0; start < split.examples; start += evaluationBatch) {
      if (stopRequested(this.#task)) return stoppedIn(epoch, this.#task.settings);
      correct += await this.#learner.correct(split, start, Math.min(split.examples, start + evaluationBatch));
      if (Number.isNaN(correct)) return notFiniteIn(epoch, 'the output');
    }
    return correct / split.examples;
  }
}

/** The network as the job's snapshot has it, where it has one; else as it starts. */
function openAt(
  task: JobTask,
  open: () => Learner,
  tell: (message: SnapshotMessage) => void,
): { readonly learner: Learner; readonly from: TrainingProgress | null } {
  const learner = open();
  const snapshot = snapshotOf(task.job, task, tell);
  if (snapshot === null) return { learner, from: null };
  try {
    learner.restore(snapshot.learner);
    return { learner, from: snapshot.progress };
  } catch (error) {
    tell({ kind: 'warning', job: task.job.id, message: `${messageOf(error)}; it starts again at epoch 1` });
    return { learner, from: null };
  }
}

/**
 * Trains one job to its end in this thread and says so: 'started', an 'epoch' each, one 'result'. Whatever goes wrong on the way is
 * a result too. A job with a snapshot goes on from there.
 * @param name who gives up when something throws: "the sparse engine"
 */
export async function trainWith(
  task: JobTask,
  name: string,
  open: () => Learner,
  emit: (event: TrainingEvent) => void,
  tell: (message: SnapshotMessage | FeaturesMessage) => void = () => {},
): Promise<void> {
  const { job, runsOn } = task;
  let learner: Learner | null = null;
  let training: JobTraining | null = null;
  const start = (from: TrainingProgress | null) => {
    const resumed = from === null ? {} : { resumed: { epoch: from.epoch, batches: from.batches, epochs: from.epochs } };
    emit({ kind: 'started', job: job.id, ...runsOn, ...resumed });
  };
  const finish = (result: Pick<TrainingResult, 'status' | 'reason' | 'testAccuracy' | 'weights'>) => {
    const { clock = null, durationMs = 0, epochs = [] } = training ?? {};
    const timing = { samplesPerSecond: clock?.samplesPerSecond ?? 0, durationMs };
    emit({ kind: 'result', job: job.id, ...runsOn, ...timing, bestEpoch: bestEpochOf(epochs), ...result });
  };
  try {
    const opened = openAt(task, open, tell);
    learner = opened.learner;
    training = new JobTraining(task, learner, opened.from, tell);
    start(opened.from);
    const trained = await training.train((epoch) => emit({ kind: 'epoch', job: job.id, ...epoch }));
    const toTell = typeof trained === 'number' && job.wantFeatures === true;
    const end = (toTell ? await training.tellFeatures(tell) : null) ?? trained;
    learner.check?.();
    const weights = job.wantWeights ? { weights: await learner.weights() } : {};
    if (typeof end === 'number') finish({ status: 'finished', reason: null, testAccuracy: end, ...weights });
    else finish({ ...end, testAccuracy: null, ...weights });
  } catch (error) {
    if (training === null) start(null);
    finish({ status: 'failed', reason: `${name} gave up: ${messageOf(error)}`, testAccuracy: null });
  } finally {
    learner?.dispose?.();
  }
}
