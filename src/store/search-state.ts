import { createHash } from 'node:crypto';
import { DefaultDeserializer, serialize } from 'node:v8';
import { InvalidValueError } from '../base/caller-errors.ts';
import { failure, ScattershotError } from '../base/failure.ts';
import { type Connection, now } from './connection.ts';
import { corruptDatabase } from './failures.ts';

/**
 * Where a search stands: any plain values (structured-clonable), and what it remembers of the patterns it has seen: bytes that only
 * grow, at the end, and may lose their beginning.
 */
export interface Checkpoint {
  /** in one piece or in several, one after another; in one when it is loaded */
  readonly seen: Uint8Array | readonly Uint8Array[];
  /** how many bytes were before these, and are not wanted any more; default 0 */
  readonly seenFrom?: number;
}

const sizeOf = (parts: readonly Uint8Array[]): number => parts.reduce((sum, part) => sum + part.length, 0);

/** The last bytes, in memory of their own. */
function lastOf(parts: readonly Uint8Array[], count: number): Uint8Array {
  const bytes = new Uint8Array(count);
  let open = count;
  for (const part of parts.toReversed()) {
    if (open === 0) break;
    const taken = part.subarray(Math.max(0, part.length - open));
    open -= taken.length;
    bytes.set(taken, open);
  }
  return bytes;
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

  /** Inside a write. @throws RangeError when `seen` ends before what is stored of it, or has lost some of what was not stored */
  save(study: number, checkpoint: Checkpoint): void {
    const { seen, ...rest } = checkpoint;
    const { seenFrom = 0 } = rest;
    const parts = seen instanceof Uint8Array ? [seen] : seen;
    const stored = this.#seenBytes(study);
    const end = seenFrom + sizeOf(parts);
    if (end < stored) {
      throw new InvalidValueError(`what a search has seen only grows; got ${end} bytes, expected at least ${stored}`);
    }
    if (seenFrom > stored && stored > 0) {
      throw new InvalidValueError(`no seen bytes may be missing; got bytes from ${seenFrom}, and ${stored} are stored`);
    }
    const madeBy = this.#connection.makerId();
    const state = serialize(rest);
    this.#connection.run(
      `INSERT INTO checkpoints (study_id, state, state_digest, seen_bytes, updated_at, made_by)
       VALUES (@study, @state, @digest, @seenBytes, @at, @madeBy)
       ON CONFLICT (study_id) DO UPDATE SET state = excluded.state, state_digest = excluded.state_digest,
         seen_bytes = excluded.seen_bytes, updated_at = excluded.updated_at, made_by = excluded.made_by`,
      { study, state, digest: sha256(state), seenBytes: end, at: now(), madeBy },
    );
    if (seenFrom > 0) this.#forget(study, seenFrom);
    if (end === stored) return;
    const start = Math.max(stored, seenFrom);
    const added = lastOf(parts, end - start);
    this.#connection.run(
      `INSERT INTO seen_chunks (study_id, start_byte, fingerprints, digest, made_by)
       VALUES (@study, @start, @added, @digest, @madeBy)`,
      { study, start, added, digest: sha256(added), madeBy },
    );
  }

  /** Inside a write: `save`, whatever is stored. */
  replace(study: number, checkpoint: Checkpoint): void {
    this.#connection.run('DELETE FROM seen_chunks WHERE study_id = @study', { study });
    this.#connection.run('DELETE FROM checkpoints WHERE study_id = @study', { study });
    this.save(study, checkpoint);
  }

  /** @throws ScattershotError 'corrupt-database', or 'unreadable-checkpoint' when another version of Node wrote it */
  load(study: number): (Checkpoint & Record<string, unknown>) | null {
    return this.#connection.read(() => {
      const row = this.#connection.get<CheckpointRow>(
        'SELECT state, state_digest, seen_bytes FROM checkpoints WHERE study_id = @study',
        { study },
      );
      if (row === undefined) {
        this.#requireChunks(this.#chunks(study), 0, 0);
        return null;
      }
      if (row.seen_bytes < 0) this.#corrupt('the list of seen patterns');
      const rest = this.#state(row);
      return { ...rest, seen: this.#loadSeen(study, rest.seenFrom ?? 0, row.seen_bytes) };
    });
  }

  #state({ state, state_digest }: CheckpointRow): Record<string, unknown> & { readonly seenFrom?: number } {
    if (!sha256(state).equals(state_digest)) this.#corrupt('the state of a search');
    try {
      return deserialize(state) as Record<string, unknown>;
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

  /** All that is stored before `from`, except the rest of the chunk in which it lies. */
  #forget(study: number, from: number): void {
    this.#connection.run(
      `DELETE FROM seen_chunks WHERE study_id = @study AND start_byte <
         (SELECT max(start_byte) FROM seen_chunks WHERE study_id = @study AND start_byte <= @from)`,
      { study, from },
    );
  }

  #chunks(study: number): ChunkRow[] {
    return this.#connection.all<ChunkRow>(
      'SELECT start_byte, fingerprints, digest FROM seen_chunks WHERE study_id = @study ORDER BY start_byte',
      { study },
    );
  }

  #loadSeen(study: number, from: number, end: number): Uint8Array {
    const chunks = this.#chunks(study);
    this.#requireChunks(chunks, from, end);
    const bytes = new Uint8Array(Math.max(0, end - from));
    for (const { start_byte, fingerprints } of chunks) {
      const before = Math.max(0, from - start_byte);
      bytes.set(fingerprints.subarray(before), start_byte + before - from);
    }
    return bytes;
  }

  /** @throws ScattershotError unless the chunks are what was stored and reach from `from` or before to `end` without a gap */
  #requireChunks(chunks: readonly ChunkRow[], from: number, end: number): void {
    let reached = Math.min(chunks[0]?.start_byte ?? from, from);
    for (const { start_byte, fingerprints, digest } of chunks) {
      const fits = start_byte === reached && reached + fingerprints.length <= end;
      if (!fits || !sha256(fingerprints).equals(digest)) this.#corrupt('the list of seen patterns');
      reached += fingerprints.length;
    }
    if (reached !== end) this.#corrupt('the list of seen patterns');
  }

  #corrupt(what: string): never {
    throw new ScattershotError(corruptDatabase(this.#connection.path, `${what} is not what was stored`));
  }
}
