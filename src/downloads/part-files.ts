import { createHash, randomBytes } from 'node:crypto';
import { readdir, rename, rm, stat } from 'node:fs/promises';
import { hostname } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { makeFolders } from '../base/file-access.ts';
import { processExists } from '../base/process-exists.ts';

/**
 * Half-done downloads. Each belongs to one process, whose number stands in its name, so that two that fetch the same thing at once
 * never write to one file. What a process left that has ended is taken over by renaming, which only one can do, and resumed.
 */

/** A part that nothing was written to for this long is abandoned, on whatever machine its process ran. */
const ABANDONED_AFTER_MS = 10 * 60 * 1000;

const host = createHash('sha256').update(hostname()).digest('hex').slice(0, 8);

async function isFree(path: string, owner: string, pid: number): Promise<boolean> {
  if (owner === host && !processExists(pid)) return true;
  const age = await stat(path).then(
    ({ mtimeMs }) => Date.now() - mtimeMs,
    () => 0,
  );
  return age > ABANDONED_AFTER_MS;
}

interface PartFile {
  readonly path: string;
  readonly sizeBytes: number;
}

/** What others have left of this download, the longest first. */
async function abandonedParts(target: string): Promise<PartFile[]> {
  const folder = dirname(target);
  const parts: PartFile[] = [];
  for (const name of await readdir(folder)) {
    if (!name.startsWith(`${basename(target)}.`)) continue;
    const [, owner, pid] = /^\.([0-9a-f]{8})-(\d+)-[0-9a-f]+\.part$/.exec(name.slice(basename(target).length)) ?? [];
    const path = join(folder, name);
    if (owner === undefined || !(await isFree(path, owner, Number(pid)))) continue;
    const size = await stat(path).then(
      (status) => status.size,
      () => -1,
    );
    if (size >= 0) parts.push({ path, sizeBytes: size });
  }
  return parts.sort((a, b) => b.sizeBytes - a.sizeBytes);
}

/**
 * A file of this process's own for the download `target`: the longest that others left behind, with the others removed, or a name
 * for a new one. Its folder is made when needed. @throws the system's error
 */
export async function claimPart(target: string): Promise<PartFile> {
  makeFolders(dirname(target));
  const own = `${target}.${host}-${process.pid}-${randomBytes(4).toString('hex')}.part`;
  let claimed: PartFile | null = null;
  for (const part of await abandonedParts(target)) {
    if (claimed === null) {
      const won = await rename(part.path, own).then(
        () => true,
        () => false,
      );
      if (won) claimed = { path: own, sizeBytes: part.sizeBytes };
    } else {
      await rm(part.path, { force: true });
    }
  }
  return claimed ?? { path: own, sizeBytes: 0 };
}
