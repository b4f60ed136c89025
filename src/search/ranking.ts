import { OTHER_SCATTER } from '../proxies/names.ts';
import {
  type Criterion,
  compareLexicographic,
  lexicographicKey,
  type RankingValues,
  rankingOrder,
  SCATTER,
} from '../proxies/ranking.ts';
import type { NumberedCandidate } from './candidate.ts';
import { defaultSearchOrder } from './default-order.ts';

/** What a candidate is ranked by, scored, numbered or stored. */
export type RankingFields = Pick<NumberedCandidate, 'number' | 'scatter' | 'otherScatter' | 'ties'>;

/** How far a score is from what is wanted; smaller is better. */
export const shortfall = (scatter: number, target: number | null): number =>
  target === null ? 1 - scatter : Math.abs(scatter - target);

/** A candidate's values in every criterion of the order. @param target wanted S, or null for the highest */
export function rankingValues(
  { scatter, otherScatter, ties }: Omit<RankingFields, 'number'>,
  target: number | null,
  order: readonly Criterion[],
): RankingValues {
  const values: Record<string, number | null> = {};
  for (const { name } of order) values[name] = ties[name] ?? null;
  values[SCATTER] = target === null ? scatter : -Math.abs(scatter - target);
  values[OTHER_SCATTER] = otherScatter;
  return values;
}

/**
 * The one rule for which of two candidates is better: by S (nearest to the target, where one is wanted), then by the criteria of
 * the order in turn, then the earlier one. @returns a comparator for sorting, best first
 * @param target wanted S, or null for the highest. @param order what decides after S: see `rankingOrder`
 * @throws RangeError for an unknown name
 */
export function compareCandidates(
  target: number | null,
  order: readonly string[] = defaultSearchOrder,
): (a: RankingFields, b: RankingFields) => number {
  const criteria = rankingOrder(order);
  const compare = compareLexicographic(criteria);
  return (a, b) =>
    compare(rankingValues(a, target, criteria), rankingValues(b, target, criteria)) || a.number - b.number;
}

/**
 * The same rule as bytes, for a database to sort by: of two candidates the one whose key is less byte by byte is the better, and of
 * equal keys the one with the lower number.
 */
export function candidateKey(
  target: number | null,
  order: readonly string[] = defaultSearchOrder,
): (candidate: Omit<RankingFields, 'number'>) => Uint8Array {
  const criteria = rankingOrder(order);
  return (candidate) => lexicographicKey(rankingValues(candidate, target, criteria), criteria);
}

/** The best few of all that were ever offered, best first. */
export class BestOf<T extends RankingFields> {
  readonly #most: number;
  readonly #compare: (a: RankingFields, b: RankingFields) => number;
  #members: readonly T[] = [];

  constructor(most: number, target: number | null, order: readonly string[] = defaultSearchOrder) {
    this.#most = most;
    this.#compare = compareCandidates(target, order);
  }

  get members(): readonly T[] {
    return this.#members;
  }

  /** The one that a new member must be better than; null while there is room. */
  get worst(): T | null {
    return this.#members.length < this.#most ? null : (this.#members.at(-1) ?? null);
  }

  /** @returns whether it is among the best now; the worst of them was dropped */
  offer(candidate: T): boolean {
    const { worst } = this;
    if (worst !== null && this.#compare(candidate, worst) >= 0) return false;
    const behind = this.#members.findIndex((member) => this.#compare(candidate, member) < 0);
    const at = behind === -1 ? this.#members.length : behind;
    this.#members = [...this.#members.slice(0, at), candidate, ...this.#members.slice(at)].slice(0, this.#most);
    return true;
  }
}
