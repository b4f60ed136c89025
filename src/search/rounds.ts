import { InvalidValueError } from '../base/caller-errors.ts';
import type { ScatterScore } from '../scatter/metric.ts';
import { Elites } from './elites.ts';
import type { IslandFailure, KeptCandidate, SearchCheckpoint, SearchProgress, SearchRequest } from './events.ts';
import { FingerprintSet, type SharedFingerprints } from './fingerprint-set.ts';
import { inTurn, packWaiting, unpackWaiting, type Waiting } from './overflow.ts';
import { BestOf, byRank, shortfall } from './ranking.ts';
import type { Elite } from './strategy.ts';
import type { Bar, StepResult } from './tasks.ts';

/** A candidate that is kept, its score not audited yet. */
export type Newcomer = Omit<KeptCandidate, 'audit'>;

/** What is remembered of a kept candidate: a pattern would be held in memory as long. */
type Kept = Omit<Newcomer, 'pattern' | 'round'>;

interface Tally {
  readonly name: string;
  evaluated: number;
  best: number | null;
}

/**
 * All that a search knows between two rounds. What a round changes depends on its results alone, in the order of the islands,
 * and never on which thread or in what order they came.
 */
export class Rounds {
  readonly #request: SearchRequest;
  readonly #seen: FingerprintSet;
  readonly #tallies: readonly Tally[];
  /** by strategy and target */
  readonly #kept = new Map<string, BestOf<Kept>>();
  readonly #elites: Elites;
  #failures: readonly IslandFailure[];
  #overflow: readonly Waiting[];
  #states: readonly unknown[];
  #round = 0;
  #duplicates = 0;
  #swaps = 0;
  #idleRounds = 0;
  #emptyRounds = 0;

