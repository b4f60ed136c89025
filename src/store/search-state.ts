import { createHash } from 'node:crypto';
import { DefaultDeserializer, serialize } from 'node:v8';
import { InvalidValueError } from '../base/caller-errors.ts';
import { failure, ScattershotError } from '../base/failure.ts';
import { type Connection, now } from './connection.ts';
import { corruptDatabase } from './failures.ts';

/** Where a search stands: any plain values (structured-clonable), and the patterns it has seen, which only grow, at the end. */
export interface Checkpoint {
  readonly seen: Uint8Array;
}

interface CheckpointRow {
  readonly state: Uint8Array;
  readonly state_digest: Uint8Array;
  readonly seen_bytes: number;
}

interface ChunkRow {
  readonly start_byte: number;
  readonly fingerprints: Uint8Array;
  readonly digest: Uint8Array;
}

/**
 * Gives every typed array memory of its own. Node's own reader makes them views of one buffer, which a thread would get whole
 * with each of them, and which moving one to a thread would take from all others.
 */
class OwnMemoryDeserializer extends DefaultDeserializer {
  _readHostObject(): ArrayBufferView {
    const reader = DefaultDeserializer.prototype as unknown as { _readHostObject(): ArrayBufferView };
    const view = reader._readHostObject.call(this);
    if (view instanceof DataView) {
      return new DataView(view.buffer.slice(view.byteOffset, view.byteOffset + view.byteLength));
    }
    return Uint8Array.prototype.slice.call(view);
  }
}

function deserialize(bytes: Uint8Array): object {
  const reader = new OwnMemoryDeserializer(bytes);
  reader.readHeader();
  return reader.readValue();
}

const sha256 = (bytes: Uint8Array): Buffer => createHash('sha256').update(bytes).digest();

/**
 * Checkpoints, one a study. The state is replaced each round; `seen` may be many megabytes, so only what was added to it is
 * written. Both carry digests: a resume from a silently damaged state would give another search.
 */
export class SearchStates {
  readonly #connection: Connection;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  /** Inside a write. @throws RangeError when `seen` is shorter than what is stored of it */
  save(study: number, checkpoint: Checkpoint): void {
    const { seen, ...rest } = checkpoint;
    const stored = this.#seenBytes(study);
    if (seen.length < stored) {
      throw new InvalidValueError(
        `what a search has seen only grows; got ${seen.length} bytes, expected at least ${stored}`,
      );
    }
    const madeBy = this.#connection.makerId();
    const state = serialize(rest);
    this.#connection.run(
      `INSERT INTO checkpoints (study_id, state, state_digest, seen_bytes, updated_at, made_by)
       VALUES (@study, @state, @digest, @seenBytes, @at, @madeBy)
       ON CONFLICT (study_id) DO UPDATE SET state = excluded.state, state_digest = excluded.state_digest,
         seen_bytes = excluded.seen_bytes, updated_at = excluded.updated_at, made_by = excluded.made_by`,
      { study, state, digest: sha256(state), seenBytes: seen.length, at: now(), madeBy },
    );
    if (seen.length === stored) return;
    const added = seen.slice(stored);
    this.#connection.run(
      `INSERT INTO seen_chunks (study_id, start_byte, fingerprints, digest, made_by)
       VALUES (@study, @stored, @added, @digest, @madeBy)`,
      { study, stored, added, digest: sha256(added), madeBy },
    );
  }

  /** @throws ScattershotError 'corrupt-database', or 'unreadable-checkpoint' when another version of Node wrote it */
  load(study: number): (Checkpoint & Record<string, unknown>) | null {
    const found = this.#connection.read(() => {
      const row = this.#connection.get<CheckpointRow>(
        'SELECT state, state_digest, seen_bytes FROM checkpoints WHERE study_id = @study',
        { study },
      );
      if (row !== undefined && row.seen_bytes < 0) this.#corrupt('the list of seen patterns');
      const seen = this.#loadSeen(study, row?.seen_bytes ?? 0);
      return row === undefined ? null : { row, seen };
    });
    if (found === null) return null;
    if (!sha256(found.row.state).equals(found.row.state_digest)) this.#corrupt('the state of a search');
    try {
      return { ...deserialize(found.row.state), seen: found.seen };
    } catch {
      const why = 'the search was stopped by another version of Node, whose checkpoint this one cannot read';
      throw new ScattershotError(
        failure('unreadable-checkpoint', why, 'Go on with the newer version of Node, or start the search anew.'),
      );
    }
  }

  #seenBytes(study: number): number {
    const row = this.#connection.get<{ seen_bytes: number }>(
      'SELECT seen_bytes FROM checkpoints WHERE study_id = @study',
      { study },
    );
    return row?.seen_bytes ?? 0;
  }

  #loadSeen(study: number, bytes: number): Uint8Array {
    const seen = new Uint8Array(bytes);
    let filled = 0;
    const chunks = this.#connection.all<ChunkRow>(
      'SELECT start_byte, fingerprints, digest FROM seen_chunks WHERE study_id = @study ORDER BY start_byte',
      { study },
    );
    for (const { start_byte, fingerprints, digest } of chunks) {
      const fits = start_byte === filled && filled + fingerprints.length <= bytes;
      if (!fits || !sha256(fingerprints).equals(digest)) this.#corrupt('the list of seen patterns');
      seen.set(fingerprints, filled);
      filled += fingerprints.length;
    }
    if (filled !== bytes) this.#corrupt('the list of seen patterns');
    return seen;
  }

  #corrupt(what: string): never {
    throw new ScattershotError(corruptDatabase(this.#connection.path, `${what} is not what was stored`));
  }
}
