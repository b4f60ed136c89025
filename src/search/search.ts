import { setTimeout as delay } from 'node:timers/promises';
import { certificate, scoreBound } from '../scatter/bound.ts';
import type { ScatterScore } from '../scatter/metric.ts';
import type { IslandFailure, KeptCandidate, SearchEvent, SearchProgress, SearchRequest } from './events.ts';
import { SearchPool } from './pool.ts';
import { type Newcomer, Rounds } from './rounds.ts';
import { allFailed, allRefused, checkRequest, requireOwn } from './search-faults.ts';
import { TARGET_TOLERANCE } from './strategy.ts';
import type { StepFailure, StepOutcome } from './tasks.ts';

export interface SearchOptions {
  /** a module to run in the worker threads in place of the search's own */
  readonly workerFile?: URL;
  /** a step that takes longer is told of, once for each island */
  readonly slowStepMs?: number;
}

/** A step should take a tenth of a second; one of ours on the largest nets takes a few. */
const SLOW_STEP_MS = 10_000;

type Ending = Extract<SearchEvent, { kind: 'ended' }>['why'];

/** Rounds after which a search has nothing left to find: candidates came in all of them, and none was new. */
const MOST_IDLE_ROUNDS = 256;

/** Rounds in which nothing came at all, after which nothing is expected any more. A strategy may work long on one candidate. */
const MOST_EMPTY_ROUNDS = 100_000;

/** Scores closer than this are equal: they are quotients of whole numbers far below its inverse. */
const ROUNDING = 1e-12;

/** A candidate's score is not what the reference says: a defect, since both are exact. */
export class AuditMismatchError extends Error {
  constructor({ number, fingerprint, strategy }: Newcomer, disagreement: string) {
    super(`candidate ${number} (${fingerprint.slice(0, 12)}, ${strategy}) has a wrong score: ${disagreement}`);
    this.name = 'AuditMismatchError';
  }
}

const isFailure = (outcome: StepOutcome | null): outcome is StepFailure => outcome !== null && 'failed' in outcome;

const resultOf = (outcome: StepOutcome | null) => (isFailure(outcome) ? null : outcome);

/** One run of a search: its threads, what it knows, and its clock. */
class SearchRun {
  readonly #request: SearchRequest;
  readonly #pool: SearchPool;
  readonly #rounds: Rounds;
  readonly #began = performance.now();
  readonly #signal: AbortSignal;
  /** islands that step */
  readonly #living = new Set<number>();
  readonly #refusals: string[] = [];
  /** islands whose slowness was told of */
  readonly #slow = new Set<number>();
  readonly #slowStepMs: number;
  /** no pattern scores higher */
  readonly #bound: number;
  #told: SearchProgress;

  constructor(request: SearchRequest, pool: SearchPool, signal: AbortSignal, slowStepMs: number) {
    this.#request = request;
    this.#pool = pool;
    this.#signal = signal;
    this.#slowStepMs = slowStepMs;
    const { entries, architecture, metric } = request.problem;
    this.#bound = scoreBound(entries, architecture, metric);
    this.#rounds = new Rounds(request);
    this.#told = this.#rounds.progress(this.seconds());
  }

  /** As of the last round that was told of. */
  get told(): SearchProgress {
    return this.#told;
  }