  /** @throws RangeError when what is resumed does not belong to the request */
  constructor(request: SearchRequest) {
    this.#request = request;
    const { islands, keep, order, problem, resume } = request;
    this.#seen = FingerprintSet.from(resume?.checkpoint.seen ?? new Uint8Array());
    this.#tallies = [...new Set(islands.map(({ strategy }) => strategy))].map((name) => {
      const earlier = resume?.checkpoint.strategies.find((tally) => tally.name === name);
      return { name, evaluated: earlier?.evaluated ?? 0, best: earlier?.best ?? null };
    });
    for (const [island] of islands.entries())
      this.#kept.set(this.#group(island), new BestOf(keep, this.#target(island), order));
    this.#elites = new Elites(problem.target, order);
    this.#failures = resume?.checkpoint.failures ?? [];
    this.#overflow = unpackWaiting(resume?.checkpoint.overflow ?? []);
    this.#states = resume?.checkpoint.states ?? islands.map(() => null);
    if (resume !== undefined) this.#restore(resume);
  }

  get round(): number {
    return this.#round;
  }

  get evaluated(): number {
    return this.#seen.count;
  }

  /** Rounds since the last new candidate in which candidates came. */
  get idleRounds(): number {
    return this.#idleRounds;
  }

  /** Rounds since the last new candidate in which none came. */
  get emptyRounds(): number {
    return this.#emptyRounds;
  }

  /** Islands that ended by an error, in order. */
  get failures(): readonly IslandFailure[] {
    return this.#failures;
  }

  /** Whether the budget has room for what an earlier one left over of its last round. */
  get hasLeftOver(): boolean {
    const { budget, resume } = this.#request;
    const isSpent = budget.kind === 'time' && (resume?.checkpoint.seconds ?? 0) >= budget.seconds;
    return this.#overflow.length > 0 && !isSpent && this.#hasRoom();
  }

  /** State of every island after the last round. */
  get states(): readonly unknown[] {
    return this.#states;
  }

  /** The best of all and of each strategy, in shared memory. */
  get elites(): readonly Elite[] {
    return this.#elites.members;
  }

  /** By island: what a candidate must beat to be kept; null while there is room. */
  get bars(): readonly (Bar | null)[] {
    return this.#request.islands.map((_, island) => {
      const worst = this.#kept.get(this.#group(island))?.worst ?? null;
      return worst === null ? null : { score: worst.score, other: worst.other, ties: worst.ties };
    });
  }

  /** Fingerprints of all candidates, in shared memory; valid until the next `merge`. */
  get known(): SharedFingerprints {
    return this.#seen.shared;
  }

  get best(): Pick<Newcomer, 'number' | 'strategy' | 'score'> | null {
    return this.#elites.best;
  }

  /** Scores of the kept candidates whose S is that of the best, which is first of them by what decides between equals. */
  get equals(): readonly ScatterScore[] {
    const scatter = this.best?.score.scatter;
    return [...this.#kept.values()].flatMap(({ members }) =>
      members.flatMap(({ score }) => (score.scatter === scatter ? [score] : [])),
    );
  }

  /** Candidates since the best one. */
  get sinceBest(): number {
    return this.evaluated - (this.best?.number ?? 0);
  }

  /** An island ends by an error. @param round that it did not finish */
  fail(island: number, round: number, reason: string): void {
    this.#failures = [...this.#failures, { island, round, reason }];
  }

  /**
   * Takes in a round. Candidates are numbered in turns, as far as the budget goes; those beyond it are left over.
   * @param results by island; null for one that did not step
   * @returns the candidates that are kept, by number
   */
  merge(results: readonly (StepResult | null)[]): Newcomer[] {
    this.#round++;
    this.#states = results.map((result) => result?.state ?? null);
    for (const result of results) {
      this.#swaps += result?.swaps ?? 0;
      this.#duplicates += result?.duplicates ?? 0;
    }
    const before = this.#seen.count;
    const newcomers = this.#take(inTurn(results));
    if (this.#seen.count > before) [this.#idleRounds, this.#emptyRounds] = [0, 0];
    else if (results.some((result) => result !== null && result.candidates.length + result.duplicates > 0))
      this.#idleRounds++;
    else this.#emptyRounds++;
    return newcomers;
  }

  /**
   * What `merge` would make the best, given room; null where that cannot be told, since an island with a target of its own has the
   * best of them. @param results as of `merge`
   */
  bestWith(results: readonly (StepResult | null)[]): Pick<Newcomer, 'score'> | null {
    const { problem, order } = this.#request;
    const compare = byRank(problem.target, order);
    const ranked = inTurn(results).map(({ island, candidate }, index) => ({
      ...candidate,
      number: this.evaluated + 1 + index,
      isOurs: this.#target(island) === problem.target,
    }));
    const { best } = this.#elites;
    if (ranked.length === 0) return best;
    const first = ranked.reduce((a, b) => (compare(b, a) < 0 ? b : a));
    if (best !== null && compare(best, first) < 0) return best;
    return first.isOurs ? first : null;
  }

  /** Goes on with a round of which an earlier budget left something over, as if it had never been cut. @returns as `merge` does */
  takeLeftOver(): Newcomer[] {
    return this.#take(this.#overflow);
  }

  progress(seconds: number): SearchProgress {
    const { best } = this;
    return {
      round: this.#round,
      evaluated: this.evaluated,
      duplicates: this.#duplicates,
      swaps: this.#swaps,
      seconds,
      best: best === null ? null : { number: best.number, strategy: best.strategy, scatter: best.score.scatter },
      strategies: this.#tallies.map((tally) => ({ ...tally })),
    };
  }

  checkpoint(seconds: number): SearchCheckpoint {
    return {
      ...this.progress(seconds),
      states: this.#states,
      seen: this.#seen.bytes(),
      idleRounds: this.#idleRounds,
      emptyRounds: this.#emptyRounds,
      overflow: packWaiting(this.#overflow),
      failures: this.#failures,
    };
  }

  #target(island: number): number | null {
    const { target } = this.#request.islands[island];
    return target === undefined ? this.#request.problem.target : target;
  }

  #group(island: number): string {
    return `${this.#request.islands[island].strategy} ${this.#target(island)}`;
  }

  #hasRoom(): boolean {
    const { budget } = this.#request;
    return budget.kind === 'time' || this.evaluated < budget.candidates;
  }

  /**
   * Numbers candidates while there is room. Each is kept if it is among the best of its group at its turn, whatever comes after:
   * so what a smaller budget keeps is the beginning of what a larger one does.
   */
  #take(waiting: readonly Waiting[]): Newcomer[] {
    const newcomers: Newcomer[] = [];
    let taken = 0;
    for (; taken < waiting.length && this.#hasRoom(); taken++) {
      const newcomer = this.#number(waiting[taken]);
      if (newcomer !== null && this.#keep(newcomer)) newcomers.push(newcomer);
    }
    this.#overflow = waiting.slice(taken);
    return newcomers;
  }

  /** Null for a candidate that is known. */
  #number({ island, candidate }: Waiting): Newcomer | null {
    if (!this.#seen.add(candidate.fingerprint)) {
      this.#duplicates++;
      return null;
    }
    const { strategy } = this.#request.islands[island];
    const newcomer = { number: this.evaluated, strategy, island, round: this.#round, ...candidate };
    this.#tally(newcomer);
    return newcomer;
  }

  #tally({ strategy, score }: Newcomer): void {
    const tally = this.#tallies.find(({ name }) => name === strategy);
    if (tally === undefined) return;
    const { target } = this.#request.problem;
    tally.evaluated++;
    if (tally.best === null || shortfall(score.scatter, target) < shortfall(tally.best, target)) {
      tally.best = score.scatter;
    }
  }

  #keep(candidate: Omit<Newcomer, 'round'>): boolean {
    const { pattern: _, ...rest } = candidate;
    if (this.#kept.get(this.#group(candidate.island))?.offer(rest) !== true) return false;
    this.#elites.offer(candidate);
    return true;
  }

  #restore({ checkpoint, kept }: NonNullable<SearchRequest['resume']>): void {
    const { islands } = this.#request;
    if (checkpoint.states.length !== islands.length || checkpoint.evaluated !== this.#seen.count) {
      throw new InvalidValueError(
        `expected a checkpoint of ${islands.length} islands and ${this.#seen.count} candidates; got ${checkpoint.states.length} and ${checkpoint.evaluated}`,
      );
    }
    this.#round = checkpoint.round;
    this.#duplicates = checkpoint.duplicates;
    this.#swaps = checkpoint.swaps;
    this.#idleRounds = checkpoint.idleRounds;
    this.#emptyRounds = checkpoint.emptyRounds ?? 0;
    for (const candidate of kept.toSorted((a, b) => a.number - b.number)) {
      if (islands[candidate.island]?.strategy !== candidate.strategy || candidate.number > checkpoint.evaluated) {
        throw new InvalidValueError(
          `expected kept candidates of the checkpoint's study; got number ${candidate.number} of ${candidate.strategy}`,
        );
      }
      this.#keep(candidate);
    }
  }
}
