import { MessageChannel } from 'node:worker_threads';
import { Piscina } from 'piscina';
import { failure, messageOf, type Outcome } from '../../base/failure.ts';
import type { BackendName, TrainingResult } from '../trainer.ts';
import { stopRequested } from './ending.ts';
import type { PoolTask, StartedBackend, WorkerMessage, WorkerRequest } from './messages.ts';
import { resultWithout } from './result-without.ts';

export interface PoolOptions {
  readonly backend: BackendName;
  readonly softwareAllowed: boolean;
  readonly threads: number;
  /** the module that a thread runs: a function of `WorkerRequest` */
  readonly workerUrl: URL;
  /** the threads' environment; default: this process's */
  readonly env?: NodeJS.ProcessEnv | undefined;
  /** what a user can do where no thread starts */
  readonly otherwise: string;
}

/** Worker threads that each hold one started backend and train one task at a time. */
export class TrainingPool {
  readonly #piscina: Piscina<WorkerRequest, Outcome<StartedBackend>>;
  readonly #options: PoolOptions;

  constructor(options: PoolOptions) {
    this.#options = options;
    this.#piscina = new Piscina({
      filename: options.workerUrl.href,
      ...(options.env === undefined ? {} : { env: options.env as Record<string, string> }),
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
   * @param abandoned resolves where a worker that was asked to stop is no longer waited for: it is in the middle of a long step
   */
  async train(task: PoolTask, emit: (message: WorkerMessage) => void, abandoned: Promise<void>): Promise<void> {
    const { backend, softwareAllowed } = this.#options;
    const { port1: events, port2: theirs } = new MessageChannel();
    const waiting = new Map(task.jobs.map((job) => [job.id, job]));
    const ended = new Promise<void>((resolve) => {
      events.on('message', (event: WorkerMessage) => {
        emit(event);
        if (event.kind === 'result') waiting.delete(event.job);
        if (waiting.size === 0) resolve();
      });
    });
    const endAll = (status: 'stopped' | 'failed', reason: string, more: Pick<TrainingResult, 'workerLost'> = {}) => {
      for (const job of waiting.values()) emit({ ...resultWithout(job, task.runsOn, status, reason), ...more });
    };
    try {
      const request: WorkerRequest = { kind: 'train', backend, softwareAllowed, task, events: theirs };
      const work = this.#piscina.run(request, { transferList: [theirs] });
      const outcome = await Promise.race([work, abandoned]);
      // What becomes of it is nobody's concern any more.
      if (outcome === undefined) work.catch(() => {});
      // The task's own answer may overtake its events.
      if (outcome === undefined) endAll('stopped', 'it was stopped in the middle of a step');
      else if (outcome.ok) await ended;
      else endAll('failed', outcome.message);
    } catch (error) {
      if (stopRequested(task)) endAll('stopped', 'it was stopped');
      else endAll('failed', `its worker thread was lost: ${messageOf(error)}`, { workerLost: true });
    } finally {
      events.close();
    }
  }

  async close(): Promise<void> {
    await this.#piscina.destroy();
  }
}
