import { rankingOrder } from '../proxies/ranking.ts';
import { certificate } from '../scatter/bound.ts';
import type { KeptCandidate, SearchEvent, SearchProgress, SearchRequest } from './events.ts';
import { SearchPool } from './pool.ts';
import { type Newcomer, Rounds } from './rounds.ts';
import { TARGET_TOLERANCE } from './strategy.ts';
import type { StepResult } from './tasks.ts';

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

function checkRequest({ islands, workers, keep, seed, budget, order }: SearchRequest): void {
  requireWhole(islands.length, 1, 'the number of islands');
  requireWhole(workers, 1, 'the number of workers');
  requireWhole(keep, 1, 'the number of candidates kept');
  requireWhole(seed, 0, 'the seed');
  rankingOrder(order);
  if (budget.kind === 'candidates') requireWhole(budget.candidates, 1, 'the budget of candidates');
  else if (!(budget.seconds > 0)) throw new RangeError(`the budget must be above 0 seconds; got ${budget.seconds}`);
}

/** One run of a search: its threads, what it knows, and its clock. */
class SearchRun {
  readonly #request: SearchRequest;
  readonly #pool: SearchPool;
  readonly #rounds: Rounds;
  readonly #began = performance.now();
  readonly #signal: AbortSignal;
  #accepted: readonly (true | string)[] = [];
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
    this.#accepted = await this.#pool.accepts();
    for (const [island, accepted] of this.#accepted.entries()) {
      const { strategy } = this.#request.islands[island];
      if (accepted !== true) yield { kind: 'refused', island, strategy, reason: accepted };
    }
    let why = this.#accepted.includes(true) ? this.#ending() : 'exhausted';
    let steps = why === null ? this.#steps() : null;
    while (steps !== null) {
      const results = await steps;
      this.#signal.throwIfAborted();
      const newcomers = this.#rounds.merge(results);
      const seconds = this.seconds();
      const round = { progress: this.#rounds.progress(seconds), checkpoint: this.#rounds.checkpoint(seconds) };
      why = this.#ending();
      // The next round is queued first: audits fill the threads that it leaves idle.
      steps = why === null ? this.#steps() : null;
      const added = await this.#audited(newcomers);
      this.#told = round.progress;
      yield { kind: 'round', ...round, added };
    }
    yield { kind: 'ended', why: why ?? 'exhausted', progress: this.#rounds.progress(this.seconds()) };
  }

  seconds(): number {
    return (this.#request.resume?.checkpoint.seconds ?? 0) + (performance.now() - this.#began) / 1000;
  }

  /** Why the search is over after the rounds so far, or null. */
  #ending(): Ending | null {
    const { budget, problem, untilOptimal } = this.#request;
    const { best, round, evaluated, idleRounds } = this.#rounds;
    const { entries, architecture, target } = problem;
    if (best !== null && target !== null && Math.abs(best.score.scatter - target) <= TARGET_TOLERANCE) return 'target';
    if (best !== null && untilOptimal && certificate(best.score, entries, architecture) !== null) return 'optimal';
    if (budget.kind === 'candidates' ? evaluated >= budget.candidates : round > 0 && this.seconds() >= budget.seconds) {
      return 'budget';
    }
    return idleRounds >= MOST_IDLE_ROUNDS ? 'exhausted' : null;
  }

  /** The next round of every island that was not refused. */
  #steps(): Promise<(StepResult | null)[]> {
    const { round, states, elites, known, bars } = this.#rounds;
    const steps = Promise.all(
      this.#request.islands.map((_, island) =>
        this.#accepted[island] === true
          ? this.#pool.step({ island, round: round + 1, state: states[island], elites, known, bar: bars[island] })
          : null,
      ),
    );
    // An audit may fail, or the caller stop, before these are awaited.
    steps.catch(() => {});
    return steps;
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
 * On abort it ends at once: a round under way is dropped, and the last 'round' event's checkpoint is where it can be resumed.
 * @throws RangeError for a request that cannot be; AuditMismatchError for a wrong score; FailureError for a lost worker
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
