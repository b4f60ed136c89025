import type { ExecutorSession, SessionJob } from './executor.ts';
import type { Clock } from './transport.ts';

/** Jobs taken within so long of each other are done together. */
const GATHER_MS = 150;

interface Waiting {
  readonly job: SessionJob;
  readonly resolve: (body: unknown) => void;
  readonly reject: (error: unknown) => void;
}

/** Gives a session its jobs: one by one, or together where it does many at the cost of one. */
export class Gatherer {
  readonly #session: ExecutorSession;
  readonly #clock: Clock;
  #waiting: Waiting[] = [];

  constructor(session: ExecutorSession, clock: Clock) {
    this.#session = session;
    this.#clock = clock;
  }

  /** The job's body, or what the session threw. */
  run(job: SessionJob): Promise<unknown> {
    const body = new Promise<unknown>((resolve, reject) => {
      this.#waiting.push({ job, resolve, reject });
    });
    const first = this.#waiting.length === 1;
    if (!this.#session.together || this.#waiting.length >= this.#session.atOnce) void this.#begin();
    else if (first) {
      const batch = this.#waiting;
      void this.#clock.sleep(GATHER_MS).then(() => {
        if (this.#waiting === batch) void this.#begin();
      });
    }
    return body;
  }

  async #begin(): Promise<void> {
    const batch = this.#waiting;
    this.#waiting = [];
    try {
      const bodies = await this.#session.run(batch.map(({ job }) => job));
      if (bodies.length !== batch.length) throw new Error(`${bodies.length} results came of ${batch.length} jobs`);
      for (const [index, { resolve }] of batch.entries()) resolve(bodies[index]);
    } catch (error) {
      for (const { reject } of batch) reject(error);
    }
  }
}
