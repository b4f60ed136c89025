import type { Architecture } from '../../pattern/architecture.ts';
import type { Split } from '../datasets/dataset.ts';
import { type EpochSums, snapshotBytes, type TrainingSnapshot } from '../snapshot.ts';
import { bestEpochOf, type EpochResult, type TrainingEvent, type TrainingJob } from '../trainer.ts';
import { batchOrder, startWeights } from '../weights.ts';
import { divergedBy, type Ending, notFiniteIn, stoppedIn, stopRequested } from './ending.ts';
import type { PoolTask, SnapshotMessage } from './messages.ts';
import type { PopulationDeviceRuntime, PopulationLearner } from './population-learner.ts';
import { LEAST_ROWS } from './population-size.ts';
import { SnapshotSender } from './snapshot-sender.ts';
import { StepClock } from './step-clock.ts';

/** Steps or evaluated batches between two reads, each of which waits for the device. */
const STEPS_PER_READ = 16;

type MemberEnding = Ending | { readonly status: 'failed'; readonly reason: string };

/** A job in training. */
interface JobInPopulation {
  readonly job: TrainingJob;
  /** its place in the learner */
  readonly index: number;
  readonly epochs: EpochResult[];
  /** of what was trained before an interruption */
  readonly earlierMs: number;
  ended: boolean;
}

/** Where all members stand: batches of an epoch that are done, and each member's sums over them. */
interface PopulationPlace {
  readonly epoch: number;
  batches: number;
  readonly totals: { loss: number; correct: number }[];
}

/** What trains a population says, and what it goes on from. */
export interface PopulationContact {
  readonly emit: (event: TrainingEvent) => void;
  readonly tell: (message: SnapshotMessage) => void;
  /** of jobs that go on; those of a population all at the same place */
  readonly snapshots: ReadonlyMap<TrainingJob, TrainingSnapshot>;
}

const nothing: EpochSums = { loss: 0, correct: 0 };

/** Jobs that are trained together, from their start weights to their ends. */
export class Population {
  readonly #task: PoolTask;
  readonly #runtime: PopulationDeviceRuntime;
  readonly #emit: (event: TrainingEvent) => void;
  readonly #sender: SnapshotSender;
  readonly #members: readonly JobInPopulation[];
  readonly #learner: PopulationLearner;
  readonly #clock = new StepClock();
  readonly #begun = performance.now();
  #place: PopulationPlace;
  /** epochs that were told in this run */
  #told = 0;

