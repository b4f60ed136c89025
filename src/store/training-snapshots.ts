import { randomUUID } from 'node:crypto';
import { readdirSync, readFileSync, rmdirSync, rmSync } from 'node:fs';
import { type FileHandle, mkdir, open } from 'node:fs/promises';
import { join } from 'node:path';
import { type Failure, failure, messageOf, type Outcome, ScattershotError, success } from '../base/failure.ts';
import type { Claims } from './claims.ts';
import { type Connection, now } from './connection.ts';
import { diskFull } from './failures.ts';
import type { EvaluationKey } from './records.ts';

/** A larger snapshot is a file beside the database: a database grows by what is written to it, and does not shrink again. */
export const MOST_BYTES_IN_DATABASE = 2 ** 20;

/** A file is written in pieces of this size, between which it is seen whether it is still wanted. */
const PIECE_BYTES = 2 ** 23;

/** A file of up to this size is written to its end, also when the study is being stopped. */
const MOST_BYTES_WHEN_STOPPED = 2 ** 25;

interface SnapshotRow {
  readonly state: Uint8Array | null;
  readonly file: string | null;
}

type StudyKey = EvaluationKey & { readonly study: number };

const SAME_KEY = 'study_id = @study AND candidate = @candidate AND seed = @seed AND settings_digest = @settingsDigest';

const parametersOf = ({ study, candidate, seed, settingsDigest }: StudyKey) => ({
  study,
  candidate,
  seed,
  settingsDigest,
});

const missing = (file: string): Failure =>
  failure('snapshot-missing', `its stored state (${file}) is missing`, 'The training starts anew.');

/**
 * Where trainings stand that have not ended: one snapshot each, as the engine made it, which says itself what it is of and whether it
 * is whole. Small ones are values in the database, larger ones files in the folder `DATABASE-trainings` beside it.
 */
export class TrainingSnapshots {
  readonly #connection: Connection;
  readonly #claims: Claims;

  constructor(connection: Connection, claims: Claims) {
    this.#connection = connection;
    this.#claims = claims;
  }

