import { randomUUID } from 'node:crypto';
import { InvalidTypeError } from '../base/caller-errors.ts';
import { type Failure, failure, ScattershotError } from '../base/failure.ts';
import { type Connection, now } from './connection.ts';
import { OWNER_LAPSES_AFTER_MS, thisProcess } from './owners.ts';
import { hasLivingOwner, SELECT_STUDY, type StudyRow } from './study-row.ts';

/**
 * Which studies this process may write to. A claim is a token in the study's row: a process whose token is no longer there
 * has lost the study, and each of its writes finds that out in its own transaction.
 */
export class Claims {
  readonly #connection: Connection;
  readonly #tokens = new Map<number, string>();

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  /** Whether a living process other than this one owns the study. */
  isOthers(row: StudyRow): boolean {
    return row.owner_token !== this.#tokens.get(row.id) && hasLivingOwner(row);
  }

  /** Inside a read or write: whether a living process, this one or another, owns the study. */
  isAlive(study: number): boolean {
    const row = this.#connection.get<StudyRow>(`${SELECT_STUDY} WHERE studies.id = @study`, { study });
    return row !== undefined && hasLivingOwner(row);
  }

  /** Inside a write: puts the token of this process into the row. After the commit, `confirm` makes the claim count. */
  writeToken(study: number): string {
    const token = this.#tokens.get(study) ?? randomUUID();
    const { pid, host, space, started } = thisProcess();
    this.#connection.run(
      `UPDATE studies SET owner_token = @token, owner_pid = @pid, owner_host = @host, owner_space = @space,
         owner_started = @started, owner_seen_ms = @ms WHERE id = @study`,
      { study, token, pid, host, space, started, ms: Date.now() },
    );
    return token;
  }

  confirm(study: number, token: string): void {
    this.#tokens.set(study, token);
  }

  /** Forgets a claim whose row is gone or already free. */
  forget(study: number): void {
    this.#tokens.delete(study);
  }

  /**
   * Inside a write: shows a sign of life, and stops a process that no longer owns the study.
   * @throws ScattershotError 'study-taken-over'; TypeError when the study was never claimed
   */
  require(study: number): void {
    const token = this.#tokens.get(study);
    if (token === undefined) throw new InvalidTypeError(`study ${study} must be claimed before it is written to`);
    const { changes } = this.#connection.run(
      'UPDATE studies SET owner_seen_ms = @ms, updated_at = @at WHERE id = @study AND owner_token = @token',
      { study, token, ms: Date.now(), at: now() },
    );
    if (changes === 1) return;
    const why = failure(
      'study-taken-over',
      'another process has taken this study over, or removed it',
      'Let the other process finish it; see: scattershot studies',
    );
    throw new ScattershotError(why);
  }

  release(study: number): void {
    const token = this.#tokens.get(study);
    if (token === undefined) return;
    const free = 'UPDATE studies SET owner_token = NULL WHERE id = @study AND owner_token = @token';
    this.#connection.write(() => this.#connection.run(free, { study, token }));
    this.#tokens.delete(study);
  }

  releaseAll(): void {
    for (const study of [...this.#tokens.keys()]) this.release(study);
  }
}

export function studyInUse(row: StudyRow): Failure {
  const seconds = Math.max(0, Math.round((Date.now() - (row.owner_seen_ms as number)) / 1000));
  const elsewhere = row.owner_space === null || row.owner_space !== thisProcess().space;
  const lapse = `; if it is gone already, try again ${OWNER_LAPSES_AFTER_MS / 1000} s after its last sign of life`;
  return failure(
    'study-in-use',
    `study "${row.name}" is being worked on by process ${row.owner_pid} on ${row.owner_host} (last sign of life ${seconds} s ago)`,
    `Wait for it to end, or stop it${elsewhere ? lapse : ''}.`,
  );
}
