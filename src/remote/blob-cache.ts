import type { Outcome } from '../base/failure.ts';
import { ScattershotError } from '../base/failure.ts';
import type { BlobReference } from '../queue/wire.ts';
import { MOST_WIRE_BYTES } from './wire-format.ts';

type PullBlob = (reference: BlobReference) => Promise<Outcome<Uint8Array>>;

/** Blobs that came or went not long ago, by digest: the oldest are forgotten. */
export class BlobCache {
  readonly #mostBytes: number;
  readonly #known = new Map<string, Uint8Array>();
  readonly #coming = new Map<string, Promise<Uint8Array>>();
  #bytes = 0;

  constructor(mostBytes: number) {
    this.#mostBytes = mostBytes;
  }

  put(digest: string, bytes: Uint8Array): void {
    this.#bytes += bytes.length - (this.#known.get(digest)?.length ?? 0);
    this.#known.delete(digest);
    this.#known.set(digest, bytes);
    for (const [oldest, { length }] of this.#known) {
      if (this.#bytes <= this.#mostBytes) break;
      this.#known.delete(oldest);
      this.#bytes -= length;
    }
  }

  /** @throws ScattershotError where they cannot be had; RangeError where they are too many */
  async get(reference: BlobReference, pull: PullBlob): Promise<Uint8Array> {
    const { digest, sizeBytes } = reference;
    if (sizeBytes > MOST_WIRE_BYTES)
      throw new RangeError(`expected at most ${MOST_WIRE_BYTES} bytes; got ${sizeBytes}`);
    const known = this.#known.get(digest);
    if (known !== undefined) {
      this.put(digest, known);
      return known;
    }
    const coming = this.#coming.get(digest) ?? this.#pull(reference, pull);
    this.#coming.set(digest, coming);
    return coming;
  }

  async #pull(reference: BlobReference, pull: PullBlob): Promise<Uint8Array> {
    try {
      const pulled = await pull(reference);
      if (!pulled.ok) throw new ScattershotError(pulled);
      this.put(reference.digest, pulled.value);
      return pulled.value;
    } finally {
      this.#coming.delete(reference.digest);
    }
  }
}
