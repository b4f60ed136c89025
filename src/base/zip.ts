import { crc32 } from 'node:zlib';
import { refuseContent } from './content-error.ts';
import { inflateRaw, inflateRawStart } from './inflate.ts';

/**
 * A reader of zip archives of our own: fflate, which writes ours, checks no checksum on reading, and one damaged byte can turn all
 * of an array's zeros into edges, a sound pattern and a wrong one. Format: PKWARE's APPNOTE, 4.3.
 */

/** One file in a zip archive, by its directory entry (4.3.12). */
export interface ZipMember {
  readonly method: number;
  readonly encrypted: boolean;
  readonly checksum: number;
  readonly packedBytes: number;
  readonly sizeBytes: number;
  readonly headerAt: number;
}

/** What a zip archive holds, nothing unpacked yet. */
export interface ZipDirectory {
  /** members by name, in the directory's order */
  readonly members: ReadonlyMap<string, ZipMember>;
  /** the archive's comment, at most 64 KiB; empty where there is none */
  readonly comment: Uint8Array;
}

const END = 0x06054b50;
/** the 64-bit end record, which may stand before the end record */
const END_64 = 0x06064b50;
const ENTRY = 0x02014b50;
const HEADER = 0x04034b50;
const END_BYTES = 22;
const ENTRY_BYTES = 46;
const HEADER_BYTES = 30;
const ENCRYPTED = 1;

/** Packed bytes that are looked at for the start of a member. */
const START_BYTES = 1 << 13;

const refuseArchive = (why: string): never =>
  refuseContent('damaged-content', `it is not a whole zip archive (${why})`);

const viewOf = (bytes: Uint8Array) => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

/** Where the end record starts: at the very end, except for a comment of at most 64 KiB. */
function endOf(view: DataView): number {
  const least = Math.max(0, view.byteLength - END_BYTES - 0xffff);
  for (let at = view.byteLength - END_BYTES; at >= least; at--) {
    if (view.getUint32(at, true) === END) return at;
  }
  return refuseArchive('it has no directory');
}

/** Whether bytes start as a zip archive does, an empty one included. */
export const isZip = (bytes: Uint8Array): boolean =>
  bytes.length >= 4 && (viewOf(bytes).getUint32(0, true) === HEADER || viewOf(bytes).getUint32(0, true) === END);

/** @throws ContentError for a damaged directory, and for two members of one name: readers differ on which counts */
export function zipDirectory(bytes: Uint8Array): ZipDirectory {
  const view = viewOf(bytes);
  const end = endOf(view);
  const count = view.getUint16(end + 10, true);
  let at = view.getUint32(end + 16, true);
  const members = new Map<string, ZipMember>();
  for (let n = 0; n < count; n++) {
    if (at + ENTRY_BYTES > end || view.getUint32(at, true) !== ENTRY) refuseArchive('its directory is damaged');
    const member: ZipMember = {
      encrypted: (view.getUint16(at + 8, true) & ENCRYPTED) !== 0,
      method: view.getUint16(at + 10, true),
      checksum: view.getUint32(at + 16, true),
      packedBytes: view.getUint32(at + 20, true),
      sizeBytes: view.getUint32(at + 24, true),
      headerAt: view.getUint32(at + 42, true),
    };
    const nameEnd = at + ENTRY_BYTES + view.getUint16(at + 28, true);
    if (nameEnd > end) refuseArchive('its directory is damaged');
    const rawName = Buffer.from(bytes.subarray(at + ENTRY_BYTES, nameEnd));
    // A damaged name would be a junction lost without a word.
    const nameAt = member.headerAt + HEADER_BYTES;
    if (!rawName.equals(bytes.subarray(nameAt, nameAt + rawName.length))) {
      refuseArchive('a name in its directory is damaged');
    }
    const name = rawName.toString('utf8');
    if (members.has(name)) refuseContent('damaged-content', `it has two members named ${name}`);
    members.set(name, member);
    at = nameEnd + view.getUint16(at + 30, true) + view.getUint16(at + 32, true);
  }
  if (at !== end && !(at + 4 <= end && view.getUint32(at, true) === END_64)) refuseArchive('its directory is damaged');
  return { members, comment: bytes.subarray(end + END_BYTES) };
}

/** A member's bytes as they are packed. @throws ContentError */
function packedMember(bytes: Uint8Array, member: ZipMember, name: string): Uint8Array {
  const { method, encrypted, packedBytes, sizeBytes, headerAt } = member;
  if ([packedBytes, sizeBytes, headerAt].includes(0xffffffff)) {
    refuseContent(
      'content-too-big',
      `${name} has 64-bit sizes, as members above 4 GiB need`,
      'Save less in one member.',
    );
  }
  const view = viewOf(bytes);
  if (headerAt + HEADER_BYTES > bytes.length || view.getUint32(headerAt, true) !== HEADER) {
    refuseArchive(`${name} is not where the directory says`);
  }
  const start = headerAt + HEADER_BYTES + view.getUint16(headerAt + 26, true) + view.getUint16(headerAt + 28, true);
  if (start + packedBytes > bytes.length) refuseArchive(`${name} is cut short`);
  if (encrypted) refuseContent('unsupported-content', `${name} is encrypted`, 'Save it without a password.');
  if (method !== 0 && method !== 8) {
    const nextStep = 'Save it with numpy.savez_compressed.';
    refuseContent('unsupported-content', `${name} is packed by method ${method}`, nextStep);
  }
  return bytes.subarray(start, start + packedBytes);
}

/** A member's bytes, unpacked and checked against its checksum. @throws ContentError */
export function unzipMember(bytes: Uint8Array, member: ZipMember, name: string): Uint8Array {
  const packed = packedMember(bytes, member, name);
  const data = member.method === 0 ? packed : inflateRaw(packed, member.sizeBytes, name);
  if (data.length !== member.sizeBytes || crc32(data) !== member.checksum) {
    refuseArchive(`the checksum of ${name} does not fit`);
  }
  return data;
}

/** The first bytes of a member (at least the first kilobytes, unchecked): enough for the header of an array. @throws ContentError */
export function unzipStart(bytes: Uint8Array, member: ZipMember, name: string): Uint8Array {
  const packed = packedMember(bytes, member, name);
  return member.method === 0 ? packed.subarray(0, START_BYTES) : inflateRawStart(packed, START_BYTES, name);
}
