import { MessageChannel } from 'node:worker_threads';
import { Piscina } from 'piscina';
import { failure, type Outcome } from '../../pattern/failure.ts';
import type { BackendName, RunsOn, TrainingEvent, TrainingJob } from '../trainer.ts';
import type { StartedBackend, WorkerRequest } from './messages.ts';
import type { TrainTask } from './train.ts';

export interface PoolOptions {
  readonly backend: BackendName;
  readonly softwareAllowed: boolean;
  readonly threads: number;
  /** another worker in place of the real one, for tests of what happens when it dies */
  readonly workerUrl?: URL;
}

const ownWorker = new URL(import.meta.url.endsWith('.ts') ? './worker.ts' : './worker.js', import.meta.url);

const messageOf = (error: unknown) => (error instanceof Error ? error.message : String(error));

/** The result of a job that no worker could give one. */
export function resultWithout(
  job: TrainingJob,
  runsOn: RunsOn,
  status: 'stopped' | 'failed',
  reason: string,
): TrainingEvent {
  const nothing = { testAccuracy: null, samplesPerSecond: 0, durationMs: 0 };
  return { kind: 'result', job: job.id, ...runsOn, status, reason, ...nothing };
}

/** Worker threads that each hold one started backend and train one job at a time. */
export class TrainingPool {
  readonly #piscina: Piscina<WorkerRequest, Outcome<StartedBackend>>;
  readonly #options: PoolOptions;

  constructor(options: PoolOptions) {
    this.#options = options;
    this.#piscina = new Piscina({
      filename: (options.workerUrl ?? ownWorker).href,
      minThreads: 1,
      maxThreads: options.threads,
      // A started backend is worth keeping: nobody is sent home for having nothing to do.
      idleTimeout: Number.POSITIVE_INFINITY,
      atomics: 'disabled',
      recordTiming: false,
    });
    // What kills a worker fails its task too, which is where it is dealt with.
    this.#piscina.on('error', () => {});
  }

  /** Starts the backend in one thread, to see whether it does. */
  async start(): Promise<Outcome<StartedBackend>> {
    const { backend, softwareAllowed } = this.#options;
    try {
      return await this.#piscina.run({ kind: 'start', backend, softwareAllowed });
    } catch (error) {
      const message = `the worker thread for the backend ${backend} ended (${messageOf(error)})`;
      return failure('worker-lost', message, 'Use another backend: --backend wasm, or --backend cpu.');
    }
  }

  /**
   * Trains one job. Its events come in order, the result last and exactly once, also when its worker is lost; then the promise
   * resolves. It never rejects.
   */
  async train(task: TrainTask, emit: (event: TrainingEvent) => void): Promise<void> {
    const { backend, softwareAllowed } = this.#options;
    const { port1: events, port2: theirs } = new MessageChannel();
    const ended = new Promise<void>((resolve) => {
      events.on('message', (event: TrainingEvent) => {
        emit(event);
        if (event.kind === 'result') resolve();
      });
    });
    try {
      const request: WorkerRequest = { kind: 'train', backend, softwareAllowed, task, events: theirs };
      const outcome = await this.#piscina.run(request, { transferList: [theirs] });
      // The task's own answer may overtake its events.
      if (outcome.ok) await ended;
      else emit(resultWithout(task.job, task.runsOn, 'failed', outcome.message));
    } catch (error) {
      const stopped = Atomics.load(task.stop, 0) !== 0;
      const reason = stopped ? 'it was stopped' : `its worker thread was lost: ${messageOf(error)}`;
      emit(resultWithout(task.job, task.runsOn, stopped ? 'stopped' : 'failed', reason));
    } finally {
      events.close();
    }
  }

  async close(): Promise<void> {
    await this.#piscina.destroy();
  }
}
