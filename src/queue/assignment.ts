import type { QueuedJob } from './transport.ts';
import type { JobFailure } from './wire.ts';

/** A job that so many workers were lost with is ended: it may be what ends them. */
const MOST_LOST = 3;

/** Who does a job: text from the wire, cleaned. */
export interface Runner {
  readonly worker: string;
  readonly host: string;
  readonly device: string;
}

/** How a job ended. `body`: as its session gave it, not yet checked. */
export type DispatchEnd = ({ readonly body: unknown } | { readonly failure: JobFailure }) & {
  readonly by: Runner | null;
};

/** What a caller hears of its jobs. */
export interface DispatchListener {
  /**
   * A job's end: the next comes only where this resolves to 'again' (the result is not sound, or its blobs could not be had), which
   * has the job done anew. Its worker forgets the result when this has resolved.
   */
  ended(job: string, end: DispatchEnd): Promise<'kept' | 'again'>;
  /** Somebody does it, who was not heard to before or was taken for lost. */
  begun?(job: string, runner: Runner): void;
  /** In the order that they were told in; some may be missing, and begin again with another runner. */
  progress?(job: string, body: unknown): void;
  /**
   * Somebody gave it back, or is not heard of any more. `goesOn`: who does it all the same, having begun it meanwhile; null: another will.
   */
  returned?(job: string, runner: Runner, why: string, goesOn: Runner | null): void;
  /** A worker does not do this study's jobs. */
  refused?(refusal: Runner & { readonly why: string }): void;
  /** `body`: what its session says of itself, not yet checked */
  pulse?(pulse: Runner & { readonly doing: readonly { readonly job: string }[]; readonly body?: unknown }): void;
  trouble?(sentence: string): void;
}

/** The jobs of one call: who hears of them, and how many have not ended. */
export class JobGroup {
  readonly listener: DispatchListener;
  /** resolves when all have ended; rejects with what the listener rejected with */
  readonly ended: Promise<void>;
  #left: number;
  #resolve: () => void = () => {};
  #reject: (error: unknown) => void = () => {};

  constructor(listener: DispatchListener, jobs: number) {
    this.listener = listener;
    this.#left = jobs;
    this.ended = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    // Who awaits it hears of it; nobody else must.
    this.ended.catch(() => {});
    if (jobs === 0) this.#resolve();
  }

  /** One of them has ended. */
  settle(): void {
    this.#left -= 1;
    if (this.#left === 0) this.#resolve();
  }

  fail(error: unknown): void {
    this.#reject(error);
  }
}

/** One taking of a job by a worker, as far as was heard. */
interface HeardRun {
  readonly runner: Runner;
  heardMs: number;
  lastProgress: number;
  isLost: boolean;
}

const NO_RUNS: ReadonlyMap<string, HeardRun> = new Map();

/** Where a job stands: not on offer, on offer, being done, its end told or kept. */
export type Stage = 'waiting' | 'queued' | 'begun' | 'ended';

/**
 * A job between its offer and its end. Word of its runs comes in any order, so each run is judged by itself: it is lost when nothing
 * was heard of it for too long, and not lost when something is again. There may be a million of them: what only few need is made late.
 */
export class Assignment {
  readonly job: QueuedJob;
  readonly group: JobGroup;
  /** when it was offered or last heard of; null: not on offer */
  heardMs: number | null = null;
  #runs: Map<string, HeardRun> | null = null;
  /** runs that were given back, or whose result was of no use: late word of them is no sign of life */
  #over: Set<string> | null = null;
  /** the newest run that lives */
  #run: string | null = null;
  #abandoned = false;
  #kept: Promise<void> | null = null;

  constructor(job: QueuedJob, group: JobGroup) {
    this.job = job;
    this.group = group;
  }

  get listener(): DispatchListener {
    return this.group.listener;
  }

  get hasEnded(): boolean {
    return this.#kept !== null;
  }

  get stage(): Stage {
    if (this.hasEnded) return 'ended';
    if (this.heardMs === null) return 'waiting';
    return this.#run === null ? 'queued' : 'begun';
  }

  get #known(): ReadonlyMap<string, HeardRun> {
    return this.#runs ?? NO_RUNS;
  }

