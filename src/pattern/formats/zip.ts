import { crc32, inflateRawSync } from 'node:zlib';
import { refuse, refuseBody } from './pattern-file.ts';

/** One file in a zip archive, by its directory entry (PKWARE's APPNOTE, 4.3.12). */
export interface ZipMember {
  readonly method: number;
  readonly checksum: number;
  readonly packedBytes: number;
  readonly sizeBytes: number;
  readonly headerAt: number;
}

const END = 0x06054b50;
/** the 64-bit end record, which may stand before the end record */
const END_64 = 0x06064b50;
const ENTRY = 0x02014b50;
const HEADER = 0x04034b50;
const END_BYTES = 22;
const ENTRY_BYTES = 46;
const HEADER_BYTES = 30;

const broken = (why: string): never => refuseBody(`it is not a whole zip archive (${why})`);

const viewOf = (bytes: Uint8Array) => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

/** Where the end record starts: at the very end, but for a comment of at most 64 KiB. */
function endOf(view: DataView): number {
  const least = Math.max(0, view.byteLength - END_BYTES - 0xffff);
  for (let at = view.byteLength - END_BYTES; at >= least; at--) {
    if (view.getUint32(at, true) === END) return at;
  }
  return broken('it has no directory');
}

/**
 * The archive's members by name. fflate writes our archives, but checks no checksum on reading: one damaged byte can turn
 * all of an array's zeros into edges, a sound pattern and a wrong one. Hence this reader.
 * @throws ScattershotError
 */
export function zipMembers(bytes: Uint8Array): Map<string, ZipMember> {
  const view = viewOf(bytes);
  const end = endOf(view);
  const count = view.getUint16(end + 10, true);
  let at = view.getUint32(end + 16, true);
  const members = new Map<string, ZipMember>();
  for (let n = 0; n < count; n++) {
    if (at + ENTRY_BYTES > end || view.getUint32(at, true) !== ENTRY) broken('its directory is damaged');
    const member: ZipMember = {
      method: view.getUint16(at + 10, true),
      checksum: view.getUint32(at + 16, true),
      packedBytes: view.getUint32(at + 20, true),
      sizeBytes: view.getUint32(at + 24, true),
      headerAt: view.getUint32(at + 42, true),
    };
    const nameEnd = at + ENTRY_BYTES + view.getUint16(at + 28, true);
    if (nameEnd > end) broken('its directory is damaged');
    const name = Buffer.from(bytes.subarray(at + ENTRY_BYTES, nameEnd));
    // a damaged name would be a junction lost without a word
    const nameAt = member.headerAt + HEADER_BYTES;
    if (!name.equals(bytes.subarray(nameAt, nameAt + name.length))) broken('a name in its directory is damaged');
    members.set(name.toString('utf8'), member);
    at = nameEnd + view.getUint16(at + 30, true) + view.getUint16(at + 32, true);
  }
  if (at !== end && !(at + 4 <= end && view.getUint32(at, true) === END_64)) broken('its directory is damaged');
  return members;
}

/** A member's bytes, unpacked and checked. @throws ScattershotError */
export function unzipMember(bytes: Uint8Array, member: ZipMember, name: string): Uint8Array {
  const { method, checksum, packedBytes, sizeBytes, headerAt } = member;
  if ([packedBytes, sizeBytes, headerAt].includes(0xffffffff)) {
    refuse('file-too-big', `${name} has 64-bit sizes, as arrays above 4 GiB need`, 'Give this pattern as .json.');
  }
  const view = viewOf(bytes);
  if (headerAt + HEADER_BYTES > bytes.length || view.getUint32(headerAt, true) !== HEADER) {
    broken(`${name} is not where the directory says`);
  }
  const start = headerAt + HEADER_BYTES + view.getUint16(headerAt + 26, true) + view.getUint16(headerAt + 28, true);
  if (start + packedBytes > bytes.length) broken(`${name} is cut short`);
  const packed = bytes.subarray(start, start + packedBytes);
  if (method !== 0 && method !== 8) {
    refuse('unsupported-array', `${name} is packed by method ${method}`, 'Save it with numpy.savez_compressed.');
  }
  const data = method === 0 ? packed : inflated(packed, sizeBytes, name);
  if (data.length !== sizeBytes || crc32(data) !== checksum) broken(`the checksum of ${name} does not fit`);
  return data;
}

function inflated(packed: Uint8Array, sizeBytes: number, name: string): Uint8Array {
  try {
    return inflateRawSync(packed, { maxOutputLength: Math.max(1, sizeBytes) });
  } catch (error) {
    return broken(`${name} cannot be unpacked: ${(error as Error).message}`);
  }
}
