import { InvalidValueError } from '../base/caller-errors.ts';
import type { ReadDocument } from '../base/documents.ts';
import { type Failure, failure, type Outcome, ScattershotError, success } from '../base/failure.ts';
import { unpackPattern } from '../pattern/formats/packed.ts';
import { fingerprint, type Pattern } from '../pattern/pattern.ts';
import type { NumberedCandidate } from '../search/candidate.ts';
import { type Accuracies, type Standing, UNTRAINED } from './accuracies.ts';
import {
  type CandidateRow,
  candidateRecord,
  candidateRowName,
  readCandidateRow,
  SELECT_CANDIDATE,
} from './candidate-rows.ts';
import { type Connection, now } from './connection.ts';
import { corruptDatabase } from './failures.ts';
import type { CandidateRecord, DamagedRow, StudyRecord } from './records.ts';

export interface CandidateQuery {
  /** training settings that the accuracies are of; default: those that most of the study's evaluations share that ended */
  readonly settingsDigest?: string;
}

/** What a candidate is ranked by, as bytes: the less, the better. */
export type RankingKey = (candidate: Pick<NumberedCandidate, 'scatter' | 'otherScatter' | 'ties'>) => Uint8Array;

/** A candidate as it is inserted. */
export interface CandidateInsertion {
  readonly candidate: NumberedCandidate;
  readonly packed: Uint8Array;
  /** null: not known to whoever stores it */
  readonly rankingKey: Uint8Array | null;
}

const describe = (candidate: { readonly number: number; readonly fingerprint: string }) =>
  `${candidate.number} (${candidate.fingerprint.slice(0, 12)})`;

const damagedCandidate = (study: StudyRecord, { row, why }: DamagedRow): Failure =>
  failure(
    'damaged-candidate',
    `${row} of study "${study.name}" is damaged (${why})`,
    `Choose another one with: scattershot leaderboard ${study.name}`,
  );

/** Candidates that a failure names at most. */
const MOST_NAMED = 5;

/** What is found of a candidate that was asked for by number. */
type ReadCandidate = ReadDocument<CandidateRecord> & Pick<CandidateRecord, 'number'> & Pick<Standing, 'state'>;

export class Candidates {
  readonly #connection: Connection;
  readonly #accuracies: Accuracies;

  constructor(connection: Connection, accuracies: Accuracies) {
    this.#connection = connection;
    this.#accuracies = accuracies;
  }

  /** Inside a write. @param added packed before the write, which would hold the lock meanwhile */
  insert(study: number, added: readonly CandidateInsertion[]): void {
    if (added.length === 0) return;
    const at = now();
    const madeBy = this.#connection.makerId();
    for (const { candidate, packed, rankingKey } of added) {
      const { number, strategy, family, island, round, scatter, otherScatter, audit } = candidate;
      this.#connection.run(
        `INSERT INTO candidates (study_id, number, fingerprint, strategy, family, island, round, scatter, vector, other_scatter, other_vector, ties, audit, created_at, made_by, ranking_key)
         VALUES (@study, @number, @fingerprint, @strategy, @family, @island, @round, @scatter, @vector, @otherScatter, @otherVector, @ties, @audit, @at, @madeBy, @rankingKey)`,
        {
          ...{ study, number, strategy, family, island, round, scatter, otherScatter, audit, at, madeBy, rankingKey },
          fingerprint: candidate.fingerprint,
          vector: JSON.stringify(candidate.vector),
          otherVector: candidate.otherVector === null ? null : JSON.stringify(candidate.otherVector),
          ties: JSON.stringify(candidate.ties),
        },
      );
      this.#connection.run('INSERT INTO patterns (study_id, candidate, packed) VALUES (@study, @number, @packed)', {
        ...{ study, number, packed },
      });
    }
  }

  /** Those that are not damaged, by number. */
  list(study: StudyRecord, { settingsDigest }: CandidateQuery = {}): CandidateRecord[] {
    return this.#connection.read(() => {
      const standings = this.#accuracies.standings(study.id, settingsDigest);
      return this.#rows(study.id).flatMap((row) => {
        const read = readCandidateRow(row, study);
        return read.ok ? [candidateRecord(read.value, standings.get(row.number) ?? UNTRAINED)] : [];
      });
    });
  }

  /** These candidates in this order; those that are not kept are left out. */
  read(study: StudyRecord, numbers: readonly number[]): ReadCandidate[] {
    return this.#connection.read(() => {
      const standings = this.#accuracies.standings(study.id, undefined, numbers);
      const rows = this.#connection.all<CandidateRow>(
        `${SELECT_CANDIDATE} WHERE study_id = @study AND number IN (SELECT value FROM json_each(@numbers))`,
        { study: study.id, numbers: JSON.stringify(numbers) },
      );
      const byNumber = new Map(rows.map((row) => [row.number, row]));
      return numbers.flatMap((number): ReadCandidate[] => {
        const row = byNumber.get(number);
        if (row === undefined) return [];
        const standing = standings.get(number) ?? UNTRAINED;
        const read = readCandidateRow(row, study);
        const { state } = standing;
        return [
          read.ok
            ? { ok: true, number, state, value: candidateRecord(read.value, standing) }
            : { ...read, number, state },
        ];
      });
    });
  }

  /**
   * The candidate of this number, or else the only one whose fingerprint starts so.
   * Failures 'no-such-candidate', 'ambiguous-candidate' (naming the matches), 'damaged-candidate'.
   */
  find(study: StudyRecord, name: string): Outcome<CandidateRecord> {
    const wanted = name.trim().toLowerCase();
    const [numbered] = /^\d+$/.test(wanted) ? this.read(study, [Number(wanted)]) : [];
    if (numbered !== undefined) return this.#found(study, numbered);
    const matches = this.#connection.read(() => this.#startingWith(study.id, wanted));
    if (matches.length === 1) return this.#found(study, this.read(study, [matches[0].number])[0]);
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

  #found(study: StudyRecord, read: ReadCandidate): Outcome<CandidateRecord> {
    if (read.ok) return success(read.value);
    return damagedCandidate(study, { row: candidateRowName(read.number), why: read.why });
  }

  /** By number. */
  #startingWith(study: number, start: string): CandidateRow[] {
    if (!/^[0-9a-f]+$/.test(start)) return [];
    return this.#connection.all<CandidateRow>(
      `SELECT number, fingerprint FROM candidates WHERE study_id = @study AND fingerprint >= @start AND fingerprint < @end ORDER BY number`,
      // "g" comes after every digit
      { study, start, end: `${start}g` },
    );
  }

  /** Rows that `list` leaves out since they are not what was stored. */
  damaged(study: StudyRecord): DamagedRow[] {
    return this.#connection.read(() =>
      this.#rows(study.id).flatMap((row) => {
        const read = readCandidateRow(row, study);
        return read.ok ? [] : [{ row: candidateRowName(row.number), why: read.why }];
      }),
    );
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
    return this.#connection.all<CandidateRow>(`${SELECT_CANDIDATE} WHERE study_id = @study ORDER BY number`, { study });
  }
}

/** Damaged bytes may break the reading of them in any way. */
function unpackedOrNull(packed: Uint8Array): Pattern | null {
  try {
    return unpackPattern(packed);
  } catch {
    return null;
  }
}
