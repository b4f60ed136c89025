import type { Architecture } from '../../pattern/architecture.ts';
import type { Dataset } from '../datasets/dataset.ts';
import { checkJobs } from '../jobs.ts';
import { defaultTrainingSettings, trainingSettings } from '../settings.ts';
import type { RunsOn, Trainer, TrainingEvent, TrainingJob, TrainingSettings } from '../trainer.ts';
import { stopRequested } from './ending.ts';
import { EventQueue } from './event-queue.ts';
import { planPopulations } from './population-plan.ts';
import { type DeviceLimits, populationSize } from './population-size.ts';
import { resultWithout } from './result-without.ts';
import type { TrainingPool } from './training-pool.ts';

/** One call of `train`. */
interface Run {
  readonly jobs: readonly TrainingJob[];
  readonly dataset: Dataset;
  readonly settings: TrainingSettings;
  readonly stop: Int32Array;
}

/** A device that trains populations. */
export interface PopulationDevice {
  readonly limits: DeviceLimits;
  /** candidates at once, whatever the limits say */
  readonly size?: number | undefined;
}

const sizeOn = ({ size, limits }: PopulationDevice, architecture: Architecture, batchSize: number): number =>
  size ?? populationSize(architecture, batchSize, limits);

/** Trains on a pool of worker threads, as many jobs at once as it has; on a device one population after the other. */
export class PoolTrainer implements Trainer {
  readonly runsOn: RunsOn;
  readonly warnings: readonly string[];
  readonly #pool: TrainingPool;
  readonly #threads: number;
  readonly #device: PopulationDevice | null;
  readonly #stops = new Set<Int32Array>();

  constructor(
    pool: TrainingPool,
    threads: number,
    runsOn: RunsOn,
    warnings: readonly string[],
    device: PopulationDevice | null = null,
  ) {
    this.#pool = pool;
    this.#threads = threads;
    this.#device = device;
    this.runsOn = runsOn;
    this.warnings = warnings;
  }

  /** On a device for batches of the usual size; `train` goes by the batches it is given. */
  capacity(architecture: Architecture): number {
    const device = this.#device;
    return device === null ? this.#threads : sizeOn(device, architecture, defaultTrainingSettings.batchSize);
  }

  /** What is trained together. A convolutional front is no part of a population's graph: such jobs go one by one. */
  #groups({ jobs, dataset, settings }: Run): TrainingJob[][] {
    const device = this.#device;
    if (device === null || settings.front !== undefined) return jobs.map((job) => [job]);
    const rows = Math.min(settings.batchSize, dataset.train.examples);
    return planPopulations(jobs, (architecture) => sizeOn(device, architecture, rows));
  }

  train(
    jobs: readonly TrainingJob[],
    dataset: Dataset,
    settings: TrainingSettings,
    signal: AbortSignal,
  ): AsyncIterable<TrainingEvent> {
    const checked = trainingSettings(settings);
    checkJobs(jobs, dataset);
    const stop = new Int32Array(new SharedArrayBuffer(4));
    return this.#events({ jobs, dataset, settings: checked, stop }, signal);
  }

  async *#events(run: Run, signal: AbortSignal): AsyncGenerator<TrainingEvent, void, undefined> {
    const queue = new EventQueue<TrainingEvent>();
    const stop = () => Atomics.store(run.stop, 0, 1);
    if (signal.aborted) stop();
    signal.addEventListener('abort', stop);
    this.#stops.add(run.stop);
    const finished = this.#trainAll(run, (event) => queue.push(event)).finally(() => queue.close());
    try {
      yield* queue;
    } finally {
      // Also when the reader walks away.
      stop();
      signal.removeEventListener('abort', stop);
      await finished;
      this.#stops.delete(run.stop);
    }
  }

  /** As many groups at once as there are threads, each thread taking the next one in order. */
  async #trainAll(run: Run, emit: (event: TrainingEvent) => void): Promise<void> {
    const { dataset, settings, stop } = run;
    const groups = this.#groups(run);
    const common = { dataset, settings, stop, runsOn: this.runsOn, limits: this.#device?.limits ?? null };
    const waiting = groups.values();
    const takeGroups = async () => {
      for (const jobs of waiting) {
        if (!stopRequested(run)) await this.#pool.train({ jobs, ...common }, emit);
        else for (const job of jobs) emit(resultWithout(job, this.runsOn, 'stopped', 'it was stopped before it began'));
      }
    };
    await Promise.all(Array.from({ length: Math.min(this.#threads, groups.length) }, takeGroups));
  }

  async close(): Promise<void> {
    for (const stop of this.#stops) Atomics.store(stop, 0, 1);
    await this.#pool.close();
  }
}
