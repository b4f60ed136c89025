import type { Pattern } from '../pattern/pattern.ts';
import type { ScatterScore } from '../scatter/metric.ts';

/** What decides between candidates of equal scatter, by name; null where it was left out, or could no longer matter. */
export type Ties = Readonly<Record<string, number | null>>;

/** A pattern that a strategy made, with its score: a candidate that has no number yet. */
export interface ScoredCandidate {
  readonly fingerprint: string;
  readonly pattern: Pattern;
  /** the kind of start that it was made from; absent where its strategy has one kind alone */
  readonly kind?: string;
  readonly score: ScatterScore;
  /** under the metric that does not rank; null where it was too costly */
  readonly other: ScatterScore | null;
  /** the proxies of the order, measured as far as they decide whether the candidate is kept */
  readonly ties: Ties;
}

/**
 * A candidate of a study: what events report, the ranking compares, the store keeps and screens show. A search numbers every scored
 * candidate and reports those that were among the best of their strategy and target when they were numbered. Later ones may displace
 * them from the best. Which these are depends on the candidates before, never on where a budget or a round ends.
 */
export interface NumberedCandidate {
  /** ordinal among all scored candidates of the study, from 1: the same on any number of threads */
  readonly number: number;
  readonly fingerprint: string;
  readonly strategy: string;
  /** what it shares with others besides scatter: its strategy, with the kind of start where there are several ("target/grid") */
  readonly family: string;
  /** index of its island */
  readonly island: number;
  /** in which it was found, from 1 */
  readonly round: number;
  readonly pattern: Pattern;
  /** S under the study's metric, a fraction */
  readonly scatter: number;
  /** the scatter vector under the study's metric, in the order of the problem's entries */
  readonly vector: readonly number[];
  /** S under the metric that does not rank; null where it was too costly */
  readonly otherScatter: number | null;
  readonly otherVector: readonly number[] | null;
  /** the proxies of the order, by name; finite numbers, null where one is left out */
  readonly ties: Ties;
  /** how the reference audited its score */
  readonly audit: 'whole' | 'sampled';
}

/** "target/grid": the family of what a strategy makes from a kind of start. */
export const familyOf = (strategy: string, kind: string | undefined): string =>
  kind === undefined ? strategy : `${strategy}/${kind}`;
