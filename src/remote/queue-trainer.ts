import { InvalidValueError } from '../base/caller-errors.ts';
import { type Outcome, success, unwrap } from '../base/failure.ts';
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
import { Shelf } from './shelf.ts';
import type { StudyQueue } from './study-queue.ts';
import { identityOf, mutable, type TrainingNeeds } from './training-wire.ts';

/** Memory that the newest snapshots of the jobs on offer may take. */
const MOST_SNAPSHOTS_BYTES = 2 ** 30;

/** What jobs are to be trained with: other needs are another offer. */
interface Request {
  readonly dataset: Dataset;
  readonly settings: TrainingSettings;
  readonly architecture: Architecture;
}

/** What trainers of one study share: each phase of it has a trainer of its own, and the workers stay. */
interface StudyTrainings {
  /** dispatchers, each for jobs on one dataset, for networks and settings of one kind */
  readonly offers: Shelf<Dispatcher>;
  readonly hosts: HeardHosts;
  readonly room: SnapshotRoom;
}

const trainingsOf = new WeakMap<StudyQueue, StudyTrainings>();

function studyTrainings(queue: StudyQueue): StudyTrainings {
  const known = trainingsOf.get(queue);
  if (known !== undefined) return known;
  const offers = new Shelf<Dispatcher>((dispatcher) => dispatcher.close());
  const hosts = new HeardHosts(queue.onHost, queue.clock, queue.shown);
  const trainings = { offers, hosts, room: { free: MOST_SNAPSHOTS_BYTES } };
  trainingsOf.set(queue, trainings);
  queue.atEnd(() => offers.clear());
  return trainings;
}

/**
 * Trains on other machines: offers jobs to a queue's workers, and tells what they tell. Jobs are known there by all that decides their
 * result, so that one that comes twice is the same. Nothing in the queue is needed: what is lost is offered again.
 */
export class QueueTrainer implements Trainer {
  readonly runsOn: RunsOn;
  readonly warnings: readonly string[];
  readonly #queue: StudyQueue;
  readonly #trainings: StudyTrainings;
  readonly #runs = new Set<QueueRun>();
  /** of those that were stopped: their jobs are not offered again before */
  readonly #settling = new Set<Promise<void>>();

  /** @param runsOn what every worker must train with; its device is what all of them are called together */
  constructor(queue: StudyQueue, runsOn: RunsOn, warnings: readonly string[] = []) {
    this.#queue = queue;
    this.runsOn = runsOn;
    this.warnings = warnings;
    this.#trainings = studyTrainings(queue);
  }

  /** Whatever the workers: as many as are offered at a time. */
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
      { ...this.#trainings, clock: this.#queue.clock, emit: (event) => events.push(event) },
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
    const key = JSON.stringify([identityOf(this.runsOn), request.dataset.digest, kindOf(request)]);
    const offer = unwrap(await this.#trainings.offers.lend(key, () => this.#open(request)));
    try {
      await run.work(offer.item);
    } finally {
      const settling = run.settled().finally(() => {
        this.#settling.delete(settling);
        return offer.giveBack();
      });
      this.#settling.add(settling);
    }
  }

  async #open(request: Request): Promise<Outcome<Dispatcher>> {
    const { dataset } = request;
    const data = await describeData(dataset);
    const needs: TrainingNeeds = { identity: identityOf(this.runsOn), ...kindOf(request), data };
    const dispatcher = this.#queue.dispatcher('training', needs);
    keepData(dataset, data, dispatcher.pieces);
    return success(dispatcher);
  }

  /** What workers keep for the study is theirs until it ends. */
  async close(): Promise<void> {
    for (const run of this.#runs) run.stop();
    await Promise.all(this.#settling);
  }
}

const kindOf = ({ settings: { fastMath = false, front, batchSize }, architecture }: Request) => ({
  ...{ fastMath, front: front ?? null, batchSize },
  architecture: mutable(architecture),
});

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
