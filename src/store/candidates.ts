import type { z } from 'zod';
import { InvalidValueError } from '../base/caller-errors.ts';
import { type ReadDocument, readBy } from '../base/documents.ts';
import { type Failure, failure, type Outcome, ScattershotError, success } from '../base/failure.ts';
import { unpackPattern } from '../pattern/formats/packed.ts';
import { fingerprint, type Pattern } from '../pattern/pattern.ts';
import type { NumberedCandidate } from '../search/candidate.ts';
import { type Connection, now } from './connection.ts';
import { corruptDatabase } from './failures.ts';
import {
  type CandidateFilter,
  type CandidateRanking,
  type CandidateSort,
  passes,
  sortedCandidates,
} from './ranking.ts';
import type { CandidateRecord, DamagedRow, StudyRecord } from './records.ts';
import { candidateRowSchema } from './row-schemas.ts';

export interface CandidateQuery {
  /** a column to sort by */
  readonly sort?: CandidateSort;
  /** which candidate is better: the order where there is no `sort`, and that of equal ones where there is; default: by number */
  readonly ranking?: CandidateRanking;
  readonly filter?: CandidateFilter;
  /** how many of them at most, after filtering and sorting */
  readonly limit?: number;
  /** training settings that the accuracies are of; default: those that most of the study's evaluations share that ended */
  readonly settingsDigest?: string;
}

/** Which trainings the accuracies of a study's candidates are of. */
export interface AccuracyTraining {
  readonly settingsDigest: string;
  readonly dataset: string;
  /** plain JSON values */
  readonly trainingSettings: unknown;
  readonly engine: string;
  readonly backend: string;
  readonly datasetDigest: string;
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

/** Before it is known to be sound. */
interface CandidateRow {
  readonly number: number;
  readonly fingerprint: string;
}

type SoundRow = z.infer<typeof candidateRowSchema>;

/** How the trainings of a candidate ended. */
interface Endings {
  /** test accuracies of those that finished */
  readonly accuracies: readonly number[];
  /** how many diverged */
  readonly diverged: number;
}

const notTrained: Endings = { accuracies: [], diverged: 0 };

/**
 * Mean and standard deviation (n − 1) of test accuracies, summed in the order given: accuracy ranks candidates, so equal trainings
 * must have an equal mean in every version.
 */
function summary(accuracies: readonly number[]): CandidateRecord['accuracy'] {
  const n = accuracies.length;
  if (n === 0) return null;
  const mean = accuracies.reduce((a, b) => a + b, 0) / n;
  const squares = accuracies.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { mean, sd: n < 2 ? null : Math.sqrt(squares / (n - 1)), n };
}

function candidateRecord(row: SoundRow, { accuracies, diverged }: Endings): CandidateRecord {
  return {
    number: row.number,
    fingerprint: row.fingerprint,
    strategy: row.strategy,
    family: row.family,
    island: row.island,
    round: row.round,
    scatter: row.scatter,
    vector: row.vector,
    otherScatter: row.other_scatter,
    otherVector: row.other_vector,
    ties: row.ties,
    audit: row.audit,
    createdAt: row.created_at,
    accuracy: summary(accuracies),
    diverged,
  };
}

const describe = (candidate: { readonly number: number; readonly fingerprint: string }) =>
  `${candidate.number} (${candidate.fingerprint.slice(0, 12)})`;

const rowName = (number: number) => `candidate ${number}`;

const damagedCandidate = (study: StudyRecord, { row, why }: DamagedRow): Failure =>
  failure(
    'damaged-candidate',
    `${row} of study "${study.name}" is damaged (${why})`,
    `Choose another one with: scattershot leaderboard ${study.name}`,
  );

const TRAINING_COLUMNS = 'dataset, dataset_digest AS datasetDigest, training_settings AS settings, engine, backend';

function jsonOrNull(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** Candidates that a failure names at most. */
const MOST_NAMED = 5;

export class Candidates {
  readonly #connection: Connection;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  /** Inside a write. @param packed the candidates' patterns, in their order: packed before the write, which would hold the lock meanwhile */
  insert(study: number, added: readonly NumberedCandidate[], packed: readonly Uint8Array[]): void {
    if (added.length === 0) return;
    const at = now();
    const madeBy = this.#connection.makerId();
    for (const [index, candidate] of added.entries()) {
      const { number, strategy, family, island, round, scatter, otherScatter, audit } = candidate;
      this.#connection.run(
        `INSERT INTO candidates (study_id, number, fingerprint, strategy, family, island, round, scatter, vector, other_scatter, other_vector, ties, audit, created_at, made_by)
         VALUES (@study, @number, @fingerprint, @strategy, @family, @island, @round, @scatter, @vector, @otherScatter, @otherVector, @ties, @audit, @at, @madeBy)`,
        {
          ...{ study, number, strategy, family, island, round, scatter, otherScatter, audit, at, madeBy },
          fingerprint: candidate.fingerprint,
          vector: JSON.stringify(candidate.vector),
          otherVector: candidate.otherVector === null ? null : JSON.stringify(candidate.otherVector),
          ties: JSON.stringify(candidate.ties),
        },
      );
      const pattern = { study, number, packed: packed[index] };
      this.#connection.run(
        'INSERT INTO patterns (study_id, candidate, packed) VALUES (@study, @number, @packed)',
        pattern,
      );
    }
  }

