import type { Pattern } from '../pattern/pattern.ts';
import type { KeptCandidate, SearchCheckpoint, SearchProgress, SearchRequest } from './events.ts';
import { FingerprintSet, type SharedFingerprints } from './fingerprint-set.ts';
import { BestOf, shortfall } from './ranking.ts';
import type { Elite } from './strategy.ts';
import type { Bar, ScoredPattern, StepResult } from './tasks.ts';

/** A candidate that was kept, its score not audited yet. */
export type Newcomer = Omit<KeptCandidate, 'audit'>;

/** Elites that every island sees. */
const ELITES = 4;

interface Tally {
  readonly name: string;
  evaluated: number;
  best: number | null;
}

/** The same pattern in memory that threads share. */
function sharedPattern(pattern: Pattern): Pattern {
  const junctions = pattern.junctions.map((sources) => {
    const shared = new Uint32Array(new SharedArrayBuffer(sources.byteLength));
    shared.set(sources);
    return shared;
  });
  return { ...pattern, junctions };
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
  readonly #kept = new Map<string, BestOf<Omit<Newcomer, 'pattern' | 'round'>>>();
  readonly #best: BestOf<Omit<Newcomer, 'round'>>;
  #elites: readonly Elite[] = [];
  #states: readonly unknown[];
  #round = 0;
  #duplicates = 0;
  #swaps = 0;
  #idleRounds = 0;

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
    this.#best = new BestOf(ELITES, problem.target, order);
    this.#states = resume?.checkpoint.states ?? islands.map(() => null);
    if (resume !== undefined) this.#restore(resume);
  }

  get round(): number {
    return this.#round;
  }

  get evaluated(): number {
    return this.#seen.count;
  }

  get idleRounds(): number {
    return this.#idleRounds;
  }

  /** State of every island after the last round. */
  get states(): readonly unknown[] {
    return this.#states;
  }

  /** The best few of all, in shared memory. */
  get elites(): readonly Elite[] {
    return this.#elites;
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
    return this.#best.members[0] ?? null;
  }

  /**
   * Takes in a round. Candidates are numbered in turns, the first of every island, then the second, …, so that a budget that
   * ends within a round is spread over the islands; those beyond it are dropped.
   * @param results by island; null for one that was refused
   * @returns the candidates that are kept now and were not before, by number
   */
  merge(results: readonly (StepResult | null)[]): Newcomer[] {
    this.#round++;
    this.#states = results.map((result) => result?.state ?? null);
    const before = this.#seen.count;
    const found = new Map<string, Newcomer[]>();
    const longest = Math.max(...results.map((result) => result?.candidates.length ?? 0));
    for (let turn = 0; turn < longest; turn++) {
      for (const [island, result] of results.entries()) {
        const candidate = result?.candidates[turn];
        if (candidate !== undefined) this.#count(candidate, island, found);
      }
    }
    for (const result of results) {
      this.#swaps += result?.swaps ?? 0;
      this.#duplicates += result?.duplicates ?? 0;
    }
    this.#idleRounds = this.#seen.count > before ? 0 : this.#idleRounds + 1;
    return this.#keep(found);
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
    };
  }

  #target(island: number): number | null {
    const { target } = this.#request.islands[island];
    return target === undefined ? this.#request.problem.target : target;
  }

  #group(island: number): string {
    return `${this.#request.islands[island].strategy} ${this.#target(island)}`;
  }

  /** Numbers a candidate, unless it is known or the budget is spent. */
  #count(candidate: ScoredPattern, island: number, found: Map<string, Newcomer[]>): void {
    const { budget, islands } = this.#request;
    if (budget.kind === 'candidates' && this.evaluated >= budget.candidates) return;
    if (!this.#seen.add(candidate.fingerprint)) {
      this.#duplicates++;
      return;
    }
    const { strategy } = islands[island];
    const newcomer: Newcomer = { number: this.evaluated, strategy, island, round: this.#round, ...candidate };
    const group = this.#group(island);
    found.set(group, [...(found.get(group) ?? []), newcomer]);
    this.#tally(newcomer);
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

  #keep(found: ReadonlyMap<string, readonly Newcomer[]>): Newcomer[] {
    const newcomers: Newcomer[] = [];
    for (const [group, candidates] of found) {
      const numbers = new Set(
        this.#kept
          .get(group)
          ?.offer(candidates.map(withoutPattern))
          .map(({ number }) => number),
      );
      newcomers.push(...candidates.filter(({ number }) => numbers.has(number)));
    }
    newcomers.sort((a, b) => a.number - b.number);
    this.#offerElites(newcomers);
    return newcomers;
  }

  #offerElites(candidates: readonly Omit<Newcomer, 'round'>[]): void {
    const chosen = this.#best.offer(candidates);
    if (chosen.length === 0) return;
    this.#elites = this.#best.members.map(({ pattern, score }) => ({ pattern: sharedPattern(pattern), score }));
  }

  #restore({ checkpoint, kept }: NonNullable<SearchRequest['resume']>): void {
    const { islands } = this.#request;
    if (checkpoint.states.length !== islands.length || checkpoint.evaluated !== this.#seen.count) {
      throw new RangeError(
        `expected a checkpoint of ${islands.length} islands and ${this.#seen.count} candidates; got ${checkpoint.states.length} and ${checkpoint.evaluated}`,
      );
    }
    this.#round = checkpoint.round;
    this.#duplicates = checkpoint.duplicates;
    this.#swaps = checkpoint.swaps;
    this.#idleRounds = checkpoint.idleRounds;
    for (const candidate of kept) {
      if (islands[candidate.island]?.strategy !== candidate.strategy || candidate.number > checkpoint.evaluated) {
        throw new RangeError(
          `expected kept candidates of the checkpoint's study; got number ${candidate.number} of ${candidate.strategy}`,
        );
      }
      this.#kept.get(this.#group(candidate.island))?.offer([withoutPattern(candidate)]);
    }
    this.#offerElites(kept);
  }
}

/** What ranking needs: a pattern would be held in memory as long as its candidate is kept. */
const withoutPattern = <T extends { readonly pattern: Pattern }>({ pattern: _, ...rest }: T) => rest;
