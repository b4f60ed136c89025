import { endianness } from 'node:os';
import { InvalidValueError } from '../base/caller-errors.ts';
import type { SearchCheckpoint } from './events.ts';

/**
 * Bytes of a fingerprint (a SHA-256) that are remembered of each candidate. Among the 8 million that are remembered at most, two
 * share them once in half a million searches; the second would then count as known.
 */
const HASH_BYTES = 8;

/** Bytes of a whole fingerprint, which older versions remembered. */
const FINGERPRINT_BYTES = 32;

/** What is remembered, as a checkpoint holds it. */
type Remembrance = Pick<SearchCheckpoint, 'seen' | 'seenFrom' | 'hashBytes'>;

/** The checkpoint, with hashes where an older version stored whole fingerprints. */
export const withHashes = (checkpoint: SearchCheckpoint): SearchCheckpoint =>
  checkpoint.hashBytes === undefined ? { ...checkpoint, ...FingerprintSet.from(checkpoint).remembered() } : checkpoint;

/** Sizes of the memory, in candidates. */
export interface MemorySizes {
  /** of the first segment; each has room for four times as many as the one before, up to `largest` */
  readonly first: number;
  readonly largest: number;
  /** remembered at most: beyond, the oldest segment is forgotten. At least `largest` */
  readonly most: number;
}

/** 14 bytes a candidate: 117 MB at most, and 14.7 MB at once. */
const defaultSizes: MemorySizes = { first: 2 ** 14, largest: 2 ** 20, most: 2 ** 23 };

/** Candidates that a search remembers at most. */
export const MOST_REMEMBERED = defaultSizes.most;

const WORD = Uint32Array.BYTES_PER_ELEMENT;

const IS_LITTLE_ENDIAN = endianness() === 'LE';

/** Slots of a segment's index: two thirds of them are used at most. */
const slotsFor = (capacity: number) => Math.ceil(1.5 * capacity);

/**
 * Some of the candidates, in the order in which they were added, in memory that threads share: room for `capacity` hashes of two
 * words each, then the index, whose slots hold 1 + place, or 0 (open addressing).
 */
export interface SharedSegment {
  readonly memory: SharedArrayBuffer;
  readonly capacity: number;
}

/** What threads read: every thread at a time, except while the one that owns it adds something. */
export type SharedFingerprints = readonly SharedSegment[];

/** A segment's memory as words. */
class HashSegment {
  readonly shared: SharedSegment;
  readonly #hashes: Uint32Array;
  readonly #index: Uint32Array;

  constructor(shared: SharedSegment) {
    const { memory, capacity } = shared;
    this.shared = shared;
    this.#hashes = new Uint32Array(memory, 0, 2 * capacity);
    this.#index = new Uint32Array(memory, 2 * capacity * WORD);
  }

  static empty(capacity: number): HashSegment {
    return new HashSegment({ memory: new SharedArrayBuffer((2 * capacity + slotsFor(capacity)) * WORD), capacity });
  }

  /** Knows nothing any more. */
  clear(): this {
    this.#index.fill(0);
    return this;
  }

  has(low: number, high: number): boolean {
    return this.#index[this.#slotOf(low, high)] !== 0;
  }

  /** @param place of the hash, which is not there yet */
  add(place: number, low: number, high: number): void {
    this.#hashes[2 * place] = low;
    this.#hashes[2 * place + 1] = high;
    this.#index[this.#slotOf(low, high)] = place + 1;
  }

  /** The first `count` hashes; not changed by what is added, until the segment is cleared. */
  bytes(count: number): Uint8Array {
    return new Uint8Array(this.shared.memory, 0, count * HASH_BYTES);
  }

  /** Slot of the hash: its own, or the free one where it belongs. A SHA-256 is its own hash. */
  #slotOf(low: number, high: number): number {
    const [hashes, index] = [this.#hashes, this.#index];
    let slot = Math.floor((low / 2 ** 32) * index.length);
    for (;;) {
      const place = index[slot] - 1;
      if (place < 0 || (hashes[2 * place] === low && hashes[2 * place + 1] === high)) return slot;
      slot = slot + 1 === index.length ? 0 : slot + 1;
    }
  }
}

const wordsOf = (fingerprint: string): readonly [number, number] => [
  Number.parseInt(fingerprint.slice(0, 8), 16),
  Number.parseInt(fingerprint.slice(8, 16), 16),
];

/** Whether a fingerprint (hexadecimal) is among these. */
export function fingerprintReader(known: SharedFingerprints): (fingerprint: string) => boolean {
  const segments = known.map((shared) => new HashSegment(shared));
  return (fingerprint) => {
    const [low, high] = wordsOf(fingerprint);
    return segments.some((segment) => segment.has(low, high));
  };
}

