import { messageOf } from '../base/failure.ts';
import type { Executor, ExecutorSession, SessionJob } from '../queue/executor.ts';
import { UNWANTED } from '../queue/study-link.ts';
import type { StudyNotice } from '../queue/wire.ts';
import type { JobCounts, WorkerListener } from './worker-events.ts';

type StudyKind = StudyNotice['kind'];

/** An executor that may keep something for the next study until it is closed. */
export interface ClosableExecutor extends Executor {
  close?(): Promise<void>;
}

/** The executor of a study's kind does its jobs; each is made when the first study of its kind comes. */
export class ExecutorByKind implements Executor {
  readonly #make: Readonly<Record<StudyKind, () => Promise<ClosableExecutor>>>;
  readonly #made = new Map<StudyKind, Promise<ClosableExecutor>>();

  constructor(make: Readonly<Record<StudyKind, () => Promise<ClosableExecutor>>>) {
    this.#make = make;
  }

  async open(...[study, tools]: Parameters<Executor['open']>): ReturnType<Executor['open']> {
    const { kind } = study;
    const executor = this.#made.get(kind) ?? this.#make[kind]();
    this.#made.set(kind, executor);
    return (await executor).open(study, tools);
  }

  async close(): Promise<void> {
    for (const executor of this.#made.values()) await (await executor).close?.();
  }
}

/** Tells what another executor does, and counts its jobs. */
export class ToldExecutor implements Executor {
  readonly #executor: Executor;
  readonly #tell: WorkerListener;
  readonly #counts = { done: 0, failed: 0, returned: 0 };
  /** by token of the study: why it was refused. It is tried again and again; what is nothing new is not told */
  readonly #refusals = new Map<string, string>();
  #running = 0;
  #opening = 0;
  /** when it last had something to do */
  #busyMs = performance.now();

  constructor(executor: Executor, tell: WorkerListener) {
    this.#executor = executor;
    this.#tell = tell;
  }

  /** jobs that are done now */
  get running(): number {
    return this.#running;
  }

  /** for how long it has had nothing to do; 0 while it does jobs, or makes ready for a study's */
  get idleMs(): number {
    return this.#running + this.#opening > 0 ? 0 : performance.now() - this.#busyMs;
  }

  get counts(): JobCounts {
    return { ...this.#counts };
  }

  async open(...[study, tools]: Parameters<Executor['open']>): ReturnType<Executor['open']> {
    const { name, host } = study;
    this.#opening += 1;
    const refuse = (why: string) => {
      if (this.#refusals.get(study.token) !== why) this.#tell({ kind: 'study-refused', study: name, host, why });
      this.#refusals.set(study.token, why);
    };
    try {
      const opened = await this.#executor.open(study, tools);
      if (!opened.ok) {
        refuse(opened.message);
        return opened;
      }
      // One that is refused was nothing to do.
      this.#busyMs = performance.now();
      this.#refusals.delete(study.token);
      this.#tell({ kind: 'study-joined', study: name, host, work: study.kind });
      return { ok: true, value: this.#told(name, opened.value) };
    } catch (error) {
      refuse(messageOf(error));
      throw error;
    } finally {
      this.#opening -= 1;
    }
  }

  #told(study: string, session: ExecutorSession): ExecutorSession {
    return {
      atOnce: session.atOnce,
      together: session.together,
      run: (jobs) => this.#run(session, jobs),
      samplesPerSecond: () => session.samplesPerSecond?.() ?? null,
      close: async () => {
        this.#tell({ kind: 'study-left', study });
        await session.close();
      },
    };
  }

  async #run(session: ExecutorSession, jobs: readonly SessionJob[]): Promise<readonly unknown[]> {
    this.#count(jobs.length);
    const end = (kind: 'done' | 'failed') => {
      const aborted = jobs.filter(({ signal }) => signal.aborted);
      this.#counts.returned += aborted.filter(({ signal }) => signal.reason !== UNWANTED).length;
      this.#counts[kind] += jobs.length - aborted.length;
      this.#count(-jobs.length);
    };
    try {
      const bodies = await session.run(jobs);
      end('done');
      return bodies;
    } catch (error) {
      end('failed');
      throw error;
    }
  }

  #count(more: number): void {
    this.#running += more;
    this.#busyMs = performance.now();
    this.#tell({ kind: 'jobs', running: this.#running, ...this.#counts });
  }
}
