import { Zip, ZipDeflate } from 'fflate';
import { refuseContent, wordContentErrors } from '../../base/content-error.ts';
import { NPY_MAGIC, parseNpy as parseNumbers } from '../../base/npy.ts';
import { unzipMember, zipDirectory } from '../../base/zip.ts';
import { countJunctions, type DenseArray, denseBlocks, junctionName, rowsFromDense } from './dense.ts';
import { type PatternFile, refuse, refuseBody, wordForPatterns } from './pattern-file.ts';
import { patternFromRows } from './rows.ts';

/**
 * NumPy's .npy (one junction) and .npz (a zip of `junction1.npy`, `junction2.npy`, …), each array [right, left].
 * Format: numpy.lib.format, versions 1.0 to 3.0. Padding and shapes have no place in these files.
 */
/** Of deflate: on patterns, 6 takes twice as long for files a quarter smaller. */
const LEVEL = 4;

/** @throws ContentError for anything but a whole two-dimensional array of numbers; `name` is for messages */
export function parseArray(bytes: Uint8Array, name: string): DenseArray {
  const { shape, kind, bytes: itemBytes, bigEndian, fortran, data } = parseNumbers(bytes, name);
  const [right, left] = shape;
  if (shape.length !== 2 || right < 1 || left < 1) {
    refuseContent('unsupported-content', `${name} has the shape (${shape.join(', ')}), not [right, left]`);
  }
  return { right, left, item: { bytes: itemBytes, float: kind === 'f', bigEndian }, fortran, data };
}

/** @throws ScattershotError */
export function parseNpy(bytes: Uint8Array): PatternFile {
  return wordContentErrors(
    () => ({ pattern: patternFromRows([rowsFromDense(parseArray(bytes, 'the file'))]) }),
    wordForPatterns,
  );
}

/** One array is unpacked at a time. @throws ScattershotError */
export function parseNpz(bytes: Uint8Array): PatternFile {
  return wordContentErrors(() => patternOfArchive(bytes), wordForPatterns);
}

function patternOfArchive(bytes: Uint8Array): PatternFile {
  const { members } = zipDirectory(bytes);
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
  const header = Buffer.from(`${NPY_MAGIC}\x01\x00  ${text.padEnd(length - 1)}\n`, 'latin1');
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
