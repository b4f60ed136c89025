import type Database from 'better-sqlite3';
import { InvalidTypeError } from '../base/caller-errors.ts';
import { ScattershotError } from '../base/failure.ts';
import { corruptDatabase, translated } from './failures.ts';
import type { Provenance } from './records.ts';
import { isSqliteError } from './sqlite.ts';

export type SqlParameters = Readonly<Record<string, string | number | Uint8Array | null>>;

/**
 * One open database. All work runs inside `read`, `write` or `writeDurably`, which turn SQLite's errors into ScattershotErrors;
 * a transaction that fails leaves nothing behind.
 */
export class Connection {
  readonly path: string;
  /** what this process writes into every row; null where the database is open for reading only */
  readonly madeBy: Provenance | null;
  readonly #database: Database.Database;
  readonly #statements = new Map<string, Database.Statement>();

  constructor(database: Database.Database, path: string, madeBy: Provenance | null) {
    this.#database = database;
    this.path = path;
    this.madeBy = madeBy;
  }

  /** Several queries over one and the same state; never waits for a writer, nor makes one wait. */
  read<T>(work: () => T): T {
    return this.#translating(() => this.#database.transaction(work).deferred());
  }

  /**
   * One IMMEDIATE transaction. The system has it when this returns: killing this process loses nothing.
   * A power cut may lose it, with all writes since the last `writeDurably`, and never damages the file (synchronous=NORMAL).
   */
  write<T>(work: () => T): T {
    if (this.madeBy === null)
      throw new InvalidTypeError(`${this.path} is open for reading; expected it open for writing`);
    return this.#translating(() => this.#database.transaction(work).immediate());
  }

  /** As `write`, and on the disk when this returns, with every transaction before it (synchronous=FULL). */
  writeDurably<T>(work: () => T): T {
    this.#database.pragma('synchronous = FULL');
    try {
      return this.write(work);
    } finally {
      this.#database.pragma('synchronous = NORMAL');
    }
  }

  all<Row>(sql: string, parameters: SqlParameters = {}): Row[] {
    return this.#statement(sql).all(parameters) as Row[];
  }

  get<Row>(sql: string, parameters: SqlParameters = {}): Row | undefined {
    return this.#statement(sql).get(parameters) as Row | undefined;
  }

  run(sql: string, parameters: SqlParameters = {}): Database.RunResult {
    return this.#statement(sql).run(parameters);
  }

  pragma(source: string): unknown {
    return this.#translating(() => this.#database.pragma(source));
  }

  /** Row of `makers` that stands for this process; to be called inside a write. */
  makerId(): number {
    const maker = { ...this.madeBy } as unknown as SqlParameters;
    this.run(
      'INSERT INTO makers (version, node, platform) VALUES (@version, @node, @platform) ON CONFLICT DO NOTHING',
      maker,
    );
    const where = 'version = @version AND node = @node AND platform = @platform';
    return (this.get<{ id: number }>(`SELECT id FROM makers WHERE ${where}`, maker) as { id: number }).id;
  }

  close(): void {
    this.#database.close();
  }

  #statement(sql: string): Database.Statement {
    let statement = this.#statements.get(sql);
    if (statement === undefined) {
      statement = this.#prepare(sql);
      this.#statements.set(sql, statement);
    }
    return statement;
  }

  /** Every statement here fits the tables of this version: where one does not, the file is damaged. */
  #prepare(sql: string): Database.Statement {
    try {
      return this.#database.prepare(sql);
    } catch (error) {
      if (!isSqliteError(error) || !error.code.startsWith('SQLITE_ERROR')) throw error;
      throw new ScattershotError(
        corruptDatabase(this.path, `its tables are not those of its version: ${error.message}`),
      );
    }
  }

  #translating<T>(work: () => T): T {
    try {
      return work();
    } catch (error) {
      throw translated(error, this.path);
    }
  }
}

export const now = (): string => new Date().toISOString();

/** JSON text of a value that must have one. */
export function jsonText(value: unknown, what: string): string {
  const text = JSON.stringify(value);
  if (text === undefined) throw new InvalidTypeError(`${what} must be a JSON value; got ${typeof value}`);
  return text;
}