  /** Those that are not damaged. */
  list(study: StudyRecord, query: CandidateQuery = {}): CandidateRecord[] {
    const all = this.#connection.read(() => this.#records(study, query.settingsDigest));
    const kept = all.filter((candidate) => passes(candidate, query.filter ?? {}));
    return sortedCandidates(kept, study.entryKeys, query.sort, query.ranking).slice(0, query.limit);
  }

  /**
   * The candidate of this number, or else the only one whose fingerprint starts so.
   * Failures 'no-such-candidate', 'ambiguous-candidate' (naming the matches), 'damaged-candidate'.
   */
  find(study: StudyRecord, name: string): Outcome<CandidateRecord> {
    const wanted = name.trim().toLowerCase();
    const all = this.#connection.read(() => this.#records(study, undefined));
    const numbered = /^\d+$/.test(wanted) ? all.find(({ number }) => number === Number(wanted)) : undefined;
    if (numbered !== undefined) return success(numbered);
    const damage = this.damaged(study).find(({ row }) => row === rowName(Number(wanted)));
    if (damage !== undefined) return damagedCandidate(study, damage);
    const matches = wanted === '' ? [] : all.filter((candidate) => candidate.fingerprint.startsWith(wanted));
    if (matches.length === 1) return success(matches[0]);
    if (matches.length === 0) {
      const nextStep = `List the candidates with: scattershot leaderboard ${study.name}`;
      return failure('no-such-candidate', `study "${study.name}" keeps no candidate "${name}"`, nextStep);
    }
    const more = matches.length > MOST_NAMED ? `, and ${matches.length - MOST_NAMED} more` : '';
    return failure(
      'ambiguous-candidate',
      `"${name}" is the start of ${matches.length} fingerprints: candidates ${matches.slice(0, MOST_NAMED).map(describe).join(', ')}${more}`,
      'Give the number, or more of the fingerprint.',
    );
  }

