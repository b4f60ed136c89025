import { MessageChannel } from 'node:worker_threads';
import { Piscina } from 'piscina';
import { failure, messageOf, type Outcome } from '../../base/failure.ts';
import type { BackendName, TrainingEvent } from '../trainer.ts';
import { stopRequested } from './ending.ts';
import type { PoolTask, StartedBackend, WorkerRequest } from './messages.ts';
import { resultWithout } from './result-without.ts';

export interface PoolOptions {
  readonly backend: BackendName;
  readonly softwareAllowed: boolean;
  readonly threads: number;
  /** the module that a thread runs: a function of `WorkerRequest` */
  readonly workerUrl: URL;
  /** what a user can do where no thread starts */
  readonly otherwise: string;
}

/** Worker threads that each hold one started backend and train one job, or one population, at a time. */
export class TrainingPool {
  readonly #piscina: Piscina<WorkerRequest, Outcome<StartedBackend>>;
  readonly #options: PoolOptions;

  constructor(options: PoolOptions) {
    this.#options = options;
    this.#piscina = new Piscina({
      filename: options.workerUrl.href,
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
    const { backend, softwareAllowed, otherwise } = this.#options;
    try {
      return await this.#piscina.run({ kind: 'start', backend, softwareAllowed });
    } catch (error) {
      const message = `the worker thread for the backend ${backend} ended (${messageOf(error)})`;
      return failure('worker-lost', message, otherwise);
    }
  }

  /**
   * Trains a task's jobs. Each one's events come in order, its result last and exactly once, also when their worker is lost; then the
   * promise resolves. It never rejects.
   */
  async train(task: PoolTask, emit: (event: TrainingEvent) => void): Promise<void> {
    const { backend, softwareAllowed } = this.#options;
    const { port1: events, port2: theirs } = new MessageChannel();
    const waiting = new Map(task.jobs.map((job) => [job.id, job]));
    const ended = new Promise<void>((resolve) => {
      events.on('message', (event: TrainingEvent) => {
        emit(event);
        if (event.kind === 'result') waiting.delete(event.job);
        if (waiting.size === 0) resolve();
      });
    });
    const endAll = (status: 'stopped' | 'failed', reason: string) => {
      for (const job of waiting.values()) emit(resultWithout(job, task.runsOn, status, reason));
    };
    try {
      const request: WorkerRequest = { kind: 'train', backend, softwareAllowed, task, events: theirs };
      const outcome = await this.#piscina.run(request, { transferList: [theirs] });
      // The task's own answer may overtake its events.
      if (outcome.ok) await ended;
      else endAll('failed', outcome.message);
    } catch (error) {
      if (stopRequested(task)) endAll('stopped', 'it was stopped');
      else endAll('failed', `its worker thread was lost: ${messageOf(error)}`);
    } finally {
      events.close();
    }
  }

  async close(): Promise<void> {
    await this.#piscina.destroy();
  }
}
