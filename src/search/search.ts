import { setTimeout as delay } from 'node:timers/promises';
import { ROUNDING } from '../base/numbers.ts';
import { isOptimal, scoreBound } from '../scatter/bound.ts';
import type { NumberedCandidate } from './candidate.ts';
import { type BestScore, type EndingRules, endingOf, goalReached, maySettle } from './ending.ts';
import type { IslandFailure, SearchEnding, SearchEvent, SearchProgress, SearchRequest } from './events.ts';
import { MOST_REMEMBERED } from './fingerprint-set.ts';
import type { IslandRunner, IslandRunnerFactory, StrategyPrint } from './island-runner.ts';
import { patternCount } from './pattern-count.ts';
import { SearchPool } from './pool.ts';
import { Rounds, type Unaudited } from './rounds.ts';
import { allFailed, allRefused, checkRequest, requireOwn } from './search-faults.ts';
import type { StepLimits } from './step-limits.ts';
import type { StepFailure, StepOutcome } from './tasks.ts';

/** How a search runs; no part of what it finds. */
export interface SearchRunOptions {
  /** does the islands' steps in place of this process's own threads */
  readonly runner?: IslandRunnerFactory;
  /** a module to run in the worker threads in place of the search's own */
  readonly workerFile?: URL;
  /** milliseconds, for budgets by time; default: `performance.now` */
  readonly clock?: () => number;
  /** a step that takes longer is reported, once for each island */
  readonly slowStepMs?: number;
  readonly limits?: StepLimits;
  /** hears what strategies print, as it is printed */
  readonly onPrint?: (print: StrategyPrint) => void;
}

/** How often it is looked at whether the best is certified, where that may end a search as settled. */
const SETTLED_LOOK_SECONDS = 1;

/** A step should take a tenth of a second; one of ours on the largest nets takes a few. */
const SLOW_STEP_MS = 10_000;

/** A candidate's score is not what the reference says: a defect, since both are exact. */
export class AuditMismatchError extends Error {
  constructor({ number, fingerprint, strategy }: Unaudited, disagreement: string) {
    super(`candidate ${number} (${fingerprint.slice(0, 12)}, ${strategy}) has a wrong score: ${disagreement}`);
    this.name = 'AuditMismatchError';
  }
}

const isFailure = (outcome: StepOutcome | null): outcome is StepFailure => outcome !== null && 'failed' in outcome;

const resultOf = (outcome: StepOutcome | null) => (isFailure(outcome) ? null : outcome);

type Scored = Pick<NumberedCandidate, 'scatter' | 'vector'>;

/** One run of a search: who steps, what it knows, and its clock. */
class SearchRun {
  readonly #request: SearchRequest;
  readonly #runner: IslandRunner;
  readonly #rounds: Rounds;
  readonly #clock: () => number;
  readonly #began: number;
  readonly #signal: AbortSignal;
  readonly #endingRules: EndingRules;
  /** islands that step */
  readonly #active = new Set<number>();
  readonly #refusals: string[] = [];
  /** islands that were reported as slow */
  readonly #reportedSlow = new Set<number>();
  readonly #slowStepMs: number;
  /** no pattern scores higher */
  readonly #bound: number;
  #lastReported: SearchProgress;
  /** number of the best candidate, and when it was found */
  #bestNumber: number | null;
  #bestSeconds: number;
  #settledLook = Number.NEGATIVE_INFINITY;
  #isForgetting: boolean;

  constructor(
    request: SearchRequest,
    runner: IslandRunner,
    signal: AbortSignal,
    { slowStepMs = SLOW_STEP_MS, clock = () => performance.now() }: SearchRunOptions,
  ) {
    this.#request = request;
    this.#clock = clock;
    this.#began = clock();
    this.#runner = runner;
    this.#signal = signal;
    this.#slowStepMs = slowStepMs;
    const { entries, architecture, metric } = request.problem;
    this.#bound = scoreBound(entries, architecture, metric);
    this.#endingRules = { ...request, target: request.problem.target, patterns: patternCount(request.problem) };
    this.#rounds = new Rounds(request);
    this.#lastReported = this.#rounds.progress(this.seconds());
    this.#bestNumber = this.#rounds.best?.number ?? null;
    this.#bestSeconds = request.resume?.checkpoint.bestSeconds ?? this.seconds();
    this.#isForgetting = this.#rounds.forgotten > 0;
  }

  /** As of the last 'round' event. */
  get lastReported(): SearchProgress {
    return this.#lastReported;
  }

