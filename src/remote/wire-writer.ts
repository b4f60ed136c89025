import { InvalidTypeError } from '../base/caller-errors.ts';
import { kindOf } from '../base/user-module.ts';
import {
  MEMORY_KINDS,
  MOST_DEEP,
  MOST_VALUES,
  MOST_WIRE_BYTES,
  requireLittleEndian,
  TAG,
  WIRE_HEAD,
} from './wire-format.ts';

class WireWriter {
  #bytes = new Uint8Array(1024);
  #view = new DataView(this.#bytes.buffer);
  #end = 0;
  #values = 0;
  readonly #before = new Map<object, number>();

  constructor() {
    for (const byte of WIRE_HEAD) this.#byte(byte);
  }

  /** In memory of their own. */
  take(): Uint8Array<ArrayBuffer> {
    return this.#bytes.slice(0, this.#end);
  }

  /** @param path "state.made[3]": where a fault is. @throws TypeError for what is not plain data */
  value(value: unknown, path: string, depth = 0): void {
    if (++this.#values > MOST_VALUES) throw new InvalidTypeError(`it has more than ${MOST_VALUES} values`);
    if (value !== null && typeof value === 'object') this.#once(value, path, depth);
    else if (!this.#simple(value)) throw new InvalidTypeError(`${path} is ${kindOf(value)}, not plain data`);
  }

  /** @returns whether it is one of those that hold no others */
  #simple(value: unknown): boolean {
    if (value === undefined) this.#byte(TAG.undefined);
    else if (value === null) this.#byte(TAG.null);
    else if (typeof value === 'boolean') this.#byte(value ? TAG.true : TAG.false);
    else if (typeof value === 'number') this.#number(value);
    else if (typeof value === 'string') this.#text(value);
    else if (typeof value === 'bigint') this.#bigint(value);
    else return false;
    return true;
  }

  #once(value: object, path: string, depth: number): void {
    const before = this.#before.get(value);
    if (before !== undefined) this.#head(TAG.again, before);
    else {
      if (depth > MOST_DEEP) throw new InvalidTypeError(`${path.slice(0, 40)}… is nested more than ${MOST_DEEP} deep`);
      this.#before.set(value, this.#before.size);
      this.#object(value, path, depth);
    }
  }

  #object(value: object, path: string, depth: number): void {
    if (Array.isArray(value)) this.#list(value, path, depth);
    else if (value instanceof ArrayBuffer || ArrayBuffer.isView(value)) this.#memory(value, path);
    else if (value instanceof Map) {
      this.#head(TAG.map, value.size);
      for (const [key, item] of value) {
        this.value(key, `a key of ${path}`, depth + 1);
        this.value(item, `an item of ${path}`, depth + 1);
      }
    } else if (value instanceof Set) {
      this.#head(TAG.set, value.size);
      for (const item of value) this.value(item, `an item of ${path}`, depth + 1);
    } else if (Object.prototype.toString.call(value) === '[object Object]') this.#record(value, path, depth);
    else throw new InvalidTypeError(`${path} is ${kindOf(value)}, which does not travel to other machines`);
  }

  #record(value: object, path: string, depth: number): void {
    const keys = Object.keys(value);
    if (keys.includes('__proto__')) throw new InvalidTypeError(`${path} has a key named __proto__`);
    this.#head(TAG.object, keys.length);
    for (const key of keys) {
      this.#text(key);
      this.value((value as Record<string, unknown>)[key], `${path}.${key}`, depth + 1);
    }
  }

  #list(list: readonly unknown[], path: string, depth: number): void {
    if (list.length > MOST_VALUES) throw new InvalidTypeError(`${path} has ${list.length} items`);
    this.#head(TAG.array, list.length);
    for (let at = 0; at < list.length; at++) {
      if (at in list) this.value(list[at], `${path}[${at}]`, depth + 1);
      else this.#byte(TAG.hole);
    }
  }

  #memory(memory: ArrayBuffer | ArrayBufferView, path: string): void {
    const name = memory instanceof Uint8Array ? 'Uint8Array' : Object.prototype.toString.call(memory).slice(8, -1);
    const number = MEMORY_KINDS.findIndex((kind) => kind.name === name);
    if (number < 0) throw new InvalidTypeError(`${path} is ${kindOf(memory)}, which does not travel to other machines`);
    const buffer = memory instanceof ArrayBuffer ? memory : memory.buffer;
    const bytes = new Uint8Array(buffer, memory instanceof ArrayBuffer ? 0 : memory.byteOffset, memory.byteLength);
    this.#byte(TAG.bytes);
    this.#byte(number);
    this.#varint(bytes.length);
    this.#room(bytes.length);
    this.#bytes.set(bytes, this.#end);
    this.#end += bytes.length;
  }

  #number(value: number): void {
    if ((value | 0) === value && !Object.is(value, -0)) this.#head(TAG.int, ((value << 1) ^ (value >> 31)) >>> 0);
    else {
      this.#byte(TAG.double);
      this.#room(8);
      this.#view.setFloat64(this.#end, value, true);
      this.#end += 8;
    }
  }

  #bigint(value: bigint): void {
    this.#byte(TAG.bigint);
    this.#byte(value < 0n ? 1 : 0);
    this.#text((value < 0n ? -value : value).toString(16));
  }

  #text(text: string): void {
    let wide = false;
    for (let at = 0; at < text.length && !wide; at++) wide = text.charCodeAt(at) > 0xff;
    this.#head(wide ? TAG.utf16 : TAG.latin1, text.length);
    this.#room(2 * text.length);
    for (let at = 0; at < text.length; at++) {
      if (!wide) this.#bytes[this.#end++] = text.charCodeAt(at);
      else {
        this.#view.setUint16(this.#end, text.charCodeAt(at), true);
        this.#end += 2;
      }
    }
  }

  /** A tag and the number after it. */
  #head(tag: number, length: number): void {
    this.#byte(tag);
    this.#varint(length);
  }

  #byte(byte: number): void {
    this.#room(1);
    this.#bytes[this.#end++] = byte;
  }

  #varint(value: number): void {
    this.#room(5);
    let rest = value;
    for (; rest > 127; rest >>>= 7) this.#bytes[this.#end++] = (rest & 127) | 128;
    this.#bytes[this.#end++] = rest;
  }

  #room(more: number): void {
    const needed = this.#end + more;
    if (needed <= this.#bytes.length) return;
    if (needed > MOST_WIRE_BYTES) throw new InvalidTypeError(`it takes more than ${MOST_WIRE_BYTES} bytes`);
    const grown = new Uint8Array(Math.min(MOST_WIRE_BYTES, Math.max(needed, 2 * this.#bytes.length)));
    grown.set(this.#bytes.subarray(0, this.#end));
    this.#bytes = grown;
    this.#view = new DataView(grown.buffer);
  }
}

/**
 * A plain value as bytes, in memory of their own.
 * @param name what it is: begins the message of a fault. @throws TypeError for what is not plain data, naming where, or too large
 */
export function toWire(value: unknown, name: string): Uint8Array<ArrayBuffer> {
  requireLittleEndian();
  const writer = new WireWriter();
  writer.value(value, name);
  return writer.take();
}
