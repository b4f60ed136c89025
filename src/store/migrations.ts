import type Database from 'better-sqlite3';
import { failure, ScattershotError } from '../base/failure.ts';
import { APPLICATION_ID, SCHEMA_1, SCHEMA_2, SCHEMA_3, SCHEMA_4, SCHEMA_5, SCHEMA_6 } from './schema.ts';

/** `migrations[n]` takes a database from version n to n + 1 (PRAGMA user_version). Never edit one that was released: add one. */
export const migrations: readonly string[] = [SCHEMA_1, SCHEMA_2, SCHEMA_3, SCHEMA_4, SCHEMA_5, SCHEMA_6];

export const schemaVersion = (database: Database.Database): number =>
  database.pragma('user_version', { simple: true }) as number;

export interface FileState {
  /** empty, ours, or another program's */
  readonly origin: 'empty' | 'ours' | 'foreign';
  /** of the schema; 0 in an empty file */
  readonly version: number;
}

/** What the file is, as of one moment: another process may be making it meanwhile. */
function fileState(database: Database.Database): FileState {
  const look = database.transaction((): FileState => {
    const version = schemaVersion(database);
    const mark = database.pragma('application_id', { simple: true });
    if (mark === APPLICATION_ID) return { origin: 'ours', version };
    const objects = database.prepare('SELECT count(*) FROM sqlite_schema').pluck().get();
    return { origin: mark === 0 && objects === 0 && version === 0 ? 'empty' : 'foreign', version };
  });
  return look.deferred();
}

/** @throws ScattershotError 'not-a-database' or 'newer-database' for a file that this version must not touch */
export function requireOwnFile(database: Database.Database, known = migrations.length): FileState {
  const state = fileState(database);
  if (state.origin === 'foreign') {
    throw new ScattershotError(
      failure(
        'not-a-database',
        `${database.name} is an SQLite database of another program`,
        'Give another file with --db FILE.',
      ),
    );
  }
  if (state.version > known) {
    throw new ScattershotError(
      failure(
        'newer-database',
        `${database.name} was made by a newer version of Scattershot (its schema is ${state.version}; this version knows up to ${known})`,
        'Update Scattershot, or give another file with --db FILE.',
      ),
    );
  }
  return state;
}

/**
 * Brings the database to the newest version, all steps in one transaction: two processes that start at once both end with it,
 * and one that is killed on the way leaves the older version whole. Foreign keys are off meanwhile (tables may be rebuilt) and
 * are checked before the commit.
 */
export function migrate(database: Database.Database, list: readonly string[] = migrations): void {
  if (requireOwnFile(database, list.length).version === list.length) return;
  database.pragma('foreign_keys = OFF');
  const upgrade = database.transaction(() => {
    for (let { version } = requireOwnFile(database, list.length); version < list.length; version++) {
      database.exec(list[version]);
      database.pragma(`user_version = ${version + 1}`);
    }
    database.pragma(`application_id = ${APPLICATION_ID}`);
    const broken = database.pragma('foreign_key_check') as unknown[];
    if (broken.length > 0) throw new Error(`migration leaves ${broken.length} rows without what they refer to`);
  });
  upgrade.immediate();
}
