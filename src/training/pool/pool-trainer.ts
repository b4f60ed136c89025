import type { Architecture } from '../../pattern/architecture.ts';
import type { Dataset } from '../datasets/dataset.ts';
import { checkJobs } from '../jobs.ts';
import { defaultTrainingSettings, trainingSettings } from '../settings.ts';
import type {
  FeatureChunk,
  RunsOn,
  SnapshotKeeper,
  Trainer,
  TrainingEvent,
  TrainingJob,
  TrainingSettings,
} from '../trainer.ts';
import { stopRequested } from './ending.ts';
import { EventQueue } from './event-queue.ts';
import { type KeepRequest, keepOf, type TaskRunner, type WorkerMessage } from './messages.ts';
import { planPopulations } from './population-plan.ts';
import { type DeviceLimits, populationSize } from './population-size.ts';
import { resultWithout } from './result-without.ts';
import { SNAPSHOT_EVERY_MS } from './snapshot-sender.ts';

/** One call of `train`. */
interface Run {
  readonly jobs: readonly TrainingJob[];
  readonly dataset: Dataset;
  readonly settings: TrainingSettings;
  readonly stop: Int32Array;
  readonly keeper: SnapshotKeeper | null;
  readonly beginsMore: () => boolean;
  readonly onFeatures: (chunk: FeatureChunk) => void;
}

/** A message, and where the snapshots of its job are counted. */
interface TaskMessage {
  readonly message: WorkerMessage;
  readonly keep: KeepRequest | null;
}

/** A worker that was asked to stop is waited for this long. Steps of large networks take seconds, and the user waits. */
const STOP_WITHIN_MS = 600;

/** A device that trains populations. */
export interface PopulationDevice {
  readonly limits: DeviceLimits;
  /** candidates at once, whatever the limits say */
  readonly size?: number | undefined;
  /**
   * candidates that fit, of batches of `rows` in at most `orders` orders of examples; absent: `populationSize`, that of dense kernels
   */
  readonly sizeOf?: (architecture: Architecture, rows: number, orders: number, limits: DeviceLimits) => number;
  /** candidates that are trained together must have the same fan-outs too */
  readonly sameFanOuts?: boolean;
}

/** Divides jobs into those that one thread trains at the same time. */
export type Grouping = (
  jobs: readonly TrainingJob[],
  dataset: Dataset,
  settings: TrainingSettings,
) => readonly (readonly TrainingJob[])[];

const oneByOne: Grouping = (jobs) => jobs.map((job) => [job]);

const densePopulation = (architecture: Architecture, rows: number, _orders: number, limits: DeviceLimits) =>
  populationSize(architecture, rows, limits);

const sizeOn = (device: PopulationDevice, architecture: Architecture, rows: number, orders: number): number =>
  device.size ?? (device.sizeOf ?? densePopulation)(architecture, rows, orders, device.limits);

function keepRequest(keeper: SnapshotKeeper | null, jobs: number): KeepRequest | null {
  if (keeper === null) return null;
  const storing = new Int32Array(new SharedArrayBuffer(2 * jobs * Int32Array.BYTES_PER_ELEMENT));
  return { everyMs: keeper.everyMs ?? SNAPSHOT_EVERY_MS, storing };
}

/** How long workers that were asked to stop are waited for. */
class Patience {
  #timer: NodeJS.Timeout | null = null;
  #end: () => void = () => {};
  /** resolves when it is at its end */
  readonly over = new Promise<void>((resolve) => {
    this.#end = resolve;
  });

  begin(): void {
    this.#timer ??= setTimeout(this.#end, STOP_WITHIN_MS);
  }

  end(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
  }
}

/** Snapshots on their way to the keeper. */
class Saves {
  readonly #keeper: SnapshotKeeper | null;
  readonly #open = new Set<Promise<void>>();
  #fault: { readonly error: unknown } | null = null;

  constructor(keeper: SnapshotKeeper | null) {
    this.#keeper = keeper;
  }

