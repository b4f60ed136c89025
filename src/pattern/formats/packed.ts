import { constants } from 'node:buffer';
import { crc32, deflateRawSync, inflateRawSync } from 'node:zlib';
import { InvalidValueError } from '../../base/caller-errors.ts';
import { describeArchitecture, junctionSizes, meanFanOut } from '../architecture.ts';
import { type Pattern, patternFault } from '../pattern.ts';

/**
 * A pattern as few bytes, for the database: `SP`, version 1, CRC-32 of the rest (little-endian), then as varints the number
 * of junctions, layers, fan-outs, then deflated: for each row the gaps between its ascending left neurons, less one, as varints.
 * A pattern with balanced degrees is of version 2, which has fan-ins in the place of fan-outs.
 *
 * Bytes and milliseconds to pack and unpack, 2 cores of 2026, random and permutation-grid patterns (a raw list is 4 bytes an edge):
 *   64-1024-64 (128,8)                     16 384 edges   9.3 and 8.2 KB       0.4 and 0.2 ms
 *   4096-512-16 (1,1)                       4 608 edges   6.6 and 6.7 KB       0.3 and 0.1 ms
 *   25088-4096-4096-1000 (64,64,125)    2 379 776 edges   2.16 and 1.83 MB     160 and 90 ms
 * Rice codes gave 8.8, 5.6 and 2.04 MB on the random ones and saved nothing on regular ones, which deflate shrinks up to 500 times;
 * deflated raw lists took 20.7 KB, 11.0 KB and 4.97 MB, at three times the time and more.
 */
const VERSION = 1;
const BALANCED_VERSION = 2;
const HEADER_BYTES = 7;

/** Longest varint of a 32-bit number. */
const MOST_VARINT = 5;

function writeVarint(bytes: Uint8Array, at: number, value: number): number {
  let end = at;
  let rest = value;
  for (; rest > 127; rest >>>= 7) bytes[end++] = (rest & 127) | 128;
  bytes[end++] = rest;
  return end;
}

/** Reads varints one after another. @throws RangeError past the end, or for one above 32 bits */
class VarintReader {
  readonly #bytes: Uint8Array;
  at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  next(): number {
    let value = 0;
    for (let scale = 1; ; scale *= 128) {
      const byte = this.#bytes[this.at++];
      if (byte === undefined) throw new InvalidValueError('a packed pattern is cut short');
      value += (byte & 127) * scale;
      if (value > 0xffffffff || scale > 2 ** 28)
        throw new InvalidValueError('a packed pattern holds a number above 32 bits');
      if (byte < 128) return value;
    }
  }
}

function packedRows(pattern: Pattern): Uint8Array {
  const sizes = junctionSizes(pattern);
  const rows = new Uint8Array(MOST_VARINT * sizes.reduce((sum, { edges }) => sum + edges, 0));
  let end = 0;
  for (const { number, right, fanIn } of sizes) {
    const sources = pattern.junctions[number - 1];
    let e = 0;
    for (let j = 0; j < right; j++) {
      let before = -1;
      for (const rowEnd = e + fanIn; e < rowEnd; e++) {
        end = writeVarint(rows, end, sources[e] - before - 1);
        before = sources[e];
      }
    }
  }
  return rows.subarray(0, end);
}

/** @throws RangeError for a broken pattern */
export function packPattern(pattern: Pattern): Uint8Array {
  const fault = patternFault(pattern);
  if (fault !== null) throw new InvalidValueError(`a pattern to be packed must be whole: ${fault.message}`);
  const exact = pattern.fanOuts.every(Number.isInteger);
  const degrees = exact ? pattern.fanOuts : junctionSizes(pattern).map(({ fanIn }) => fanIn);
  const numbers = [pattern.fanOuts.length, ...pattern.layers, ...degrees];
  const head = new Uint8Array(HEADER_BYTES + MOST_VARINT * numbers.length);
  head.set([0x53, 0x50, exact ? VERSION : BALANCED_VERSION]);
  const headEnd = numbers.reduce((at, value) => writeVarint(head, at, value), HEADER_BYTES);
  const rows = deflateRawSync(packedRows(pattern));
  const packed = new Uint8Array(headEnd + rows.length);
  packed.set(head.subarray(0, headEnd));
  packed.set(rows, headEnd);
  new DataView(packed.buffer).setUint32(3, crc32(packed.subarray(HEADER_BYTES)), true);
  return packed;
}

