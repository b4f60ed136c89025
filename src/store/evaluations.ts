import type { z } from 'zod';
import { InvalidValueError } from '../base/caller-errors.ts';
import { type ReadDocument, readBy } from '../base/documents.ts';
import type { Claims } from './claims.ts';
import { type Connection, jsonText, now } from './connection.ts';
import type {
  DamagedRow,
  EpochRecord,
  EvaluationKey,
  EvaluationRecord,
  EvaluationSetup,
  EvaluationStatus,
} from './records.ts';
import { epochRowSchema, evaluationRowSchema, scoredEpochRowSchema } from './row-schemas.ts';
import type { TrainingSnapshots } from './training-snapshots.ts';

export interface NewEvaluation extends EvaluationKey, EvaluationSetup {
  readonly datasetDigest: string;
}

/** 'begun': train it, under this id. 'known': it ended before (finished or diverged) and must not be trained again. */
export type BegunEvaluation =
  | { readonly kind: 'begun'; readonly id: number }
  | { readonly kind: 'known'; readonly evaluation: EvaluationRecord };

export interface EvaluationEnd {
  readonly status: Exclude<EvaluationStatus, 'running'>;
  /** one sentence; null for a finished one */
  readonly reason: string | null;
  /** a fraction, or the value of another score; null unless finished */
  readonly testAccuracy: number | null;
  readonly samplesPerSecond: number | null;
  readonly durationMs: number | null;
  /** what it really ran on, where that is not what was begun */
  readonly engine?: string;
  readonly backend?: string;
  readonly device?: string;
  /** of one that failed and may go on from its snapshot: what it failed of was not the training. Default: those stopped alone keep it */
  readonly keepsSnapshot?: boolean;
}

export interface EvaluationQuery {
  readonly candidate?: number;
  readonly settingsDigest?: string;
  readonly status?: EvaluationStatus;
  /** only those of later ids than `after`, and of these ids */
  readonly news?: { readonly after: number; readonly ids: readonly number[] };
}

/** Before it is known to be sound. */
interface EvaluationRow {
  readonly id: number;
  readonly candidate: number;
  readonly seed: number;
}

/** Columns under the names of the record. */
const SELECT = `SELECT evaluations.id, candidate, seed, settings_digest AS settingsDigest, status, reason, dataset,
  dataset_digest AS datasetDigest, training_settings AS trainingSettings, engine, backend, device,
  score, test_accuracy AS testAccuracy, samples_per_second AS samplesPerSecond, duration_ms AS durationMs,
  started_at AS startedAt, finished_at AS finishedAt, version, node, platform
  FROM evaluations LEFT JOIN makers ON makers.id = made_by`;

const SAME_KEY = 'study_id = @study AND candidate = @candidate AND seed = @seed AND settings_digest = @settingsDigest';

const leftBehind = { status: 'stopped', reason: 'the process that ran it ended before it did' } as const;

type StoredEpoch = z.infer<typeof epochRowSchema>;

/** SQLite keeps NaN, the loss of a diverged training, as NULL. */
const epochRecord = ({ epoch, loss, accuracy, validationAccuracy }: StoredEpoch): EpochRecord => ({
  epoch,
  loss: loss ?? Number.NaN,
  accuracy: accuracy ?? Number.NaN,
  validationAccuracy: validationAccuracy ?? Number.NaN,
});

/** The evaluation with its epochs, or why one of these rows is not what was stored. */
function readEvaluation(row: EvaluationRow, epochRows: readonly unknown[]): ReadDocument<EvaluationRecord> {
  const read = readBy(evaluationRowSchema, row);
  if (!read.ok) return read;
  const epochs: EpochRecord[] = [];
  for (const epochRow of epochRows) {
    const epoch = readBy(read.value.score === null ? epochRowSchema : scoredEpochRowSchema, epochRow);
    if (!epoch.ok) return { ok: false, why: `an epoch's ${epoch.why}` };
    epochs.push(epochRecord(epoch.value));
  }
  const { score, ...record } = read.value;
  return { ok: true, value: { ...record, ...(score === null ? {} : { score }), epochs } };
}

function requireEnd(end: EvaluationEnd, isAccuracy: boolean): void {
  const { status, testAccuracy } = end;
  if ((status === 'finished') !== (testAccuracy !== null)) {
    throw new InvalidValueError(
      `a finished evaluation, and no other, has a test accuracy; got ${testAccuracy} for "${status}"`,
    );
  }
  if (!isAccuracy && !Number.isFinite(testAccuracy ?? 0)) {
    throw new InvalidValueError(`a test score must be a finite number; got ${testAccuracy}`);
  }
  if (isAccuracy && testAccuracy !== null && !(testAccuracy >= 0 && testAccuracy <= 1)) {
    throw new InvalidValueError(`a test accuracy must be from 0 to 1; got ${testAccuracy}`);
  }
}

/** Trainings: one row for each (candidate, seed, settings), so that none is ever counted twice. */
export class Evaluations {
  readonly #connection: Connection;
  readonly #claims: Claims;
  readonly #snapshots: TrainingSnapshots;

  constructor(connection: Connection, claims: Claims, snapshots: TrainingSnapshots) {
    this.#connection = connection;
    this.#claims = claims;
    this.#snapshots = snapshots;
  }

