import { statSync } from 'node:fs';
import { InvalidValueError } from '../../base/caller-errors.ts';
import { failure, ScattershotError } from '../../base/failure.ts';
import { type DataOptions, dataOptionKeys, parseDataOptions, showDataOptions } from './data-options.ts';
import { FOLDER_NEXT_STEP } from './foreign-files.ts';
import { idxFilesOf } from './idx-files.ts';
import { kindOfFile, type OwnFiles } from './own-files.ts';

/** A user's own data set: its files, and how it is dealt and scaled. */
export interface OwnSettings {
  readonly files: OwnFiles;
  readonly options: DataOptions;
}

const OPTION = `(?:${dataOptionKeys.join('|')})=`;
const OPTIONS_AFTER_PATH = new RegExp(`^(.+?):(${OPTION}[^:]*)$`, 's');

/** "idx:images=a,labels=b,test-images=c,test-labels=d,seed=3"; paths with commas cannot be given so. */
function parseIdxName(text: string): OwnSettings {
  const fileKeys = ['images', 'labels', 'test-images', 'test-labels'];
  const parts = text.split(',');
  const isFile = (part: string) => fileKeys.includes(part.split('=', 1)[0]);
  const files = new Map(parts.filter(isFile).map((part) => part.split(/=(.*)/s, 2) as [string, string]));
  const [images, labels, testImages, testLabels] = fileKeys.map((key) => files.get(key) || null);
  if (images === null || labels === null || (testImages === null) !== (testLabels === null)) {
    throw new InvalidValueError(
      `expected idx:images=FILE,labels=FILE, and perhaps test-images=FILE,test-labels=FILE; got idx:${text}`,
    );
  }
  const rest = parts.filter((part) => !isFile(part)).join(',');
  const test = testImages === null || testLabels === null ? null : { images: testImages, labels: testLabels };
  return {
    files: { kind: 'idx', images, labels, test },
    options: rest === '' ? {} : parseDataOptions(rest, dataOptionKeys),
  };
}

const FILE_ENDING =
  /\.(npz|npy|idx|gz|zip|tar|pt|pth|pkl|pickle|csv|tsv|txt|mat|h5|hdf5|parquet|feather|arff|json|png|jpe?g|safetensors)$/i;

const looksLikePath = (text: string) => /[\\/]/.test(text) || FILE_ENDING.test(text) || /idx\d-\w+$/i.test(text);

/**
 * A path with options after it, or an idx: pair; null for what is neither and no file either.
 * @throws RangeError for options that are none; ScattershotError where labels are not beside their images
 */
export function parseOwnName(text: string): OwnSettings | null {
  if (text.startsWith('idx:')) return parseIdxName(text.slice(4));
  const [, path = text, given] = OPTIONS_AFTER_PATH.exec(text) ?? [];
  const status = statSync(path, { throwIfNoEntry: false });
  if (status === undefined && !looksLikePath(path)) return null;
  const parsed = given === undefined ? {} : parseDataOptions(given, dataOptionKeys);
  if (status?.isDirectory()) {
    throw new ScattershotError(failure('not-a-file', `cannot read ${path}: it is a folder`, FOLDER_NEXT_STEP));
  }
  if (status !== undefined && !status.isFile()) {
    const nextStep = 'Data are read more than once: save them to a file first.';
    throw new ScattershotError(failure('not-a-file', `cannot read ${path}: it is not a regular file`, nextStep));
  }
  if (status === undefined) {
    throw new ScattershotError(
      failure('no-such-file', `cannot read ${path}: there is no such file`, 'Check the path.'),
    );
  }
  const kind = kindOfFile(path);
  return { files: kind === 'npz' ? { kind, path } : { kind, ...idxFilesOf(path) }, options: parsed };
}

/** The shortest name that `parseOwnName` reads back as these settings. */
export function ownDataName({ files, options: given }: OwnSettings): string {
  const shown = showDataOptions(given);
  if (files.kind === 'idx') {
    const test = files.test === null ? [] : [`test-images=${files.test.images}`, `test-labels=${files.test.labels}`];
    const parts = [`images=${files.images}`, `labels=${files.labels}`, ...test, ...(shown === '' ? [] : [shown])];
    return `idx:${parts.join(',')}`;
  }
  return shown === '' ? files.path : `${files.path}:${shown}`;
}
