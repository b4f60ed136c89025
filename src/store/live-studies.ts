import { createHash } from 'node:crypto';
import { deserialize } from 'node:v8';
import { readBy } from '../base/documents.ts';
import type { NumberedCandidate } from '../search/candidate.ts';
import type { Connection } from './connection.ts';
import { ownerIsAlive, thisProcess } from './owners.ts';
import { candidateRowSchema } from './row-schemas.ts';
import { ownerOf, SELECT_STUDY, type StudyRow } from './study-row.ts';

/** The process that works on a study, or did so last without giving it back. */
export interface StudyOwner {
  readonly pid: number;
  readonly host: string;
  /** whether it can be seen from here, and be sent a signal: on this machine, in this process space */
  readonly isHere: boolean;
  readonly isAlive: boolean;
  /** time of its last sign of life, in milliseconds since 1970 */
  readonly seenMs: number;
}

/** A kept candidate as it is shown, without its pattern. */
export type KeptCandidate = Pick<
  NumberedCandidate,
  'number' | 'fingerprint' | 'strategy' | 'scatter' | 'vector' | 'otherScatter' | 'ties'
>;

const shownSchema = candidateRowSchema.pick({
  ...{ number: true, fingerprint: true, strategy: true, scatter: true, vector: true, other_scatter: true, ties: true },
});

const SELECT_SHOWN = 'SELECT number, fingerprint, strategy, scatter, vector, other_scatter, ties FROM candidates';

/** What those who watch a study of another process ask for, again and again: only what is new, and no patterns. */
export class LiveStudies {
  readonly #connection: Connection;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  owner(study: number): StudyOwner | null {
    const row = this.#connection.read(() =>
      this.#connection.get<StudyRow>(`${SELECT_STUDY} WHERE studies.id = @study`, { study }),
    );
    const owner = row === undefined ? null : ownerOf(row);
    if (row === undefined || owner === null) return null;
    const here = thisProcess();
    const seenMs = row.owner_seen_ms as number;
    return {
      ...{ pid: owner.pid, host: owner.host, seenMs },
      isHere: owner.space === null ? here.space === null && owner.host === here.host : owner.space === here.space,
      isAlive: ownerIsAlive(owner, seenMs, Date.now()),
    };
  }

  count(study: number): number {
    const sql = 'SELECT count(*) AS n FROM candidates WHERE study_id = @study';
    return this.#connection.read(() => this.#connection.get<{ n: number }>(sql, { study })?.n ?? 0);
  }

  /** Those of higher numbers, in order; damaged ones left out. */
  keptAfter(study: number, after: number): KeptCandidate[] {
    return this.#shown(`${SELECT_SHOWN} WHERE study_id = @study AND number > @after ORDER BY number`, { study, after });
  }

  /** At most so many: those of the highest scatter, or nearest to a target. */
  bestKept(study: number, target: number | null, limit: number): KeptCandidate[] {
    const order = 'ORDER BY CASE WHEN @target IS NULL THEN -scatter ELSE abs(scatter - @target) END, number';
    return this.#shown(`${SELECT_SHOWN} WHERE study_id = @study ${order} LIMIT @limit`, { study, target, limit });
  }

  /**
   * What a search stored with its last round, without what it has seen: plain values, whose type the caller knows, and when it was stored.
   * Null where there is none or it cannot be read, and where it is not newer than `after`.
   */
  searchTotals(study: number, after: string | null): { readonly totals: unknown; readonly storedAt: string } | null {
    return this.#connection.read(() => {
      const row = this.#connection.get<{ state: Uint8Array; state_digest: Uint8Array; updated_at: string }>(
        'SELECT state, state_digest, updated_at FROM checkpoints WHERE study_id = @study AND (@after IS NULL OR updated_at > @after)',
        { study, after },
      );
      if (row === undefined || !createHash('sha256').update(row.state).digest().equals(row.state_digest)) return null;
      try {
        return { totals: deserialize(row.state), storedAt: row.updated_at };
      } catch {
        // Another version of Node wrote it.
        return null;
      }
    });
  }

  #shown(sql: string, parameters: Readonly<Record<string, number | null>>): KeptCandidate[] {
    const rows = this.#connection.read(() => this.#connection.all(sql, parameters));
    return rows.flatMap((row) => {
      const read = readBy(shownSchema, row);
      if (!read.ok) return [];
      const { other_scatter: otherScatter, ...same } = read.value;
      return [{ ...same, otherScatter }];
    });
  }
}
