import { failure, messageOf } from '../base/failure.ts';
import type { Executor, ExecutorSession, SessionJob } from '../queue/executor.ts';
import type { StudyNotice } from '../queue/wire.ts';
import type { JobCounts, WorkerListener } from './worker-events.ts';

type StudyKind = StudyNotice['kind'];

/** The executor of a study's kind does its jobs; each is made when the first study of its kind comes. */
export function executorByKind(make: Readonly<Partial<Record<StudyKind, () => Promise<Executor>>>>): Executor {
  const made = new Map<StudyKind, Promise<Executor>>();
  return {
    open: async (study, tools) => {
      const { kind } = study;
      const begin = make[kind];
      if (begin === undefined) {
        return failure('no-such-work', `this worker does no ${kind}`, 'Start a worker of the study’s version.');
      }
      const executor = made.get(kind) ?? begin();
      made.set(kind, executor);
      return (await executor).open(study, tools);
    },
  };
}

/** Tells what another executor does, and counts its jobs. */
export class ToldExecutor implements Executor {
  readonly #executor: Executor;
  readonly #tell: WorkerListener;
  readonly #counts = { done: 0, failed: 0, returned: 0 };
  #running = 0;

  constructor(executor: Executor, tell: WorkerListener) {
    this.#executor = executor;
    this.#tell = tell;
  }

  /** jobs that are done now */
  get running(): number {
    return this.#running;
  }

  get counts(): JobCounts {
    return { ...this.#counts };
  }

  async open(...[study, tools]: Parameters<Executor['open']>): ReturnType<Executor['open']> {
    const { name, host } = study;
    try {
      const opened = await this.#executor.open(study, tools);
      if (!opened.ok) {
        this.#tell({ kind: 'study-refused', study: name, host, why: opened.message });
        return opened;
      }
      this.#tell({ kind: 'study-joined', study: name, host, work: study.kind });
      return { ok: true, value: this.#told(name, opened.value) };
    } catch (error) {
      this.#tell({ kind: 'study-refused', study: name, host, why: messageOf(error) });
      throw error;
    }
  }

  #told(study: string, session: ExecutorSession): ExecutorSession {
    return {
      atOnce: session.atOnce,
      together: session.together,
      run: (jobs) => this.#run(session, jobs),
      close: async () => {
        this.#tell({ kind: 'study-left', study });
        await session.close();
      },
    };
  }

  async #run(session: ExecutorSession, jobs: readonly SessionJob[]): Promise<readonly unknown[]> {
    this.#count(jobs.length);
    const end = (kind: 'done' | 'failed') => {
      const given = jobs.filter(({ signal }) => signal.aborted).length;
      this.#counts.returned += given;
      this.#counts[kind] += jobs.length - given;
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
    this.#tell({ kind: 'jobs', running: this.#running, ...this.#counts });
  }
}