function checkFrame(bytes: Uint8Array): void {
  if (bytes.length <= HEADER_BYTES || bytes[0] !== 0x53 || bytes[1] !== 0x50) {
    throw new InvalidValueError(`expected a packed pattern; got ${bytes.length} other bytes`);
  }
  if (bytes[2] !== VERSION && bytes[2] !== BALANCED_VERSION) {
    throw new InvalidValueError(
      `expected a packed pattern of version ${VERSION} or ${BALANCED_VERSION}; got ${bytes[2]}`,
    );
  }
  const stated = new DataView(bytes.buffer, bytes.byteOffset).getUint32(3, true);
  if (crc32(bytes.subarray(HEADER_BYTES)) !== stated) {
    throw new InvalidValueError('a packed pattern is damaged: its checksum does not fit');
  }
}

function inflated(bytes: Uint8Array, edges: number): Uint8Array {
  try {
    return inflateRawSync(bytes, { maxOutputLength: Math.min(MOST_VARINT * edges, constants.MAX_LENGTH) });
  } catch (error) {
    throw new InvalidValueError(`a packed pattern is damaged: ${(error as Error).message}`);
  }
}

/** Bytes that the packed pattern of so many edges and junctions takes at most, whatever it is. */
export const mostPackedBytes = (edges: number, junctions: number): number =>
  Math.ceil(1.01 * MOST_VARINT * edges) + 3 * MOST_VARINT * (junctions + 1) + 100;

/** @throws RangeError unless the sizes are those */
function requireSizes(got: PatternSizes, expected: PatternSizes): void {
  if (got.layers.join() === expected.layers.join() && got.fanOuts.join() === expected.fanOuts.join()) return;
  throw new InvalidValueError(
    `the packed pattern must have the sizes ${describeArchitecture(expected)}; got ${describeArchitecture(got)}`,
  );
}

type PatternSizes = Pick<Pattern, 'layers' | 'fanOuts'>;

/**
 * @param expected sizes that it must have, asked before memory is taken for its edges
 * @throws RangeError for anything that `packPattern` did not make: it never returns a wrong pattern
 */
export function unpackPattern(bytes: Uint8Array, expected?: PatternSizes): Pattern {
  checkFrame(bytes);
  const head = new VarintReader(bytes.subarray(HEADER_BYTES));
  const count = head.next();
  if (count < 1 || count > bytes.length) throw new InvalidValueError(`a packed pattern claims ${count} junctions`);
  const layers = Array.from({ length: count + 1 }, () => head.next());
  const degrees = Array.from({ length: count }, () => head.next());
  const fanOuts =
    bytes[2] === VERSION ? degrees : degrees.map((fanIn, i) => meanFanOut(layers[i], layers[i + 1], fanIn));
  if (expected !== undefined) requireSizes({ layers, fanOuts }, expected);
  const sizes = junctionSizes({ layers, fanOuts });
  const edges = sizes.reduce((sum, size) => sum + size.edges, 0);
  if (!Number.isSafeInteger(edges) || edges < 1) throw new InvalidValueError(`a packed pattern claims ${edges} edges`);
  const rows = inflated(bytes.subarray(HEADER_BYTES + head.at), edges);
  // an edge takes a byte at least: what is claimed is bounded by what is there, before memory is asked for
  if (edges > rows.length)
    throw new InvalidValueError(`a packed pattern claims ${edges} edges in ${rows.length} bytes`);
  const reader = new VarintReader(rows);
  const junctions = sizes.map(({ edges: length, fanIn }) => {
    const sources = new Uint32Array(length);
    for (let e = 0; e < length; e++) sources[e] = reader.next() + (e % fanIn === 0 ? 0 : sources[e - 1] + 1);
    return sources;
  });
  if (reader.at !== rows.length) throw new InvalidValueError('a packed pattern has bytes after its last edge');
  const pattern: Pattern = { layers, fanOuts, junctions };
  const fault = patternFault(pattern);
  if (fault !== null) throw new InvalidValueError(`a packed pattern is faulty: ${fault.message}`);
  return pattern;
}
