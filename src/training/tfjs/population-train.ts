import { messageOf } from '../../base/failure.ts';
import type { Architecture } from '../../pattern/architecture.ts';
import type { Split } from '../datasets/dataset.ts';
import { divergedBy, type Ending, notFiniteIn, stoppedIn, stopRequested } from '../pool/ending.ts';
import type { PoolTask } from '../pool/messages.ts';
import { fitsOnDevice, LEAST_ROWS } from '../pool/population-size.ts';
import { resultWithout } from '../pool/result-without.ts';
import { StepClock } from '../pool/step-clock.ts';
import { bestEpochOf, type EpochResult, type TrainingEvent, type TrainingJob } from '../trainer.ts';
import { batchOrder, startWeights } from '../weights.ts';
import { isMemoryFault } from './device-watch.ts';
import { inOrder, PopulationBatches } from './population-batches.ts';
import type { PopulationSession } from './population-session.ts';
import type { Runtime } from './runtime.ts';

/** Steps or evaluated batches between two reads, each of which waits for the device. */
const STEPS_PER_READ = 16;

type MemberEnding = Ending | { readonly status: 'failed'; readonly reason: string };

/** A job in training. */
interface PopulationMember {
  readonly job: TrainingJob;
  /** its place in the session */
  readonly index: number;
  readonly epochs: EpochResult[];
  ended: boolean;
}

/** The runtime's parts that a population needs. */
export interface PopulationRuntime extends Pick<Runtime, 'checkDevice' | 'freeMemory'> {
  readonly openPopulation: NonNullable<Runtime['openPopulation']>;
}

/** Jobs that are trained together, from their start weights to their ends. */
class Population {
  readonly #task: PoolTask;
  readonly #runtime: PopulationRuntime;
  readonly #emit: (event: TrainingEvent) => void;
  readonly #members: readonly PopulationMember[];
  readonly #session: PopulationSession;
  readonly #clock = new StepClock();
  readonly #begun = performance.now();
  #splits: PopulationBatches[] = [];