/**
 * Hashes of fingerprints in order of addition, without double ones, in memory that worker threads read without copying. It grows by
 * segments, which are never built anew, and forgets the oldest where it would remember more than it may: so a candidate of long ago
 * counts as new again. What it remembers depends on what was added alone.
 */
export class FingerprintSet {
  readonly #sizes: MemorySizes;
  #segments: readonly HashSegment[] = [];
  /** in the last segment */
  #used = 0;
  #count = 0;
  #forgotten = 0;

  constructor(sizes: MemorySizes = defaultSizes) {
    this.#sizes = sizes;
  }

  /**
   * What `remembered` gave, or whole fingerprints of an older version.
   * @throws RangeError when they are cut off, one occurs twice, or they do not begin where a segment does
   */
  static from(remembrance: Remembrance, sizes = defaultSizes): FingerprintSet {
    const { seen, seenFrom = 0, hashBytes: width = FINGERPRINT_BYTES } = remembrance;
    if (width !== HASH_BYTES && width !== FINGERPRINT_BYTES) {
      throw new InvalidValueError(`expected hashes of ${HASH_BYTES} or ${FINGERPRINT_BYTES} bytes; got ${width}`);
    }
    const set = new FingerprintSet(sizes);
    set.#skip(seenFrom / width);
    for (const part of seen instanceof Uint8Array ? [seen] : seen) {
      if (part.length % width !== 0) {
        throw new InvalidValueError(`expected hashes of ${width} bytes each; got ${part.length} bytes`);
      }
      const view = new DataView(part.buffer, part.byteOffset, part.length);
      const isLittle = width === HASH_BYTES && IS_LITTLE_ENDIAN;
      for (let start = 0; start < part.length; start += width) {
        if (set.#add(view.getUint32(start, isLittle), view.getUint32(start + WORD, isLittle))) continue;
        throw new InvalidValueError(`expected distinct hashes; got number ${set.count + 1} twice`);
      }
    }
    return set;
  }

  /** Added ever. */
  get count(): number {
    return this.#count;
  }

  /** Of them, those that it does not know any more. */
  get forgotten(): number {
    return this.#forgotten;
  }

  /** What worker threads read; valid until the next `add`. */
  get shared(): SharedFingerprints {
    return this.#segments.map(({ shared }) => shared);
  }

  /** @returns false when it was there. @param fingerprint hexadecimal */
  add(fingerprint: string): boolean {
    return this.#add(...wordsOf(fingerprint));
  }

  /**
   * All that it remembers, in order, in words of this machine's byte order. Not changed by later additions, until it is forgotten:
   * its memory is then used again.
   */
  remembered(): Remembrance {
    const last = this.#segments.length - 1;
    const seen = this.#segments.map((segment, index) =>
      segment.bytes(index === last ? this.#used : segment.shared.capacity),
    );
    return { seen, seenFrom: this.#forgotten * HASH_BYTES, hashBytes: HASH_BYTES };
  }

  #add(low: number, high: number): boolean {
    if (this.#segments.some((segment) => segment.has(low, high))) return false;
    if (this.#used === (this.#segments.at(-1)?.shared.capacity ?? 0)) this.#open();
    this.#segments.at(-1)?.add(this.#used++, low, high);
    this.#count++;
    return true;
  }

  #open(): void {
    const { capacity } = this.#next();
    let remembered = this.#count - this.#forgotten;
    let dropped = 0;
    for (; remembered + capacity > this.#sizes.most && dropped < this.#segments.length; dropped++) {
      remembered -= this.#segments[dropped].shared.capacity;
    }
    this.#forgotten = this.#count - remembered;
    // Given to the collector instead, up to ten dropped segments would lie in memory before it sees them.
    const old = this.#segments.slice(0, dropped).find(({ shared }) => shared.capacity === capacity);
    this.#segments = [...this.#segments.slice(dropped), old?.clear() ?? HashSegment.empty(capacity)];
    this.#used = 0;
  }

  /** The segment in which candidate `#count` lies: how many there are before it, and its size. */
  #next(): { readonly before: number; readonly capacity: number } {
    const { first, largest } = this.#sizes;
    let [before, capacity] = [0, first];
    while (before + capacity <= this.#count) {
      before += capacity;
      capacity = Math.min(largest, 4 * capacity);
    }
    return { before, capacity };
  }

  /** Begins after so many that were forgotten. */
  #skip(count: number): void {
    this.#count = count;
    this.#forgotten = count;
    if (count === 0 || (Number.isSafeInteger(count) && count > 0 && this.#next().before === count)) return;
    throw new InvalidValueError(`expected what is remembered to begin with a segment; got ${count} forgotten`);
  }
}
