import type { Pattern } from '../pattern/pattern.ts';
import type { ScatterScore } from '../scatter/metric.ts';
import type { ScoredCandidate } from './candidate.ts';
import type { IslandSpec } from './events.ts';
import type { SharedFingerprints } from './fingerprint-set.ts';
import type { RankingFields } from './ranking.ts';
import type { Elite, Problem } from './strategy.ts';

/** What a worker gets once, when it starts. */
export interface WorkerSetup {
  readonly problem: Problem;
  readonly seed: number;
  readonly islands: readonly IslandSpec[];
  readonly order: readonly string[];
  /** by island: whether it says when a task of its begins, since its time is limited */
  readonly timed: readonly boolean[];
}

/** What a worker says while a task goes on. */
export type WorkerNotice =
  | { readonly kind: 'begun'; readonly island: number }
  | {
      /** what a strategy printed: clean lines */
      readonly kind: 'print';
      readonly island: number;
      readonly text: string;
    };

export interface StepTask {
  readonly island: number;
  /** from 1 */
  readonly round: number;
  /** of the round before; null to start */
  readonly state: unknown;
  /** in shared memory, as `known` is */
  readonly elites: readonly Elite[];
  readonly known: SharedFingerprints;
  /** what a candidate must be better than to be kept, after the round before; null while there is room */
  readonly toBeat: Omit<RankingFields, 'number'> | null;
}

export interface StepResult {
  readonly state: unknown;
  readonly swaps: number;
  /** new ones alone */
  readonly candidates: readonly ScoredCandidate[];
  /** patterns that were known, or came twice in this step: not scored */
  readonly duplicates: number;
}

/** Why a step, or the asking, did not come to its end. */
export interface StepFailure {
  /** one sentence, naming strategy and file */
  readonly failed: string;
  /** 'search': without the island it would be another one (its file is not what it was); 'request': the caller's mistake */
  readonly ends: 'island' | 'search' | 'request';
}

export type StepOutcome = StepResult | StepFailure;

export interface AuditTask {
  readonly number: number;
  readonly pattern: Pattern;
  readonly score: ScatterScore;
}
