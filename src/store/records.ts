import type { TrainingScore } from '../base/score.ts';
import type { Architecture } from '../pattern/architecture.ts';
import type { NumberedCandidate } from '../search/candidate.ts';

/** Rows as plain values. Fractions are 0 to 1; times are ISO 8601 in UTC. */

export type StudyStatus = 'running' | 'finished' | 'interrupted' | 'failed';

/** What made a row. */
export interface Provenance {
  /** Scattershot's version */
  readonly version: string;
  readonly node: string;
  readonly platform: string;
}

/** A stored study: what it is of, its settings, and where it stands. */
export interface StudyRecord extends Provenance {
  readonly id: number;
  /** unique */
  readonly name: string;
  readonly kind: 'search' | 'demo' | 'train' | 'validate';
  readonly status: StudyStatus;
  readonly createdAt: string;
  readonly updatedAt: string;
  readonly architecture: Architecture;
  readonly metric: string;
  /** keys of the scatter vector's entries, in its order */
  readonly entryKeys: readonly string[];
  readonly seed: number;
  /** everything that was asked for, as the study itself reads it back */
  readonly settings: unknown;
  /** candidates scored so far, kept or not */
  readonly evaluated: number;
  /** seconds spent searching */
  readonly searchSeconds: number;
  /** the verdict and whatever else the study concluded; null until it did */
  readonly result: unknown;
}

/** A candidate as stored: as numbered, except its pattern, which is loaded by itself. */
export interface CandidateRecord extends Omit<NumberedCandidate, 'pattern'> {
  readonly createdAt: string;
  /** test accuracy (or what else the trainings are judged by) over finished evaluations, at the last epoch; null while there is none */
  readonly accuracy: { readonly mean: number; readonly sd: number | null; readonly n: number } | null;
  /** evaluations under the same settings that diverged: they have no accuracy, and count against the candidate */
  readonly diverged: number;
}

/** A row of a study that is not what was stored. */
export interface DamagedRow {
  /** "candidate 3", "evaluation 12 (candidate 3, seed 1)" */
  readonly row: string;
  /** which column cannot be, and why */
  readonly why: string;
}

/** What became of a stored training. */
export type EvaluationStatus = 'running' | 'finished' | 'diverged' | 'stopped' | 'failed';

/** One training of one candidate with one seed under one set of settings; no two rows have the same four. */
export interface EvaluationKey {
  readonly candidate: number;
  readonly seed: number;
  /** SHA-256 (hex) of dataset digest, training settings and engine */
  readonly settingsDigest: string;
}

/** One epoch of a stored training. */
export interface EpochRecord {
  readonly epoch: number;
  readonly loss: number;
  readonly accuracy: number;
  readonly validationAccuracy: number;
}

/** What a training is made with. */
export interface EvaluationSetup {
  readonly dataset: string;
  /** plain JSON values */
  readonly trainingSettings: unknown;
  readonly engine: string;
  readonly backend: string;
  readonly device: string;
  /** what it is judged by, which the fields named for accuracy hold then; absent or null: accuracy */
  readonly score?: TrainingScore | null;
}

/** One stored training of a candidate with one seed. */
export interface EvaluationRecord extends EvaluationKey, EvaluationSetup, Provenance {
  readonly id: number;
  readonly status: EvaluationStatus;
  readonly reason: string | null;
  readonly datasetDigest: string;
  readonly testAccuracy: number | null;
  readonly samplesPerSecond: number | null;
  readonly durationMs: number | null;
  readonly startedAt: string;
  readonly finishedAt: string | null;
  readonly epochs: readonly EpochRecord[];
}