  /** A row that an earlier run left running, stopped or failed is replaced, its epochs with it. */
  begin(study: number, evaluation: NewEvaluation): BegunEvaluation {
    const { candidate, seed, settingsDigest, dataset, datasetDigest, engine, backend, device, score } = evaluation;
    const key = { study, candidate, seed, settingsDigest };
    return this.#connection.write((): BegunEvaluation => {
      this.#claims.require(study);
      const ended = `status IN ('finished', 'diverged')`;
      const known = this.#connection.get<EvaluationRow>(`${SELECT} WHERE ${SAME_KEY} AND ${ended}`, key);
      const read = known === undefined ? null : this.#read(known);
      // One that is damaged is trained again, and its row replaced.
      if (read?.ok) return { kind: 'known', evaluation: read.value };
      this.#connection.run(`DELETE FROM evaluations WHERE ${SAME_KEY}`, key);
      const { lastInsertRowid } = this.#connection.run(
        `INSERT INTO evaluations (study_id, candidate, seed, settings_digest, status, dataset, dataset_digest, training_settings, engine, backend, device, score, started_at, made_by)
         VALUES (@study, @candidate, @seed, @settingsDigest, 'running', @dataset, @datasetDigest, @trainingSettings, @engine, @backend, @device, @score, @at, @madeBy)`,
        {
          ...{ ...key, dataset, datasetDigest, engine, backend, device, at: now() },
          score: score == null ? null : jsonText(score, 'a score'),
          trainingSettings: jsonText(evaluation.trainingSettings, 'training settings'),
          madeBy: this.#connection.makerId(),
        },
      );
      return { kind: 'begun', id: Number(lastInsertRowid) };
    });
  }

  /** @throws RangeError when the evaluation is not running */
  recordEpoch(evaluation: number, epoch: EpochRecord): void {
    this.#connection.write(() => {
      this.#requireRunning(evaluation);
      this.#connection.run(
        `INSERT INTO epochs (evaluation_id, epoch, loss, accuracy, validation_accuracy)
         VALUES (@evaluation, @epoch, @loss, @accuracy, @validationAccuracy)`,
        { evaluation, ...epoch },
      );
    });
  }

  /** On the disk when this returns. @throws RangeError when the evaluation is not running, or its accuracy and status disagree */
  finish(evaluation: number, end: EvaluationEnd): void {
    const { status, reason, testAccuracy, samplesPerSecond, durationMs, engine, backend, device } = end;
    const { keepsSnapshot = status === 'stopped' } = end;
    const forgotten = this.#connection.writeDurably(() => {
      requireEnd(end, this.#requireRunning(evaluation).score === null);
      this.#connection.run(
        `UPDATE evaluations SET status = @status, reason = @reason, test_accuracy = @testAccuracy,
           samples_per_second = @samplesPerSecond, duration_ms = @durationMs, finished_at = @at,
           engine = coalesce(@engine, engine), backend = coalesce(@backend, backend), device = coalesce(@device, device)
         WHERE id = @evaluation`,
        {
          ...{ evaluation, status, reason, testAccuracy, samplesPerSecond, durationMs, at: now() },
          ...{ engine: engine ?? null, backend: backend ?? null, device: device ?? null },
        },
      );
      return keepsSnapshot ? null : this.#snapshots.forget(evaluation);
    });
    if (forgotten !== null) this.#snapshots.removeFilesOf(forgotten);
  }

  /** Those that are not damaged, by candidate, then seed, each with its epochs. What a process that was killed left running reads as stopped. */
  list(study: number, query: EvaluationQuery = {}): EvaluationRecord[] {
    const { candidate = null, settingsDigest = null, news } = query;
    const where = `study_id = @study AND (@candidate IS NULL OR candidate = @candidate)
      AND (@settingsDigest IS NULL OR settings_digest = @settingsDigest)
      AND (@after IS NULL OR evaluations.id > @after OR evaluations.id IN (SELECT value FROM json_each(@ids)))`;
    const of = { study, candidate, settingsDigest, after: news?.after ?? null, ids: JSON.stringify(news?.ids ?? []) };
    const records = this.#connection.read(() => {
      const rows = this.#connection.all<EvaluationRow>(
        `${SELECT} WHERE ${where} ORDER BY candidate, seed, evaluations.id`,
        of,
      );
      const alive = this.#claims.isAlive(study);
      return rows.flatMap((row) => {
        const read = this.#read(row);
        if (!read.ok) return [];
        return read.value.status === 'running' && !alive ? [{ ...read.value, ...leftBehind }] : [read.value];
      });
    });
    return query.status === undefined ? records : records.filter(({ status }) => status === query.status);
  }

  /** Rows that `list` leaves out since they are not what was stored. */
  damaged(study: number): DamagedRow[] {
    return this.#connection.read(() => {
      const rows = this.#connection.all<EvaluationRow>(`${SELECT} WHERE study_id = @study ORDER BY evaluations.id`, {
        study,
      });
      return rows.flatMap((row) => {
        const read = this.#read(row);
        if (read.ok) return [];
        return [{ row: `evaluation ${row.id} (candidate ${row.candidate}, seed ${row.seed})`, why: read.why }];
      });
    });
  }

  #requireRunning(evaluation: number): { readonly score: string | null } {
    const row = this.#connection.get<{ study_id: number; status: string; score: string | null }>(
      'SELECT study_id, status, score FROM evaluations WHERE id = @evaluation',
      { evaluation },
    );
    if (row?.status !== 'running') {
      throw new InvalidValueError(`evaluation ${evaluation} is ${row?.status ?? 'not there'}; expected it running`);
    }
    this.#claims.require(row.study_id);
    return row;
  }

  #read(row: EvaluationRow): ReadDocument<EvaluationRecord> {
    const epochs = this.#connection.all(
      `SELECT epoch, loss, accuracy, validation_accuracy AS validationAccuracy FROM epochs
       WHERE evaluation_id = @evaluation ORDER BY epoch`,
      { evaluation: row.id },
    );
    return readEvaluation(row, epochs);
  }
}
