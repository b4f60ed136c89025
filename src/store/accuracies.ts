import type { TrainingScore } from '../base/score.ts';
import { scoreSchema } from '../base/score-schema.ts';
import type { Claims } from './claims.ts';
import type { Connection, SqlParameters } from './connection.ts';
import type { CandidateRecord } from './records.ts';

/** Which trainings the accuracies of a study's candidates are of. */
export interface AccuracyTraining {
  readonly settingsDigest: string;
  readonly dataset: string;
  /** plain JSON values */
  readonly trainingSettings: unknown;
  readonly engine: string;
  readonly backend: string;
  readonly datasetDigest: string;
  /** what stands for accuracy; absent: accuracy */
  readonly score?: TrainingScore;
  /** finished trainings of the study that are not counted: those under another digest, by kind */
  readonly others: readonly UncountedTrainings[];
}

/** Finished trainings that are alike in all that the store has of them. */
export interface UncountedTrainings {
  readonly trainings: number;
  readonly datasetDigest: string;
  /** plain JSON values; null where they cannot be read */
  readonly trainingSettings: unknown;
  readonly engine: string;
  readonly backend: string;
}

interface TrainingRow {
  readonly dataset: string;
  readonly datasetDigest: string;
  readonly settings: string;
  readonly engine: string;
  readonly backend: string;
}

/**
 * How the trainings of a candidate stand, under the settings that accuracies are of: one is running, one diverged, one failed, all
 * finished, one was stopped, or there is none; the first of these that holds.
 */
export type TrainedState = 'running' | 'diverged' | 'failed' | 'trained' | 'stopped' | 'untrained';

/** The trainings of a candidate, summed up. */
export interface Standing {
  readonly accuracy: CandidateRecord['accuracy'];
  /** how many diverged */
  readonly diverged: number;
  readonly state: TrainedState;
}

export const UNTRAINED: Standing = { accuracy: null, diverged: 0, state: 'untrained' };

interface StandingRow {
  readonly candidate: number;
  readonly finished: number;
  readonly diverged: number;
  readonly mean: number | null;
  readonly sd: number | null;
  readonly state: TrainedState;
}

const TRAINING_COLUMNS = 'dataset, dataset_digest AS datasetDigest, training_settings AS settings, engine, backend';

/** A training that has an accuracy which counts, or another score. */
const COUNTS = `status = 'finished' AND (score IS NOT NULL OR test_accuracy BETWEEN 0 AND 1)`;

/**
 * A row for each candidate that has trainings. Parameters: `@study`, `@digest` (of the settings) and `@alive` (whether a process works
 * on the study; else what is running was left behind).
 */
const STANDINGS = `SELECT candidate, count(*) FILTER (WHERE ${COUNTS}) AS finished,
  count(*) FILTER (WHERE status = 'diverged') AS diverged,
  accuracy_mean(test_accuracy ORDER BY seed) FILTER (WHERE ${COUNTS}) AS mean,
  accuracy_sd(test_accuracy ORDER BY seed) FILTER (WHERE ${COUNTS}) AS sd,
  CASE WHEN @alive AND sum(status = 'running') > 0 THEN 'running' WHEN sum(status = 'diverged') > 0 THEN 'diverged'
    WHEN sum(status = 'failed') > 0 THEN 'failed' WHEN sum(status IN ('running', 'stopped')) > 0 THEN 'stopped'
    ELSE 'trained' END AS state
  FROM evaluations WHERE study_id = @study AND settings_digest = @digest`;

/** As a table expression of the name `t`. */
export const WITH_STANDINGS = `WITH t AS MATERIALIZED (${STANDINGS} GROUP BY candidate)`;

/**
 * Mean and standard deviation (n − 1) of test accuracies, summed in the order given (by seed): accuracy ranks candidates, so equal
 * trainings must have an equal mean in every version.
 */
function accuracySummary(accuracies: readonly number[]): CandidateRecord['accuracy'] {
  const n = accuracies.length;
  if (n === 0) return null;
  const mean = accuracies.reduce((a, b) => a + b, 0) / n;
  const squares = accuracies.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { mean, sd: n < 2 ? null : Math.sqrt(squares / (n - 1)), n };
}

/** Of a row; what cannot be read counts as accuracy, as the row itself is told as damaged. */
function scoreOf(text: string | null): TrainingScore | null {
  const read = scoreSchema.safeParse(text === null ? null : jsonOrNull(text));
  return read.success ? read.data : null;
}

