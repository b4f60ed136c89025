import { InvalidValueError } from '../base/caller-errors.ts';
import { familyOf, type NumberedCandidate } from './candidate.ts';
import { Elites } from './elites.ts';
import type { IslandFailure, IslandTotal, SearchCheckpoint, SearchProgress, SearchRequest } from './events.ts';
import { FingerprintSet, type MemorySizes, type SharedFingerprints } from './fingerprint-set.ts';
import { type FromIsland, interleaveIslands, packCandidates, unpackCandidates } from './overflow.ts';
import { BestOf, compareCandidates, type RankingFields, shortfall } from './ranking.ts';
import type { Elite } from './strategy.ts';
import type { StepResult } from './tasks.ts';

/** A candidate that is kept, its score not audited yet. */
export type Unaudited = Omit<NumberedCandidate, 'audit'>;

/** What is remembered of a kept candidate: its pattern would be held in memory as long. */
type Remembered = RankingFields & Pick<NumberedCandidate, 'vector'>;

/** What the candidates of one strategy came to. */
interface StrategyTotal {
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
  /** fingerprints of all that were ever kept: none is kept twice, even where it was forgotten */
  readonly #everKept = new Set<string>();
  readonly #totals: readonly StrategyTotal[];
  readonly #islands: IslandTotal[];
  /** by strategy and target */
  readonly #kept = new Map<string, BestOf<Remembered>>();
  readonly #elites: Elites;
  #failures: readonly IslandFailure[];
  #overflow: readonly FromIsland[];
  #states: readonly unknown[];
  #round = 0;
  #duplicates = 0;
  #swaps = 0;
  #idleRounds = 0;
  #emptyRounds = 0;