  /** Rows that `list` leaves out since they are not what was stored. */
  damaged(study: StudyRecord): DamagedRow[] {
    return this.#connection.read(() =>
      this.#rows(study.id).flatMap((row) => {
        const read = readCandidateRow(row, study);
        return read.ok ? [] : [{ row: rowName(row.number), why: read.why }];
      }),
    );
  }

  /** What the accuracies of `list` are of, where no settings are asked for; null while no training has finished. */
  accuracyTraining(study: number, asked?: string): AccuracyTraining | null {
    return this.#connection.read(() => {
      const settingsDigest = asked ?? this.#usualSettings(study);
      const row = this.#connection.get<TrainingRow>(
        `SELECT ${TRAINING_COLUMNS} FROM evaluations
         WHERE study_id = @study AND settings_digest = @settingsDigest AND status = 'finished' AND json_valid(training_settings)
         ORDER BY id LIMIT 1`,
        { study, settingsDigest },
      );
      if (row === undefined) return null;
      const { settings, ...training } = row;
      const others = this.#uncounted(study, settingsDigest);
      return { settingsDigest, ...training, trainingSettings: JSON.parse(settings), others };
    });
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

  /** Checked against the fingerprint. @throws ScattershotError 'corrupt-database'; RangeError for a number that is not kept */
  pattern(study: number, number: number): Pattern {
    const row = this.#connection.read(() =>
      this.#connection.get<{ fingerprint: string; packed: Uint8Array | null }>(
        `SELECT fingerprint, packed FROM candidates LEFT JOIN patterns ON patterns.study_id = candidates.study_id AND candidate = number
         WHERE candidates.study_id = @study AND number = @number`,
        { study, number },
      ),
    );
    if (row === undefined) throw new InvalidValueError(`study ${study} keeps no candidate ${number}`);
    const pattern = row.packed === null ? null : unpackedOrNull(row.packed);
    if (pattern !== null && fingerprint(pattern) === row.fingerprint) return pattern;
    throw new ScattershotError(
      corruptDatabase(this.#connection.path, `the pattern of candidate ${number} is not what was stored`),
    );
  }

  #rows(study: number): CandidateRow[] {
    return this.#connection.all<CandidateRow>(
      `SELECT candidates.*, version, node, platform FROM candidates LEFT JOIN makers ON makers.id = made_by
       WHERE study_id = @study ORDER BY number`,
      { study },
    );
  }

  #records(study: StudyRecord, settingsDigest: string | undefined): CandidateRecord[] {
    const endings = this.#endings(study.id, settingsDigest ?? this.#usualSettings(study.id));
    return this.#rows(study.id).flatMap((row) => {
      const read = readCandidateRow(row, study);
      return read.ok ? [candidateRecord(read.value, endings.get(row.number) ?? notTrained)] : [];
    });
  }

  /** Accuracies under other settings (fewer epochs, another dataset) are never averaged together. */
  #usualSettings(study: number): string {
    const row = this.#connection.get<{ settings_digest: string }>(
      `SELECT settings_digest FROM evaluations WHERE study_id = @study AND status IN ('finished', 'diverged')
       GROUP BY settings_digest ORDER BY count(*) FILTER (WHERE status = 'finished') DESC, count(*) DESC, min(id) LIMIT 1`,
      { study },
    );
    return row?.settings_digest ?? '';
  }

  #endings(study: number, settingsDigest: string): Map<number, Endings> {
    const rows = this.#connection.all<{ candidate: number; status: string; test_accuracy: number | null }>(
      `SELECT candidate, status, test_accuracy FROM evaluations
       WHERE study_id = @study AND settings_digest = @settingsDigest
         AND (status = 'diverged' OR status = 'finished' AND test_accuracy BETWEEN 0 AND 1)
       ORDER BY candidate, seed`,
      { study, settingsDigest },
    );
    const found = new Map<number, Endings>();
    for (const { candidate, status, test_accuracy } of rows) {
      const { accuracies, diverged } = found.get(candidate) ?? notTrained;
      const ended =
        status === 'diverged'
          ? { accuracies, diverged: diverged + 1 }
          : { accuracies: [...accuracies, test_accuracy as number], diverged };
      found.set(candidate, ended);
    }
    return found;
  }
}

/** The row, or why it is not what was stored. */
function readCandidateRow(row: CandidateRow, { entryKeys }: StudyRecord): ReadDocument<SoundRow> {
  const read = readBy(candidateRowSchema, row);
  if (!read.ok) return read;
  const { vector, other_vector } = read.value;
  const wrong = [vector, other_vector].find((values) => values !== null && values.length !== entryKeys.length);
  if (wrong === undefined || wrong === null) return read;
  return { ok: false, why: `vector: ${wrong.length} entries; expected ${entryKeys.length}` };
}

/** Damaged bytes may break the reading of them in any way. */
function unpackedOrNull(packed: Uint8Array): Pattern | null {
  try {
    return unpackPattern(packed);
  } catch {
    return null;
  }
}
