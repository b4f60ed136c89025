import { closeSync, existsSync, fsyncSync, linkSync, mkdirSync, openSync, readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import type Database from 'better-sqlite3';
import { makeFolders } from '../base/file-access.ts';

/** "scattershot-rescued.db", "scattershot-rescued-2.db", …: the first that is not there. */
function freePath(folder: string, path: string): string {
  const stem = join(folder, `${basename(path).replace(/\.db$/, '')}-rescued`);
  for (let number = 1; ; number++) {
    const free = `${stem}${number === 1 ? '' : `-${number}`}.db`;
    if (!existsSync(free)) return free;
  }
}

function toDisk(path: string): void {
  const file = openSync(path, 'r+');
  try {
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

/** Snapshots of trainings that are files of their own. Without them the trainings start anew, so that no error here counts. */
function linkTrainings(from: string, to: string): void {
  try {
    const files = readdirSync(`${from}-trainings`);
    mkdirSync(`${to}-trainings`);
    for (const file of files) linkSync(join(`${from}-trainings`, file), join(`${to}-trainings`, file));
  } catch {
    // Most often there are none.
  }
}

/**
 * Saves all that an open database holds, whatever became of its file: beside where it was, or else in the working directory or the
 * system's folder for temporary files. @returns the path of the new file, which is on the disk; null where none can be written
 */
export function rescue(database: Database.Database, path: string): string | null {
  for (const folder of [dirname(path), process.cwd(), tmpdir()]) {
    try {
      makeFolders(folder);
      const saved = freePath(folder, path);
      database.prepare('VACUUM INTO ?').run(saved);
      toDisk(saved);
      linkTrainings(path, saved);
      return saved;
    } catch {
      // The next folder may do.
    }
  }
  return null;
}
