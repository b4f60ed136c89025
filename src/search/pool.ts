import { setImmediate as nextTurn } from 'node:timers/promises';
import { Piscina } from 'piscina';
import { failure, ScattershotError } from '../base/failure.ts';
import { isLackOfFiles } from '../base/file-access.ts';
import { plural } from '../base/plural.ts';
import { PrintLimit, type PrintRates } from '../base/print-limit.ts';
import { isDoneWithin } from '../base/time-limit.ts';
import { errorText } from '../base/user-module.ts';
import type { AuditResult } from '../scatter/audit.ts';
import type { IslandRunner, StrategyPrint } from './island-runner.ts';
import { checkLimits, STEP_TIMEOUT_SECONDS, type StepLimits, TaskClock, WORKER_MEMORY_MB } from './step-limits.ts';
import { strategyText, whenText } from './strategy-file.ts';
import type { AuditTask, StepFailure, StepOutcome, StepTask, WorkerNotice, WorkerSetup } from './tasks.ts';

const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
const workerFile = new URL(`./worker.${extension}`, import.meta.url);

const OUT_OF_MEMORY = 'ERR_WORKER_OUT_OF_MEMORY';

const isOutOfMemory = (error: unknown) => (error as NodeJS.ErrnoException | null)?.code === OUT_OF_MEMORY;

/** Threads start within a second or two, on a machine that others keep busy within some ten. */
const START_SECONDS = 120;

function lostWorker(error: unknown): ScattershotError {
  const why = errorText(error);
  const nextStep = isLackOfFiles(why)
    ? 'Let the process open more files (ulimit -n 4096), or give fewer --workers, and resume the study.'
    : 'Resume the study, with fewer workers if memory ran out, or more for each (--worker-memory).';
  return new ScattershotError(failure('worker-lost', `a search worker ended unexpectedly (${why})`, nextStep));
}

const neverStarted = (seconds: number): ScattershotError =>
  new ScattershotError(
    failure(
      'worker-lost',
      `no search worker started within ${plural(seconds, 'second')}`,
      'Look whether the process may open more files (ulimit -n) and get more memory, then resume the study.',
    ),
  );

/** What ends a task before it is done. */
interface TaskEnds {
  /** the time it may take */
  readonly clock: TaskClock | null;
  /** aborted when nobody wants it any more */
  readonly signal?: AbortSignal;
}

function optionsFor(name: string, { clock, signal }: TaskEnds) {
  const [first, ...others] = [clock?.signal, signal].filter((one) => one !== undefined);
  if (first === undefined) return { name };
  return { name, signal: others.length === 0 ? first : AbortSignal.any([first, ...others]) };
}

/** Of all threads of a search. */
export const searchPrintRates: PrintRates = { perSecond: 50, mostCharacters: 1_000_000 };

export interface SearchPoolOptions {
  /** in place of the search's own worker: a module with the same functions */
  readonly file?: URL;
  readonly limits?: StepLimits;
  /** how long a thread may take to start; default: two minutes */
  readonly startSeconds?: number;
  /** hears what strategies print, as it is printed: part of no result */
  readonly onPrint?: (print: StrategyPrint) => void;
}

/**
 * The worker threads of one search. The problem is sent to each once; patterns and states are moved, or lie in shared memory.
 *
 * Workers report what a strategy does wrong, so a task that is rejected is one whose thread died. It is done again, which changes
 * nothing of its result, on a thread that was started for it and does nothing else: one that dies too dies of the task itself.
 */
export class SearchPool implements IslandRunner {
  readonly #setup: WorkerSetup;
  readonly #file: URL;
  readonly #piscina: Piscina;
  readonly #retries = new Set<Piscina>();
  readonly #workers: number;
  readonly #limits: StepLimits;
  readonly #startSeconds: number;
  readonly #onPrint: (print: StrategyPrint) => void;
  readonly #printLimit = new PrintLimit(searchPrintRates);
  /** of islands' tasks whose time is limited */
  readonly #clocks = new Map<number, TaskClock>();
  /** begin steps for which there is no thread yet */
  readonly #waiting: (() => void)[] = [];
  /** tasks of islands, by when they were given to the threads */
  readonly #begun = new Map<number, number>();
  #stepping = 0;
  #broken: ScattershotError | null = null;
  #destroyed = false;