  get runners(): Runner[] {
    return [...this.#known.values()].map(({ runner }) => runner);
  }

  /** A run is alive. */
  hear(run: string, runner: Runner, nowMs: number): void {
    if (this.#over?.has(run)) return;
    this.heardMs = nowMs;
    const known = this.#known.get(run);
    if (known !== undefined) {
      known.heardMs = nowMs;
      known.isLost = false;
      if (this.#run !== null) return;
    } else {
      this.#runs ??= new Map();
      this.#runs.set(run, { runner, heardMs: nowMs, lastProgress: 0, isLost: false });
    }
    this.#run = run;
    this.listener.begun?.(this.job.id, runner);
  }

  /**
   * Takes those runs for lost that were heard of last before `sinceMs`; with all that were known lost it may be offered again.
   * @returns how it ends where too many were lost with it
   */
  loseSilent(sinceMs: number): DispatchEnd | null {
    for (const [run, heard] of this.#known) {
      if (heard.isLost || heard.heardMs > sinceMs) continue;
      this.#leave(run, heard, `${heard.runner.host} is not heard of any more`);
    }
    if (this.heardMs !== null && this.heardMs <= sinceMs) this.heardMs = null;
    const lost = [...this.#known.values()].filter(({ isLost }) => isLost);
    const last = lost.at(-1);
    if (last === undefined || lost.length < MOST_LOST) return null;
    const message = `${lost.length} workers ended while they did it, the last on ${last.runner.host}`;
    return { failure: { reason: 'poisoned', message }, by: last.runner };
  }

  /** Silence until now says nothing. */
  excuseSilence(nowMs: number): void {
    if (this.heardMs !== null) this.heardMs = nowMs;
    for (const heard of this.#known.values()) heard.heardMs = nowMs;
  }

  giveBack({ run, reason }: { run: string; reason: string }, nowMs: number): void {
    this.#over ??= new Set();
    this.#over.add(run);
    const heard = this.#known.get(run);
    if (heard === undefined) return;
    this.heardMs = nowMs;
    this.#leave(run, heard, reason);
    this.#runs?.delete(run);
  }

  /** A run does it no more: told once of each, though one that was taken for lost is given back later. */
  #leave(run: string, heard: HeardRun, why: string): void {
    const { isLost, runner } = heard;
    heard.isLost = true;
    // Another that lives is heard of again.
    if (run === this.#run) this.#run = null;
    if (isLost || this.hasEnded) return;
    const goesOn = this.#run === null ? null : (this.#known.get(this.#run)?.runner ?? null);
    this.listener.returned?.(this.job.id, runner, why, goesOn);
  }

  progress({ run, number, body }: { run: string; number: number; body?: unknown }, nowMs: number): void {
    const heard = this.#known.get(run);
    if (heard === undefined || this.hasEnded) return;
    heard.heardMs = nowMs;
    this.heardMs = nowMs;
    if (run !== this.#run || number <= heard.lastProgress) return;
    heard.lastProgress = number;
    this.listener.progress?.(this.job.id, body);
  }

  /**
   * The first end that is of use counts; later ones wait for what becomes of it. Rejects where the listener could not keep it.
   * @returns whether the job is over; else it is there again
   */
  async end(end: DispatchEnd, run?: string): Promise<boolean> {
    for (let former = this.#kept; former !== null; former = this.#kept) {
      await former;
      if (this.#kept === former) return true;
    }
    const kept = this.#keep(end, run);
    this.#kept = kept;
    await kept;
    return this.#kept === kept;
  }

  async #keep(end: DispatchEnd, run?: string): Promise<void> {
    try {
      const verdict = await this.listener.ended(this.job.id, end);
      if (this.#abandoned) return;
      if (verdict === 'kept') return this.group.settle();
    } catch (error) {
      this.group.fail(error);
      throw error;
    }
    this.#kept = null;
    if (run !== undefined) this.giveBack({ run, reason: 'its result could not be used' }, 0);
    this.heardMs = null;
  }

  /** Nobody wants it any more. */
  abandon(): void {
    this.#abandoned = true;
    this.#kept ??= Promise.resolve();
  }
}
