import { refuseContent, showValue } from './content-error.ts';

/**
 * NumPy's .npy: magic, version, a header that is a Python dictionary, the items. Format: numpy.lib.format, versions 1.0 to 3.0,
 * and the headers of Python 2, whose whole numbers may end in L.
 */
const NPY_MAGIC = '\x93NUMPY';

/** How one number of an array is stored. */
export interface NumericType {
  /** bool, signed or unsigned whole numbers, IEEE 754 floats */
  readonly kind: 'b' | 'i' | 'u' | 'f';
  readonly bytes: 1 | 2 | 4 | 8;
  readonly bigEndian: boolean;
}

/** An array of numbers as a file holds it, of any shape. */
export interface NumericArray extends NumericType {
  readonly shape: readonly number[];
  /** the first dimension fastest, instead of the last */
  readonly fortran: boolean;
  /** exactly the items, at any alignment */
  readonly data: Uint8Array;
}

/** What a .npy header says, before the items are looked at. */
export interface NpyHeader {
  /** numpy's word for the items, such as "<f4"; null for records of several fields */
  readonly described: string | null;
  /** null where the items are not plain numbers */
  readonly type: NumericType | null;
  readonly shape: readonly number[];
  readonly fortran: boolean;
  /** where the items start */
  readonly dataAt: number;
}

export const isNpy = (bytes: Uint8Array): boolean =>
  Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(6, bytes.length)).toString('latin1') === NPY_MAGIC;

/**
 * The header of a .npy file, of which the first bytes are enough.
 * @param name what the array is called in messages
 * @throws ContentError
 */
export function npyHeader(bytes: Uint8Array, name: string): NpyHeader {
  if (bytes.length < 12 || !isNpy(bytes)) return refuseContent('damaged-content', `${name} is not a .npy array`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const version = bytes[6];
  if (version < 1 || version > 3) {
    refuseContent('unsupported-content', `${name} has version ${version} of the .npy format; known are 1 to 3`);
  }
  const start = version === 1 ? 10 : 12;
  const dataAt = start + (version === 1 ? view.getUint16(8, true) : view.getUint32(8, true));
  if (dataAt > bytes.length) {
    return refuseContent('damaged-content', `${name} is cut short: its header alone takes ${dataAt} bytes`);
  }
  const header = Buffer.from(bytes.buffer, bytes.byteOffset + start, dataAt - start).toString('latin1');
  const order = /['"]fortran_order['"]\s*:\s*(True|False)/.exec(header)?.[1];
  if (order === undefined) return refuseContent('damaged-content', `${name} has a header without an order`);
  const described = /['"]descr['"]\s*:\s*(['"])([^'"]*)\1/.exec(header)?.[2] ?? null;
  return { described, type: typeOf(described), shape: shapeOf(header, name), fortran: order === 'True', dataAt };
}

function typeOf(described: string | null): NumericType | null {
  const [, order, kind, digits] = /^([<>|=]?)([biuf])([1248])$/.exec(described ?? '') ?? [];
  if (kind === undefined || (kind === 'b' && digits !== '1') || (kind === 'f' && digits === '1')) return null;
  return {
    kind: kind as NumericType['kind'],
    bytes: Number(digits) as NumericType['bytes'],
    bigEndian: order === '>',
  };
}

function shapeOf(header: string, name: string): number[] {
  const text = /['"]shape['"]\s*:\s*\(([^)]*)\)/.exec(header)?.[1];
  if (text === undefined) return refuseContent('damaged-content', `${name} has a header without a shape`);
  const sides = text.split(',').flatMap((side) => (side.trim() === '' ? [] : [sideOf(side.trim())]));
  if (!sides.every((side) => Number.isSafeInteger(side) && side >= 0 && side < 2 ** 31)) {
    refuseContent(
      'unsupported-content',
      `${name} has the shape (${text.trim().slice(0, 40)}), not whole numbers below 2^31`,
    );
  }
  return sides;
}

/** Python 2 on 64-bit Windows and others wrote `32L`. */
const sideOf = (text: string): number => (/^\d+L?$/.test(text) ? Number.parseInt(text, 10) : Number.NaN);

/** @throws ContentError for items that are not plain numbers */
export function requireNumbers({ described, type }: NpyHeader, name: string): NumericType {
  if (type !== null) return type;
  if (described !== null && /^[<>|=]?O/.test(described)) {
    const message = `${name} holds Python objects (pickled), which only Python can read`;
    return refuseContent('unsupported-content', message, 'Save plain numbers: array.astype("uint8").');
  }
  return refuseContent('unsupported-content', `${name} has items of kind ${showValue(described ?? 'structured')}`);
}

/**
 * A .npy file of numbers, of any shape, with exactly as many bytes as its shape needs.
 * @param name what the array is called in messages
 * @throws ContentError
 */
export function parseNpy(bytes: Uint8Array, name: string): NumericArray {
  const header = npyHeader(bytes, name);
  const type = requireNumbers(header, name);
  const { shape, fortran, dataAt } = header;
  const expected = shape.reduce((product, side) => product * side, type.bytes);
  const data = bytes.subarray(dataAt);
  if (data.length !== expected) {
    const items = shape.length === 0 ? '1' : shape.join('×');
    return refuseContent(
      'damaged-content',
      `${name} holds ${data.length} bytes of data; ${items} items need ${expected}`,
    );
  }
  return { ...type, shape, fortran, data };
}

/** Kinds of items that we write, by numpy's words for them. */
export type WrittenKind = '|u1' | '<i4' | '<f4';

/** The header, of version 1.0, of an array in C order, padded so that the items start at a multiple of 64 bytes. */
export function npyHeaderOf(kind: WrittenKind, shape: readonly number[]): Uint8Array {
  const sides = shape.length === 1 ? `${shape[0]},` : shape.join(', ');
  const text = `{'descr': '${kind}', 'fortran_order': False, 'shape': (${sides}), }`;
  const length = Math.ceil((10 + text.length + 1) / 64) * 64 - 10;
  const header = Buffer.from(`${NPY_MAGIC}\x01\x00  ${text.padEnd(length - 1)}\n`, 'latin1');
  header.writeUInt16LE(length, 8);
  return header;
}
