import { endianness } from 'node:os';
import { InvalidTypeError } from '../base/caller-errors.ts';

/*
 * Plain values as bytes: what a strategy's state may be, and what steps come to. `SV`, version 1, then one value: a tag and what belongs
 * to it; lengths are varints. What is read back is what structured cloning gives, except that two views of one buffer get a buffer
 * each. Nothing but plain data can be made by reading: no prototypes, no functions, no code.
 *
 * v8's own format is not for bytes from others, and JSON has no typed arrays, no NaN and no -0.
 */

/** The first byte of every value on the wire, and the kinds of memory that `bytes` holds. */
export const TAG = {
  undefined: 0,
  null: 1,
  false: 2,
  true: 3,
  /** zigzag varint of 32 bits */
  int: 4,
  /** 8 bytes, little-endian */
  double: 5,
  /** sign byte, then a text of hexadecimal digits */
  bigint: 6,
  /** length, then a byte a character */
  latin1: 7,
  /** length, then two bytes a UTF-16 unit, little-endian */
  utf16: 8,
  /** length, then the items */
  array: 9,
  /** count, then texts and values by turns */
  object: 10,
  map: 11,
  set: 12,
  /** kind, length in bytes, then the bytes */
  bytes: 13,
  /** an array's item that is not there */
  hole: 14,
  /** number of a list, object or bytes that stood before, from 0 */
  again: 15,
} as const;

type Memory = ArrayBuffer | ArrayBufferView<ArrayBuffer>;

interface MemoryKind {
  readonly name: string;
  readonly elementBytes: number;
  readonly of: (buffer: ArrayBuffer) => Memory;
}

const kind = (name: string, elementBytes: number, of: MemoryKind['of']): MemoryKind => ({ name, elementBytes, of });

/** By their number on the wire: never to be renumbered. */
export const MEMORY_KINDS: readonly MemoryKind[] = [
  kind('ArrayBuffer', 1, (buffer) => buffer),
  kind('DataView', 1, (buffer) => new DataView(buffer)),
  kind('Int8Array', 1, (buffer) => new Int8Array(buffer)),
  kind('Uint8Array', 1, (buffer) => new Uint8Array(buffer)),
  kind('Uint8ClampedArray', 1, (buffer) => new Uint8ClampedArray(buffer)),
  kind('Int16Array', 2, (buffer) => new Int16Array(buffer)),
  kind('Uint16Array', 2, (buffer) => new Uint16Array(buffer)),
  kind('Int32Array', 4, (buffer) => new Int32Array(buffer)),
  kind('Uint32Array', 4, (buffer) => new Uint32Array(buffer)),
  kind('Float32Array', 4, (buffer) => new Float32Array(buffer)),
  kind('Float64Array', 8, (buffer) => new Float64Array(buffer)),
  kind('BigInt64Array', 8, (buffer) => new BigInt64Array(buffer)),
  kind('BigUint64Array', 8, (buffer) => new BigUint64Array(buffer)),
];

/** Lists and objects inside one another; a chain of a thousand is a list. */
export const MOST_DEEP = 500;
/** Bytes of a value on the wire. */
export const MOST_WIRE_BYTES = 2 ** 29;
/** Values in one: each may take some fifty bytes of memory. */
export const MOST_VALUES = 2 ** 24;

export const WIRE_HEAD = [0x53, 0x56, 1] as const;

/** Memory is written as it lies there. @throws TypeError on a big-endian machine */
export function requireLittleEndian(): void {
  if (endianness() !== 'LE') throw new InvalidTypeError('a big-endian machine cannot share its work with others');
}
