import type { ScatterScore } from '../scatter/metric.ts';

/** What candidates are ranked by. */
export interface Ranked {
  readonly number: number;
  readonly score: ScatterScore;
  readonly other: ScatterScore | null;
}

/** How far a score is from what is wanted; smaller is better. */
export const shortfall = (scatter: number, target: number | null): number =>
  target === null ? 1 - scatter : Math.abs(scatter - target);

/** Better first: by S (nearest to the target, where one is wanted), then the other metric's S, then the earlier one. */
export function byRank(target: number | null): (a: Ranked, b: Ranked) => number {
  return (a, b) =>
    shortfall(a.score.scatter, target) - shortfall(b.score.scatter, target) ||
    (b.other?.scatter ?? -1) - (a.other?.scatter ?? -1) ||
    a.number - b.number;
}

/** The best few of all that were ever offered, best first. */
export class BestOf<T extends Ranked> {
  readonly #most: number;
  readonly #compare: (a: Ranked, b: Ranked) => number;
  #members: readonly T[] = [];

  constructor(most: number, target: number | null) {
    this.#most = most;
    this.#compare = byRank(target);
  }

  get members(): readonly T[] {
    return this.#members;
  }

  /** @returns those of the offered that are among the best now, in the order offered */
  offer(candidates: readonly T[]): T[] {
    this.#members = [...this.#members, ...candidates].sort(this.#compare).slice(0, this.#most);
    const members = new Set(this.#members);
    return candidates.filter((candidate) => members.has(candidate));
  }
}
