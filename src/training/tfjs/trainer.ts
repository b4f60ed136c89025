import type { Architecture } from '../../pattern/architecture.ts';
import type { Dataset } from '../datasets/dataset.ts';
import { checkJobs } from '../jobs.ts';
import { trainingSettings } from '../settings.ts';
import type { RunsOn, Trainer, TrainingEvent, TrainingJob, TrainingSettings } from '../trainer.ts';
import { EventQueue } from './event-queue.ts';
import { resultWithout, type TrainingPool } from './pool.ts';

/** One call of `train`. */
interface Run {
  readonly jobs: readonly TrainingJob[];
  readonly dataset: Dataset;
  readonly settings: TrainingSettings;
  readonly stop: Int32Array;
}

/** Trains on a pool of worker threads, as many jobs at once as it has. */
export class PoolTrainer implements Trainer {
  readonly runsOn: RunsOn;
  readonly warnings: readonly string[];
  readonly #pool: TrainingPool;
  readonly #threads: number;
  readonly #stops = new Set<Int32Array>();

  constructor(pool: TrainingPool, threads: number, runsOn: RunsOn, warnings: readonly string[]) {
    this.#pool = pool;
    this.#threads = threads;
    this.runsOn = runsOn;
    this.warnings = warnings;
  }

  capacity(_architecture: Architecture): number {
    return this.#threads;
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

  /** As many jobs at once as there are threads, each thread taking the next one in order. */
  async #trainAll(run: Run, emit: (event: TrainingEvent) => void): Promise<void> {
    const { jobs, dataset, settings, stop } = run;
    const waiting = jobs.values();
    const takeJobs = async () => {
      for (const job of waiting) {
        if (Atomics.load(stop, 0) !== 0)
          emit(resultWithout(job, this.runsOn, 'stopped', 'it was stopped before it began'));
        else await this.#pool.train({ job, dataset, settings, runsOn: this.runsOn, stop }, emit);
      }
    };
    await Promise.all(Array.from({ length: Math.min(this.#threads, jobs.length) }, takeJobs));
  }

  async close(): Promise<void> {
    for (const stop of this.#stops) Atomics.store(stop, 0, 1);
    await this.#pool.close();
  }
}
