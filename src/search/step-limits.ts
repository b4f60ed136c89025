import { InvalidValueError } from '../base/caller-errors.ts';

/** Seconds that a step of a user's own strategy may take unless told otherwise; ours have no limit unless one is set. */
export const STEP_TIMEOUT_SECONDS = 600;

/** Megabytes of JavaScript objects that a thread may hold unless told otherwise; typed arrays are not among them. */
export const WORKER_MEMORY_MB = 2048;

/** Less would not load the program's own code. */
export const LEAST_WORKER_MEMORY_MB = 64;

/** When a step that hangs, or eats memory, is ended. Of the machine, not of the study: a step within them finds the same with any. */
export interface StepLimits {
  /** seconds that a step may take, of every strategy; default: 600 for a user's own and none for ours */
  readonly stepSeconds?: number;
  /** megabytes of JavaScript objects that each thread may hold; default 2048 */
  readonly workerMemoryMb?: number;
}

/** @throws RangeError for limits that cannot be */
export function checkLimits({ stepSeconds = 1, workerMemoryMb = WORKER_MEMORY_MB }: StepLimits): void {
  if (!(stepSeconds > 0)) throw new InvalidValueError(`a step's time must be above 0 seconds; got ${stepSeconds}`);
  if (Number.isSafeInteger(workerMemoryMb) && workerMemoryMb >= LEAST_WORKER_MEMORY_MB) return;
  throw new InvalidValueError(
    `a worker's memory must be a whole number of megabytes from ${LEAST_WORKER_MEMORY_MB}; got ${workerMemoryMb}`,
  );
}

/** The longest time that a timer can wait. */
const MOST_MS = 2 ** 31 - 1;

/** The time of one task, from when a thread begins it. */
export class TaskClock {
  readonly seconds: number;
  readonly #stop = new AbortController();
  #timer: NodeJS.Timeout | undefined;
  #isOver = false;
  #hasEnded = false;

  constructor(seconds: number) {
    this.seconds = seconds;
  }

  get signal(): AbortSignal {
    return this.#stop.signal;
  }

  /** Whether the task took too long. */
  get isOver(): boolean {
    return this.#isOver;
  }

  /** Begins the time anew, unless the task has ended: a thread's last notice may come after its result. */
  start(): void {
    this.pause();
    if (this.#hasEnded) return;
    this.#timer = setTimeout(
      () => {
        this.#isOver = true;
        this.#stop.abort();
      },
      Math.min(MOST_MS, 1000 * this.seconds),
    );
  }

  /** Until a thread begins the task again. */
  pause(): void {
    clearTimeout(this.#timer);
  }

  /** For good. */
  end(): void {
    this.#hasEnded = true;
    this.pause();
  }
}
