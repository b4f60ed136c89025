import { type Ending, notFiniteIn, stopRequested } from '../pool/ending.ts';
import { type FeaturesMessage, keepOf, type SnapshotMessage } from '../pool/messages.ts';
import type { StepClock } from '../pool/step-clock.ts';
import { type EpochCourse, type JobTask, type Learner, trainWith } from '../pool/train-job.ts';
import type { EpochSums } from '../snapshot.ts';
import type { TrainingEvent, TrainingJob } from '../trainer.ts';
import { batchOrder, startWeights } from '../weights.ts';
import { Lockstep } from './lockstep.ts';
import { SparseNetwork } from './network.ts';
import { keepPlaces, letGoOfData } from './thread-passes.ts';

export interface JobsTask extends Omit<JobTask, 'job' | 'together'> {
  readonly jobs: readonly TrainingJob[];
}

/** Trainings that are one thread's at the same time, and go through the same examples. */
interface Together {
  readonly lockstep: Lockstep;
  readonly orders: Orders;
}

/** Orders of examples: equal ones are the same array, so that it is seen that they are equal. */
class Orders {
  readonly #most: number;
  readonly #known: { readonly seed: number; readonly epoch: number; readonly order: Uint32Array }[] = [];

  /** @param most that are in use at the same time */
  constructor(most: number) {
    this.#most = most;
  }

  of(seed: number, epoch: number, examples: number): Uint32Array {
    const known = this.#known.find((each) => each.seed === seed && each.epoch === epoch);
    if (known !== undefined) return known.order;
    const order = batchOrder(seed, epoch, examples);
    this.#known.push({ seed, epoch, order });
    // Whoever is behind comes to the later epochs too.
    this.#known.sort((one, other) => other.epoch - one.epoch);
    this.#known.splice(this.#most);
    return order;
  }
}

/** One epoch of optimiser steps, or why it ended early. */
async function trainEpoch(
  task: JobTask,
  network: SparseNetwork,
  course: EpochCourse,
  clock: StepClock,
  together: Together | null,
): Promise<EpochSums | Ending> {
  const { dataset, settings, job } = task;
  const { train } = dataset;
  const { examples } = train;
  const { epoch } = course;
  const order = together?.orders.of(job.seed, epoch, examples) ?? batchOrder(job.seed, epoch, examples);
  const stopped = () => stopRequested(task);
  const { sums } = network;
  sums.loss = course.sums.loss;
  sums.correct = course.sums.correct;
  let { batches } = course;
  for (let start = batches * settings.batchSize; start < examples; start += settings.batchSize) {
    const end = Math.min(examples, start + settings.batchSize);
    if (together !== null) await together.lockstep.turn({ epoch, stage: 0, index: batches });
    // Other trainings' turns are not this one's time, nor are snapshots.
    clock.start();
    const { loss, correct } = sums;
    if (!network.accumulate(train, order, start, end, stopped)) return course.stopped(batches, { loss, correct });
    network.update();
    batches++;
    clock.count(1, end - start);
    if (!Number.isFinite(sums.loss)) return notFiniteIn(epoch, 'the loss');
    const keeping = course.between(batches, sums);
    if (keeping !== null) await keeping;
  }
  return { ...sums };
}

function openLearner(task: JobTask, together: Together | null, place: number): Learner {
  const { job, dataset, settings } = task;
  const { architecture, pattern, seed } = job;
  const start = job.startWeights ?? startWeights(pattern, seed, settings);
  const fastMath = settings.fastMath === true;
  const batch = Math.min(settings.batchSize, dataset.train.examples);
  const { features } = dataset;
  const network = new SparseNetwork({ architecture, pattern, start, settings, features, batch, fastMath, place });
  // Where all epochs were trained before, nothing is left but the test split.
  let { epochs: epoch } = settings;
  return {
    evaluationBatch: together === null ? 1024 : network.examplesAtOnce,
    trainEpoch: (course, clock) => {
      epoch = course.epoch;
      return trainEpoch(task, network, course, clock, together);
    },
    correct: async (split, from, to) => {
      const stage = split === dataset.test ? 2 : 1;
      if (together !== null) await together.lockstep.turn({ epoch, stage, index: from });
      return network.countCorrect(split, from, to);
    },
    weights: () => network.weights(),
    state: () => network.state(),
    restore: (state) => network.restore(state),
  };
}

/**
 * `trainWith` by the sparse engine, of jobs at the same time, with the bits that each has alone. Those that go through the same examples
 * in the same order (equal seeds) load each batch once for all. It holds this thread.
 */
export async function trainJobs(
  { jobs, ...rest }: JobsTask,
  emit: (event: TrainingEvent) => void,
  tell?: (message: SnapshotMessage | FeaturesMessage) => void,
): Promise<void> {
  const together = jobs.length === 1 ? null : { lockstep: new Lockstep(jobs.length), orders: new Orders(jobs.length) };
  keepPlaces(jobs.length);
  const train = async (job: TrainingJob, place: number) => {
    const keep = rest.keep === null ? null : keepOf(rest.keep, place);
    const task = { ...rest, job, keep, together: jobs.length };
    try {
      await trainWith(task, 'the sparse engine', () => openLearner(task, together, place), emit, tell);
    } finally {
      together?.lockstep.leave();
    }
  };
  await Promise.all(jobs.map(train));
  letGoOfData();
}
