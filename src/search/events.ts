import type { Pattern } from '../pattern/pattern.ts';
import type { ScatterScore } from '../scatter/metric.ts';
import type { Ties } from './ranking.ts';
import type { Problem } from './strategy.ts';

/** One independent line of search: a strategy with a seed of its own, by its number. */
export interface IslandSpec {
  readonly strategy: string;
  /** S wanted from this island instead of the problem's own target; null for the highest */
  readonly target?: number | null;
}

/** A total by number of scored candidates (duplicates not counted), or by seconds. */
export type Budget =
  | { readonly kind: 'candidates'; readonly candidates: number }
  | { readonly kind: 'time'; readonly seconds: number };

export interface SearchRequest {
  readonly problem: Problem;
  /** their number belongs to the study, so that the result does not depend on the number of threads */
  readonly islands: readonly IslandSpec[];
  readonly seed: number;
  readonly budget: Budget;
  /** candidates kept of each strategy (of each of its targets, where its islands have several) */
  readonly keep: number;
  /** what decides between candidates of equal S, in turn: 'other-scatter' or names of proxies, as `rankingOrder` takes them */
  readonly order: readonly string[];
  /** worker threads */
  readonly workers: number;
  /** end the search once the best candidate cannot be beaten */
  readonly untilOptimal?: boolean;
  /** where an earlier run of the same request stopped */
  readonly resume?: SearchResume;
}

export interface SearchResume {
  /** of the last round that was stored */
  readonly checkpoint: SearchCheckpoint;
  /** every candidate added until then (those that better ones displaced may be left out) */
  readonly kept: readonly Pick<
    KeptCandidate,
    'number' | 'fingerprint' | 'strategy' | 'island' | 'pattern' | 'score' | 'other' | 'ties'
  >[];
}

/** A candidate that was kept at the end of a round, its score audited by the reference. */
export interface KeptCandidate {
  /** ordinal among all scored candidates of the study, from 1: the same on any number of threads */
  readonly number: number;
  readonly fingerprint: string;
  readonly strategy: string;
  readonly island: number;
  readonly round: number;
  readonly pattern: Pattern;
  readonly score: ScatterScore;
  /** under the metric that does not rank; null where it was too costly */
  readonly other: ScatterScore | null;
  /** the proxies of the order, by name; null where one is left out */
  readonly ties: Ties;
  readonly audit: 'whole' | 'sampled';
}

export interface SearchProgress {
  /** rounds done */
  readonly round: number;
  readonly evaluated: number;
  readonly duplicates: number;
  readonly swaps: number;
  readonly seconds: number;
  /** first in the order so far (highest S, or nearest to the target where one is wanted); null before the first candidate */
  readonly best: { readonly number: number; readonly strategy: string; readonly scatter: number } | null;
  /** in the order of the islands */
  readonly strategies: readonly {
    readonly name: string;
    readonly evaluated: number;
    readonly best: number | null;
  }[];
}

/**
 * Everything but the kept candidates that a later run needs to go on exactly here. Plain values (structured-clonable), never
 * changed afterwards.
 */
export interface SearchCheckpoint extends SearchProgress {
  /** strategy state of every island; null for one that was refused or has not begun */
  readonly states: readonly unknown[];
  /** fingerprints of every scored candidate, 32 bytes each, in order; a later checkpoint's begins with an earlier one's */
  readonly seen: Uint8Array;
  /** rounds since the last that found a new candidate */
  readonly idleRounds: number;
}

/**
 * What a search says, in order. One 'round' a round: `added` and its checkpoint belong in one transaction.
 * The last event is 'ended'. A candidate whose audit fails ends the search with an error, loudly.
 */
export type SearchEvent =
  | {
      readonly kind: 'refused';
      /** an island whose strategy cannot do this problem; the others go on */
      readonly island: number;
      readonly strategy: string;
      readonly reason: string;
    }
  | {
      readonly kind: 'round';
      readonly progress: SearchProgress;
      readonly added: readonly KeptCandidate[];
      readonly checkpoint: SearchCheckpoint;
    }
  | {
      readonly kind: 'ended';
      readonly why: 'budget' | 'optimal' | 'target' | 'aborted' | 'exhausted';
      readonly progress: SearchProgress;
    };