  constructor(setup: Omit<WorkerSetup, 'timed'>, workers: number, options: SearchPoolOptions = {}) {
    const { file = workerFile, limits = {}, startSeconds = START_SECONDS, onPrint = () => {} } = options;
    checkLimits(limits);
    this.#limits = limits;
    this.#startSeconds = startSeconds;
    this.#setup = { ...setup, timed: setup.islands.map((_, island) => this.#stepSeconds(setup, island) !== null) };
    this.#file = file;
    this.#workers = workers;
    this.#onPrint = onPrint;
    this.#piscina = this.#threads(workers);
    // A thread that fails with no task at hand: the tasks that wait for it would never be done.
    this.#piscina.on('error', (error: unknown) => {
      this.#broken ??= lostWorker(error);
      void this.destroy();
    });
  }

  /** Resolves once a thread has started. @throws ScattershotError where none can, or none does in its time */
  async start(): Promise<void> {
    try {
      // A thread that lacks what it starts with, such as file descriptors, may neither start nor end.
      if (!(await isDoneWithin(this.#startSeconds, this.#piscina.run(null)))) throw neverStarted(this.#startSeconds);
    } catch (error) {
      throw this.#broken ?? (error instanceof ScattershotError ? error : lostWorker(error));
    }
  }

  accepts(island: number): Promise<true | string | StepFailure> {
    return this.turn(island, 'accepts', island, 0);
  }

  step(task: StepTask): Promise<StepOutcome> {
    return this.turn(task.island, 'step', task, task.round);
  }

  /**
   * A task of an island, by the function of that name of the worker's module; a thread that it ends is the island's failure. What a
   * user's strategy prints meanwhile has been heard when it resolves.
   * @param round 0 before the first. @param signal aborted: it is ended, and rejected
   */
  async turn<Result>(
    island: number,
    name: string,
    task: unknown,
    round: number,
    signal?: AbortSignal,
  ): Promise<Result | StepFailure> {
    const result = await this.#inTurn(() => this.#ofIsland<Result>(island, name, task, round, signal));
    // Prints come from a thread by another port than its results, which may be read first.
    if (this.#setup.islands[island].file !== undefined) await nextTurn();
    return result;
  }

  /** Tasks of islands take their turn here, so that audits, which a round waits for, need not wait for all of the next round's. */
  async #inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
    if (this.#stepping < this.#workers) this.#stepping++;
    else await new Promise<void>((begin) => this.#waiting.push(begin));
    try {
      return await work();
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

  audit(task: AuditTask): Promise<AuditResult> {
    return this.call('audit', task);
  }

  /** What the function of that name of the worker's module gives; it need not wait for its turn. */
  async call<Result>(name: string, task: unknown): Promise<Result> {
    try {
      return await this.#run<Result>(name, task);
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
    const { workerMemoryMb = WORKER_MEMORY_MB } = this.#limits;
    const piscina = new Piscina({
      filename: this.#file.href,
      name: 'ready',
      workerData: this.#setup,
      minThreads: count,
      maxThreads: count,
      resourceLimits: { maxOldGenerationSizeMb: workerMemoryMb },
    });
    piscina.on('message', (notice: WorkerNotice) => this.#hear(notice));
    return piscina;
  }

  /** Seconds that a task of the island may take; null: any time. */
  #stepSeconds({ islands }: Pick<WorkerSetup, 'islands'>, island: number): number | null {
    return this.#limits.stepSeconds ?? (islands[island].file === undefined ? null : STEP_TIMEOUT_SECONDS);
  }

  #hear(notice: WorkerNotice): void {
    if (this.#destroyed) return;
    const { island } = notice;
    if (notice.kind === 'begun') {
      this.#clocks.get(island)?.start();
      return;
    }
    const { strategy } = this.#setup.islands[island];
    for (const text of this.#printLimit.pass(notice.text)) this.#onPrint({ island, strategy, text });
  }

  /** A thread's death ends its island alone; that our own strategies lack memory is the machine's matter and ends the search. */
  async #ofIsland<Result>(
    island: number,
    name: string,
    task: unknown,
    round: number,
    signal?: AbortSignal,
  ): Promise<Result | StepFailure> {
    const seconds = this.#stepSeconds(this.#setup, island);
    const clock = seconds === null ? null : new TaskClock(seconds);
    if (clock !== null) this.#clocks.set(island, clock);
    this.#begun.set(island, performance.now());
    try {
      return await this.#run<Result>(name, task, { clock, signal });
    } catch (error) {
      if (error instanceof ScattershotError || this.#destroyed || signal?.aborted) throw error;
      const { strategy, file } = this.#setup.islands[island];
      if (clock?.isOver !== true && file === undefined && isOutOfMemory(error)) throw lostWorker(error);
      const why = this.#whyDied(error, clock);
      return { failed: `${why} (${strategyText(strategy, file)}, ${whenText(round)})`, ends: 'island' };
    } finally {
      clock?.end();
      this.#clocks.delete(island);
      this.#begun.delete(island);
    }
  }

  #whyDied(error: unknown, clock: TaskClock | null): string {
    if (clock?.isOver)
      return `it took longer than ${plural(clock.seconds, 'second')} and was ended; --step-timeout gives more`;
    if (!isOutOfMemory(error)) return `its thread ended twice: ${errorText(error)}`;
    const { workerMemoryMb = WORKER_MEMORY_MB } = this.#limits;
    return `it needed more than ${workerMemoryMb} MB of memory, twice; --worker-memory gives more`;
  }

  async #run<Result>(name: string, task: unknown, ends: TaskEnds = { clock: null }): Promise<Result> {
    // A pool that was destroyed would start threads again.
    if (this.#destroyed) throw this.#broken ?? new Error('the search has ended');
    try {
      return (await this.#piscina.run(task, optionsFor(name, ends))) as Result;
    } catch (error) {
      if (this.#broken !== null) throw this.#broken;
      if (this.#destroyed || ends.clock?.isOver || ends.signal?.aborted) throw error;
    }
    ends.clock?.pause();
    return this.#runAlone(name, task, ends);
  }

  async #runAlone<Result>(name: string, task: unknown, ends: TaskEnds): Promise<Result> {
    const piscina = this.#threads(1);
    // Told of its task as well, which is what matters.
    piscina.on('error', () => {});
    this.#retries.add(piscina);
    try {
      return (await piscina.run(task, optionsFor(name, ends))) as Result;
    } finally {
      this.#retries.delete(piscina);
      await piscina.destroy();
    }
  }
}
