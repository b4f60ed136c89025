import { InvalidValueError } from '../base/caller-errors.ts';
import { type Outcome, success } from '../base/failure.ts';
import type { Architecture } from '../pattern/architecture.ts';
import type { Dispatcher } from '../queue/dispatcher.ts';
import type { Dataset } from '../training/datasets/dataset.ts';
import { createTrainer, plannedEngine, type TrainerOptions } from '../training/engines.ts';
import { checkJobs } from '../training/jobs.ts';
import { EventQueue } from '../training/pool/event-queue.ts';
import { trainingSettings } from '../training/settings.ts';
import type {
  FeatureChunk,
  RunsOn,
  SnapshotKeeper,
  Trainer,
  TrainingEvent,
  TrainingJob,
  TrainingSettings,
} from '../training/trainer.ts';
import { HeardHosts } from './heard-hosts.ts';
import { describeData, keepData } from './offered-data.ts';
import type { SnapshotRoom } from './offered-training.ts';
import { MOST_OPEN, QueueRun } from './queue-run.ts';
import type { StudyQueue } from './study-queue.ts';
import { identityOf, mutable, type TrainingNeeds } from './training-wire.ts';

/** Memory that the newest snapshots of the jobs on offer may take. */
const MOST_SNAPSHOTS_BYTES = 2 ** 30;

/** A dispatcher for jobs on one dataset, for networks and settings of one kind. */
interface Offer {
  readonly dispatcher: Dispatcher;
  users: number;
  isClosed: boolean;
}

/** What jobs are to be trained with: other needs are another offer. */
interface Request {
  readonly dataset: Dataset;
  readonly settings: TrainingSettings;
  readonly architecture: Architecture;
}

/**
 * Trains on other machines: offers jobs to a queue's workers, and tells what they tell. Jobs are known there by all that decides their
 * result, so that one that comes twice is the same. Nothing in the queue is needed: what is lost is offered again.
 */
export class QueueTrainer implements Trainer {
  readonly runsOn: RunsOn;
  readonly warnings: readonly string[];
  readonly #queue: StudyQueue;
  readonly #hosts: HeardHosts;
  readonly #runs = new Set<QueueRun>();
  /** the last one is kept, for the next jobs are mostly of its kind */
  #offer: { readonly key: string; readonly made: Promise<Offer> } | null = null;
  readonly #closing = new Set<Promise<void>>();
  /** of those that were stopped: their jobs are not offered again before */
  readonly #settling = new Set<Promise<void>>();
  readonly #room: SnapshotRoom = { free: MOST_SNAPSHOTS_BYTES };

  /** @param runsOn what every worker must train with; its device is what all of them are called together */
  constructor(queue: StudyQueue, runsOn: RunsOn, warnings: readonly string[] = []) {
    this.#queue = queue;
    this.runsOn = runsOn;
    this.warnings = warnings;
    this.#hosts = new HeardHosts(queue.onHost, queue.clock, queue.shown);
  }

  /** Whatever the workers, so many keep them busy. */
  capacity(_: Architecture): number {
    return MOST_OPEN;
  }

  /** @throws RangeError as `checkJobs` does, and for jobs that want their features: these are kept where they are made */
  train(
    jobs: readonly TrainingJob[],
    dataset: Dataset,
    settings: TrainingSettings,
    signal: AbortSignal,
    keeper: SnapshotKeeper | null = null,
    beginsMore: () => boolean = () => true,
    _onFeatures: (chunk: FeatureChunk) => void = () => {},
  ): AsyncIterable<TrainingEvent> {
    const checked = trainingSettings(settings);
    checkJobs(jobs, dataset);
    if (jobs.some(({ wantFeatures }) => wantFeatures === true)) {
      throw new InvalidValueError(
        'what a front makes of the data is told by this machine’s own trainers, not by a queue’s',
      );
    }
    const events = new EventQueue<TrainingEvent>();
    const run = new QueueRun(
      { jobs, dataset, settings: checked, keeper, beginsMore, runsOn: this.runsOn },
      { hosts: this.#hosts, clock: this.#queue.clock, room: this.#room, emit: (event) => events.push(event) },
    );
    return this.#events(run, events, { dataset, settings: checked, architecture: jobs[0]?.architecture }, signal);
  }

  async *#events(
    run: QueueRun,
    events: EventQueue<TrainingEvent>,
    request: Omit<Request, 'architecture'> & { readonly architecture: Architecture | undefined },
    signal: AbortSignal,
  ): AsyncGenerator<TrainingEvent, void, undefined> {
    const stop = () => run.stop();
    if (signal.aborted) stop();
    signal.addEventListener('abort', stop);
    this.#runs.add(run);
    const { architecture } = request;
    const work = architecture === undefined ? Promise.resolve() : this.#work(run, { ...request, architecture });
    const finished = work.finally(() => events.close());
    finished.catch(() => {});
    try {
      yield* events;
      await finished;
    } finally {
      // Also when the reader walks away.
      stop();
      signal.removeEventListener('abort', stop);
      this.#runs.delete(run);
    }
  }

