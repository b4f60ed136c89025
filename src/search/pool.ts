import { Piscina } from 'piscina';
import { failure, ScattershotError } from '../base/failure.ts';
import { errorText } from '../base/user-module.ts';
import type { AuditResult } from '../scatter/audit.ts';
import { strategyText } from './strategy-file.ts';
import type { AuditTask, StepFailure, StepOutcome, StepTask, WorkerSetup } from './tasks.ts';

const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
const workerFile = new URL(`./worker.${extension}`, import.meta.url);

const OUT_OF_MEMORY = 'ERR_WORKER_OUT_OF_MEMORY';

const isOutOfMemory = (error: unknown) => (error as NodeJS.ErrnoException | null)?.code === OUT_OF_MEMORY;

function lostWorker(error: unknown): ScattershotError {
  return new ScattershotError(
    failure(
      'worker-lost',
      `a search worker ended unexpectedly (${errorText(error)})`,
      'Resume the study, with fewer workers if memory ran out.',
    ),
  );
}

/**
 * The worker threads of one search. The problem is sent to each once; patterns and states are moved, or lie in shared memory.
 *
 * Workers report what a strategy does wrong, so a task that is rejected is one whose thread died. It is done again, which changes
 * nothing of its result, on a thread that was started for it and does nothing else: one that dies too dies of the task itself.
 */
export class SearchPool {
  readonly #setup: WorkerSetup;
  readonly #file: URL;
  readonly #piscina: Piscina;
  readonly #retries = new Set<Piscina>();
  readonly #workers: number;
  /** begin steps for which there is no thread yet */
  readonly #waiting: (() => void)[] = [];
  /** tasks of islands, by when they were given to the threads */
  readonly #begun = new Map<number, number>();
  #stepping = 0;
  #broken: ScattershotError | null = null;
  #destroyed = false;

  /** @param file in place of the search's own worker: a module with the same functions */
  constructor(setup: WorkerSetup, workers: number, file: URL = workerFile) {
    this.#setup = setup;
    this.#file = file;
    this.#workers = workers;
    this.#piscina = this.#threads(workers);
    // A thread that fails with no task at hand: the tasks that wait for it would never be done.
    this.#piscina.on('error', (error: unknown) => {
      this.#broken ??= lostWorker(error);
      void this.destroy();
    });
  }

  /** Resolves once threads have started. @throws ScattershotError where they cannot */
  async start(): Promise<void> {
    try {
      await this.#piscina.run(null);
    } catch (error) {
      throw this.#broken ?? lostWorker(error);
    }
  }

  accepts(island: number): Promise<true | string | StepFailure> {
    return this.#ofIsland(island, 'accepts', island);
  }

  /** Steps take their turn here, so that audits, which a round waits for, need not wait for all of the next round's. */
  async step(task: StepTask): Promise<StepOutcome> {
    if (this.#stepping < this.#workers) this.#stepping++;
    else await new Promise<void>((begin) => this.#waiting.push(begin));
    try {
      return await this.#ofIsland(task.island, 'step', task);
    } finally {
      const begin = this.#waiting.shift();
      if (begin === undefined) this.#stepping--;
      else begin();
    }
  }

  /** Steps that no thread has begun never will be; their promises stay open. */
  dropWaiting(): void {
    this.#waiting.length = 0;
  }

  /** Islands whose task was given to the threads at least `ms` ago, except those that still wait for a thread. */
  islandsBusyFor(ms: number): number[] {
    const before = performance.now() - ms;
    return [...this.#begun].slice(0, this.#workers).flatMap(([island, begun]) => (begun <= before ? [island] : []));
  }

  async audit(task: AuditTask): Promise<AuditResult> {
    try {
      return await this.#run<AuditResult>('audit', task);
    } catch (error) {
      throw error instanceof ScattershotError ? error : lostWorker(error);
    }
  }

  /** Ends every thread, in the middle of its task too; tasks under way are rejected. */
  async destroy(): Promise<void> {
    this.#destroyed = true;
    await Promise.all([this.#piscina, ...this.#retries].map((piscina) => piscina.destroy()));
  }

  #threads(count: number): Piscina {
    return new Piscina({
      filename: this.#file.href,
      name: 'ready',
      workerData: this.#setup,
      minThreads: count,
      maxThreads: count,
    });
  }

  /** A thread's death ends its island alone; that our own strategies lack memory is the machine's matter and ends the search. */
  async #ofIsland<Result>(island: number, name: string, task: unknown): Promise<Result | StepFailure> {
    this.#begun.set(island, performance.now());
    try {
      return await this.#run<Result>(name, task);
    } catch (error) {
      if (error instanceof ScattershotError || this.#destroyed) throw error;
      const { strategy, file } = this.#setup.islands[island];
      if (file === undefined && isOutOfMemory(error)) throw lostWorker(error);
      return {
        failed: `its thread ended twice: ${errorText(error)} (${strategyText(strategy, file)})`,
        ends: 'island',
      };
    } finally {
      this.#begun.delete(island);
    }
  }

  async #run<Result>(name: string, task: unknown): Promise<Result> {
    // A pool that was destroyed would start threads again.
    if (this.#destroyed) throw this.#broken ?? new Error('the search has ended');
    try {
      return (await this.#piscina.run(task, { name })) as Result;
    } catch (error) {
      if (this.#broken !== null) throw this.#broken;
      if (this.#destroyed) throw error;
    }
    return this.#runAlone(name, task);
  }

  async #runAlone<Result>(name: string, task: unknown): Promise<Result> {
    const piscina = this.#threads(1);
    // Told of its task as well, which is what matters.
    piscina.on('error', () => {});
    this.#retries.add(piscina);
    try {
      return (await piscina.run(task, { name })) as Result;
    } finally {
      this.#retries.delete(piscina);
      await piscina.destroy();
    }
  }
}
