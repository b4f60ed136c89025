import type Database from 'better-sqlite3';
import { InvalidTypeError } from '../base/caller-errors.ts';
import { type Failure, ScattershotError } from '../base/failure.ts';
import { corruptDatabase, translated, vanishedDatabase } from './failures.ts';
import { FileIdentity } from './file-identity.ts';
import type { Provenance } from './records.ts';
import { rescue } from './rescue.ts';
import { isSqliteError } from './sqlite.ts';

export type SqlParameters = Readonly<Record<string, string | number | Uint8Array | null>>;

export interface AggregateFunction<State, Value> {
  start(): State;
  step(state: State, value: Value): void;
  result(state: State): unknown;
}

/**
 * One open database. All work runs inside `read`, `write` or `writeDurably`, which turn SQLite's errors into ScattershotErrors;
 * a transaction that fails leaves nothing behind. Before each write it is seen whether the file is still the one that was opened.
 */
export class Connection {
  readonly path: string;
  /** what this process writes into every row; null where the database is open for reading only */
  readonly madeBy: Provenance | null;
  readonly #database: Database.Database;
  /** null where the database is open for reading only */
  readonly #file: FileIdentity | null;
  #vanished: Failure | null = null;
  #rescuedTo: string | null = null;
  readonly #statements = new Map<string, Database.Statement>();

  constructor(database: Database.Database, path: string, madeBy: Provenance | null) {
    this.#database = database;
    this.path = path;
    this.madeBy = madeBy;
    this.#file = madeBy === null ? null : new FileIdentity(path);
  }

  /** Where all that the database held is saved, once its file has vanished and it could be. */
  get rescuedTo(): string | null {
    return this.#rescuedTo;
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
    this.#requireFile();
    return this.#translating(() => this.#database.transaction(work).immediate());
  }

  /** As `write`, and on the disk when this returns, with every transaction before it (synchronous=FULL). */
  writeDurably<T>(work: () => T): T {
    this.#database.pragma('synchronous = FULL');
    try {
      const result = this.write(work);
      // What is promised to be on the disk must be where it is looked for.
      this.#requireFile();
      return result;
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

  /** The first column of every row. */
  column<T>(sql: string, parameters: SqlParameters = {}): T[] {
    return this.#statement(sql, 'column').all(parameters) as T[];
  }

  run(sql: string, parameters: SqlParameters = {}): Database.RunResult {
    return this.#statement(sql).run(parameters);
  }

  pragma(source: string): unknown {
    return this.#translating(() => this.#database.pragma(source));
  }

  /** A function that SQL may call under this name: the same arguments always give the same. */
  function<Arguments extends never[]>(name: string, work: (...args: Arguments) => unknown): void {
    this.#database.function(name, { deterministic: true, varargs: true }, work as (...args: unknown[]) => unknown);
  }

  aggregate<State, Value>(name: string, { start, step, result }: AggregateFunction<State, Value>): void {
    this.#database.aggregate(name, { start, step: step as (total: State, next: unknown) => void, result });
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

  #statement(sql: string, gives: 'rows' | 'column' = 'rows'): Database.Statement {
    const key = `${gives} ${sql}`;
    let statement = this.#statements.get(key);
    if (statement === undefined) {
      statement = this.#prepare(sql);
      if (gives === 'column') statement.pluck();
      this.#statements.set(key, statement);
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

  /** What is written to a file that is no longer there would be lost. @throws ScattershotError 'database-vanished', all that was there saved */
  #requireFile(): void {
    if (this.#vanished !== null) throw new ScattershotError(this.#vanished);
    const change = this.#file?.change() ?? null;
    if (change === null) return;
    this.#rescuedTo = rescue(this.#database, this.path);
    this.#file?.removeOwnLog();
    this.#vanished = vanishedDatabase(this.path, change, this.#rescuedTo);
    throw new ScattershotError(this.#vanished);
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
