import { statSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Failure, failure, type Outcome, success } from '../../base/failure.ts';
import { fileFailure } from '../../base/file-access.ts';
import { faultOfBytes } from '../../downloads/digests.ts';
import type { PublishedFile, PublishedFiles } from '../../downloads/published-files.ts';

/** Where a published data set's files lie. */
export const publishedFolder = (cacheFolder: string, name: string) => join(cacheFolder, 'datasets', name);

const fetchIt = (name: string) => `Fetch it with: scattershot data fetch ${name}`;

const notFetched = (name: string, path: string): Failure =>
  failure('not-fetched', `${name} is not here yet: ${path} does not exist`, fetchIt(name));

/** At a glance, by sizes alone: digests are checked when the files are read. @param cacheFolder null: there is nowhere to look */
export function lackOfFiles({ name, files }: PublishedFiles, cacheFolder: string | null): Failure | null {
  const folder = cacheFolder === null ? 'a cache folder' : publishedFolder(cacheFolder, name);
  for (const file of files) {
    const path = join(folder, file.name);
    const size = statSync(path, { throwIfNoEntry: false })?.size;
    if (size === undefined) return notFetched(name, path);
    if (size !== file.sizeBytes) {
      const message = `${path} is broken: it has ${size} bytes instead of ${file.sizeBytes}`;
      return failure('broken-data', message, `Fetch it again with: scattershot data fetch ${name}`);
    }
  }
  return null;
}

/** A file of the data set `name`, checked by its digest. @returns Failures: 'not-fetched', 'broken-data', what the system says */
async function readFileOf(cacheFolder: string, name: string, file: PublishedFile): Promise<Outcome<Buffer>> {
  const path = join(publishedFolder(cacheFolder, name), file.name);
  try {
    const bytes = await readFile(path);
    const fault = await faultOfBytes(bytes, file);
    return fault === null ? success(bytes) : failure('broken-data', `${path} is broken: it ${fault}`, fetchIt(name));
  } catch (error) {
    const failed = fileFailure(error, path, 'read');
    if (failed === null) throw error;
    return failed.reason === 'no-such-file' ? notFetched(name, path) : failed;
  }
}

export const readingAborted = (name: string) =>
  failure('aborted', `reading ${name} was interrupted`, 'Start it again.');

export interface ReadOptions {
  readonly signal?: AbortSignal;
  /** fraction done, rising to 1 */
  readonly onProgress?: (fraction: number) => void;
}

/**
 * All files of a published data set, each checked by its digest.
 * @param cacheFolder null: there is nowhere to look
 * @returns Failures: 'not-fetched', 'broken-data', 'aborted', and what the system says
 */
export async function readPublished(
  { name, files }: PublishedFiles,
  cacheFolder: string | null,
  { signal, onProgress }: ReadOptions,
): Promise<Outcome<readonly Buffer[]>> {
  if (cacheFolder === null) return failure('not-fetched', `${name} needs a cache folder`, fetchIt(name));
  const read: Buffer[] = [];
  for (const [index, file] of files.entries()) {
    if (signal?.aborted) return readingAborted(name);
    const bytes = await readFileOf(cacheFolder, name, file);
    if (!bytes.ok) return bytes;
    read.push(bytes.value);
    onProgress?.((index + 1) / (files.length + 1));
  }
  return success(read);
}
