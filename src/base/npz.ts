import { Zip, ZipPassThrough } from 'fflate';
import { refuseContent } from './content-error.ts';
import { isNpy, type NpyHeader, npyHeader } from './npy.ts';
import { unzipMember, unzipStart, type ZipDirectory } from './zip.ts';

/** An array of a .npz archive by its header; its bytes are unpacked when asked for. */
export interface ArrayMember {
  /** the member's name without the ending .npy */
  readonly name: string;
  readonly header: NpyHeader;
  /** The whole .npy file, checked against its checksum. @throws ContentError */
  unpack(): Uint8Array;
}

const ENDING = '.npy';

/**
 * The arrays of an archive, as NumPy finds them: by what members hold, not by their endings. An archive put together by hand may
 * have arrays without an ending, and they would be lost without a word.
 * @throws ContentError
 */
export function arrayMembers(bytes: Uint8Array, { members }: ZipDirectory): readonly ArrayMember[] {
  const arrays = new Map<string, ArrayMember>();
  for (const [memberName, member] of members) {
    const isNamedArray = memberName.endsWith(ENDING);
    const name = isNamedArray ? memberName.slice(0, -ENDING.length) : memberName;
    const start = unzipStart(bytes, member, name);
    if (!isNamedArray && !isNpy(start)) continue;
    if (arrays.has(name)) {
      refuseContent('damaged-content', `it has two arrays named ${name}, with and without ${ENDING}`);
    }
    const header = npyHeader(start, name);
    arrays.set(name, { name, header, unpack: () => unzipMember(bytes, member, name) });
  }
  return [...arrays.values()];
}

/** An array to be written: its header, then its items, in pieces. */
export interface WrittenArray {
  readonly name: string;
  readonly chunks: Iterable<Uint8Array>;
}

/** A .npz archive, nothing packed: for files that are read once. Equal arrays make equal bytes. */
export function npzBytes(arrays: Iterable<WrittenArray>): Buffer {
  const pieces: Uint8Array[] = [];
  const zip = new Zip((error, piece) => {
    if (error) throw error;
    pieces.push(piece);
  });
  for (const { name, chunks } of arrays) {
    const entry = new ZipPassThrough(`${name}${ENDING}`);
    entry.mtime = new Date(1980, 0, 1);
    zip.add(entry);
    for (const chunk of chunks) entry.push(chunk);
    entry.push(new Uint8Array(0), true);
  }
  zip.end();
  return Buffer.concat(pieces);
}