  async *events(): AsyncGenerator<SearchEvent> {
    yield* this.#admitted();
    if (this.#rounds.hasLeftOver) yield await this.#leftOver();
    let why = this.#ending();
    let steps = this.#next(why);
    while (steps !== null) {
      const outcomes = yield* this.#reportingSlow(steps);
      this.#signal.throwIfAborted();
      const failed = this.#endFailed(outcomes);
      const kept = this.#rounds.merge(outcomes.map(resultOf));
      this.#noteBest();
      const round = this.#round([]);
      why = this.#ending();
      // The next round is queued first: audits fill the threads that it leaves idle.
      steps = this.#next(why);
      const added = await this.#audited(kept);
      this.#lastReported = round.progress;
      yield { ...round, added };
      for (const event of failed) yield event;
      yield* this.#forgetting();
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
    return (this.#request.resume?.checkpoint.seconds ?? 0) + (this.#clock() - this.#began) / 1000;
  }

  #noteBest(): void {
    const number = this.#rounds.best?.number ?? null;
    if (number === this.#bestNumber) return;
    this.#bestNumber = number;
    this.#bestSeconds = this.seconds();
  }

  *#forgetting(): Generator<SearchEvent> {
    if (this.#isForgetting || this.#rounds.forgotten === 0) return;
    this.#isForgetting = true;
    yield { kind: 'forgetting', remembers: MOST_REMEMBERED };
  }

  /** @param best as the ranking has it. @param look whether to look for a certificate. @param equals others of the same S */
  #bestSoFar(best: Scored | null, look: boolean, equals: readonly Scored[] = []): BestScore | null {
    if (best === null) return null;
    const { problem } = this.#request;
    const { entries, architecture, metric } = problem;
    const { scatter } = best;
    // Below the bound of S some entry is below its own: no certificate need be looked for.
    const mayBeOptimal = look && scatter >= this.#bound - ROUNDING;
    const isBest = ({ vector }: Scored) => isOptimal({ metric, scatter, vector }, entries, architecture);
    return { scatter, isOptimal: mayBeOptimal && [best, ...equals].some(isBest) };
  }

  /** Why the search is over after the rounds so far, or null. */
  #ending(): SearchEnding | null {
    const { best, round, evaluated, idleRounds, emptyRounds, sinceBest } = this.#rounds;
    const seconds = this.seconds();
    const secondsSinceBest = seconds - this.#bestSeconds;
    const look = this.#request.untilOptimal === true || this.#looksSettled(seconds, { sinceBest, secondsSinceBest });
    return endingOf(this.#endingRules, {
      ...{ round, evaluated, idleRounds, emptyRounds, sinceBest, seconds, secondsSinceBest },
      best: this.#bestSoFar(best, look, look ? this.#rounds.equals : []),
    });
  }

  /** Whether it is time to look if the search is settled: certificates may cost more than a short round. */
  #looksSettled(seconds: number, since: Parameters<typeof maySettle>[1]): boolean {
    if (seconds - this.#settledLook < SETTLED_LOOK_SECONDS || !maySettle(this.#endingRules, since)) return false;
    this.#settledLook = seconds;
    return true;
  }

