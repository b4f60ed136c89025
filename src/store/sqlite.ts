import { createRequire } from 'node:module';
import type Database from 'better-sqlite3';
import { failure, messageOf, ScattershotError } from '../base/failure.ts';

/** The version of Node-API that better-sqlite3 13 is built for. Node has it from 22.14 and 23.6 on. */
const NEWER_NODE_API = 10;

/**
 * The package that suits a Node, by its version of Node-API. better-sqlite3 13 ends a Node with an older one by a segmentation
 * fault. 12 cannot serve them all: on Node 24 a statement of it that is garbage-collected outside JavaScript aborts the process
 * (`RemoveEnvironmentCleanupHook: Assertion failed: (env) != nullptr`).
 */
export const sqlitePackage = (nodeApi: number): 'better-sqlite3' | 'better-sqlite3-13' =>
  nodeApi >= NEWER_NODE_API ? 'better-sqlite3-13' : 'better-sqlite3';

/** The package that this process uses. */
export const ownSqlitePackage = sqlitePackage(Number(process.versions.napi));

/** Up to the version before, a checkpoint of a write-ahead log beside a writer could damage the database. */
const OLDEST_SQLITE = '3.51.3';

let loaded: typeof Database | null = null;

/** Loaded with the first database and not with this module: a package that is missing is told like any other failure. */
function sqliteClass(): typeof Database {
  if (loaded !== null) return loaded;
  const Sqlite = createRequire(import.meta.url)(ownSqlitePackage) as typeof Database;
  // In a database of its own: the user's may be one that SQLite must not even look at yet.
  const memory = new Sqlite(':memory:');
  const version = memory.prepare('SELECT sqlite_version()').pluck().get() as string;
  memory.close();
  requireSqliteVersion(version);
  loaded = Sqlite;
  return Sqlite;
}

export const isSqliteError = (error: unknown): error is InstanceType<typeof Database.SqliteError> =>
  loaded !== null && error instanceof loaded.SqliteError;

const isOlder = (version: string, than: string): boolean => version.localeCompare(than, 'en', { numeric: true }) < 0;

/** The package or its compiled part is missing, or was compiled for another Node or system. */
const noSqlite = (detail: string): ScattershotError =>
  new ScattershotError(
    failure(
      'no-sqlite',
      `the package ${ownSqlitePackage}, which reads and writes the database, does not load on Node ${process.version} (${detail})`,
      'Run npm ci in the folder of Scattershot, with the Node that is to run it.',
    ),
  );

/** What Node says of a package that it cannot load, as a failure; any other error as it is. */
function bindingFault(error: unknown): unknown {
  const { code } = error as NodeJS.ErrnoException;
  const message = messageOf(error);
  if (message.includes('NODE_MODULE_VERSION')) return noSqlite('its compiled part is built for another Node');
  if (message.startsWith('Could not locate the bindings file')) return noSqlite('its compiled part is missing');
  const [firstLine] = message.split('\n');
  return code === 'ERR_DLOPEN_FAILED' || code === 'MODULE_NOT_FOUND' ? noSqlite(firstLine) : error;
}

/** @throws ScattershotError 'old-sqlite' */
export function requireSqliteVersion(version: string): void {
  if (!isOlder(version, OLDEST_SQLITE)) return;
  throw new ScattershotError(
    failure(
      'old-sqlite',
      `SQLite ${version} may damage databases that two processes use at once; expected ${OLDEST_SQLITE} or newer`,
      'Run npm ci in the folder of Scattershot, so that it uses the SQLite it was tested with.',
    ),
  );
}

/**
 * @param file a path, or the bytes of a database, of which the copy is opened
 * @throws ScattershotError 'no-sqlite' or 'old-sqlite' where this machine cannot open any database; what SQLite says of this file
 */
export function openDatabase(file: string | Buffer, options?: Database.Options): Database.Database {
  try {
    const Sqlite = sqliteClass();
    return new Sqlite(file, options);
  } catch (error) {
    throw bindingFault(error);
  }
}