function jsonOrNull(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** Accuracies of candidates, over the trainings that are alike. All methods run inside a read. */
export class Accuracies {
  readonly #connection: Connection;
  readonly #claims: Claims;

  constructor(connection: Connection, claims: Claims) {
    this.#connection = connection;
    this.#claims = claims;
    const collected = (result: (accuracies: readonly number[]) => number | null) => ({
      start: (): number[] => [],
      step: (all: number[], next: number) => {
        all.push(next);
      },
      result,
    });
    connection.aggregate(
      'accuracy_mean',
      collected((all) => accuracySummary(all)?.mean ?? null),
    );
    connection.aggregate(
      'accuracy_sd',
      collected((all) => accuracySummary(all)?.sd ?? null),
    );
  }

  /**
   * The digest that most finished trainings of a study have, or else most diverged ones, or else most; '' where there is none.
   * Accuracies under other settings (fewer epochs, another dataset) are never averaged together.
   */
  usualSettings(study: number): string {
    const row = this.#connection.get<{ settings_digest: string }>(
      `SELECT settings_digest FROM evaluations WHERE study_id = @study GROUP BY settings_digest
       ORDER BY count(*) FILTER (WHERE status = 'finished') DESC, count(*) FILTER (WHERE status = 'diverged') DESC,
         count(*) DESC, min(id) LIMIT 1`,
      { study },
    );
    return row?.settings_digest ?? '';
  }

  /** What `WITH_STANDINGS` needs. */
  standingParameters(study: number, settingsDigest?: string): SqlParameters {
    const digest = settingsDigest ?? this.usualSettings(study);
    return { study, digest, alive: Number(this.#claims.isAlive(study)) };
  }

  /** By candidate; one that has no trainings is not among them. @param candidates default: all */
  standings(study: number, settingsDigest?: string, candidates?: readonly number[]): Map<number, Standing> {
    const some = candidates === undefined ? '' : 'AND candidate IN (SELECT value FROM json_each(@candidates))';
    const rows = this.#connection.all<StandingRow>(`${STANDINGS} ${some} GROUP BY candidate`, {
      ...this.standingParameters(study, settingsDigest),
      ...(candidates === undefined ? {} : { candidates: JSON.stringify(candidates) }),
    });
    return new Map(
      rows.map(({ candidate, finished, diverged, mean, sd, state }) => {
        const accuracy = mean === null ? null : { mean, sd, n: finished };
        return [candidate, { accuracy, diverged, state }];
      }),
    );
  }

  /** What the study's candidates are judged by; null: accuracy. */
  score(study: number): TrainingScore | null {
    const [score] = this.#connection.column<string | null>(
      'SELECT score FROM evaluations WHERE study_id = @study AND settings_digest = @digest ORDER BY id LIMIT 1',
      { study, digest: this.usualSettings(study) },
    );
    return scoreOf(score ?? null);
  }

  /** What the accuracies are of, where no settings are asked for; null while no training has finished. */
  training(study: number, asked?: string): AccuracyTraining | null {
    const settingsDigest = asked ?? this.usualSettings(study);
    const row = this.#connection.get<TrainingRow & { readonly score: string | null }>(
      `SELECT ${TRAINING_COLUMNS}, score FROM evaluations
       WHERE study_id = @study AND settings_digest = @settingsDigest AND status = 'finished' AND json_valid(training_settings)
       ORDER BY id LIMIT 1`,
      { study, settingsDigest },
    );
    if (row === undefined) return null;
    const { settings, score, ...training } = row;
    const others = this.#uncounted(study, settingsDigest);
    const judgedBy = scoreOf(score);
    const other = judgedBy === null ? {} : { score: judgedBy };
    return { settingsDigest, ...training, ...other, trainingSettings: JSON.parse(settings), others };
  }

  #uncounted(study: number, settingsDigest: string): UncountedTrainings[] {
    return this.#connection
      .all<Omit<TrainingRow, 'dataset'> & { readonly trainings: number }>(
        `SELECT ${TRAINING_COLUMNS}, count(*) AS trainings FROM evaluations
         WHERE study_id = @study AND settings_digest <> @settingsDigest AND status = 'finished'
         GROUP BY settings_digest, dataset_digest, settings, engine, backend ORDER BY min(id)`,
        { study, settingsDigest },
      )
      .map(({ trainings, datasetDigest, settings, engine, backend }) => {
        const trainingSettings = jsonOrNull(settings);
        return { trainings, datasetDigest, trainingSettings, engine, backend };
      });
  }
}
