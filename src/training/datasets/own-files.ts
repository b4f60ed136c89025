import { existsSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { failure, ScattershotError } from '../../base/failure.ts';
import { fileFailure } from '../../base/file-access.ts';
import { type NumericArray, parseNpy } from '../../base/npy.ts';
import { unzipMember, zipDirectory } from '../../base/zip.ts';
import { parseIdx } from './idx.ts';

/** Files of a user's own data set. */
export type OwnFiles =
  | { readonly kind: 'npz'; readonly path: string }
  | {
      readonly kind: 'idx';
      readonly images: string;
      readonly labels: string;
      /** null: no test set of its own */
      readonly test: { readonly images: string; readonly labels: string } | null;
    };

/** An array with what it is called in messages. */
export interface NamedArray {
  readonly name: string;
  readonly array: NumericArray;
}

/** Features and labels as they are in the files, not looked at yet. */
export interface OwnArrays {
  readonly x: NamedArray;
  readonly y: NamedArray;
  readonly test: { readonly x: NamedArray; readonly y: NamedArray } | null;
}

const EXPECTED = 'Expected are arrays x and y, or x_train, y_train, x_test and y_test, or a pair of IDX files.';

/** @throws ScattershotError */
export function refuseData(message: string, nextStep = EXPECTED): never {
  throw new ScattershotError(failure('not-a-dataset', message, nextStep));
}

function readBytes(path: string): Buffer {
  try {
    const bytes = readFileSync(path);
    return bytes[0] === 0x1f && bytes[1] === 0x8b ? gunzipSync(bytes) : bytes;
  } catch (error) {
    const failed = fileFailure(error, path, 'read');
    if (failed !== null) throw new ScattershotError(failed);
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'ERR_FS_FILE_TOO_LARGE')
      return refuseData(`cannot read ${path}: it is above the 2 GiB that can be read`);
    if (code?.startsWith('Z_')) return refuseData(`cannot read ${path}: it is packed, and damaged (${message})`);
    throw error;
  }
}

/** A reader made for patterns says what is wrong with a file; what to do about it is another matter here. */
function withPath<T>(path: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof ScattershotError) return refuseData(`cannot read ${path} as data: ${error.failure.message}`);
    if (error instanceof RangeError) return refuseData(`cannot read ${path} as data: ${error.message}`);
    throw error;
  }
}

function readIdxFile(path: string): NamedArray {
  const bytes = readBytes(path);
  return { name: path, array: withPath(path, () => parseIdx(bytes)) };
}

/** Arrays of an archive by name; which there must be depends on which there are. */
function readNpz(path: string): OwnArrays {
  const bytes = readBytes(path);
  return withPath(path, () => {
    const { members } = zipDirectory(bytes);
    const names = [...members.keys()].flatMap((name) => (name.endsWith('.npy') ? [name.slice(0, -4)] : []));
    const read = (name: string): NamedArray => {
      const member = members.get(`${name}.npy`);
      if (member === undefined)
        return refuseData(`${path} has no array ${name} (arrays: ${names.join(', ') || 'none'})`);
      return { name: `${name} in ${path}`, array: parseNpy(unzipMember(bytes, member, name), name) };
    };
    const validation = names.find((name) => /^[xy]_val/.test(name));
    if (validation !== undefined) {
      refuseData(
        `${path} has an array ${validation}, which is not read`,
        'Put validation examples into x_train and y_train, and say how many are for validation: FILE.npz:validation=N.',
      );
    }
    const apart = names.includes('x_train') || names.includes('y_train');
    if (!apart) return { x: read('x'), y: read('y'), test: null };
    const hasTest = names.includes('x_test') || names.includes('y_test');
    return {
      ...{ x: read('x_train'), y: read('y_train') },
      test: hasTest ? { x: read('x_test'), y: read('y_test') } : null,
    };
  });
}

/** @throws ScattershotError 'no-such-file' and the like, 'not-a-dataset' */
export function readOwnFiles(files: OwnFiles): OwnArrays {
  if (files.kind === 'npz') return readNpz(files.path);
  const { images, labels, test } = files;
  return {
    ...{ x: readIdxFile(images), y: readIdxFile(labels) },
    test: test === null ? null : { x: readIdxFile(test.images), y: readIdxFile(test.labels) },
  };
}

/** A file of that name, packed by gzip or not. */
function existing(path: string): string | null {
  const other = path.endsWith('.gz') ? path.slice(0, -3) : `${path}.gz`;
  return [path, other].find((each) => existsSync(each)) ?? null;
}

/** "train-images-idx3-ubyte" → "train-labels-idx1-ubyte". */
const labelsName = (images: string) => images.replace(/images/i, 'labels').replace(/idx\d/i, 'idx1');

/**
 * The labels' file by the images' name; and the test set beside a training set named as MNIST's are (train-…, t10k-… or test-…).
 * @throws ScattershotError 'not-a-dataset' where the labels are not there
 */
export function idxPairOf(images: string): OwnFiles {
  const folder = dirname(images);
  const beside = (name: string) => existing(join(folder, name));
  const name = basename(images);
  const guess = labelsName(name);
  const labels = guess === name ? null : beside(guess);
  if (labels === null) {
    return refuseData(
      `the labels of ${images} are not beside it${guess === name ? '' : ` as ${guess}`}`,
      'Name both: idx:images=FILE,labels=FILE.',
    );
  }
  for (const start of ['t10k', 'test']) {
    const testName = name.replace(/^train/i, start);
    const testImages = testName === name ? null : beside(testName);
    const testLabels = testImages === null ? null : beside(labelsName(testName));
    if (testImages !== null && testLabels !== null) {
      return { kind: 'idx', images, labels, test: { images: testImages, labels: testLabels } };
    }
  }
  return { kind: 'idx', images, labels, test: null };
}
