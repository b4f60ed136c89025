import { closeSync, openSync, readSync } from 'node:fs';
import { gunzipSync, constants as zlib } from 'node:zlib';
import { InvalidValueError } from '../../base/caller-errors.ts';
import { wordContentErrors } from '../../base/content-error.ts';
import { messageOf, ScattershotError, unwrap } from '../../base/failure.ts';
import { fileFailure } from '../../base/file-access.ts';
import { gunzip, isGzip } from '../../base/inflate.ts';
import { readInputSync } from '../../base/input-file.ts';
import { foreignFile, refuseForeign } from './foreign-files.ts';
import { parseIdx } from './idx.ts';
import type { IdxFiles, IdxPair } from './idx-files.ts';
import { npzArrays } from './npz-arrays.ts';
import type { LabelledArrays, OwnArray, OwnArrays } from './own-arrays.ts';
import { refuseData } from './refuse-data.ts';

/** Files of a user's own data set. */
export type OwnFiles = { readonly kind: 'npz'; readonly path: string } | ({ readonly kind: 'idx' } & IdxFiles);

/** The whole file, unpacked where it is packed by gzip. @throws ScattershotError */
function readBytes(path: string): Uint8Array {
  const bytes = unwrap(readInputSync(path));
  return isGzip(bytes) ? withPath(path, () => gunzip(bytes, 'it')) : bytes;
}

const FIRST_BYTES = 1 << 13;

/** The first bytes of a file, unpacked where it is packed by gzip. @throws ScattershotError */
function firstBytes(path: string): Uint8Array {
  let file: number | undefined;
  try {
    file = openSync(path, 'r');
    const bytes = Buffer.alloc(FIRST_BYTES);
    const start = bytes.subarray(0, readSync(file, bytes, 0, FIRST_BYTES, 0));
    return isGzip(start) ? gunzipSync(start, { finishFlush: zlib.Z_SYNC_FLUSH }) : start;
  } catch (error) {
    const failed = fileFailure(error, path, 'read');
    if (failed !== null) throw new ScattershotError(failed);
    return refuseData(`cannot read ${path} as data: it is packed by gzip, and damaged (${messageOf(error)})`);
  } finally {
    if (file !== undefined) closeSync(file);
  }
}

/** Of which of the kinds that are read a file is, by its first bytes. @throws ScattershotError 'not-a-dataset' for any other */
export function kindOfFile(path: string): OwnFiles['kind'] {
  const bytes = firstBytes(path);
  const start = Buffer.from(bytes.subarray(0, 6)).toString('latin1');
  if (start.startsWith('PK\x03\x04') || start.startsWith('PK\x05\x06')) return 'npz';
  if (bytes.length >= 4 && bytes[0] === 0 && bytes[1] === 0 && bytes[2] >= 8 && bytes[2] <= 14) return 'idx';
  if (start === '\x93NUMPY') return refuseData(`${path} holds one array, and both examples and labels are needed`);
  const foreign = foreignFile(bytes, path);
  return foreign === null ? refuseData(`${path} is of no kind that is read as data`) : refuseForeign(path, foreign);
}

/** Runs a reader of content; what it finds wrong is told with the path. @throws ScattershotError 'not-a-dataset' */
function withPath<T>(path: string, read: () => T): T {
  const refuse = ({ message }: Error) => refuseData(`cannot read ${path} as data: ${message}`);
  try {
    return wordContentErrors(read, refuse);
  } catch (error) {
    if (error instanceof InvalidValueError) return refuse(error);
    throw error;
  }
}

function readIdxFile(path: string): OwnArray {
  const bytes = readBytes(path);
  return { name: path, array: withPath(path, () => parseIdx(bytes)) };
}

/** The labels of QMNIST (idx2-int) have eight columns, of which the first is the class. */
function classColumn({ name, array }: OwnArray): OwnArray {
  const { shape, bytes, data } = array;
  if (!/qmnist.*labels-idx2/i.test(name) || shape.length !== 2 || shape[1] !== 8) return { name, array };
  const column = new Uint8Array(shape[0] * bytes);
  for (let row = 0; row < shape[0]; row++) {
    column.set(data.subarray(8 * bytes * row, bytes * (8 * row + 1)), bytes * row);
  }
  return { name, array: { ...array, shape: [shape[0]], data: column } };
}

const readIdxPair = ({ images, labels }: IdxPair): LabelledArrays => ({
  x: readIdxFile(images),
  y: classColumn(readIdxFile(labels)),
});

/** @throws ScattershotError 'no-such-file' and the like, 'not-a-dataset' */
export function readOwnFiles(files: OwnFiles): OwnArrays {
  if (files.kind === 'npz') {
    const bytes = readBytes(files.path);
    return withPath(files.path, () => npzArrays(files.path, bytes));
  }
  return { train: readIdxPair(files), validation: null, test: files.test === null ? null : readIdxPair(files.test) };
}

/** All files, the examples' own first. */
export function ownPaths(files: OwnFiles): readonly [string, ...string[]] {
  if (files.kind === 'npz') return [files.path];
  return [files.images, files.labels, ...(files.test === null ? [] : [files.test.images, files.test.labels])];
}