  async #work(run: QueueRun, request: Request): Promise<void> {
    await Promise.all(this.#settling);
    if (run.isOver) return;
    const made = this.#offerFor(request);
    const offer = await made;
    offer.users += 1;
    try {
      await run.work(offer.dispatcher);
    } finally {
      const settling = run.settled().finally(() => {
        this.#settling.delete(settling);
        offer.users -= 1;
        void this.#leave(made);
      });
      this.#settling.add(settling);
    }
  }

  /** The offer of such jobs: the last one where it is of their kind, else a new one. */
  #offerFor(request: Request): Promise<Offer> {
    const key = offerKey(request);
    const last = this.#offer;
    if (last !== null && last.key === key) return last.made;
    const made = this.#newOffer(request);
    this.#offer = { key, made };
    made.catch(() => {
      if (this.#offer?.made === made) this.#offer = null;
    });
    if (last !== null) void this.#leave(last.made);
    return made;
  }

  async #newOffer({ dataset, settings, architecture }: Request): Promise<Offer> {
    const data = await describeData(dataset);
    const { fastMath = false, front = null, batchSize } = settings;
    const identity = identityOf(this.runsOn);
    const needs: TrainingNeeds = {
      ...{ identity, fastMath, front, batchSize, data },
      architecture: mutable(architecture),
    };
    const dispatcher = this.#queue.dispatcher('training', needs);
    keepData(dataset, data, dispatcher.pieces);
    return { dispatcher, users: 0, isClosed: false };
  }

  /** Closes an offer that nobody uses, and that is not the last. */
  async #leave(made: Promise<Offer>): Promise<void> {
    const offer = await made.catch(() => null);
    if (offer === null || offer.users > 0 || offer.isClosed || this.#offer?.made === made) return;
    offer.isClosed = true;
    const closing = offer.dispatcher.close();
    this.#closing.add(closing);
    void closing.finally(() => this.#closing.delete(closing));
  }

  async close(): Promise<void> {
    for (const run of this.#runs) run.stop();
    const last = this.#offer;
    this.#offer = null;
    if (last !== null) await this.#leave(last.made);
    await Promise.all(this.#settling);
    await Promise.all(this.#closing);
  }
}

function offerKey({ dataset, settings, architecture }: Request): string {
  const { fastMath = false, front = null, batchSize } = settings;
  return JSON.stringify([dataset.digest, fastMath, front, batchSize, architecture]);
}

/**
 * A trainer over a study's queue, for the engine that `createTrainer` would start here. That engine is not started, and need not run
 * here; only a trainer of the user's own is, to be asked what it measures, and ended again.
 * @returns Failures of looking for a backend, and of starting a trainer of the user's own. @throws RangeError as `createTrainer` does
 */
export async function createQueueTrainer(queue: StudyQueue, options: TrainerOptions): Promise<Outcome<QueueTrainer>> {
  const device = `the workers of ${queue.shown}`;
  if (options.command === undefined && options.engine !== 'command') {
    const planned = await plannedEngine(options);
    return planned.ok ? success(new QueueTrainer(queue, { ...planned.value, device })) : planned;
  }
  const own = await createTrainer(options);
  if (!own.ok) return own;
  const { runsOn, warnings } = own.value;
  await own.value.close();
  return success(new QueueTrainer(queue, { ...runsOn, device }, warnings));
}