  get #folder(): string {
    return `${this.#connection.path}-trainings`;
  }

  /** Null where there is none. Failure 'snapshot-missing' for one whose file is not there or cannot be read. */
  load(key: StudyKey): Outcome<Uint8Array> | null {
    const row = this.#connection.read(() => this.#row(key));
    if (row === undefined) return null;
    if (row.state !== null) return success(Uint8Array.from(row.state));
    const file = row.file ?? '';
    if (!/^[\w-]+\.state$/.test(file)) return missing(file);
    try {
      return success(new Uint8Array(readFileSync(join(this.#folder, file))));
    } catch {
      return missing(join(this.#folder, file));
    }
  }

  /**
   * Keeps a running training's newest snapshot in place of the one before; that of a training that has ended is dropped. At once where
   * it is small.
   * @param signal lets go of a large one: the one before stays
   * @throws ScattershotError where it cannot be written
   */
  save(key: StudyKey, bytes: Uint8Array, signal?: AbortSignal): void | Promise<void> {
    if (bytes.length > MOST_BYTES_IN_DATABASE) return this.#saveFile(key, bytes, signal);
    const replaced = this.#record(key, { state: bytes, file: null });
    if (replaced?.file) this.#removeFiles(prefixOf(key), null);
  }

  /** @returns what it took the place of; null where the training has ended, except by a stop */
  #record(key: StudyKey, { state, file }: SnapshotRow): SnapshotRow | null {
    return this.#connection.write(() => {
      this.#claims.require(key.study);
      const running = `SELECT id FROM evaluations WHERE ${SAME_KEY} AND status IN ('running', 'stopped')`;
      if (this.#connection.get(running, parametersOf(key)) === undefined) return null;
      const replaced = this.#row(key) ?? { state: null, file: null };
      this.#connection.run(
        `INSERT INTO training_snapshots (study_id, candidate, seed, settings_digest, state, file, updated_at, made_by)
         VALUES (@study, @candidate, @seed, @settingsDigest, @state, @file, @at, @madeBy)
         ON CONFLICT (study_id, candidate, seed, settings_digest) DO UPDATE SET state = excluded.state,
           file = excluded.file, updated_at = excluded.updated_at, made_by = excluded.made_by`,
        { ...parametersOf(key), state, file, at: now(), madeBy: this.#connection.makerId() },
      );
      return replaced;
    });
  }

  async #saveFile(key: StudyKey, bytes: Uint8Array, signal?: AbortSignal): Promise<void> {
    const file = `${prefixOf(key)}${randomUUID().slice(0, 8)}.state`;
    const path = join(this.#folder, file);
    let recorded: SnapshotRow | null = null;
    try {
      await mkdir(this.#folder, { recursive: true });
      const isWanted = () => signal?.aborted !== true || bytes.length <= MOST_BYTES_WHEN_STOPPED;
      if (await writeWhole(path, bytes, isWanted)) recorded = this.#record(key, { state: null, file });
    } catch (error) {
      if (error instanceof ScattershotError) throw error;
      throw new ScattershotError(this.#fileFault(error));
    } finally {
      if (recorded === null) this.#removeFiles(file, null);
      else this.#removeFiles(prefixOf(key), file);
    }
  }

  #fileFault(error: unknown): Failure {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOSPC' || code === 'EDQUOT') return diskFull(this.#folder);
    const next = 'Check that its folder may be written.';
    return failure('snapshot-not-written', `${this.#folder} cannot be written (${messageOf(error)})`, next);
  }

  /** Inside a write: an evaluation needs it no more. @returns what to give to `removeFilesOf` after the commit */
  forget(evaluation: number): StudyKey | null {
    const key = this.#connection.get<StudyKey>(
      `SELECT study_id AS study, candidate, seed, settings_digest AS settingsDigest
       FROM evaluations WHERE id = @evaluation`,
      { evaluation },
    );
    if (key === undefined) return null;
    const { changes } = this.#connection.run(`DELETE FROM training_snapshots WHERE ${SAME_KEY}`, parametersOf(key));
    return changes === 0 ? null : key;
  }

  removeFilesOf(key: StudyKey): void {
    this.#removeFiles(prefixOf(key), null);
  }

  /** After a study was removed, and its rows with it. */
  removeFilesOfStudy(study: number): void {
    this.#removeFiles(`${study}-`, null);
  }

  /** A file that cannot be removed harms nobody. */
  #removeFiles(prefix: string, except: string | null): void {
    try {
      const files = readdirSync(this.#folder);
      const own = files.filter((file) => file.startsWith(prefix) && file !== except);
      for (const file of own) rmSync(join(this.#folder, file), { force: true });
      if (own.length === files.length) rmdirSync(this.#folder);
    } catch {
      // Most often there is no such folder.
    }
  }

  #row(key: StudyKey): SnapshotRow | undefined {
    const sql = `SELECT state, file FROM training_snapshots WHERE ${SAME_KEY}`;
    return this.#connection.get<SnapshotRow>(sql, parametersOf(key));
  }
}

/** Begins the names of a training's files, and of no other's. */
const prefixOf = ({ study, candidate, seed, settingsDigest }: StudyKey): string =>
  `${study}-${candidate}-${seed}-${settingsDigest.slice(0, 16)}-`;

/** @returns false where it was let go of */
async function writeWhole(path: string, bytes: Uint8Array, isWanted: () => boolean): Promise<boolean> {
  const file: FileHandle = await open(path, 'w');
  try {
    for (let at = 0; at < bytes.length; at += PIECE_BYTES) {
      if (!isWanted()) return false;
      await file.writeFile(bytes.subarray(at, at + PIECE_BYTES));
    }
    await file.sync();
    return isWanted();
  } finally {
    await file.close();
  }
}