  constructor(task: PoolTask, runtime: PopulationRuntime, emit: (event: TrainingEvent) => void) {
    this.#task = task;
    this.#runtime = runtime;
    this.#emit = emit;
    this.#members = task.jobs.map((job, index) => ({ job, index, epochs: [], ended: false }));
    const { settings } = task;
    this.#session = runtime.openPopulation({
      members: task.jobs.map(({ pattern, seed, startWeights: given }) => ({
        pattern,
        start: given ?? startWeights(pattern, seed, settings),
      })),
      usedOutputs: this.#architecture.usedOutputs,
      settings,
    });
  }

  /** Whether anything has been said that cannot be taken back. */
  get committed(): boolean {
    return this.#members.some(({ ended, epochs }) => ended || epochs.length > 0);
  }

  /** Of all jobs alike. */
  get #architecture(): Architecture {
    return this.#task.jobs[0].architecture;
  }

  get #batchRows(): number {
    return Math.min(this.#task.settings.batchSize, this.#task.dataset.train.examples);
  }

  get #live(): PopulationMember[] {
    return this.#members.filter(({ ended }) => !ended);
  }

  /** All epochs, then the test split, once. */
  async train(): Promise<void> {
    const { dataset, settings } = this.#task;
    const train = this.#open(dataset.train);
    const validation = this.#open(dataset.validation);
    for (let epoch = 1; epoch <= settings.epochs; epoch++) {
      const trained = await this.#trainEpoch(train, epoch);
      const accuracies = trained === null ? null : await this.#evaluate(validation, dataset.validation, epoch);
      if (trained === null || accuracies === null) return;
      for (const { job, index, epochs } of this.#live) {
        const { loss, accuracy } = trained[index];
        const result = { epoch, loss, accuracy, validationAccuracy: accuracies[index] };
        epochs.push(result);
        this.#emit({ kind: 'epoch', job: job.id, ...result });
      }
    }
    const accuracies = await this.#evaluate(this.#open(dataset.test), dataset.test, settings.epochs);
    if (accuracies === null) return;
    for (const member of this.#live) await this.#end(member, { status: 'finished', test: accuracies[member.index] });
  }

  #open(split: Split): PopulationBatches {
    const { dataset, limits } = this.#task;
    const [width] = this.#architecture.layers;
    // Splits that are read once an epoch, and alike by all candidates, are not worth the room.
    const resident = split === dataset.train && limits !== null && fitsOnDevice(split.examples * width, limits);
    const batches = new PopulationBatches(split, width, dataset.features, resident);
    this.#splits.push(batches);
    return batches;
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
  async #trainEpoch(train: PopulationBatches, epoch: number): Promise<{ loss: number; accuracy: number }[] | null> {
    const { dataset, settings } = this.#task;
    const { examples } = dataset.train;
    const orders = this.#orders(epoch);
    const totals = this.#members.map(() => ({ loss: 0, correct: 0 }));
    let unread = 0;
    let unreadRows = 0;
    this.#clock.start();
    for (let start = 0; start < examples; start += settings.batchSize) {
      if (await this.#stopped(epoch)) return null;
      const batch = train.gather(orders, start, settings.batchSize);
      this.#session.step(batch);
      unread++;
      unreadRows += batch.rows;
      if (unread < STEPS_PER_READ && start + batch.rows < examples) continue;
      await this.#readSums(totals);
      this.#clock.count(unread, unreadRows);
      [unread, unreadRows] = [0, 0];
      await this.#endEach((index) => (Number.isFinite(totals[index].loss) ? null : notFiniteIn(epoch, 'the loss')));
      if (this.#live.length === 0) return null;
    }
    await this.#endEach((index) => divergedBy(totals[index].loss / examples, epoch, this.#architecture));
    if (this.#live.length === 0) return null;
    return totals.map(({ loss, correct }) => ({ loss: loss / examples, accuracy: correct / examples }));
  }

  async #readSums(totals: { loss: number; correct: number }[]): Promise<void> {
    const sums = await this.#session.sums();
    this.#runtime.checkDevice();
    for (const [index, total] of totals.entries()) {
      total.loss += sums.loss[index];
      total.correct += sums.correct[index];
    }
  }

  /** Fraction of a split that each member guesses right; null if none is left to go on. */
  async #evaluate(batches: PopulationBatches, { examples }: Split, epoch: number): Promise<number[] | null> {
    const order = inOrder(examples);
    const rows = Math.max(this.#batchRows, LEAST_ROWS);
    let counted: ReturnType<PopulationSession['correct']> | null = null;
    try {
      for (let start = 0, unread = 1; start < examples; start += rows, unread++) {
        if (await this.#stopped(epoch)) return null;
        counted = this.#session.correct(batches.gather([order], start, rows), counted);
        // Only to keep the queue of the device short, and this thread able to stop.
        if (unread % STEPS_PER_READ === 0) await counted.data();
      }
      const correct = await counted!.data();
      this.#runtime.checkDevice();
      await this.#endEach((index) => (Number.isFinite(correct[index]) ? null : notFiniteIn(epoch, 'the output')));
      return this.#live.length === 0 ? null : Array.from(correct, (count) => count / examples);
    } finally {
      counted?.dispose();
    }
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
    await this.#endEach(() => stoppedIn(epoch, this.#task.settings));
    return true;
  }

  /** Until the weights are here, the member has not ended: should they not come, it can still be told that it failed. */
  async #end(
    member: PopulationMember,
    end: MemberEnding | { readonly status: 'finished'; readonly test: number },
  ): Promise<void> {
    const { job, index, epochs } = member;
    const wanted = job.wantWeights === true && end.status !== 'failed';
    const weights = wanted ? { weights: await this.#session.weights(index) } : {};
    member.ended = true;
    this.#emit({
      ...{ kind: 'result', job: job.id, ...this.#task.runsOn },
      status: end.status,
      ...(end.status === 'finished'
        ? { reason: null, testAccuracy: end.test }
        : { reason: end.reason, testAccuracy: null }),
      bestEpoch: bestEpochOf(epochs),
      samplesPerSecond: this.#clock.samplesPerSecond,
      durationMs: performance.now() - this.#begun,
      ...weights,
    });
  }

  async fail(reason: string): Promise<void> {
    for (const member of this.#live) await this.#end(member, { status: 'failed', reason });
  }

  dispose(): void {
    this.#session.dispose();
    for (const split of this.#splits.splice(0)) split.dispose();
  }
}

/**
 * Trains jobs of one architecture together, in one graph, and says of each what `trainJob` would: 'started', an 'epoch' each, one
 * 'result'. `samplesPerSecond` is each job's own; all of them have it at the same time. Should memory run out before the first epoch
 * is over, the population is divided in two, one trained after the other.
 */
export async function trainPopulation(
  task: PoolTask,
  runtime: PopulationRuntime,
  emit: (event: TrainingEvent) => void,
): Promise<void> {
  for (const { id } of task.jobs) emit({ kind: 'started', job: id, ...task.runsOn });
  await trainTogether(task, runtime, emit);
}

async function trainTogether(
  task: PoolTask,
  runtime: PopulationRuntime,
  emit: (event: TrainingEvent) => void,
): Promise<void> {
  if (await trainUnlessTooBig(task, runtime, emit)) return;
  const { jobs } = task;
  const middle = Math.ceil(jobs.length / 2);
  for (const half of [jobs.slice(0, middle), jobs.slice(middle)]) {
    await trainTogether({ ...task, jobs: half }, runtime, emit);
  }
}

/** @returns false, nothing said, if memory ran out and less may fit; otherwise every job has its result */
async function trainUnlessTooBig(
  task: PoolTask,
  runtime: PopulationRuntime,
  emit: (event: TrainingEvent) => void,
): Promise<boolean> {
  let population: Population | null = null;
  try {
    population = new Population(task, runtime, emit);
    await population.train();
  } catch (error) {
    const uncommitted = population === null || !population.committed;
    if (task.jobs.length > 1 && uncommitted && isMemoryFault(error)) return false;
    const reason = `the backend ${task.runsOn.backend} gave up: ${messageOf(error)}`;
    if (population !== null) await population.fail(reason);
    else for (const job of task.jobs) emit(resultWithout(job, task.runsOn, 'failed', reason));
  } finally {
    population?.dispose();
    runtime.freeMemory();
  }
  return true;
}
