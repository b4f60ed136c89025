import { Zip, ZipDeflate } from 'fflate';
import { countJunctions, type DenseArray, denseBlocks, type Item, junctionName, rowsFromDense } from './dense.ts';
import { type PatternFile, refuse, refuseBody, show } from './pattern-file.ts';
import { patternFromRows } from './rows.ts';
import { unzipMember, zipMembers } from './zip.ts';

/**
 * NumPy's .npy (one junction) and .npz (a zip of `junction1.npy`, `junction2.npy`, …), each array [right, left].
 * Format: numpy.lib.format, versions 1.0 to 3.0. Padding and shapes have no place in these files.
 */
const MAGIC = '\x93NUMPY';

/** Of deflate: on patterns, 6 takes twice as long for files a quarter smaller. */
const LEVEL = 4;

const unsupported = (what: string): never =>
  refuse('unsupported-array', what, 'Save it as a two-dimensional array of bool, integers or floats, [right, left].');

/** An array of numbers as a file holds it, of any shape. */
export interface NumericArray {
  readonly shape: readonly number[];
  /** bool, signed or unsigned whole numbers, IEEE 754 floats */
  readonly kind: 'b' | 'i' | 'u' | 'f';
  readonly bytes: Item['bytes'];
  readonly bigEndian: boolean;
  /** the first dimension fastest, instead of the last */
  readonly fortran: boolean;
  /** exactly the items, at any alignment */
  readonly data: Uint8Array;
}

/** What shapes are taken, in words too. */
interface Shapes {
  readonly words: string;
  fit(shape: readonly number[]): boolean;
}

const isLength = (side: number, least: number) => Number.isSafeInteger(side) && side >= least && side < 2 ** 31;
const anyShape: Shapes = { words: 'whole numbers from 0', fit: (shape) => shape.every((side) => isLength(side, 0)) };
const denseShape: Shapes = {
  words: '[right, left]',
  fit: (shape) => shape.length === 2 && shape.every((side) => isLength(side, 1)),
};

/** @throws ScattershotError for anything but a whole array of numbers; `name` is for messages */
export function parseNumbers(bytes: Uint8Array, name: string, shapes = anyShape): NumericArray {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 12 || Buffer.from(bytes.subarray(0, 6)).toString('latin1') !== MAGIC) {
    return refuseBody(`${name} is not a .npy array`);
  }
  const version = bytes[6];
  if (version < 1 || version > 3) unsupported(`${name} has version ${version} of the .npy format; known are 1 to 3`);
  const start = version === 1 ? 10 : 12;
  const end = start + (version === 1 ? view.getUint16(8, true) : view.getUint32(8, true));
  if (end > bytes.length) return refuseBody(`${name} is cut short: its header alone takes ${end} bytes`);
  const header = Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start).toString('latin1');
  const item = itemOf(header, name);
  const shape = shapeOf(header, name, shapes);
  const order = /['"]fortran_order['"]\s*:\s*(True|False)/.exec(header)?.[1];
  if (order === undefined) return refuseBody(`${name} has a header without an order`);
  const expected = shape.reduce((product, side) => product * side, item.bytes);
  const data = bytes.subarray(end);
  if (data.length !== expected) {
    return refuseBody(`${name} holds ${data.length} bytes of data; ${shape.join('×')} items need ${expected}`);
  }
  return { ...item, shape, fortran: order === 'True', data };
}

/** @throws ScattershotError for anything but a whole two-dimensional array of numbers; `name` is for messages */
export function parseArray(bytes: Uint8Array, name: string): DenseArray {
  const { shape, kind, bytes: itemBytes, bigEndian, fortran, data } = parseNumbers(bytes, name, denseShape);
  return { right: shape[0], left: shape[1], item: { bytes: itemBytes, float: kind === 'f', bigEndian }, fortran, data };
}

