import { createHash } from 'node:crypto';
import { failure, type Outcome, success } from '../base/failure.ts';
import type { Clock, Transport } from './transport.ts';
import { type BlobReference, MOST_INLINE_BYTES, PIECE_BYTES, type PieceMessage } from './wire.ts';

/** Pieces asked for at once. */
const WINDOW = 4;
/** What has not come by then is asked for again, */
const ASK_AGAIN_MS = 5_000;
/** at most so often without anything coming. */
const MOST_SILENT = 12;

/** SHA-256 (hex), which a blob is known by. */
export const blobDigest = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

/** One blob on its way here. */
interface Pull {
  readonly pieces: (Buffer | undefined)[];
  readonly wake: () => void;
  refused: boolean;
}

/**
 * Blobs by digest: those that this party keeps for others, and those that it pulls from them. Only the puller asks, so that nobody is
 * sent what it did not want, and what is lost is asked for again.
 */
export class Pieces {
  readonly #transport: Transport;
  readonly #clock: Clock;
  readonly #mailbox: string;
  readonly #kept = new Map<string, { readonly bytes: Uint8Array; holders: number }>();
  readonly #pulls = new Map<string, Set<Pull>>();

  /** @param mailbox this party's own, whose pieces are given to `handle` */
  constructor(transport: Transport, clock: Clock, mailbox: string) {
    this.#transport = transport;
    this.#clock = clock;
    this.#mailbox = mailbox;
  }

  /**
   * Keeps them for whoever asks, until dropped as often as kept. Small ones travel in the reference and are not kept.
   * @param apart the reference stands where every word counts: small ones are kept too
   * @param digest of the bytes, where it is known
   */
  keep(bytes: Uint8Array, { apart = false, digest = blobDigest(bytes) } = {}): BlobReference {
    const sizeBytes = bytes.length;
    if (sizeBytes <= MOST_INLINE_BYTES && !apart)
      return { digest, sizeBytes, inline: Buffer.from(bytes).toString('base64') };
    const kept = this.#kept.get(digest) ?? { bytes, holders: 0 };
    kept.holders += 1;
    this.#kept.set(digest, kept);
    return { digest, sizeBytes };
  }

  drop(digest: string): void {
    const kept = this.#kept.get(digest);
    if (kept === undefined) return;
    kept.holders -= 1;
    if (kept.holders === 0) this.#kept.delete(digest);
  }

  /**
   * Puts bytes up under a name, in the place of what was there; null takes them down. Who looks gets what is there then: nobody checks
   * it, so it is for those who trust this party anyway.
   * @param name 64 characters of 0-9 and a-f, of no blob's digest
   * @param bytes at most `PIECE_BYTES`
   */
  putUp(name: string, bytes: Uint8Array | null): void {
    if (bytes === null) this.#kept.delete(name);
    else this.#kept.set(name, { bytes, holders: 1 });
  }

  /** What is up under a name with whoever reads `mailbox`; null where there is nothing. */
  look(name: string, mailbox: string, signal?: AbortSignal): Promise<Uint8Array | null> {
    return this.#pull({ digest: name, sizeBytes: 1 }, mailbox, signal);
  }

  /**
   * The bytes of a reference, from it or from whoever reads `mailbox`.
   * @returns a Failure 'blob-mismatch' where they have another digest, 'blob-missing' where they cannot be had
   */
  async pull(reference: BlobReference, mailbox: string, signal?: AbortSignal): Promise<Outcome<Uint8Array>> {
    const { digest, sizeBytes, inline } = reference;
    const bytes = inline === undefined ? await this.#pull(reference, mailbox, signal) : Buffer.from(inline, 'base64');
    if (bytes === null) {
      const detail = `${sizeBytes} bytes of digest ${digest.slice(0, 12)} did not come from their host`;
      return failure('blob-missing', detail, 'Is that host still at work, and the queue still reached by both?');
    }
    const got = blobDigest(bytes);
    // No Buffer, whose `slice` is no copy.
    if (got === digest) return success(new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length));
    const detail = `the bytes that came have digest ${got.slice(0, 12)}, expected ${digest.slice(0, 12)}`;
    return failure('blob-mismatch', detail, 'Look whether the file changed on its host, and begin again.');
  }

  /** Takes a piece that came, or answers one who asks. */
  async handle(message: PieceMessage): Promise<void> {
    if (message.kind === 'ask') return this.#answer(message);
    for (const pull of this.#pulls.get(message.digest) ?? []) {
      if (message.kind === 'lacks') pull.refused = true;
      else if (message.number < pull.pieces.length)
        pull.pieces[message.number] ??= Buffer.from(message.bytes, 'base64');
      pull.wake();
    }
  }

  async #answer({ digest, from, count, mailbox }: Extract<PieceMessage, { kind: 'ask' }>): Promise<void> {
    const bytes = this.#kept.get(digest)?.bytes;
    if (bytes === undefined) return this.#transport.send(mailbox, [JSON.stringify({ kind: 'lacks', digest })]);
    const end = Math.min(from + count, Math.ceil(bytes.length / PIECE_BYTES));
    for (let number = from; number < end; number += 1) {
      const part = Buffer.from(bytes.subarray(number * PIECE_BYTES, (number + 1) * PIECE_BYTES)).toString('base64');
      await this.#transport.send(mailbox, [JSON.stringify({ kind: 'piece', digest, number, bytes: part })]);
    }
  }

  /** @returns null where it did not come whole */
  async #pull({ digest, sizeBytes }: BlobReference, mailbox: string, signal?: AbortSignal): Promise<Buffer | null> {
    let waiting = new AbortController();
    const wake = () => waiting.abort();
    const pull: Pull = { pieces: Array.from({ length: Math.ceil(sizeBytes / PIECE_BYTES) }), wake, refused: false };
    const others = this.#pulls.get(digest) ?? new Set();
    this.#pulls.set(digest, others.add(pull));
    signal?.addEventListener('abort', wake);
    const missing = () => pull.pieces.indexOf(undefined);
    const windowFull = (from: number) => pull.pieces.slice(from, from + WINDOW).every((piece) => piece !== undefined);
    for (let silent = 0; missing() >= 0 && silent < MOST_SILENT && !pull.refused && !signal?.aborted; ) {
      const from = missing();
      const text = JSON.stringify({ kind: 'ask', digest, from, count: WINDOW, mailbox: this.#mailbox });
      // A queue that does not answer now is a piece that does not come.
      await this.#transport.send(mailbox, [text]).catch(() => {});
      const until = this.#clock.now() + ASK_AGAIN_MS;
      while (!windowFull(from) && !pull.refused && !signal?.aborted && this.#clock.now() < until) {
        await this.#clock.sleep(until - this.#clock.now(), waiting.signal);
        if (waiting.signal.aborted) waiting = new AbortController();
      }
      silent = missing() === from ? silent + 1 : 0;
    }
    signal?.removeEventListener('abort', wake);
    others.delete(pull);
    if (others.size === 0) this.#pulls.delete(digest);
    return missing() >= 0 ? null : Buffer.concat(pull.pieces as Buffer[]);
  }
}
