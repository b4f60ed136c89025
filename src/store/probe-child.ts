import { type Outcome, success } from '../base/failure.ts';
import { openConnection } from './open.ts';
import type { SqliteProbe } from './probe.ts';
import { ownSqlitePackage } from './sqlite.ts';

// The other end of `probeSqlite`: makes a database, writes a row, and says what came of it.

function probed(path: string): Outcome<SqliteProbe> {
  const madeBy = { version: 'probe', node: process.version, platform: process.platform };
  const opened = openConnection(path, { mode: 'write', madeBy });
  if (!opened.ok) return opened;
  const connection = opened.value;
  connection.write(() => connection.makerId());
  const row = connection.read(() => connection.get<{ version: string }>('SELECT sqlite_version() AS version'));
  connection.close();
  return success({ version: row?.version ?? 'unknown', package: ownSqlitePackage });
}

process.send?.(probed(process.argv[2]));
