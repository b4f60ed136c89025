import { realpath } from 'node:fs/promises';
import { basename, join, relative, resolve, sep } from 'node:path';
import { cleanText } from '../base/clean-text.ts';
import { failure, type Outcome, success } from '../base/failure.ts';
import type { UserModule } from '../base/user-module.ts';
import type { IslandSpec } from '../search/events.ts';
import { readStrategyFile } from '../search/strategy-file.ts';

/*
 * Strategy files of a study on another machine. No code travels: a file that is run here lies in a folder that this worker was told of,
 * and has the digest that the study says. A study could name any file of this machine otherwise, and have it run.
 */

const shortDigest = (sha256: string) => sha256.slice(0, 12);

/** Whether a path lies in a folder, links followed, and in no package that lies there too. */
function liesIn(path: string, folder: string): boolean {
  const inside = relative(folder, path);
  const parts = inside.split(sep);
  return inside !== '' && parts[0] !== '..' && resolve(folder, inside) === path && !parts.includes('node_modules');
}

/** Where the file may be here: at the study's own path, or by its name alone. */
async function places(path: string, folders: readonly string[]): Promise<string[]> {
  const found: string[] = [];
  for (const folder of folders) {
    for (const place of [path, join(folder, basename(path))]) {
      try {
        const real = await realpath(place);
        if (liesIn(real, await realpath(folder))) found.push(real);
      } catch {
        // not there
      }
    }
  }
  return [...new Set(found)];
}

/** The file here that is the study's. Failure 'no-strategy-file', 'other-strategy-file': both sides named */
async function localFile({ path, sha256 }: UserModule, folders: readonly string[]): Promise<Outcome<UserModule>> {
  const shown = cleanText(path, 200);
  const wanted = `its strategy file ${shown} has the digest ${shortDigest(sha256)}`;
  const others: string[] = [];
  for (const place of await places(path, folders)) {
    const here = await readStrategyFile(place);
    if (!here.ok) continue;
    if (here.value.sha256 === sha256) return success(here.value);
    others.push(`${cleanText(place, 200)} has ${shortDigest(here.value.sha256)}`);
  }
  const nextStep = 'Copy the file of the study there.';
  if (others.length > 0) return failure('other-strategy-file', `${wanted}; here ${others.join(', ')}`, nextStep);
  const where = folders.map((folder) => cleanText(folder, 200)).join(', ');
  return failure('no-strategy-file', `${wanted}; there is none of its name in ${where} of this worker`, nextStep);
}

/** The islands with the files of this machine. @param folders absolute, in which strategy files may be. Failures of `localFile` */
export async function localIslands(
  islands: readonly IslandSpec[],
  folders: readonly string[],
): Promise<Outcome<readonly IslandSpec[]>> {
  const known = new Map<string, UserModule>();
  for (const { file } of islands) {
    if (file === undefined || known.has(`${file.path} ${file.sha256}`)) continue;
    const found = await localFile(file, folders);
    if (!found.ok) return found;
    known.set(`${file.path} ${file.sha256}`, found.value);
  }
  return success(
    islands.map((island) =>
      island.file === undefined
        ? island
        : { ...island, file: known.get(`${island.file.path} ${island.file.sha256}`) as UserModule },
    ),
  );
}
