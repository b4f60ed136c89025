import { type Failure, failure, ScattershotError } from '../base/failure.ts';
import { shellWord } from '../base/shell-word.ts';
import { isSqliteError } from './sqlite.ts';

const KEPT = 'everything recorded before is kept';

type Translation = (path: string, detail: string) => Failure;

/** By the longest matching start of SQLite's extended result code. */
const translations: readonly (readonly [string, Translation])[] = [
  [
    'SQLITE_BUSY',
    (path) =>
      failure(
        'database-locked',
        `another process kept ${path} locked for too long; ${KEPT}`,
        'Wait for that process to end (or stop it), then run the same command again.',
      ),
  ],
  ['SQLITE_LOCKED', (path) => failure('database-locked', `${path} is locked; ${KEPT}`, 'Run the same command again.')],
  [
    'SQLITE_PROTOCOL',
    (path) =>
      failure(
        'database-locked',
        `${path} could not be locked; ${KEPT}`,
        'Run the same command again; if it lies on a network drive, give a file on a local disk with --db FILE.',
      ),
  ],
  ['SQLITE_FULL', (path) => diskFull(path)],
  ['SQLITE_NOMEM', (path) => outOfMemory(path)],
  ['SQLITE_IOERR_NOMEM', (path) => outOfMemory(path)],
  ['SQLITE_IOERR_SHMSIZE', (path) => diskFull(path)],
  ['SQLITE_READONLY_DIRECTORY', (path) => readOnlyFolder(path)],
  ['SQLITE_READONLY', (path) => readOnlyDatabase(path)],
  ['SQLITE_CANTOPEN', (path) => cannotOpen(path)],
  ['SQLITE_NOTADB', (path) => notADatabase(path)],
  ['SQLITE_CORRUPT', (path, detail) => corruptDatabase(path, detail)],
  [
    'SQLITE_IOERR',
    (path, detail) =>
      failure(
        'database-io-error',
        `the system could not read or write ${path} (${detail})`,
        'Check the disk; a database must lie on a local disk, not on a network drive.',
      ),
  ],
];

export const diskFull = (path: string): Failure =>
  failure(
    'disk-full',
    `the disk that holds ${path} is full; ${KEPT}`,
    'Free some space, then go on: a search or demo with --resume STUDY, anything else with the same command.',
  );

const outOfMemory = (path: string): Failure =>
  failure(
    'out-of-memory',
    `there was not enough memory to work on ${path}; ${KEPT}`,
    'Free some memory, then go on: a search or demo with --resume STUDY, anything else with the same command.',
  );

export const readOnlyFolder = (path: string): Failure =>
  failure(
    'read-only-folder',
    `the folder of ${path} may not be written`,
    'Change its permissions, or give a file in another folder with --db FILE.',
  );

export const cannotOpen = (path: string): Failure =>
  failure(
    'cannot-open-database',
    `${path} cannot be opened`,
    'Check that the file and its folder may be read and written, or give another file with --db FILE.',
  );

export const readOnlyDatabase = (path: string): Failure =>
  failure(
    'read-only-database',
    `${path} may be read and not written`,
    'Change its permissions, or give another file with --db FILE.',
  );

export const notADatabase = (path: string): Failure =>
  failure('not-a-database', `${path} is not a Scattershot database`, 'Give another file with --db FILE.');

export const corruptDatabase = (path: string, detail: string): Failure =>
  failure(
    'corrupt-database',
    `${path} is damaged (${detail})`,
    `Restore a copy, or save what can still be read with: sqlite3 FILE .recover | sqlite3 SAVED`,
  );

/** @param saved where all that it held is now; null where that could not be saved */
export function vanishedDatabase(path: string, change: 'missing' | 'replaced', saved: string | null): Failure {
  const what =
    change === 'missing'
      ? `${path} was deleted or moved while it was in use`
      : `another file has taken the place of ${path} while it was in use`;
  if (saved !== null) {
    return failure(
      'database-vanished',
      `${what}; all that it held is saved in ${saved}`,
      `Run the same command with --db ${shellWord(saved)}`,
    );
  }
  return failure(
    'database-vanished',
    `${what}, and what it held could not be saved`,
    'Look for where it was moved to, or restore a copy, and give it with --db FILE.',
  );
}

/** The Failure that an SQLite error means for the user, or null for one that only a mistake in this program can cause. */
function sqliteFailure(error: unknown, path: string): Failure | null {
  if (!isSqliteError(error)) return null;
  const found = translations.find(([code]) => error.code.startsWith(code));
  return found === undefined ? null : found[1](path, error.message);
}

/**
 * What to throw in place of `error`: a ScattershotError where the world is at fault, else the error itself. A SyntaxError is
 * JSON text that no longer is what was stored.
 */
export function translated(error: unknown, path: string): unknown {
  if (error instanceof SyntaxError) return new ScattershotError(corruptDatabase(path, error.message));
  const found = sqliteFailure(error, path);
  return found === null ? error : new ScattershotError(found);
}