function itemOf(header: string, name: string): Pick<NumericArray, 'kind' | 'bytes' | 'bigEndian'> {
  const described = /['"]descr['"]\s*:\s*(['"])([^'"]*)\1/.exec(header)?.[2];
  const [, order, kind, digits] = /^([<>|=]?)([biuf])([1248])$/.exec(described ?? '') ?? [];
  const odd = (kind === 'b' && digits !== '1') || (kind === 'f' && digits === '1');
  if (kind === undefined || odd) unsupported(`${name} has items of kind ${show(described ?? 'structured')}`);
  return { kind: kind as NumericArray['kind'], bytes: Number(digits) as Item['bytes'], bigEndian: order === '>' };
}

function shapeOf(header: string, name: string, shapes: Shapes): number[] {
  const text = /['"]shape['"]\s*:\s*\(([^)]*)\)/.exec(header)?.[1];
  if (text === undefined) return refuseBody(`${name} has a header without a shape`);
  const sides = text.split(',').flatMap((side) => (side.trim() === '' ? [] : [Number(side)]));
  if (!shapes.fit(sides)) unsupported(`${name} has the shape (${sides.join(', ')}), not ${shapes.words}`);
  return sides;
}

/** @throws ScattershotError */
export function parseNpy(bytes: Uint8Array): PatternFile {
  return { pattern: patternFromRows([rowsFromDense(parseArray(bytes, 'the file'))]) };
}

/** One array is unpacked at a time. @throws ScattershotError */
export function parseNpz(bytes: Uint8Array): PatternFile {
  const members = zipMembers(bytes);
  const names = new Set([...members.keys()].flatMap((name) => (name.endsWith('.npy') ? [name.slice(0, -4)] : [])));
  const count = countJunctions(names);
  if (typeof count === 'object') {
    const held = [...names].slice(0, 6).join(', ') || 'none';
    return refuseBody(`it has no array ${count.missing} (arrays: ${held})`);
  }
  const rows = Array.from({ length: count }, (_, index) => {
    const name = junctionName(index);
    return rowsFromDense(parseArray(unzipMember(bytes, members.get(`${name}.npy`)!, name), name));
  });
  return { pattern: patternFromRows(rows) };
}

/** A version 1.0 header of a C-order uint8 array, padded so that the data start at a multiple of 64 bytes. */
function arrayHeader(right: number, left: number): Uint8Array {
  const text = `{'descr': '|u1', 'fortran_order': False, 'shape': (${right}, ${left}), }`;
  const length = Math.ceil((10 + text.length + 1) / 64) * 64 - 10;
  const header = Buffer.from(`${MAGIC}\x01\x00  ${text.padEnd(length - 1)}\n`, 'latin1');
  header.writeUInt16LE(length, 8);
  return header;
}

function* arrayChunks({ pattern }: PatternFile, index: number): Generator<Uint8Array> {
  yield arrayHeader(pattern.layers[index + 1], pattern.layers[index]);
  yield* denseBlocks(pattern, index);
}

/** @throws ScattershotError for a pattern of several junctions */
export function* npyChunks(file: PatternFile): Generator<Uint8Array> {
  const { length } = file.pattern.junctions;
  if (length > 1) {
    refuse('too-many-junctions', `.npy holds one junction, and this pattern has ${length}`, 'Use .npz instead.');
  }
  yield* arrayChunks(file, 0);
}

/** Equal patterns make equal files: the zip's dates are fixed. @throws ScattershotError where an array passes zip's 4 GiB */
export function* npzChunks(file: PatternFile): Generator<Uint8Array> {
  const { layers, junctions } = file.pattern;
  const tooBig = junctions.findIndex((_, index) => layers[index] * layers[index + 1] + 256 >= 2 ** 32);
  if (tooBig >= 0) {
    const message = `junction ${tooBig + 1} as a dense array passes the 4 GiB of a zip`;
    refuse('too-big-for-format', message, 'Use .json or .csv, which list edges.');
  }
  const ready: Uint8Array[] = [];
  const zip = new Zip((error, chunk) => {
    if (error) throw error;
    ready.push(chunk);
  });
  for (const index of junctions.keys()) {
    const entry = new ZipDeflate(`${junctionName(index)}.npy`, { level: LEVEL });
    entry.mtime = new Date(1980, 0, 1);
    zip.add(entry);
    for (const chunk of arrayChunks(file, index)) {
      entry.push(chunk);
      yield* ready.splice(0);
    }
    entry.push(new Uint8Array(0), true);
  }
  zip.end();
  yield* ready;
}