  begin(job: string, bytes: Uint8Array, keep: KeepRequest | null): void {
    const save = this.#save(job, bytes, keep).catch((error: unknown) => {
      this.#fault ??= { error };
    });
    this.#open.add(save);
    void save.finally(() => this.#open.delete(save));
  }

  async #save(job: string, bytes: Uint8Array, keep: KeepRequest | null): Promise<void> {
    const begun = performance.now();
    await this.#keeper?.save(job, bytes);
    if (keep === null) return;
    Atomics.store(keep.storing, 1, Math.ceil(performance.now() - begun));
    Atomics.sub(keep.storing, 0, 1);
  }

  /** @throws what the keeper threw first */
  async ended(): Promise<void> {
    await Promise.all(this.#open);
    if (this.#fault !== null) throw this.#fault.error;
  }
}

/** Trains on a pool of worker threads, as many jobs or groups of them at once as it has; on a device one population after the other. */
export class PoolTrainer implements Trainer {
  readonly runsOn: RunsOn;
  readonly warnings: readonly string[];
  readonly #pool: TaskRunner;
  readonly #threads: number;
  readonly #device: PopulationDevice | null;
  readonly #grouping: Grouping;
  readonly #stops = new Set<Int32Array>();

  constructor(
    pool: TaskRunner,
    threads: number,
    runsOn: RunsOn,
    warnings: readonly string[],
    device: PopulationDevice | null = null,
    grouping = oneByOne,
  ) {
    this.#pool = pool;
    this.#threads = threads;
    this.#device = device;
    this.#grouping = grouping;
    this.runsOn = runsOn;
    this.warnings = warnings;
  }

  /** On a device for batches of the usual size; `train` goes by the batches it is given. */
  capacity(architecture: Architecture): number {
    const device = this.#device;
    return device === null
      ? this.#threads
      : sizeOn(device, architecture, defaultTrainingSettings.batchSize, Number.POSITIVE_INFINITY);
  }

  /** What is trained together. A convolutional front is no part of a population's graph: such jobs go one by one. */
  #groups({ jobs, dataset, settings }: Run): readonly (readonly TrainingJob[])[] {
    const device = this.#device;
    if (settings.front !== undefined) return oneByOne(jobs, dataset, settings);
    if (device === null) return this.#grouping(jobs, dataset, settings);
    const rows = Math.min(settings.batchSize, dataset.train.examples);
    const sizeOf = (alike: readonly TrainingJob[]) =>
      sizeOn(device, alike[0].architecture, rows, new Set(alike.map(({ seed }) => seed)).size);
    return planPopulations(jobs, sizeOf, device);
  }

  train(
    jobs: readonly TrainingJob[],
    dataset: Dataset,
    settings: TrainingSettings,
    signal: AbortSignal,
    keeper: SnapshotKeeper | null = null,
    beginsMore: () => boolean = () => true,
    onFeatures: (chunk: FeatureChunk) => void = () => {},
  ): AsyncIterable<TrainingEvent> {
    const checked = trainingSettings(settings);
    checkJobs(jobs, dataset);
    const stop = new Int32Array(new SharedArrayBuffer(4));
    return this.#events({ jobs, dataset, settings: checked, stop, keeper, beginsMore, onFeatures }, signal);
  }

  async *#events(run: Run, signal: AbortSignal): AsyncGenerator<TrainingEvent, void, undefined> {
    const queue = new EventQueue<TaskMessage>();
    const patience = new Patience();
    const stop = () => {
      Atomics.store(run.stop, 0, 1);
      patience.begin();
    };
    if (signal.aborted) stop();
    signal.addEventListener('abort', stop);
    this.#stops.add(run.stop);
    const finished = this.#trainAll(run, patience.over, (event) => queue.push(event)).finally(() => queue.close());
    const saves = new Saves(run.keeper);
    try {
      for await (const { message, keep } of queue) {
        if (message.kind === 'snapshot') saves.begin(message.job, message.bytes, keep);
        else if (message.kind === 'features') run.onFeatures(message);
        else if (message.kind === 'warning') run.keeper?.warn(message.job, message.message);
        else yield message;
      }
      await saves.ended();
    } finally {
      // Also when the reader walks away.
      stop();
      signal.removeEventListener('abort', stop);
      await finished;
      patience.end();
      this.#stops.delete(run.stop);
    }
  }

  /** As many groups at once as there are threads, each thread taking the next one in order. */
  async #trainAll(run: Run, abandoned: Promise<void>, emit: (message: TaskMessage) => void): Promise<void> {
    const { dataset, settings, stop } = run;
    const groups = this.#groups(run);
    const common = { dataset, settings, stop, runsOn: this.runsOn, limits: this.#device?.limits ?? null };
    const waiting = groups.values();
    const takeGroups = async () => {
      for (const jobs of waiting) {
        // A population sends all its snapshots at once, and they are counted in one place.
        const counted = this.#device === null ? jobs.length : 1;
        const keep = keepRequest(run.keeper, counted);
        const keeps = new Map(jobs.map(({ id }, place) => [id, keep && keepOf(keep, place % counted)]));
        const emitOwn = (message: WorkerMessage) => emit({ message, keep: keeps.get(message.job) ?? null });
        if (!stopRequested(run) && run.beginsMore())
          await this.#pool.train({ jobs, keep, ...common }, emitOwn, abandoned);
        else
          for (const job of jobs) emitOwn(resultWithout(job, this.runsOn, 'stopped', 'it was stopped before it began'));
      }
    };
    await Promise.all(Array.from({ length: Math.min(this.#threads, groups.length) }, takeGroups));
  }

  async close(): Promise<void> {
    for (const stop of this.#stops) Atomics.store(stop, 0, 1);
    await this.#pool.close();
  }
}
