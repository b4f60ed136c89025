import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, statSync } from 'node:fs';
import { access, constants as modes, open, realpath, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { type Failure, failure, type Outcome, ScattershotError, success } from './failure.ts';

type Purpose = 'read' | 'write';

/** `[reason, what happened, next step]` by the system's error code; `$` stands for the path. */
const causes: Readonly<Record<string, readonly [string, string, string]>> = {
  EACCES: ['no-permission', 'permission is denied', 'Change its permissions, or use another place.'],
  EPERM: ['no-permission', 'permission is denied', 'Change its permissions, or use another place.'],
  EROFS: ['read-only', 'its file system is read-only', 'Choose a place that can be written.'],
  ENOSPC: ['disk-full', 'the disk is full', 'Free some space, or choose another disk.'],
  EDQUOT: ['disk-full', 'your disk quota is used up', 'Free some space, or choose another disk.'],
  EEXIST: ['in-the-way', 'something else is in its place', 'Move that away, or use another place.'],
  EISDIR: ['is-a-folder', 'it is a folder', 'Give the name of a file.'],
  ENOTDIR: ['not-a-folder', 'a part of its path is not a folder', 'Check the path.'],
  ELOOP: ['not-a-folder', 'its links go in a circle', 'Check the path.'],
  ENAMETOOLONG: ['name-too-long', 'its name is too long', 'Give a shorter name.'],
  EMFILE: ['too-many-files', 'too many files are open', 'Close some programs, or raise the limit of open files.'],
};

/** Whether an error, in its own words, says that the process or the system has no more file descriptors. */
export const isLackOfFiles = (why: string): boolean => /\bE[MN]FILE\b/.test(why);

/** A system error while reading or writing `path`, as a Failure; null for anything that is not a system error. */
export function fileFailure(error: unknown, path: string, purpose: Purpose): Failure | null {
  const code = error instanceof Error ? (error as NodeJS.ErrnoException).code : undefined;
  if (typeof code !== 'string' || (error as NodeJS.ErrnoException).syscall === undefined) return null;
  const what = `cannot ${purpose} ${path === '' ? '""' : path}: `;
  if (code === 'ENOENT') {
    return purpose === 'read'
      ? failure('no-such-file', `${what}there is no such file`, 'Check the path.')
      : failure('no-such-folder', `${what}its folder does not exist`, 'Make the folder first, or check the path.');
  }
  const [reason, message, nextStep] = causes[code] ?? [
    purpose === 'read' ? 'unreadable-file' : 'unwritable-file',
    `the system says ${code}`,
    'Check the path and the disk, and try again.',
  ];
  return failure(reason, what + message, nextStep);
}

/** What a chunk source refused, or the system's word on a file, as a Failure; a bug goes on as the error it is. */
function failureOf(error: unknown, path: string, purpose: Purpose): Failure {
  if (error instanceof ScattershotError) return error.failure;
  const known = fileFailure(error, path, purpose);
  if (known === null) throw error;
  return known;
}

/**
 * Writes a file whole or not at all: beside the target under another name, synced to disk, then renamed over it.
 * A file that stood there before stands until then, and stays where anything fails.
 */
export async function writeWhole(path: string, chunks: Iterable<Uint8Array | string>): Promise<Outcome<void>> {
  let temporary: string | undefined;
  try {
    const target = await realpath(path).catch(() => path);
    const unfit = await unfitTarget(target, path);
    if (unfit !== null) return unfit;
    const name = join(dirname(target), `.scattershot-${randomBytes(6).toString('hex')}.tmp`);
    const handle = await open(name, 'wx');
    temporary = name;
    try {
      for (const chunk of chunks) await handle.writeFile(chunk);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(temporary, target);
    temporary = undefined;
    await syncFolder(dirname(target));
    return success(undefined);
  } catch (error) {
    return failureOf(error, path, 'write');
  } finally {
    if (temporary !== undefined) await rm(temporary, { force: true }).catch(() => undefined);
  }
}

/** Renaming would replace a device or a write-protected file without a word. */
async function unfitTarget(target: string, path: string): Promise<Failure | null> {
  const found = await stat(target).catch(() => null);
  if (found === null) return null;
  if (found.isDirectory())
    return failure('is-a-folder', `cannot write ${path}: it is a folder`, 'Give the name of a file.');
  if (!found.isFile()) {
    return failure('not-a-file', `cannot write ${path}: ${basename(path)} is not a regular file`, 'Give another name.');
  }
  await access(target, modes.W_OK);
  return null;
}

/** Makes the rename last through a power cut, on the systems that can. */
async function syncFolder(folder: string): Promise<void> {
  try {
    const handle = await open(folder, 'r');
    await handle.sync().finally(() => handle.close());
  } catch {
    // the file itself is synced; Windows cannot sync folders
  }
}

/**
 * Makes a folder and those above it, one by one: Node's own recursive mkdir never returns where a folder that exists takes no
 * children, as in /proc. @throws the system's error
 */
export function makeFolders(folder: string): void {
  const isFolder = () => statSync(folder, { throwIfNoEntry: false })?.isDirectory() === true;
  if (isFolder()) return;
  if (dirname(folder) !== folder && !existsSync(folder)) makeFolders(dirname(folder));
  try {
    mkdirSync(folder);
  } catch (error) {
    // Another process may have been quicker.
    if (!isFolder()) throw error;
  }
}
