import { InvalidValueError } from '../base/caller-errors.ts';
import {
  MEMORY_KINDS,
  MOST_DEEP,
  MOST_VALUES,
  MOST_WIRE_BYTES,
  requireLittleEndian,
  TAG,
  WIRE_HEAD,
} from './wire-format.ts';

const unsound = (why: string): never => {
  throw new InvalidValueError(`expected a plain value on the wire; got one that ${why}`);
};

class WireReader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  #at: number = WIRE_HEAD.length;
  #values = 0;
  readonly #before: object[] = [];

  /** @throws RangeError for what does not begin as a value */
  constructor(bytes: Uint8Array) {
    if (bytes.length > MOST_WIRE_BYTES) unsound(`takes ${bytes.length} bytes`);
    if (WIRE_HEAD.some((byte, at) => bytes[at] !== byte)) unsound('does not begin as one');
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  whole(): unknown {
    const value = this.#value(0);
    if (this.#at !== this.#bytes.length) unsound('goes on after its end');
    return value;
  }

  #value(depth: number): unknown {
    if (++this.#values > MOST_VALUES) unsound(`has more than ${MOST_VALUES} values`);
    if (depth > MOST_DEEP + 1) unsound(`is nested more than ${MOST_DEEP} deep`);
    const tag = this.#byte();
    switch (tag) {
      case TAG.undefined:
        return undefined;
      case TAG.null:
        return null;
      case TAG.false:
        return false;
      case TAG.true:
        return true;
      case TAG.int: {
        const coded = this.#varint();
        return (coded >>> 1) ^ -(coded & 1);
      }
      case TAG.double:
        return this.#view.getFloat64(this.#skip(8), true);
      case TAG.bigint:
        return this.#bigint();
      case TAG.latin1:
      case TAG.utf16:
        return this.#text(tag);
      case TAG.again:
        return this.#before[this.#varint()] ?? unsound('refers to what is not there');
      default:
        return this.#object(tag, depth);
    }
  }

  #object(tag: number, depth: number): object {
    if (tag === TAG.bytes) return this.#known(this.#memory());
    const count = this.#varint();
    // Each takes a byte at least: what is claimed is bounded by what is there, before memory is asked for.
    if (count > this.#bytes.length - this.#at) unsound(`claims ${count} items`);
    if (tag === TAG.array) return this.#list(count, depth);
    if (tag === TAG.object) return this.#record(count, depth);
    if (tag === TAG.map) {
      const map = this.#known(new Map<unknown, unknown>());
      for (let item = 0; item < count; item++) map.set(this.#value(depth + 1), this.#value(depth + 1));
      return map;
    }
    if (tag !== TAG.set) return unsound(`has the tag ${tag}`);
    const set = this.#known(new Set<unknown>());
    for (let item = 0; item < count; item++) set.add(this.#value(depth + 1));
    return set;
  }

  #list(length: number, depth: number): unknown[] {
    const list = this.#known(new Array<unknown>(length));
    for (let at = 0; at < length; at++) {
      if (this.#bytes[this.#at] === TAG.hole) this.#at++;
      else list[at] = this.#value(depth + 1);
    }
    return list;
  }

  #record(count: number, depth: number): Record<string, unknown> {
    const record = this.#known<Record<string, unknown>>({});
    for (let item = 0; item < count; item++) {
      const key = this.#text(this.#byte());
      // The one key whose setting would do more than set it.
      if (key === '__proto__') unsound('has a key named __proto__');
      record[key] = this.#value(depth + 1);
    }
    return record;
  }

  #memory(): object {
    const number = this.#byte();
    const kind = MEMORY_KINDS[number] ?? unsound(`has memory of kind ${number}`);
    const length = this.#varint();
    if (length % kind.elementBytes !== 0) unsound(`has ${length} bytes of ${kind.name}`);
    const start = this.#skip(length);
    return kind.of(this.#bytes.slice(start, start + length).buffer as ArrayBuffer);
  }

  #bigint(): bigint {
    const isNegative = this.#byte() === 1;
    const digits = this.#text(this.#byte());
    if (!/^[0-9a-f]{1,100000}$/.test(digits)) unsound('has a number without digits');
    const value = BigInt(`0x${digits}`);
    return isNegative ? -value : value;
  }

  #text(tag: number): string {
    if (tag !== TAG.latin1 && tag !== TAG.utf16) unsound('has no text where one must be');
    const length = this.#varint();
    const width = tag === TAG.utf16 ? 2 : 1;
    const start = this.#skip(width * length);
    const bytes = Buffer.from(this.#bytes.buffer, this.#bytes.byteOffset + start, width * length);
    return bytes.toString(width === 2 ? 'utf16le' : 'latin1');
  }

  #known<T extends object>(value: T): T {
    this.#before.push(value);
    return value;
  }

  #byte(): number {
    return this.#bytes[this.#skip(1)];
  }

  /** @returns where the skipped bytes begin */
  #skip(count: number): number {
    const start = this.#at;
    if (count > this.#bytes.length - start) unsound('is cut short');
    this.#at = start + count;
    return start;
  }

  #varint(): number {
    let value = 0;
    for (let scale = 1; scale <= 2 ** 28; scale *= 128) {
      const byte = this.#byte();
      value += (byte & 127) * scale;
      if (value > 0xffffffff) break;
      if (byte < 128) return value;
    }
    return unsound('has a length above 32 bits');
  }
}

/** The value of bytes that may come from anybody. @throws RangeError for anything that `toWire` did not make */
export function fromWire(bytes: Uint8Array): unknown {
  requireLittleEndian();
  return new WireReader(bytes).whole();
}
