import type { Job, Worker } from 'bullmq';
import { answered, type QueueConnection } from './connect.ts';

/** @throws what makes BullMQ try again */
export type Handle = (job: Job<string>, token: string) => Promise<void>;

interface ConsumerOptions {
  readonly name: string;
  readonly atOnce: number;
  readonly leaseMs: number;
  readonly handle: Handle;
  readonly onError: (error: Error) => void;
}

/** What becomes of jobs is the study's to decide, never the queue's. */
export const NEVER = 1_000_000;
/** A server that does not answer for so long is not waited for by who closes. */
const PATIENCE_MS = 2_000;

/** BullMQ's Worker, which ends even where the server is gone: its own `close` would wait for it for ever. */
export class BullmqConsumer {
  readonly #connection: QueueConnection;
  readonly #worker: Worker<string>;
  #handling = 0;

  constructor(bullmq: typeof import('bullmq'), connection: QueueConnection, options: ConsumerOptions) {
    this.#connection = connection;
    this.#worker = new bullmq.Worker(
      options.name,
      (job: Job<string>, token?: string) => this.#handle(options.handle, job, token ?? ''),
      {
        connection: connection.client as never,
        concurrency: options.atOnce,
        lockDuration: options.leaseMs,
        stalledInterval: options.leaseMs,
        maxStalledCount: NEVER,
        runRetryDelay: 1000,
      },
      connection.backend as never,
    ) as unknown as Worker<string>;
    this.#worker.on('error', options.onError);
  }

  async #handle(handle: Handle, job: Job<string>, token: string): Promise<void> {
    this.#handling += 1;
    try {
      await handle(job, token);
    } finally {
      this.#handling -= 1;
    }
  }

  /** Takes no more; resolves when what it has is handled, and the server knows or does not answer. */
  async close(): Promise<void> {
    let closed = false;
    const closing = this.#worker.close().then(() => {
      closed = true;
    });
    for (;;) {
      let timer: NodeJS.Timeout | undefined;
      const patience = new Promise<void>((resolve) => {
        timer = setTimeout(resolve, PATIENCE_MS);
      });
      await Promise.race([closing, patience]);
      clearTimeout(timer);
      if (closed) return;
      if (this.#handling === 0 && !(await this.#serverAnswers())) return this.#letGo();
    }
  }

  /** As if its process ended: what it has is another's after a lease. */
  async abandon(): Promise<void> {
    await this.#worker.close(true);
  }

  async #serverAnswers(): Promise<boolean> {
    try {
      await answered(this.#connection.ping(), this.#connection.shown, PATIENCE_MS);
      return true;
    } catch {
      return false;
    }
  }

  /** What of it would keep a process alive ends; its own `close` hangs before it comes to that, and a second one is the first. */
  async #letGo(): Promise<void> {
    const { lockManager, stalledCheckStopper } = this.#worker as unknown as {
      lockManager: { close(): Promise<void> };
      stalledCheckStopper?: () => void;
    };
    await lockManager.close();
    stalledCheckStopper?.();
    await this.#worker.getBackend().disconnectBlocking(false);
  }
}
