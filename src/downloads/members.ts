import { createReadStream, type Dirent } from 'node:fs';
import { open, readdir, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { extract } from 'tar-stream';
import { failure, messageOf, ScattershotError } from '../base/failure.ts';
import { isGzip, isOutOfProportion, MOST_RATIO } from '../base/inflate.ts';

/** A file found in a folder or an archive, unpacked. */
export interface Member {
  /** with its folders, as the folder or the archive names it, and `plainName` for the last part */
  readonly path: string;
  /** for messages */
  readonly where: string;
  readonly bytes: Buffer;
}

/** What is looked for on the way through a folder or an archive. */
export interface Search {
  /** @param path as a Member's */
  wanted(path: string): boolean;
  /** for the paths of files that were not wanted */
  readonly onOther?: (path: string) => void;
  readonly signal?: AbortSignal;
}

/** No file that is wanted is bigger. */
const MOST_BYTES = 1 << 28;
const MOST_DEPTH = 4;

/** A file's name without folders and compression, in the spelling that was published: both train-images.idx3-ubyte and -idx3-ubyte are about. */
export const plainName = (path: string) =>
  basename(path.replaceAll('\\', '/'))
    .replace(/\.gz$/i, '')
    .replace(/\.(idx\d-ubyte)$/, '-$1');

/** The path with the plain name for its last part. */
const plainPath = (path: string) => path.replaceAll('\\', '/').replace(/[^/]*$/, plainName);

const isSystemError = (error: unknown) => (error as NodeJS.ErrnoException).syscall !== undefined;

const broken = (where: string, why: string): never => {
  throw new ScattershotError(
    failure('broken-archive', `${where} cannot be unpacked: ${why}`, 'It is damaged or only half there: get it again.'),
  );
};

/** The first two bytes of a regular file; anything else is refused before it is opened, which might never end. */
async function firstBytes(path: string): Promise<Buffer> {
  if (!(await stat(path)).isFile()) {
    throw new ScattershotError(
      failure('not-a-file', `cannot read ${path}: it is not a regular file`, 'Give a file or a folder.'),
    );
  }
  const file = await open(path, 'r');
  try {
    const bytes = Buffer.alloc(2);
    await file.read(bytes, 0, 2, 0);
    return bytes;
  } finally {
    await file.close();
  }
}

/** What a gzip stream holds, as long as it is in proportion. @throws ScattershotError 'broken-archive' */
async function* gunzipped(packed: Readable, where: string): AsyncGenerator<Buffer> {
  let packedBytes = 0;
  let bytes = 0;
  const unzip = createGunzip();
  packed.on('data', (chunk: Buffer) => {
    packedBytes += chunk.length;
  });
  // An error of the file is one of the whole chain.
  packed.on('error', (error) => unzip.destroy(error));
  try {
    for await (const chunk of packed.pipe(unzip)) {
      bytes += (chunk as Buffer).length;
      if (isOutOfProportion(packedBytes, bytes)) {
        broken(where, `it is packed more than ${MOST_RATIO} to 1, as no data are`);
      }
      yield chunk as Buffer;
    }
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    throw code?.startsWith('Z_') === true ? broken(where, message) : error;
  } finally {
    packed.destroy();
    unzip.destroy();
  }
}

/** The chunks in one, `mostBytes` at most. @throws ScattershotError 'broken-archive' */
async function joined(chunks: AsyncIterable<Buffer>, where: string, signal?: AbortSignal): Promise<Buffer> {
  const held: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of chunks) {
    signal?.throwIfAborted();
    bytes += chunk.length;
    if (bytes > MOST_BYTES) broken(where, `it holds more than ${MOST_BYTES} bytes`);
    held.push(chunk);
  }
  return Buffer.concat(held);
}

/** The bytes of a file, unpacked where it is packed by gzip. @throws ScattershotError, the system's error, AbortError */
function contentOf(path: string, packed: boolean, where: string, signal?: AbortSignal): AsyncIterable<Buffer> {
  const stream = createReadStream(path, { highWaterMark: 1 << 20, signal });
  return packed ? gunzipped(stream, where) : stream;
}

/** One file that holds one member. @throws ScattershotError, the system's error */
export async function* memberOfFile(
  file: string,
  path: string,
  where: string,
  signal?: AbortSignal,
): AsyncGenerator<Member> {
  const content = contentOf(file, isGzip(await firstBytes(file)), where, signal);
  yield { path: plainPath(path), where, bytes: await joined(content, where, signal) };
}

/** Entries of a folder by name; of one further down that may not be looked into, none. @throws the system's error */
async function entriesOf(folder: string, isTop: boolean): Promise<Dirent[]> {
  try {
    return (await readdir(folder, { withFileTypes: true })).sort((a, b) => (a.name < b.name ? -1 : 1));
  } catch (error) {
    if (isTop || !isSystemError(error)) throw error;
    return [];
  }
}

/**
 * Wanted files of a folder and those in it, the highest first; a link to a folder is not followed, and what is no file or may not be
 * looked into is passed over.
 * @throws ScattershotError, the system's error, AbortError
 */
export async function* membersOfFolder(folder: string, search: Search, depth = MOST_DEPTH): AsyncGenerator<Member> {
  search.signal?.throwIfAborted();
  const entries = await entriesOf(folder, depth === MOST_DEPTH);
  for (const entry of entries) {
    if (!entry.isFile() && !entry.isSymbolicLink()) continue;
    const path = join(folder, entry.name);
    if (search.wanted(plainPath(path))) yield* memberOfFile(path, path, path, search.signal);
    else search.onOther?.(path);
  }
  if (depth === 0) return;
  for (const entry of entries) {
    if (entry.isDirectory()) yield* membersOfFolder(join(folder, entry.name), search, depth - 1);
  }
}

async function isZip(path: string): Promise<boolean> {
  return (await firstBytes(path)).toString('latin1') === 'PK';
}

/**
 * Wanted files of a tar archive, compressed by gzip or not, in the archive's order.
 * @throws ScattershotError 'broken-archive' for what is no such archive, or not a whole one; the system's error, AbortError
 */
export async function* membersOfArchive(path: string, where: string, search: Search): AsyncGenerator<Member> {
  const { signal } = search;
  if (await isZip(path)) {
    broken(where, 'it is a zip archive, and only .tar, .tar.gz and .tgz are read; unpack it and give the folder');
  }
  // V7 archives have no magic word, and would be refused as unknown
  const archive = extract({ allowUnknownFormat: true });
  const content = Readable.from(contentOf(path, isGzip(await firstBytes(path)), where, signal));
  content.on('error', (error) => archive.destroy(error)).pipe(archive);
  try {
    for await (const entry of archive) {
      const { name, type } = entry.header;
      if ((type !== 'file' && type !== 'contiguous-file') || !search.wanted(plainPath(name))) {
        if (type === 'file') search.onOther?.(name);
        entry.resume();
        continue;
      }
      const place = `${name} in ${where}`;
      const bytes = await joined(entry, place, signal);
      const unpacked = isGzip(bytes) ? await joined(gunzipped(Readable.from([bytes]), place), place, signal) : bytes;
      yield { path: plainPath(name), where: place, bytes: unpacked };
    }
  } catch (error) {
    if (error instanceof ScattershotError || signal?.aborted || isSystemError(error)) throw error;
    // what tar-stream says of an archive has no class and no code
    broken(where, `it is not a whole tar archive (${messageOf(error)})`);
  } finally {
    content.destroy();
    archive.destroy();
  }
}
