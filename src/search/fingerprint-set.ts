import { InvalidValueError } from '../base/caller-errors.ts';

/** Bytes of a SHA-256. */
const BYTES = 32;

/** A set of fingerprints as threads share it. Read by every thread, written by one while no other reads. */
export interface SharedFingerprints {
  /** 32 bytes each, in the order in which they were added */
  readonly bytes: Uint8Array;
  /** open addressing: 1 + place in `bytes`, or 0; a power of two long, at most half full */
  readonly table: Uint32Array;
}

function sharedFingerprints(capacity: number): SharedFingerprints {
  return {
    bytes: new Uint8Array(new SharedArrayBuffer(capacity * BYTES)),
    table: new Uint32Array(new SharedArrayBuffer(2 * capacity * Uint32Array.BYTES_PER_ELEMENT)),
  };
}

/** Slot of `fingerprint` in the table: its own, or the free one where it belongs. SHA-256 is its own hash: 4 bytes of it do. */
function slotOf({ bytes, table }: SharedFingerprints, fingerprint: Uint8Array): number {
  const mask = table.length - 1;
  const hash = fingerprint[0] | (fingerprint[1] << 8) | (fingerprint[2] << 16) | (fingerprint[3] << 24);
  for (let slot = hash & mask; ; slot = (slot + 1) & mask) {
    if (table[slot] === 0) return slot;
    const start = (table[slot] - 1) * BYTES;
    let i = 0;
    while (i < BYTES && bytes[start + i] === fingerprint[i]) i++;
    if (i === BYTES) return slot;
  }
}

/** @param fingerprint hexadecimal */
export const hasFingerprint = (set: SharedFingerprints, fingerprint: string): boolean =>
  set.table[slotOf(set, Buffer.from(fingerprint, 'hex'))] !== 0;

/** Fingerprints in order of addition, without double ones, in memory that worker threads read without copying. */
export class FingerprintSet {
  #shared: SharedFingerprints = sharedFingerprints(1024);
  /** the bytes once more in plain memory, which can be stored */
  #plain = new Uint8Array(1024 * BYTES);
  #count = 0;

  /** @param seen 32 bytes each. @throws RangeError when they are cut off or one occurs twice */
  static from(seen: Uint8Array): FingerprintSet {
    if (seen.length % BYTES !== 0) {
      throw new InvalidValueError(`expected fingerprints of ${BYTES} bytes each; got ${seen.length} bytes`);
    }
    const set = new FingerprintSet();
    for (let start = 0; start < seen.length; start += BYTES) {
      if (!set.#add(seen.subarray(start, start + BYTES))) {
        throw new InvalidValueError(`expected distinct fingerprints; got number ${start / BYTES + 1} twice`);
      }
    }
    return set;
  }

  get count(): number {
    return this.#count;
  }

  /** What worker threads read; valid until the next `add`. */
  get shared(): SharedFingerprints {
    return this.#shared;
  }

  /** @returns false when it was there. @param fingerprint hexadecimal */
  add(fingerprint: string): boolean {
    return this.#add(Buffer.from(fingerprint, 'hex'));
  }

  /** All bytes in order; never changed by later additions. */
  bytes(): Uint8Array {
    return this.#plain.subarray(0, this.#count * BYTES);
  }

  #add(fingerprint: Uint8Array): boolean {
    const slot = slotOf(this.#shared, fingerprint);
    if (this.#shared.table[slot] !== 0) return false;
    this.#shared.bytes.set(fingerprint, this.#count * BYTES);
    this.#plain.set(fingerprint, this.#count * BYTES);
    this.#shared.table[slot] = ++this.#count;
    if (this.#count * BYTES === this.#plain.length) this.#grow();
    return true;
  }

  #grow(): void {
    const plain = new Uint8Array(2 * this.#plain.length);
    plain.set(this.#plain);
    const shared = sharedFingerprints(2 * this.#count);
    shared.bytes.set(this.#plain);
    for (let place = 0; place < this.#count; place++) {
      shared.table[slotOf(shared, plain.subarray(place * BYTES, (place + 1) * BYTES))] = place + 1;
    }
    this.#plain = plain;
    this.#shared = shared;
  }
}
