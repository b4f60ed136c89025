import { createHash, randomBytes } from 'node:crypto';
import { type FileHandle, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { makeFolders } from '../../base/file-access.ts';
import { type Dataset, digestOf, emptySplit, type Split, type SplitName, splitBytes, splitNames } from './dataset.ts';

/**
 * Datasets on disk: one file each, `<folder>/datasets/<kind>-<digest of its description>.dataset`, or under `features/` what a front
 * makes of one. A line of JSON, then labels and
 * inputs of the three splits. Written beside and renamed, so that a file is whole or absent, whoever else writes it meanwhile; and
 * read back only if its content still has the digest it was stored with.
 */

/** Which file: `description` is the line that the dataset's digest starts from. */
export interface CacheEntry {
  readonly folder: string;
  readonly kind: string;
  readonly description: string;
  /** default 'datasets' */
  readonly within?: 'datasets' | 'features';
}

/** Facts of whoever made the data, as JSON; they are no part of its digest. */
export type CacheNote = Readonly<Record<string, unknown>>;

interface CacheHeader {
  readonly format: 'scattershot/dataset';
  readonly version: 1;
  readonly description: string;
  readonly name: string;
  readonly digest: string;
  readonly features: number;
  readonly classes: number;
  readonly normalisation: string;
  readonly examples: Readonly<Record<SplitName, number>>;
  readonly note?: CacheNote;
}

const MOST_HEADER_BYTES = 4096;
const CHUNK_BYTES = 1 << 24;
/** A half-written file this old was left by a process that has ended. */
const STALE_AFTER_MS = 24 * 3600 * 1000;

const folderOf = ({ folder, within = 'datasets' }: CacheEntry): string => join(folder, within);

export function cacheFile(entry: CacheEntry): string {
  const digest = createHash('sha256').update(entry.description).digest('hex').slice(0, 16);
  return join(folderOf(entry), `${entry.kind}-${digest}.dataset`);
}

const isWhole = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;

function isHeader(value: unknown): value is CacheHeader {
  const header = value as Partial<CacheHeader> | null;
  return (
    header?.format === 'scattershot/dataset' &&
    header.version === 1 &&
    isWhole(header.features) &&
    isWhole(header.classes) &&
    [header.description, header.name, header.digest, header.normalisation].every((text) => typeof text === 'string') &&
    splitNames.every((name) => isWhole(header.examples?.[name]))
  );
}

/** The first line of the file, parsed; null if there is no such line. */
async function readHeader(file: FileHandle): Promise<{ header: CacheHeader; bytes: number } | null> {
  const buffer = Buffer.alloc(MOST_HEADER_BYTES);
  const { bytesRead } = await file.read(buffer, 0, MOST_HEADER_BYTES, 0);
  const end = buffer.subarray(0, bytesRead).indexOf(10);
  if (end < 0) return null;
  try {
    const header: unknown = JSON.parse(buffer.toString('utf8', 0, end));
    return isHeader(header) ? { header, bytes: end + 1 } : null;
  } catch {
    return null;
  }
}

/** Fills `target` from the file at `position`; false if the file ends first. */
async function readInto(file: FileHandle, target: Uint8Array, position: number): Promise<boolean> {
  let done = 0;
  while (done < target.byteLength) {
    const length = Math.min(CHUNK_BYTES, target.byteLength - done);
    const { bytesRead } = await file.read(target, done, length, position + done);
    if (bytesRead === 0) return false;
    done += bytesRead;
  }
  return true;
}

async function readSplits(
  file: FileHandle,
  header: CacheHeader,
  start: number,
): Promise<Readonly<Record<SplitName, Split>> | null> {
  const splits = {} as Record<SplitName, Split>;
  let position = start;
  for (const name of splitNames) {
    splits[name] = emptySplit(header.examples[name], header.features);
    for (const bytes of splitBytes(splits[name])) {
      if (!(await readInto(file, bytes, position))) return null;
      position += bytes.byteLength;
    }
  }
  return splits;
}

function contentBytes(header: CacheHeader): number {
  const examples = splitNames.reduce((sum, name) => sum + header.examples[name], 0);
  return examples * (1 + 4 * header.features);
}

/** The dataset in the file, or a sentence saying why it is not the one that was asked for. */
async function readDataset(file: FileHandle, description: string): Promise<Omit<CacheHit, 'kind'> | string> {
  const head = await readHeader(file);
  if (head === null) return 'it has no readable header';
  const { header } = head;
  if (header.description !== description) return 'it holds other data';
  const { size } = await file.stat();
  const expected = head.bytes + contentBytes(header);
  if (size !== expected) return `it has ${size} bytes instead of ${expected}`;
  const splits = await readSplits(file, header, head.bytes);
  if (splits === null || digestOf(description, splits) !== header.digest) return 'its content does not have its digest';
  const { name, digest, features, classes, normalisation } = header;
  return { dataset: { name, digest, features, classes, normalisation, ...splits }, note: header.note ?? {} };
}

interface CacheHit {
  readonly kind: 'hit';
  readonly dataset: Dataset;
  readonly note: CacheNote;
}

type CacheRead =
  | CacheHit
  | { readonly kind: 'absent' }
  | { readonly kind: 'broken'; readonly file: string; readonly why: string };

const codeOf = (error: unknown) => (error as NodeJS.ErrnoException).code ?? String(error);

/** Reads and verifies. Whatever is wrong with the file is a value: a cache can always be made again. */
export async function readCachedDataset(entry: CacheEntry): Promise<CacheRead> {
  const path = cacheFile(entry);
  let file: FileHandle;
  try {
    file = await open(path, 'r');
  } catch (error) {
    const code = codeOf(error);
    return code === 'ENOENT' || code === 'ENOTDIR' ? { kind: 'absent' } : { kind: 'broken', file: path, why: code };
  }
  try {
    const read = await readDataset(file, entry.description);
    return typeof read === 'string' ? { kind: 'broken', file: path, why: read } : { kind: 'hit', ...read };
  } catch (error) {
    return { kind: 'broken', file: path, why: codeOf(error) };
  } finally {
    await file.close();
  }
}

async function writeAll(file: FileHandle, bytes: Uint8Array): Promise<void> {
  for (let done = 0; done < bytes.byteLength; ) {
    const { bytesWritten } = await file.write(bytes, done, Math.min(CHUNK_BYTES, bytes.byteLength - done));
    done += bytesWritten;
  }
}

async function writeDataset(path: string, dataset: Dataset, description: string, note?: CacheNote): Promise<void> {
  const header: CacheHeader = {
    format: 'scattershot/dataset',
    version: 1,
    description,
    name: dataset.name,
    digest: dataset.digest,
    features: dataset.features,
    classes: dataset.classes,
    normalisation: dataset.normalisation,
    examples: {
      train: dataset.train.examples,
      validation: dataset.validation.examples,
      test: dataset.test.examples,
    },
    ...(note === undefined ? {} : { note }),
  };
  const file = await open(path, 'wx');
  try {
    await writeAll(file, Buffer.from(`${JSON.stringify(header)}\n`));
    for (const name of splitNames) {
      for (const bytes of splitBytes(dataset[name])) await writeAll(file, bytes);
    }
    await file.sync();
  } finally {
    await file.close();
  }
}

/** Removes what interrupted writers left behind. */
async function removeStale(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    if (!name.endsWith('.part')) continue;
    const path = join(folder, name);
    const age = await stat(path).then(
      (status) => Date.now() - status.mtimeMs,
      () => 0,
    );
    if (age > STALE_AFTER_MS) await rm(path, { force: true });
  }
}

/** Stores a dataset. @returns null, or why it could not be stored: no cache is no failure */
export async function writeCachedDataset(
  entry: CacheEntry,
  dataset: Dataset,
  note?: CacheNote,
): Promise<string | null> {
  const path = cacheFile(entry);
  const part = `${path}.${process.pid}-${randomBytes(6).toString('hex')}.part`;
  try {
    makeFolders(folderOf(entry));
    await removeStale(folderOf(entry));
    await writeDataset(part, dataset, entry.description, note);
    await rename(part, path);
    return null;
  } catch (error) {
    await rm(part, { force: true }).catch(() => {});
    return codeOf(error);
  }
}
