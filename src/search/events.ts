import type { UserModule } from '../base/user-module.ts';
import type { NumberedCandidate, ScoredCandidate } from './candidate.ts';
import type { Problem } from './strategy.ts';

/** One independent line of search: a strategy with a seed of its own, by its number. */
export interface IslandSpec {
  /** name of a strategy: of one of ours, or of the one that `file` holds */
  readonly strategy: string;
  /** where a strategy of the user's own is from */
  readonly file?: UserModule;
  /** S wanted from this island instead of the problem's own target; null for the highest */
  readonly target?: number | null;
  /** the one kind of start that the strategy uses, where it has several; absent: all of them alternately */
  readonly start?: string;
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
  /** as many candidates as are the best of each strategy (of each of its targets, where its islands have several) */
  readonly keep: number;
  /** what decides between candidates of equal S, in turn: 'other-scatter' or names of proxies, as `rankingOrder` takes them */
  readonly order: readonly string[];
  /** worker threads */
  readonly workers: number;
  /** end the search once the best candidate cannot be beaten */
  readonly untilOptimal?: boolean;
  /** use up a budget by time even where the best is certified and nothing better in the order has come for long */
  readonly goOn?: boolean;
  /** candidates in a row, none better than the best in the whole order, after which the search ends; looked at after each round */
  readonly patience?: number;
  /** where an earlier run of the same request stopped */
  readonly resume?: SearchResume;
}

export interface SearchResume {
  /** of the last round that was stored */
  readonly checkpoint: SearchCheckpoint;
  /** every candidate added until then */
  readonly kept: readonly Omit<NumberedCandidate, 'round' | 'audit'>[];
}

/** How far a search is. */
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
  /** by island, in their order; absent in checkpoints of older versions */
  readonly islands?: readonly IslandTotal[];
}

/** What the candidates of one island came to. */
export interface IslandTotal {
  readonly evaluated: number;
  /** S of the best: the highest, or the nearest to the island's target; null before the first candidate */
  readonly best: number | null;
}

/**
 * Everything except the kept candidates that a later run needs to go on exactly here. Plain values (structured-clonable), never
 * changed afterwards.
 */
export interface SearchCheckpoint extends SearchProgress {
  /** strategy state of every island; null for one that was refused or has not begun */
  readonly states: readonly unknown[];
  /** hashes of the scored candidates that are remembered, in the order of their numbers; to be stored before the search goes on */
  readonly seen: Uint8Array | readonly Uint8Array[];
  /** bytes before these, of candidates that are not remembered any more; absent: none */
  readonly seenFrom?: number;
  /** bytes of each of them; absent in checkpoints of older versions, which hold whole fingerprints of 32 */
  readonly hashBytes?: number;
  /** `seconds` when the best candidate was found; absent in checkpoints of older versions */
  readonly bestSeconds?: number;
  /** rounds since the last that found a new candidate; without those in which none came, except in checkpoints of older versions */
  readonly idleRounds: number;
  /** rounds since the last that found a new candidate, in which none came at all. Absent in checkpoints of older versions */
  readonly emptyRounds?: number;
  /**
   * What the last round found beyond a budget by number, in turn: a later run with a larger budget takes these in first, and so
   * ends as one that had the larger budget from the start. Absent in checkpoints of older versions, which dropped it.
   */
  readonly overflow?: readonly PackedCandidate[];
  /** islands that ended by an error, in order of their ends: a later run does not try them again. Absent in older versions' */
  readonly failures?: readonly IslandFailure[];
}

/** A candidate that waits for its number, as a checkpoint holds it. */
export interface PackedCandidate extends Omit<ScoredCandidate, 'pattern'> {
  readonly island: number;
  /** the pattern, by `packPattern`: about a tenth of its memory */
  readonly packed: Uint8Array;
}

/** An island whose strategy threw, gave what is no pattern, or ended its thread. */
export interface IslandFailure {
  readonly island: number;
  /** the one that it did not finish; 0 when it failed before the first */
  readonly round: number;
  /** one sentence, naming strategy and file */
  readonly reason: string;
}

/**
 * Why a search ended: 'settled' where its budget is a time, the best is certified, and nothing better in the order came for long,
 * 'all-found' where every pattern that there is was found, 'exhausted' where no new one came for long.
 */
export type SearchEnding =
  | 'budget'
  | 'optimal'
  | 'target'
  | 'no-improvement'
  | 'settled'
  | 'all-found'
  | 'exhausted'
  | 'nothing-made'
  | 'aborted';

/**
 * What a search says, in order. One 'round' a round, and one more for a round of which an earlier run's budget left something
 * over: `added` and its checkpoint belong in one transaction. 'refused' and what failed in an earlier run come first, a failure of
 * this run after the 'round' whose checkpoint holds it.
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
      readonly kind: 'failed';
      /** an island that ended by an error; the others go on */
      readonly island: number;
      readonly strategy: string;
      /** null for a strategy of ours */
      readonly file: string | null;
      readonly round: number;
      readonly reason: string;
    }
  | {
      readonly kind: 'slow';
      /** an island whose step has taken this long and goes on; reported once, whenever it happens, and part of no result */
      readonly island: number;
      readonly strategy: string;
      readonly seconds: number;
    }
  | {
      readonly kind: 'forgetting';
      /** candidates remembered at most: from now on the oldest are forgotten, and count again when they are found again. Said once */
      readonly remembers: number;
    }
  | {
      readonly kind: 'round';
      readonly progress: SearchProgress;
      readonly added: readonly NumberedCandidate[];
      readonly checkpoint: SearchCheckpoint;
    }
  | {
      readonly kind: 'ended';
      readonly why: SearchEnding;
      readonly progress: SearchProgress;
    };
