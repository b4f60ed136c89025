import { closeSync, fstatSync, constants as modes, openSync, readSync, type Stats, statSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { sizeText } from './content-error.ts';
import { type Failure, type Outcome, ScattershotError, success } from './failure.ts';
import { fileFailure } from './file-access.ts';
import { memoryLimit } from './memory-limit.ts';

/** How an input file is read. */
export interface InputOptions {
  /** the most bytes taken; default: `memoryLimit()`. More is a refusal, not a cut. */
  readonly most?: number;
  /** how long a pipe that nobody has opened for writing is waited for; default 10 000 */
  readonly patienceMs?: number;
}

const PATIENCE_MS = 10_000;
const FIRST_BYTES = 1 << 16;
const MOST_AT_ONCE = 1 << 26;

/**
 * Reads a whole input file: the one reader for everything that a user names (patterns, data, JSON, CSV, IDX).
 * It looks before it opens: regular files and pipes are read; folders, devices and sockets are refused. A limit (free memory, or
 * `most`) is kept against the stated size and again while bytes come in, so that neither an endless pipe nor a file that grows is
 * read without end. A pipe that nobody opens for writing is given up after `patienceMs`; one whose writer is silent is waited for.
 * @returns a Failure 'no-such-file', 'is-a-folder', 'not-a-file', 'no-writer', 'file-too-big', 'no-permission', …; its message
 * names the path
 */
export async function readInput(path: string, options: InputOptions = {}): Promise<Outcome<Buffer>> {
  const reading = readSteps(path, options);
  try {
    for (let step = reading.next(); ; step = reading.next()) {
      if (step.done) return success(step.value);
      await sleep(step.value);
    }
  } catch (error) {
    return asReadFailure(error, path);
  } finally {
    reading.return(Buffer.alloc(0));
  }
}

/** As `readInput`, without letting go of the thread: for small files that are read before any work starts. */
export function readInputSync(path: string, options: InputOptions = {}): Outcome<Buffer> {
  const bell = new Int32Array(new SharedArrayBuffer(4));
  const reading = readSteps(path, options);
  try {
    for (let step = reading.next(); ; step = reading.next()) {
      if (step.done) return success(step.value);
      Atomics.wait(bell, 0, 0, step.value);
    }
  } catch (error) {
    return asReadFailure(error, path);
  } finally {
    reading.return(Buffer.alloc(0));
  }
}

function asReadFailure(error: unknown, path: string): Failure {
  if (error instanceof ScattershotError) return error.failure;
  const known = fileFailure(error, path, 'read');
  if (known === null) throw error;
  return known;
}

const refuse = (reason: string, message: string, nextStep: string): never => {
  throw new ScattershotError({ reason, message, nextStep });
};

/** @throws ScattershotError unless it is a regular file or a pipe */
function requireReadable(status: Stats, path: string): void {
  if (status.isFile() || status.isFIFO()) return;
  if (status.isDirectory()) refuse('is-a-folder', `cannot read ${path}: it is a folder`, 'Give the name of a file.');
  const kind = status.isSocket() ? 'a socket' : 'a device';
  refuse('not-a-file', `cannot read ${path}: it is ${kind}`, 'Give the name of a file, or of a pipe.');
}

/** Yields the milliseconds to wait before going on; returns the bytes. */
function* readSteps(path: string, options: InputOptions): Generator<number, Buffer, void> {
  requireReadable(statSync(path), path);
  // A pipe without a writer would hold up the opening itself.
  const descriptor = openSync(path, modes.O_RDONLY | (modes.O_NONBLOCK ?? 0));
  try {
    const status = fstatSync(descriptor);
    requireReadable(status, path);
    const most = options.most ?? memoryLimit();
    if (status.size > most) refuseSize(path, sizeText(status.size), most);
    // One byte more than stated: the end is then seen without asking for more memory.
    let bytes = Buffer.allocUnsafe(Math.min(most, Math.max(FIRST_BYTES, status.size)) + 1);
    let length = 0;
    const pause = pauses(path, options.patienceMs ?? PATIENCE_MS);
    for (;;) {
      const count = readAvailable(descriptor, bytes, length);
      if (count === 0 && (status.isFile() || length > 0 || pause.hasWriter())) return bytes.subarray(0, length);
      if (count === null || count === 0) {
        yield pause.next(count === null);
        continue;
      }
      length += count;
      if (length > most) refuseSize(path, `more than ${sizeText(most)}`, most);
      if (length === bytes.length) bytes = grown(bytes, most);
    }
  } finally {
    closeSync(descriptor);
  }
}

function refuseSize(path: string, size: string, most: number): never {
  const message = `cannot read ${path}: it has ${size}, and at most ${sizeText(most)} can be read here`;
  return refuse('file-too-big', message, 'Give a smaller file, or use a machine with more free memory.');
}

function grown(bytes: Buffer, most: number): Buffer<ArrayBuffer> {
  const larger = Buffer.allocUnsafe(Math.min(most + 1, 2 * bytes.length));
  bytes.copy(larger);
  return larger;
}

/** Bytes read; 0 at the end, and for a pipe without a writer; null where a writer has nothing to say yet. */
function readAvailable(descriptor: number, bytes: Buffer, at: number): number | null {
  try {
    return readSync(descriptor, bytes, at, Math.min(MOST_AT_ONCE, bytes.length - at), null);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EAGAIN') return null;
    throw error;
  }
}

/** How long to wait for a pipe: briefly at first. */
function pauses(path: string, patienceMs: number) {
  let writer = false;
  let pauseMs = 1;
  let waitedMs = 0;
  return {
    hasWriter: () => writer,
    next(hasWriter: boolean): number {
      writer ||= hasWriter;
      if (!writer && waitedMs >= patienceMs) {
        const message = `cannot read ${path}: it is a pipe, and nobody writes into it`;
        refuse('no-writer', message, 'Start the program that writes into it first.');
      }
      pauseMs = Math.min(50, 2 * pauseMs);
      waitedMs += pauseMs;
      return pauseMs;
    },
  };
}
