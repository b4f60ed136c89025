import { type FileHandle, open, rm } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { type Failure, failure, type Outcome, ScattershotError, success } from '../base/failure.ts';
import { fileFailure } from '../base/file-access.ts';
import { ask, causeOf, unreachable, Watchdog } from './connection.ts';
import { digestOfFile, readIntegrity, wrongDigest } from './digests.ts';
import { claimPart } from './part-files.ts';
import type { Download } from './published-files.ts';

export interface TransferOptions {
  readonly signal?: AbortSignal;
  /** @param totalBytes null while unknown */
  readonly onBytes?: (doneBytes: number, totalBytes: number | null) => void;
  readonly onNote?: (note: string) => void;
  /** how long nothing may come before the connection counts as lost; default 60 s */
  readonly stallMs?: number;
  /** pause before a lost connection is made anew, doubled each time; default 1 s */
  readonly pauseMs?: number;
}

const STALL_MS = 60_000;
const PAUSE_MS = 1000;
/** Connections in a row that may bring nothing. */
const MOST_EMPTY_ATTEMPTS = 3;

const aborted = () => failure('aborted', 'the download was interrupted', 'Fetch again: it resumes where it stopped.');

/** Runs work on a file; what the disk does becomes a ScattershotError, apart from what the network does. */
async function onDisk<T>(path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const failed = fileFailure(error, path, 'write');
    throw failed === null ? error : new ScattershotError(failed);
  }
}

async function append(file: FileHandle, chunk: Uint8Array, position: number): Promise<void> {
  for (let done = 0; done < chunk.length; ) {
    const { bytesWritten } = await file.write(chunk, done, chunk.length - done, position + done);
    done += bytesWritten;
  }
}

interface ReceivedBytes {
  /** bytes of the part that are written */
  done: number;
  total: number | null;
}

/** One connection: writes what comes to the part. @throws what breaks it; `progress` says how far it got */
async function receive(
  address: string,
  path: string,
  progress: ReceivedBytes,
  options: TransferOptions,
): Promise<void> {
  const watchdog = new Watchdog(options.stallMs ?? STALL_MS, options.signal);
  let file: FileHandle | undefined;
  try {
    const { body, start, totalBytes } = await ask(address, progress.done, watchdog.signal);
    const opened = await onDisk(path, () => open(path, start > 0 ? 'r+' : 'w'));
    file = opened;
    progress.done = start;
    progress.total = totalBytes ?? progress.total;
    for await (const chunk of body ?? []) {
      watchdog.heard();
      await onDisk(path, () => append(opened, chunk, progress.done));
      progress.done += chunk.length;
      options.onBytes?.(progress.done, progress.total);
    }
    if (progress.total !== null && progress.done < progress.total) throw new Error('the connection was closed early');
  } finally {
    watchdog.release();
    await file?.close();
  }
}

/** Connects until the whole is there, each time from where the last one broke off. @returns null, or why it never was */
async function receiveAll(
  address: string,
  path: string,
  progress: ReceivedBytes,
  options: TransferOptions,
): Promise<Failure | null> {
  for (let emptyAttempts = 0; ; ) {
    const before = progress.done;
    try {
      await receive(address, path, progress, options);
      return null;
    } catch (error) {
      if (options.signal?.aborted) return aborted();
      if (error instanceof ScattershotError) return error.failure;
      emptyAttempts = progress.done > before ? 0 : emptyAttempts + 1;
      if (emptyAttempts >= MOST_EMPTY_ATTEMPTS) return unreachable(address, causeOf(error));
      const pauseMs = (options.pauseMs ?? PAUSE_MS) * 2 ** emptyAttempts;
      await delay(pauseMs, undefined, { signal: options.signal }).catch(() => {});
    }
  }
}

/** Why the downloaded file is not the published one, in words after "it"; null where it is, or where nothing is known. */
async function faultOf(
  path: string,
  { sizeBytes, integrity }: Download,
  progress: ReceivedBytes,
  signal?: AbortSignal,
) {
  if (sizeBytes !== null && progress.done !== sizeBytes) return `has ${progress.done} bytes instead of ${sizeBytes}`;
  if (integrity === null) return null;
  const { algorithm, hex } = readIntegrity(integrity);
  const got = await digestOfFile(path, algorithm, signal);
  return got === hex ? null : wrongDigest(algorithm, got, hex);
}

/**
 * Downloads to a file of this process's own beside `target` and checks it. What an earlier process left is resumed (HTTP range
 * requests); should the whole then be wrong, it is fetched once more from the start. The file never has the target's name: what is
 * made of it has.
 * @returns where it lies; for the caller to remove. Failures: 'aborted', 'unreachable', 'not-allowed', 'not-there',
 *   'wrong-digest', 'disk-full' and the like
 */
export async function download(
  what: Download,
  target: string,
  options: TransferOptions = {},
): Promise<Outcome<string>> {
  try {
    const part = await onDisk(target, () => claimPart(target));
    const fits = what.sizeBytes === null || part.sizeBytes <= what.sizeBytes;
    const progress: ReceivedBytes = { done: fits ? part.sizeBytes : 0, total: what.sizeBytes };
    for (let resumed = progress.done > 0; ; resumed = false) {
      if (progress.total === null || progress.done < progress.total) {
        const failed = await receiveAll(what.address, part.path, progress, options);
        if (failed !== null) return failed;
      }
      const fault = await faultOf(part.path, what, progress, options.signal);
      if (fault === null) return success(part.path);
      await rm(part.path, { force: true });
      if (!resumed) return notAsPublished(what.address, fault);
      options.onNote?.(
        `What was left of an earlier download does not fit (it ${fault}); it is fetched from the start.`,
      );
      progress.done = 0;
    }
  } catch (error) {
    if (options.signal?.aborted) return aborted();
    if (error instanceof ScattershotError) return error.failure;
    throw error;
  }
}

const notAsPublished = (address: string, fault: string): Failure =>
  failure(
    'wrong-digest',
    `what came from ${address} is not the published file: it ${fault}`,
    'Fetch again; if it happens again, get the data elsewhere and give it with --from.',
  );
