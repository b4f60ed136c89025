import { FailureError, failure } from '../pattern/failure.ts';
import { rankingOrder } from '../proxies/ranking.ts';
import { certificate } from '../scatter/bound.ts';
import type { IslandFailure, KeptCandidate, SearchEvent, SearchProgress, SearchRequest } from './events.ts';
import { SearchPool } from './pool.ts';
import { type Newcomer, Rounds } from './rounds.ts';
import { TARGET_TOLERANCE } from './strategy.ts';
import type { StepFailure, StepOutcome } from './tasks.ts';

export interface SearchOptions {
  /** a module to run in the worker threads in place of the search's own */
  readonly workerFile?: URL;
}

type Ending = Extract<SearchEvent, { kind: 'ended' }>['why'];

/** Rounds without a new candidate after which a search has nothing left to find. Longer than any strategy works on one. */
const MOST_IDLE_ROUNDS = 256;

/** A candidate's score is not what the reference says: a defect, since both are exact. */
export class AuditMismatchError extends Error {
  constructor({ number, fingerprint, strategy }: Newcomer, disagreement: string) {
    super(`candidate ${number} (${fingerprint.slice(0, 12)}, ${strategy}) has a wrong score: ${disagreement}`);
    this.name = 'AuditMismatchError';
  }
}

function requireWhole(value: number, least: number, what: string): void {
  if (Number.isSafeInteger(value) && value >= least) return;
  throw new RangeError(`${what} must be a whole number from ${least}; got ${value}`);
}

function checkRequest({ islands, workers, keep, seed, budget, order, patience = 1 }: SearchRequest): void {
  requireWhole(islands.length, 1, 'the number of islands');
  requireWhole(workers, 1, 'the number of workers');
  requireWhole(keep, 1, 'the number of candidates kept');
  requireWhole(seed, 0, 'the seed');
  requireWhole(patience, 1, 'the patience');
  rankingOrder(order);
  if (budget.kind === 'candidates') requireWhole(budget.candidates, 1, 'the budget of candidates');
  else if (!(budget.seconds > 0)) throw new RangeError(`the budget must be above 0 seconds; got ${budget.seconds}`);
}

/** The end of a search in which every island that could do the problem ended by an error. */
function allFailed(reasons: readonly string[]): FailureError {
  const message = `no island is left to search: ${[...new Set(reasons)].join('; ')}`;
  return new FailureError(
    failure('strategies-failed', message, 'What was found is kept. Mend the strategy, or start a search with others.'),
  );
}

/** @throws RangeError or FailureError for a failure that is not the island's own */
function requireOwn({ failed, ends }: StepFailure): void {
  if (ends === 'request') throw new RangeError(failed);
  if (ends === 'island') return;
  const nextStep = 'Put the file back as it was and resume the study, or start a new one.';
  throw new FailureError(failure('strategy-file-changed', failed, nextStep));
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
  #told: SearchProgress;

  constructor(request: SearchRequest, pool: SearchPool, signal: AbortSignal) {
    this.#request = request;
    this.#pool = pool;
    this.#signal = signal;
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
      const outcomes = await steps;
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
    if (why === null && this.#rounds.failures.length > 0) {
      throw allFailed(this.#rounds.failures.map(({ reason }) => reason));
    }
    yield { kind: 'ended', why: why ?? 'exhausted', progress: this.#rounds.progress(this.seconds()) };
  }

  seconds(): number {
    return (this.#request.resume?.checkpoint.seconds ?? 0) + (performance.now() - this.#began) / 1000;
  }

  /** Whether nothing better than such a candidate is wanted. */
  #isReached(best: Pick<Newcomer, 'score'> | null): 'target' | 'optimal' | null {
    const { problem, untilOptimal } = this.#request;
    const { entries, architecture, target } = problem;
    if (best === null) return null;
    if (target !== null && Math.abs(best.score.scatter - target) <= TARGET_TOLERANCE) return 'target';
    return untilOptimal && certificate(best.score, entries, architecture) !== null ? 'optimal' : null;
  }

  /** Why the search is over after the rounds so far, or null. */
  #ending(): Ending | null {
    const { budget, patience = Number.POSITIVE_INFINITY } = this.#request;
    const { best, round, evaluated, idleRounds, sinceBest } = this.#rounds;
    const reached = this.#isReached(best);
    if (reached !== null) return reached;
    if (budget.kind === 'candidates' ? evaluated >= budget.candidates : round > 0 && this.seconds() >= budget.seconds) {
      return 'budget';
    }
    if (sinceBest >= patience) return 'no-improvement';
    return idleRounds >= MOST_IDLE_ROUNDS ? 'exhausted' : null;
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
    const answers = await Promise.all(
      islands.map((_, island) => (before.has(island) ? null : this.#pool.accepts(island))),
    );
    this.#signal.throwIfAborted();
    for (const [island, answer] of answers.entries()) {
      const { strategy } = islands[island];
      if (answer === true) this.#living.add(island);
      else if (typeof answer === 'string') yield { kind: 'refused', island, strategy, reason: answer };
      else if (answer !== null) {
        requireOwn(answer);
        this.#rounds.fail(island, 0, answer.failed);
      }
    }
    for (const failure of this.#rounds.failures) yield this.#failed(failure);
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
 * @throws RangeError for a request that cannot be; AuditMismatchError for a wrong score; FailureError for a lost worker, for a
 *   strategy file that is not what it was, and when every island failed
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
    const run = new SearchRun(request, pool, signal);
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