  /** The rest of a round that an earlier budget cut, before anything is decided: a larger budget would not have cut it. */
  async #leftOver(): Promise<SearchEvent> {
    const added = await this.#audited(this.#rounds.takeLeftOver());
    this.#signal.throwIfAborted();
    const round = this.#round(added);
    this.#lastReported = round.progress;
    return round;
  }

  /** Asks every island whether it can do the problem, except those that failed before, and says which cannot. */
  async *#admitted(): AsyncGenerator<SearchEvent> {
    await this.#runner.start();
    const { islands } = this.#request;
    const before = new Set(this.#rounds.failures.map(({ island }) => island));
    const answers = yield* this.#reportingSlow(
      Promise.all(islands.map((_, island) => (before.has(island) ? null : this.#runner.accepts(island)))),
    );
    this.#signal.throwIfAborted();
    for (const [island, answer] of answers.entries()) {
      const { strategy } = islands[island];
      if (answer === true) this.#active.add(island);
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

  /** Waits, and reports the islands that take long. What they find is the same however long they take. */
  async *#reportingSlow<T>(pending: Promise<T>): AsyncGenerator<SearchEvent, T> {
    // It may fail while the listener has the word.
    pending.catch(() => {});
    for (;;) {
      const rest = new AbortController();
      const pause = delay(this.#slowStepMs / 4, false, { signal: rest.signal }).catch(() => false);
      const isThere = await Promise.race([pending.then(() => true), pause]).finally(() => rest.abort());
      if (isThere) return pending;
      for (const island of this.#runner.islandsBusyFor(this.#slowStepMs)) {
        if (this.#reportedSlow.has(island)) continue;
        this.#reportedSlow.add(island);
        const { strategy } = this.#request.islands[island];
        yield { kind: 'slow', island, strategy, seconds: this.#slowStepMs / 1000 };
      }
    }
  }

  /** Ends the islands whose steps failed. */
  #endFailed(outcomes: readonly (StepOutcome | null)[]): SearchEvent[] {
    const before = this.#rounds.failures.length;
    for (const [island, outcome] of outcomes.entries()) {
      if (!isFailure(outcome)) continue;
      requireOwn(outcome);
      this.#rounds.fail(island, this.#rounds.round + 1, outcome.failed);
      this.#active.delete(island);
    }
    return this.#rounds.failures.slice(before).map((failure) => this.#failed(failure));
  }

  #failed({ island, round, reason }: IslandFailure): SearchEvent {
    const { strategy, file } = this.#request.islands[island];
    return { kind: 'failed', island, strategy, file: file?.path ?? null, round, reason };
  }

  #round(added: readonly NumberedCandidate[]): Extract<SearchEvent, { kind: 'round' }> {
    const seconds = this.seconds();
    return {
      kind: 'round',
      progress: this.#rounds.progress(seconds),
      checkpoint: { ...this.#rounds.checkpoint(seconds), bestSeconds: this.#bestSeconds },
      added,
    };
  }

  /** Starts the next round of every active island; null where the search is over. */
  #next(why: SearchEnding | null): Promise<readonly (StepOutcome | null)[]> | null {
    if (why !== null || this.#active.size === 0) return null;
    const { round, states, elites, known, toBeat } = this.#rounds;
    const steps = this.#request.islands.map((_, island) =>
      this.#active.has(island)
        ? this.#runner.step({ island, round: round + 1, state: states[island], elites, known, toBeat: toBeat[island] })
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
      const best = mayEnd
        ? this.#bestSoFar(this.#rounds.bestWith(outcomes.map(resultOf)), untilOptimal === true)
        : null;
      if (goalReached(this.#endingRules, best) === null) continue;
      this.#runner.dropWaiting();
      break;
    }
    return outcomes;
  }

  async #audited(kept: readonly Unaudited[]): Promise<NumberedCandidate[]> {
    const { metric } = this.#request.problem;
    const audits = kept.map(({ number, pattern, scatter, vector }) =>
      this.#runner.audit({ number, pattern, score: { metric, scatter, vector } }),
    );
    const results = await Promise.all(audits);
    return kept.map((candidate, index) => {
      const { audit, message } = results[index];
      if (message !== null) throw new AuditMismatchError(candidate, message);
      return { ...candidate, audit };
    });
  }
}

/**
 * Searches by rounds: in each every island steps once, in the pool; then, in the order of the islands, their new candidates are
 * numbered, the best of every strategy kept, and audited while the next round runs. What is found depends on the request alone,
 * `workers` apart; a time budget decides only after how many rounds it ends.
 *
 * An island whose strategy fails ends alone. On abort the search ends at once: the round under way is dropped, and it can be resumed from the
 * last 'round' event's checkpoint.
 * @throws RangeError for a request that cannot be; AuditMismatchError for a wrong score; ScattershotError for a lost worker, for a
 *   strategy file that is not what it was, and when every island failed or was refused
 */
export async function* runSearch(
  request: SearchRequest,
  signal: AbortSignal,
  options: SearchRunOptions = {},
): AsyncGenerator<SearchEvent> {
  checkRequest(request);
  const { problem, seed, islands, order } = request;
  // A thread more than there are islands would never have a step to do.
  const threads = Math.min(request.workers, islands.length);
  const { workerFile: file, limits, onPrint } = options;
  const setup = { problem, seed, islands, order };
  const runner =
    options.runner?.(setup, { threads, limits, onPrint }) ?? new SearchPool(setup, threads, { file, limits, onPrint });
  const stop = () => void runner.destroy();
  signal.addEventListener('abort', stop);
  try {
    const run = new SearchRun(request, runner, signal, options);
    try {
      signal.throwIfAborted();
      yield* run.events();
    } catch (error) {
      if (!signal.aborted || error instanceof AuditMismatchError) throw error;
      yield { kind: 'ended', why: 'aborted', progress: run.lastReported };
    }
  } finally {
    signal.removeEventListener('abort', stop);
    await runner.destroy();
  }
}
