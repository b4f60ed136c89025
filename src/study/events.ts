import type { SearchProgress } from '../search/events.ts';
import type { TrainingEvent } from '../training/trainer.ts';

/** What a listener shows of a kept candidate. */
export interface CandidateSummary {
  readonly number: number;
  readonly fingerprint: string;
  readonly strategy: string;
  readonly scatter: number;
  readonly vector: readonly number[];
}

export type StudyPhase = 'search' | 'select' | 'data' | 'train' | 'verdict';

/**
 * The one stream that a study speaks: dashboard, plain log and NDJSON are equal listeners, and whatever it says is in the store.
 * `atMs` is milliseconds since the study's process began it.
 */
export type StudyEvent = { readonly atMs: number } & (
  | {
      readonly kind: 'study-started';
      readonly study: string;
      readonly resumed: boolean;
      readonly architecture: string;
      readonly metric: string;
      readonly entryKeys: readonly string[];
      readonly seed: number;
      readonly workers: number;
      readonly budget: string;
      readonly database: string;
    }
  | { readonly kind: 'phase'; readonly phase: StudyPhase; readonly summary: string }
  | { readonly kind: 'warning'; readonly message: string }
  | { readonly kind: 'strategy-refused'; readonly strategies: readonly string[]; readonly reason: string }
  | { readonly kind: 'search-progress'; readonly progress: SearchProgress }
  | { readonly kind: 'candidates-kept'; readonly candidates: readonly CandidateSummary[] }
  | {
      readonly kind: 'selected';
      readonly candidates: readonly CandidateSummary[];
      readonly seeds: number;
      readonly epochs: number;
    }
  | { readonly kind: 'engine'; readonly engine: string; readonly backend: string; readonly device: string }
  | { readonly kind: 'training'; readonly candidate: number; readonly seed: number; readonly event: TrainingEvent }
  | { readonly kind: 'verdict'; readonly verdict: string; readonly meaning: string }
  | {
      readonly kind: 'study-ended';
      readonly status: 'finished' | 'interrupted' | 'failed';
      readonly reason: string | null;
    }
);

export type StudyListener = (event: StudyEvent) => void;
