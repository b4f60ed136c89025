import {
  type Criterion,
  compareLexicographic,
  OTHER_SCATTER,
  type RankingValues,
  rankingOrder,
  SCATTER,
} from '../proxies/ranking.ts';
import type { ScatterScore } from '../scatter/metric.ts';

/** What candidates of equal scatter are told apart by, by name; null where it was left out, or could no longer matter. */
export type Ties = Readonly<Record<string, number | null>>;

/** What candidates are ranked by. */
export interface Ranked {
  readonly number: number;
  readonly score: Pick<ScatterScore, 'scatter'>;
  readonly other: Pick<ScatterScore, 'scatter'> | null;
  readonly ties: Ties;
}

/**
 * What decides after S, in turn, where nothing else is asked for. Rank is not among it: it takes 65 ms for 64-1024-64, as long as
 * a dozen candidates take to be made and scored, and seconds for big nets; ask for it by name.
 */
export const defaultSearchOrder: readonly string[] = [
  OTHER_SCATTER,
  'distinct-neighbourhoods',
  'path-evenness',
  'four-cycles',
  'spectral-gap',
];

/** How far a score is from what is wanted; smaller is better. */
export const shortfall = (scatter: number, target: number | null): number =>
  target === null ? 1 - scatter : Math.abs(scatter - target);

/** A candidate's values in every criterion of the order. @param target wanted S, or null for the highest */
export function rankingValues(
  { score, other, ties }: Omit<Ranked, 'number'>,
  target: number | null,
  order: readonly Criterion[],
): RankingValues {
  const values: Record<string, number | null> = {};
  for (const { name } of order) values[name] = ties[name] ?? null;
  values[SCATTER] = target === null ? score.scatter : -Math.abs(score.scatter - target);
  values[OTHER_SCATTER] = other?.scatter ?? null;
  return values;
}

/**
 * Better first: by S (nearest to the target, where one is wanted), then by the criteria of the order in turn, then the earlier one.
 * @param order what decides after S: see `rankingOrder`. @throws RangeError for an unknown name
 */
export function byRank(
  target: number | null,
  order: readonly string[] = defaultSearchOrder,
): (a: Ranked, b: Ranked) => number {
  const criteria = rankingOrder(order);
  const compare = compareLexicographic(criteria);
  return (a, b) =>
    compare(rankingValues(a, target, criteria), rankingValues(b, target, criteria)) || a.number - b.number;
}

/** The best few of all that were ever offered, best first. */
export class BestOf<T extends Ranked> {
  readonly #most: number;
  readonly #compare: (a: Ranked, b: Ranked) => number;
  #members: readonly T[] = [];

  constructor(most: number, target: number | null, order: readonly string[] = defaultSearchOrder) {
    this.#most = most;
    this.#compare = byRank(target, order);
  }

  get members(): readonly T[] {
    return this.#members;
  }

  /** The one that a new member must beat; null while there is room. */
  get worst(): T | null {
    return this.#members.length < this.#most ? null : (this.#members.at(-1) ?? null);
  }

  /** @returns whether it is among the best now; the worst of them gave way */
  offer(candidate: T): boolean {
    const { worst } = this;
    if (worst !== null && this.#compare(candidate, worst) >= 0) return false;
    const behind = this.#members.findIndex((member) => this.#compare(candidate, member) < 0);
    const at = behind === -1 ? this.#members.length : behind;
    this.#members = [...this.#members.slice(0, at), candidate, ...this.#members.slice(at)].slice(0, this.#most);
    return true;
  }
}