  async *events(): AsyncGenerator<SearchEvent> {
    yield* this.#admitted();
    if (this.#rounds.hasLeftOver) yield await this.#leftOver();
    let why = this.#ending();
    let steps = this.#next(why);
    while (steps !== null) {
      const outcomes = yield* this.#patiently(steps);
      this.#signal.throwIfAborted();
      const failed = this.#bury(outcomes);
      const newcomers = this.#rounds.merge(outcomes.map(resultOf));
      const round = this.#round([]);
      why = this.#ending();
      // The next round is queued first: audits fill the threads that it leaves idle.
      steps = this.#next(why);
      const added = await this.#audited(newcomers);
      this.#told = round.progress;
      yield { ...round, added };
      for (const event of failed) yield event;
    }
    if (why === null) throw this.#abandoned();
    yield { kind: 'ended', why, progress: this.#rounds.progress(this.seconds()) };
  }

  /** Why no island is left, where nothing else ended the search. */
  #abandoned(): Error {
    const { failures } = this.#rounds;
    return failures.length > 0 ? allFailed(failures.map(({ reason }) => reason)) : allRefused(this.#refusals);
  }

  seconds(): number {
    return (this.#request.resume?.checkpoint.seconds ?? 0) + (performance.now() - this.#began) / 1000;
  }

  /** Whether nothing better than such a candidate is wanted. @param equals scores of others that have its S */
  #isReached(best: Pick<Newcomer, 'score'> | null, equals: readonly ScatterScore[] = []): 'target' | 'optimal' | null {
    const { problem, untilOptimal } = this.#request;
    const { entries, architecture, target } = problem;
    if (best === null) return null;
    if (target !== null && Math.abs(best.score.scatter - target) <= TARGET_TOLERANCE) return 'target';
    // Below the bound of S some entry is below its own: nothing else need be looked at.
    if (!untilOptimal || best.score.scatter < this.#bound - ROUNDING) return null;
    const isCertified = (score: ScatterScore) => certificate(score, entries, architecture) !== null;
    return [best.score, ...equals].some(isCertified) ? 'optimal' : null;
  }

  /** Why the search is over after the rounds so far, or null. */
  #ending(): Ending | null {
    const { budget, untilOptimal, patience = Number.POSITIVE_INFINITY } = this.#request;
    const { best, round, evaluated, idleRounds, emptyRounds, sinceBest } = this.#rounds;
    const reached = this.#isReached(best, untilOptimal ? this.#rounds.equals : []);
    if (reached !== null) return reached;
    if (budget.kind === 'candidates' ? evaluated >= budget.candidates : round > 0 && this.seconds() >= budget.seconds) {
      return 'budget';
    }
    if (sinceBest >= patience) return 'no-improvement';
    if (idleRounds >= MOST_IDLE_ROUNDS) return 'exhausted';
    return emptyRounds >= MOST_EMPTY_ROUNDS ? 'nothing-made' : null;
  }

  /** The rest of a round that an earlier budget cut, before anything is decided: a larger budget would not have cut it. */
  async #leftOver(): Promise<SearchEvent> {
    const added = await this.#audited(this.#rounds.takeLeftOver());
    this.#signal.throwIfAborted();
    const round = this.#round(added);
    this.#told = round.progress;
    return round;
  }

  /** Asks every island whether it can do the problem, but those that failed before, and says which cannot. */
  async *#admitted(): AsyncGenerator<SearchEvent> {
    await this.#pool.start();
    const { islands } = this.#request;
    const before = new Set(this.#rounds.failures.map(({ island }) => island));
    const answers = yield* this.#patiently(
      Promise.all(islands.map((_, island) => (before.has(island) ? null : this.#pool.accepts(island)))),
    );
    this.#signal.throwIfAborted();
    for (const [island, answer] of answers.entries()) {
      const { strategy } = islands[island];
      if (answer === true) this.#living.add(island);
      else if (typeof answer === 'string') {
        this.#refusals.push(`${strategy}: ${answer}`);
        yield { kind: 'refused', island, strategy, reason: answer };
      } else if (answer !== null) {
        requireOwn(answer);
        this.#rounds.fail(island, 0, answer.failed);
      }
    }
    for (const failure of this.#rounds.failures) yield this.#failed(failure);
  }

  /** Waits, and says for whom where that takes long. What comes of it is the same however long it takes. */
  async *#patiently<T>(pending: Promise<T>): AsyncGenerator<SearchEvent, T> {
    // It may fail while the listener has the word.
    pending.catch(() => {});
    for (;;) {
      const rest = new AbortController();
      const pause = delay(this.#slowStepMs / 4, false, { signal: rest.signal }).catch(() => false);
      const isThere = await Promise.race([pending.then(() => true), pause]).finally(() => rest.abort());
      if (isThere) return pending;
      for (const island of this.#pool.islandsBusyFor(this.#slowStepMs)) {
        if (this.#slow.has(island)) continue;
        this.#slow.add(island);
        const { strategy } = this.#request.islands[island];
        yield { kind: 'slow', island, strategy, seconds: this.#slowStepMs / 1000 };
      }
    }
  }

  /** Ends the islands whose steps failed. */
  #bury(outcomes: readonly (StepOutcome | null)[]): SearchEvent[] {
    const before = this.#rounds.failures.length;
    for (const [island, outcome] of outcomes.entries()) {
      if (!isFailure(outcome)) continue;
      requireOwn(outcome);
      this.#rounds.fail(island, this.#rounds.round + 1, outcome.failed);
      this.#living.delete(island);
    }
    return this.#rounds.failures.slice(before).map((failure) => this.#failed(failure));
  }

  #failed({ island, round, reason }: IslandFailure): SearchEvent {
    const { strategy, file } = this.#request.islands[island];
    return { kind: 'failed', island, strategy, file: file?.path ?? null, round, reason };
  }

  #round(added: readonly KeptCandidate[]): Extract<SearchEvent, { kind: 'round' }> {
    const seconds = this.seconds();
    return {
      kind: 'round',
      progress: this.#rounds.progress(seconds),
      checkpoint: this.#rounds.checkpoint(seconds),
      added,
    };
  }

  /** The next round of every island that lives; null where there is to be none. */
  #next(why: Ending | null): Promise<readonly (StepOutcome | null)[]> | null {
    if (why !== null || this.#living.size === 0) return null;
    const { round, states, elites, known, bars } = this.#rounds;
    const steps = this.#request.islands.map((_, island) =>
      this.#living.has(island)
        ? this.#pool.step({ island, round: round + 1, state: states[island], elites, known, bar: bars[island] })
        : null,
    );
    const outcomes = this.#outcomes(steps);
    // An audit may fail, or the caller stop, before these are awaited; one may fail while another is.
    for (const promise of [...steps, outcomes]) promise?.catch(() => {});
    return outcomes;
  }

  /**
   * A round's outcomes in the order of the islands. Once the best of them ends the search, the islands after it are not waited
   * for: whatever they found is left out even where it is there already, so that their speed decides nothing.
   */
  async #outcomes(steps: readonly (Promise<StepOutcome> | null)[]): Promise<readonly (StepOutcome | null)[]> {
    const outcomes: (StepOutcome | null)[] = steps.map(() => null);
    const { problem, untilOptimal } = this.#request;
    const mayEnd = untilOptimal || problem.target !== null;
    for (const [island, step] of steps.entries()) {
      outcomes[island] = await step;
      if (!mayEnd || this.#isReached(this.#rounds.bestWith(outcomes.map(resultOf))) === null) continue;
      this.#pool.dropWaiting();
      break;
    }
    return outcomes;
  }

  async #audited(newcomers: readonly Newcomer[]): Promise<KeptCandidate[]> {
    const audits = newcomers.map(({ number, pattern, score }) => this.#pool.audit({ number, pattern, score }));
    const results = await Promise.all(audits);
    return newcomers.map((newcomer, index) => {
      const { audit, message } = results[index];
      if (message !== null) throw new AuditMismatchError(newcomer, message);
      return { ...newcomer, audit };
    });
  }
}

/**
 * Searches by rounds: in each every island steps once, in the pool; then, in the order of the islands, their new candidates are
 * numbered, the best of every strategy kept, and audited while the next round runs. What is found depends on the request alone,
 * `workers` apart; a time budget decides only after how many rounds it ends.
 *
 * An island whose strategy fails ends alone. On abort it ends at once: a round under way is dropped, and the last 'round' event's checkpoint is where it can be resumed.
 * @throws RangeError for a request that cannot be; AuditMismatchError for a wrong score; ScattershotError for a lost worker, for a
 *   strategy file that is not what it was, and when every island failed or was refused
 */
export async function* runSearch(
  request: SearchRequest,
  signal: AbortSignal,
  options: SearchOptions = {},
): AsyncGenerator<SearchEvent> {
  checkRequest(request);
  const { problem, seed, islands, order } = request;
  const pool = new SearchPool({ problem, seed, islands, order }, request.workers, options.workerFile);
  const stop = () => void pool.destroy();
  signal.addEventListener('abort', stop);
  try {
    const run = new SearchRun(request, pool, signal, options.slowStepMs ?? SLOW_STEP_MS);
    try {
      signal.throwIfAborted();
      yield* run.events();
    } catch (error) {
      if (!signal.aborted || error instanceof AuditMismatchError) throw error;
      yield { kind: 'ended', why: 'aborted', progress: run.told };
    }
  } finally {
    signal.removeEventListener('abort', stop);
    await pool.destroy();
  }
}
