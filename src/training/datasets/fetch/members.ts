import { createReadStream } from 'node:fs';
import { open, readdir, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { createGunzip, gunzipSync } from 'node:zlib';
import { failure, ScattershotError } from '../../../base/failure.ts';
import { tarFiles } from './tar.ts';

/** A file found in a folder or an archive, unpacked. */
export interface Member {
  /** as `plainName` has it */
  readonly name: string;
  /** for messages */
  readonly where: string;
  readonly bytes: Buffer;
}

/** What was looked through on the way to members. */
export interface Search {
  wanted(name: string): boolean;
  /** for the names of files that were not wanted */
  readonly onOther?: (path: string) => void;
}

/** No file that is wanted is bigger. */
const MOST_BYTES = 1 << 28;
const MOST_DEPTH = 4;

/** A file's name without folders and compression, in the spelling that was published: both train-images.idx3-ubyte and -idx3-ubyte are about. */
export const plainName = (path: string) =>
  basename(path.replaceAll('\\', '/'))
    .replace(/\.gz$/i, '')
    .replace(/\.(idx\d-ubyte)$/, '-$1');

const isPacked = (bytes: Uint8Array) => bytes[0] === 0x1f && bytes[1] === 0x8b;

const broken = (where: string, why: string): never => {
  throw new ScattershotError(
    failure('broken-archive', `${where} cannot be unpacked: ${why}`, 'It is damaged or only half there: get it again.'),
  );
};

function unpacked(bytes: Buffer, where: string): Buffer {
  if (!isPacked(bytes)) return bytes;
  try {
    return gunzipSync(bytes, { maxOutputLength: MOST_BYTES });
  } catch (error) {
    return broken(where, (error as Error).message);
  }
}

/** One file that holds one member. @throws ScattershotError, the system's error */
export async function* memberOfFile(path: string, name: string, where: string): AsyncGenerator<Member> {
  yield { name: plainName(name), where, bytes: unpacked(await readFile(path), where) };
}

/** Wanted files of a folder and those in it, the highest first; a link to a folder is not followed. @throws ScattershotError, the system's error */
export async function* membersOfFolder(folder: string, search: Search, depth = MOST_DEPTH): AsyncGenerator<Member> {
  const entries = (await readdir(folder, { withFileTypes: true })).sort((a, b) => (a.name < b.name ? -1 : 1));
  for (const entry of entries) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) continue;
    if (search.wanted(plainName(entry.name))) yield* memberOfFile(path, entry.name, path);
    else search.onOther?.(path);
  }
  if (depth === 0) return;
  for (const entry of entries) {
    if (entry.isDirectory()) yield* membersOfFolder(join(folder, entry.name), search, depth - 1);
  }
}

async function firstBytes(path: string): Promise<Buffer> {
  const file = await open(path, 'r');
  try {
    const bytes = Buffer.alloc(4);
    await file.read(bytes, 0, 4, 0);
    return bytes;
  } finally {
    await file.close();
  }
}

/**
 * Wanted files of a tar archive, compressed by gzip or not, in the archive's order.
 * @throws ScattershotError 'broken-archive' for what is no such archive, or not a whole one; the system's error
 */
export async function* membersOfArchive(
  path: string,
  where: string,
  search: Search,
  signal?: AbortSignal,
): AsyncGenerator<Member> {
  const start = await firstBytes(path);
  if (start.toString('latin1', 0, 2) === 'PK') {
    broken(where, 'it is a zip archive, and only .tar, .tar.gz and .tgz are read; unpack it and give the folder');
  }
  const stream = createReadStream(path, { highWaterMark: 1 << 18, signal });
  const unzip = createGunzip();
  // An error of the file is one of the whole chain.
  const chunks = isPacked(start) ? stream.on('error', (error) => unzip.destroy(error)).pipe(unzip) : stream;
  const wanted = (name: string) => {
    const yes = search.wanted(plainName(name));
    if (!yes) search.onOther?.(name);
    return yes;
  };
  try {
    for await (const { name, bytes } of tarFiles(chunks, wanted, MOST_BYTES)) {
      const place = `${name} in ${where}`;
      yield { name: plainName(name), where: place, bytes: unpacked(bytes, place) };
    }
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (error instanceof RangeError || code?.startsWith('Z_') === true) broken(where, (error as Error).message);
    throw error;
  } finally {
    stream.destroy();
  }
}