  /** @param memory sizes of what is remembered. @throws RangeError when what is resumed does not belong to the request */
  constructor(request: SearchRequest, memory?: MemorySizes) {
    this.#request = request;
    const { islands, keep, order, problem, resume } = request;
    this.#seen = resume === undefined ? new FingerprintSet(memory) : FingerprintSet.from(resume.checkpoint, memory);
    this.#totals = [...new Set(islands.map(({ strategy }) => strategy))].map((name) => {
      const earlier = resume?.checkpoint.strategies.find((total) => total.name === name);
      return { name, evaluated: earlier?.evaluated ?? 0, best: earlier?.best ?? null };
    });
    const before = resume?.checkpoint.islands;
    this.#islands = islands.map((_, island) => before?.[island] ?? { evaluated: 0, best: null });
    for (const [island] of islands.entries())
      this.#kept.set(this.#group(island), new BestOf(keep, this.#target(island), order));
    this.#elites = new Elites(problem.metric, problem.target, order);
    this.#failures = resume?.checkpoint.failures ?? [];
    this.#overflow = unpackCandidates(resume?.checkpoint.overflow ?? []);
    this.#states = resume?.checkpoint.states ?? islands.map(() => null);
    if (resume !== undefined) this.#restore(resume);
  }

  get round(): number {
    return this.#round;
  }

  get evaluated(): number {
    return this.#seen.count;
  }

  /** Candidates that are not remembered any more: found again, they count again. */
  get forgotten(): number {
    return this.#seen.forgotten;
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

  /** By island: what a candidate must be better than to be kept; null while there is room. */
  get toBeat(): readonly (Omit<RankingFields, 'number'> | null)[] {
    return this.#request.islands.map((_, island) => {
      const worst = this.#kept.get(this.#group(island))?.worst ?? null;
      if (worst === null) return null;
      const { scatter, otherScatter, ties } = worst;
      return { scatter, otherScatter, ties };
    });
  }

  /** Fingerprints of all candidates, in shared memory; valid until the next `merge`. */
  get known(): SharedFingerprints {
    return this.#seen.shared;
  }

  get best(): Pick<NumberedCandidate, 'number' | 'strategy' | 'scatter' | 'vector'> | null {
    return this.#elites.best;
  }

  /** The kept candidates whose S is that of the best, which is first of them by what decides between equals. */
  get equals(): readonly Pick<NumberedCandidate, 'scatter' | 'vector'>[] {
    const scatter = this.best?.scatter;
    return [...this.#kept.values()].flatMap(({ members }) => members.filter((member) => member.scatter === scatter));
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
   * Takes in a round. Candidates are numbered as `interleaveIslands` orders them, as far as the budget goes; those beyond it are
   * left over.
   * @param results by island; null for one that did not step
   * @returns the candidates that are kept, by number
   */
  merge(results: readonly (StepResult | null)[]): Unaudited[] {
    this.#round++;
    this.#states = results.map((result) => result?.state ?? null);
    for (const result of results) {
      this.#swaps += result?.swaps ?? 0;
      this.#duplicates += result?.duplicates ?? 0;
    }
    const before = this.#seen.count;
    const kept = this.#take(interleaveIslands(results));
    if (this.#seen.count > before) [this.#idleRounds, this.#emptyRounds] = [0, 0];
    else if (results.some((result) => result !== null && result.candidates.length + result.duplicates > 0))
      this.#idleRounds++;
    else this.#emptyRounds++;
    return kept;
  }

  /**
   * What `merge` would make the best, given room; null where that cannot be said, since an island with a target of its own has the
   * best of them. @param results as of `merge`
   */
  bestWith(results: readonly (StepResult | null)[]): Pick<NumberedCandidate, 'scatter' | 'vector'> | null {
    const { problem, order } = this.#request;
    const compare = compareCandidates(problem.target, order);
    const numbered = interleaveIslands(results).map((found, index) =>
      this.#numbered(found, this.evaluated + 1 + index),
    );
    const { best } = this.#elites;
    if (numbered.length === 0) return best;
    const first = numbered.reduce((a, b) => (compare(b, a) < 0 ? b : a));
    if (best !== null && compare(best, first) < 0) return best;
    return this.#target(first.island) === problem.target ? first : null;
  }

  /** Goes on with a round that an earlier budget cut, just as the whole round would have gone on. @returns as `merge` does */
  takeLeftOver(): Unaudited[] {
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
      best: best === null ? null : { number: best.number, strategy: best.strategy, scatter: best.scatter },
      strategies: this.#totals.map((total) => ({ ...total })),
      islands: [...this.#islands],
    };
  }

  checkpoint(seconds: number): SearchCheckpoint {
    return {
      ...this.progress(seconds),
      states: this.#states,
      ...this.#seen.remembered(),
      idleRounds: this.#idleRounds,
      emptyRounds: this.#emptyRounds,
      overflow: packCandidates(this.#overflow),
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
  #take(waiting: readonly FromIsland[]): Unaudited[] {
    const kept: Unaudited[] = [];
    let taken = 0;
    for (; taken < waiting.length && this.#hasRoom(); taken++) {
      const { fingerprint } = waiting[taken];
      if (this.#everKept.has(fingerprint) || !this.#seen.add(fingerprint)) {
        this.#duplicates++;
        continue;
      }
      const candidate = this.#numbered(waiting[taken], this.evaluated);
      this.#count(candidate);
      if (this.#keep(candidate)) kept.push(candidate);
    }
    this.#overflow = waiting.slice(taken);
    return kept;
  }

  #numbered({ island, score, other, kind, ...found }: FromIsland, number: number): Unaudited {
    const { strategy } = this.#request.islands[island];
    return {
      ...{ ...found, number, island, strategy, family: familyOf(strategy, kind), round: this.#round },
      ...{ scatter: score.scatter, vector: score.vector },
      ...{ otherScatter: other?.scatter ?? null, otherVector: other?.vector ?? null },
    };
  }

  #count({ island, strategy, scatter }: Unaudited): void {
    const { evaluated, best } = this.#islands[island];
    const wanted = this.#target(island);
    const better = best === null || shortfall(scatter, wanted) < shortfall(best, wanted);
    this.#islands[island] = { evaluated: evaluated + 1, best: better ? scatter : best };
    const total = this.#totals.find(({ name }) => name === strategy);
    if (total === undefined) return;
    const { target } = this.#request.problem;
    total.evaluated++;
    if (total.best === null || shortfall(scatter, target) < shortfall(total.best, target)) total.best = scatter;
  }

  #keep(candidate: Omit<Unaudited, 'round'>): boolean {
    const { fingerprint, number, scatter, vector, otherScatter, ties, pattern, strategy, island } = candidate;
    const remembered = { number, scatter, vector, otherScatter, ties };
    if (this.#kept.get(this.#group(island))?.offer(remembered) !== true) return false;
    this.#elites.offer({ ...remembered, pattern, strategy });
    this.#everKept.add(fingerprint);
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
      this.#everKept.add(candidate.fingerprint);
    }
  }
}
