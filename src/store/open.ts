import { accessSync, constants, existsSync, readFileSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import type Database from 'better-sqlite3';
import { type Failure, failure, type Outcome, ScattershotError, success } from '../base/failure.ts';
import { makeFolders } from '../base/file-access.ts';
import { Connection } from './connection.ts';
import { cannotOpen, diskFull, notADatabase, readOnlyDatabase, readOnlyFolder, translated } from './failures.ts';
import { migrate, migrations, requireOwnFile, schemaVersion } from './migrations.ts';
import type { Provenance } from './records.ts';
import { isSqliteError, openDatabase } from './sqlite.ts';

export type OpenOptions =
  | {
      readonly mode: 'read';
      /** how long to wait for a lock; default 10 s */
      readonly busyTimeoutMs?: number;
    }
  | {
      readonly mode: 'write';
      /** written into every row that this process makes */
      readonly madeBy: Provenance;
      readonly busyTimeoutMs?: number;
    };

const BUSY_TIMEOUT_MS = 10_000;
/** Bytes of the write-ahead log that are kept after its content is written into the file. */
const LOG_LIMIT_BYTES = 64 * 2 ** 20;
/** Largest file that is read whole into memory, where its folder cannot be written. */
const MOST_COPIED_BYTES = 2 ** 30;

const noDatabase = (path: string, why: 'does not exist' | 'is empty'): Failure =>
  failure(
    'no-database',
    `there is no study yet: ${path} ${why}`,
    'Make one with: scattershot demo, or scattershot search; or name another file with --db FILE.',
  );

function systemFailure(error: unknown, path: string): Failure | null {
  switch ((error as NodeJS.ErrnoException).code) {
    case 'EACCES':
    case 'EPERM':
    case 'ELOOP':
      return cannotOpen(path);
    case 'ENOSPC':
    case 'EDQUOT':
      return diskFull(path);
    case 'ENOTDIR':
    case 'EEXIST':
      return failure(
        'not-a-folder',
        `${path} lies under something that is not a folder`,
        'Give a file in a folder with --db FILE.',
      );
    default:
      return null;
  }
}

/** Runs `work`; what the world does to it becomes a Failure. */
function outcomeOf<T>(path: string, work: () => T): Outcome<T> {
  try {
    return success(work());
  } catch (error) {
    const thrown = translated(error, path);
    if (thrown instanceof ScattershotError) return thrown.failure;
    const found = systemFailure(error, path);
    if (found === null) throw error;
    return found;
  }
}

function mayWrite(path: string): boolean {
  try {
    accessSync(path, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

function sleep(milliseconds: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds);
}

/** While another process makes the same change SQLite says SQLITE_BUSY at once: here alone it does not wait by itself. */
function useWriteAheadLog(database: Database.Database, path: string, timeoutMs: number): void {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    try {
      if (database.pragma('journal_mode = WAL', { simple: true }) === 'wal') return;
      const why = `${path} lies where its log cannot be shared between processes, as on some network drives`;
      throw new ScattershotError(failure('no-shared-memory', why, 'Give a file on a local disk with --db FILE.'));
    } catch (error) {
      const busy = isSqliteError(error) && error.code.startsWith('SQLITE_BUSY');
      if (!busy || Date.now() > deadline) throw error;
      sleep(5 + (process.pid % 7));
    }
  }
}

/** Whether there is something at `path`; it must be a file. @throws the system's error where that may not be looked up */
function fileExists(path: string): boolean {
  try {
    if (statSync(path).isFile()) return true;
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) return false;
    throw error;
  }
  throw new ScattershotError(notADatabase(path));
}

/** Closes the database when `prepare` fails. */
function prepared(database: Database.Database, prepare: () => void): Database.Database {
  try {
    prepare();
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

function makeFolder(path: string): void {
  try {
    makeFolders(dirname(path));
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? '';
    if (['EACCES', 'EPERM', 'EROFS', 'ENOENT'].includes(code)) throw new ScattershotError(readOnlyFolder(path));
    throw error;
  }
}

function openForWriting(path: string, timeoutMs: number): Database.Database {
  makeFolder(path);
  if (fileExists(path) && !mayWrite(path)) throw new ScattershotError(readOnlyDatabase(path));
  if (!mayWrite(dirname(path))) throw new ScattershotError(readOnlyFolder(path));
  const database = openDatabase(path, { timeout: timeoutMs });
  return prepared(database, () => {
    requireOwnFile(database);
    // Counts only for a new file: what a removed study held can be given back to the disk.
    database.pragma('auto_vacuum = INCREMENTAL');
    useWriteAheadLog(database, path, timeoutMs);
    database.pragma('synchronous = NORMAL');
    database.pragma(`journal_size_limit = ${LOG_LIMIT_BYTES}`);
    migrate(database);
    database.pragma('foreign_keys = ON');
  });
}

/**
 * A copy in memory, for a file whose folder may not be written: SQLite would need to make its log there even to read.
 * Only where there is no log, so that the file alone is the whole database.
 */
function copyInMemory(path: string): Database.Database {
  const log = `${path}-wal`;
  const whole = !existsSync(log) || statSync(log).size === 0;
  if (!whole || statSync(path).size > MOST_COPIED_BYTES) {
    const why = `${path} cannot be read where it lies: its folder may not be written${whole ? '' : ', and a log lies beside it'}`;
    const nextStep = `Copy it, with ${log} where there is one, to a folder that you may write to, and name the copy with --db FILE.`;
    throw new ScattershotError(failure('read-only-folder', why, nextStep));
  }
  const bytes = readFileSync(path);
  // Bytes 18 and 19 of the header ask for a write-ahead log (2), which a database in memory cannot have; 1 asks for the older kind of journal.
  bytes[18] = 1;
  bytes[19] = 1;
  return openDatabase(bytes, { readonly: true });
}

function openForReading(path: string, timeoutMs: number): Database.Database {
  if (!fileExists(path)) throw new ScattershotError(noDatabase(path, 'does not exist'));
  let database = openDatabase(path, { readonly: true, fileMustExist: true, timeout: timeoutMs });
  try {
    schemaVersion(database);
  } catch (error) {
    database.close();
    const folder = isSqliteError(error) && /^SQLITE_(READONLY|CANTOPEN)/.test(error.code);
    if (!folder) throw error;
    database = copyInMemory(path);
  }
  return prepared(database, () => {
    const { origin, version } = requireOwnFile(database);
    if (origin === 'empty') throw new ScattershotError(noDatabase(path, 'is empty'));
    if (version === migrations.length) return;
    const why = `${path} was made by an older version of Scattershot (its schema is ${version}; this version uses ${migrations.length})`;
    const nextStep = 'Any command that writes to it, such as scattershot search, brings it up to date.';
    throw new ScattershotError(failure('older-database', why, nextStep));
  });
}

/**
 * Opens a database, in write mode making it and its folders where they are missing and bringing it up to date.
 * Failures: 'no-database' (read mode), 'not-a-database', 'newer-database', 'older-database' (read mode), 'corrupt-database',
 * 'read-only-database', 'read-only-folder', 'not-a-folder', 'cannot-open-database', 'database-locked', 'disk-full',
 * 'database-io-error', 'no-shared-memory'.
 */
export function openConnection(file: string, options: OpenOptions): Outcome<Connection> {
  const path = resolve(file);
  const timeoutMs = options.busyTimeoutMs ?? BUSY_TIMEOUT_MS;
  return outcomeOf(path, () => {
    if (options.mode === 'read') return new Connection(openForReading(path, timeoutMs), path, null);
    return new Connection(openForWriting(path, timeoutMs), path, options.madeBy);
  });
}