  constructor(task: PoolTask, runtime: PopulationDeviceRuntime, { emit, tell, snapshots }: PopulationContact) {
    this.#task = task;
    this.#runtime = runtime;
    this.#emit = emit;
    const { settings } = task;
    const bytes = task.jobs.reduce((sum, job) => sum + snapshotBytes(job, settings), 0);
    this.#sender = new SnapshotSender(task, task.jobs, bytes, tell);
    const own = task.jobs.map((job) => snapshots.get(job));
    this.#members = task.jobs.map((job, index) => {
      const { epochs = [], elapsedMs: earlierMs = 0 } = own[index]?.progress ?? {};
      return { job, index, epochs: [...epochs], earlierMs, ended: false };
    });
    const { epoch = 1, batches = 0 } = own[0]?.progress ?? {};
    this.#place = { epoch, batches, totals: own.map((snapshot) => ({ ...(snapshot?.progress.sums ?? nothing) })) };
    this.#learner = runtime.openLearner({
      members: task.jobs.map(({ pattern, seed, startWeights: given }) => ({
        pattern,
        start: given ?? startWeights(pattern, seed, settings),
      })),
      ...{ architecture: this.#architecture, settings, dataset: task.dataset, limits: task.limits },
      ...{ batchRows: this.#batchRows, evaluationRows: this.#evaluationRows },
      orders: new Set(task.jobs.map(({ seed }) => seed)).size,
    });
    const states = own.flatMap((snapshot) => snapshot?.learner ?? []);
    if (states.length > 0) this.#learner.restore(states);
  }

  /** Whether anything has been said that cannot be taken back. */
  get committed(): boolean {
    return this.#told > 0 || this.#members.some(({ ended }) => ended);
  }

  /** Of all jobs alike. */
  get #architecture(): Architecture {
    return this.#task.jobs[0].architecture;
  }

  get #batchRows(): number {
    return Math.min(this.#task.settings.batchSize, this.#task.dataset.train.examples);
  }

  get #evaluationRows(): number {
    return Math.max(this.#batchRows, LEAST_ROWS);
  }

  get #live(): JobInPopulation[] {
    return this.#members.filter(({ ended }) => !ended);
  }

  /** All epochs, then the test split, once. */
  async train(): Promise<void> {
    const { dataset, settings } = this.#task;
    for (let { epoch } = this.#place; epoch <= settings.epochs; epoch++) {
      const trained = await this.#trainEpoch(epoch);
      const accuracies = trained === null ? null : await this.#evaluate(dataset.validation, epoch);
      if (trained === null || accuracies === null) return;
      for (const { job, index, epochs } of this.#live) {
        const { loss, accuracy } = trained[index];
        const result = { epoch, loss, accuracy, validationAccuracy: accuracies[index] };
        epochs.push(result);
        this.#emit({ kind: 'epoch', job: job.id, ...result });
      }
      this.#told++;
      this.#place = { epoch: epoch + 1, batches: 0, totals: this.#members.map(() => ({ ...nothing })) };
      if (epoch < settings.epochs && this.#sender.afterEpoch()) await this.#keep();
    }
    const accuracies = await this.#evaluate(dataset.test, settings.epochs);
    if (accuracies === null) return;
    for (const member of this.#live) await this.#end(member, { status: 'finished', test: accuracies[member.index] });
  }

  /** One order for each seed that differs; a single one where all are alike. */
  #orders(epoch: number): Uint32Array[] {
    const { examples } = this.#task.dataset.train;
    const bySeed = new Map<number, Uint32Array>();
    for (const { seed } of this.#task.jobs) {
      if (!bySeed.has(seed)) bySeed.set(seed, batchOrder(seed, epoch, examples));
    }
    return bySeed.size === 1 ? [...bySeed.values()] : this.#task.jobs.map(({ seed }) => bySeed.get(seed)!);
  }

  /** One epoch of optimiser steps. @returns mean loss and accuracy of every member; null if none is left to go on */
  async #trainEpoch(epoch: number): Promise<{ loss: number; accuracy: number }[] | null> {
    const { dataset, settings } = this.#task;
    const { examples } = dataset.train;
    this.#learner.beginEpoch(this.#orders(epoch));
    const place = this.#place;
    const { totals } = place;
    let unread = place.batches % STEPS_PER_READ;
    let unreadRows = 0;
    this.#clock.start();
    for (let start = place.batches * settings.batchSize; start < examples; start += settings.batchSize) {
      if (await this.#stopped(epoch)) return null;
      const rows = this.#learner.step(start);
      place.batches++;
      unread++;
      unreadRows += rows;
      if (unread < STEPS_PER_READ && start + rows < examples) continue;
      await this.#readSums(totals);
      this.#clock.count(unread, unreadRows);
      [unread, unreadRows] = [0, 0];
      await this.#endEach((index) => (Number.isFinite(totals[index].loss) ? null : notFiniteIn(epoch, 'the loss')));
      if (this.#live.length === 0) return null;
      if (!this.#sender.withinEpoch()) continue;
      await this.#keep();
      this.#clock.start();
    }
    await this.#endEach((index) => divergedBy(totals[index].loss / examples, epoch, this.#architecture));
    if (this.#live.length === 0) return null;
    return totals.map(({ loss, correct }) => ({ loss: loss / examples, accuracy: correct / examples }));
  }

  async #readSums(totals: { loss: number; correct: number }[]): Promise<void> {
    const sums = await this.#learner.sums();
    this.#runtime.checkDevice();
    for (const [index, total] of totals.entries()) {
      total.loss += sums.loss[index];
      total.correct += sums.correct[index];
    }
  }

  /** Fraction of a split that each member guesses right; null if none is left to go on. */
  async #evaluate(split: Split, epoch: number): Promise<number[] | null> {
    const { examples } = split;
    const rows = this.#evaluationRows;
    this.#learner.beginCount(split);
    for (let start = 0, unread = 1; start < examples; start += rows, unread++) {
      if (await this.#stopped(epoch)) return null;
      this.#learner.count(start, Math.min(examples, start + rows));
      // Only to keep the queue of the device short, and this thread able to stop.
      if (unread % STEPS_PER_READ === 0) await this.#learner.counted();
    }
    const correct = await this.#learner.counted();
    this.#runtime.checkDevice();
    await this.#endEach((index) => (Number.isFinite(correct[index]) ? null : notFiniteIn(epoch, 'the output')));
    return this.#live.length === 0 ? null : Array.from(correct, (count) => count / examples);
  }

  /** Ends those for whom there is an ending, and no others. */
  async #endEach(endingOf: (index: number) => Ending | null): Promise<void> {
    for (const member of this.#live) {
      const ending = endingOf(member.index);
      if (ending !== null) await this.#end(member, ending);
    }
  }

  /** Ends everyone if that was asked for. */
  async #stopped(epoch: number): Promise<boolean> {
    if (!stopRequested(this.#task)) return false;
    if (this.#sender.atStop()) await this.#keep();
    await this.#endEach(() => stoppedIn(epoch, this.#task.settings));
    return true;
  }

  /** Snapshots of all that are still in training. */
  #keep(): Promise<void> {
    const { epoch, batches, totals } = this.#place;
    const jobs = this.#live.map(({ job }) => job);
    return this.#sender.send(jobs, async (job) => {
      const { index, epochs, earlierMs } = this.#members[this.#task.jobs.indexOf(job)];
      const learner = await this.#learner.state(index);
      this.#runtime.checkDevice();
      const elapsedMs = earlierMs + performance.now() - this.#begun;
      return { progress: { epoch, batches, sums: { ...totals[index] }, epochs: [...epochs], elapsedMs }, learner };
    });
  }

  /** Until the weights are here, the member has not ended: should they not come, it can still be told that it failed. */
  async #end(
    member: JobInPopulation,
    end: MemberEnding | { readonly status: 'finished'; readonly test: number },
  ): Promise<void> {
    const { job, index, epochs, earlierMs } = member;
    const wanted = job.wantWeights === true && end.status !== 'failed';
    const weights = wanted ? { weights: await this.#learner.weights(index) } : {};
    member.ended = true;
    this.#emit({
      ...{ kind: 'result', job: job.id, ...this.#task.runsOn },
      status: end.status,
      ...(end.status === 'finished'
        ? { reason: null, testAccuracy: end.test }
        : { reason: end.reason, testAccuracy: null }),
      bestEpoch: bestEpochOf(epochs),
      samplesPerSecond: this.#clock.samplesPerSecond,
      durationMs: earlierMs + performance.now() - this.#begun,
      ...weights,
    });
  }

  async fail(reason: string): Promise<void> {
    for (const member of this.#live) await this.#end(member, { status: 'failed', reason });
  }

  dispose(): void {
    this.#learner.dispose();
  }
}
