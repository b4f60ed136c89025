import type { Pattern } from '../pattern.ts';
import type { JunctionRows } from './rows.ts';

/** How one number of a dense array is stored, as far as telling zero from nonzero needs it. */
export interface Item {
  readonly bytes: 1 | 2 | 4 | 8;
  /** a float, whose sign bit alone (−0) is still zero */
  readonly float: boolean;
  readonly bigEndian: boolean;
}

/** A dense junction as PyTorch keeps weights: `right × left`, row-major, or column-major where `fortran`. */
export interface DenseArray {
  readonly right: number;
  readonly left: number;
  readonly item: Item;
  readonly fortran: boolean;
  /** exactly right·left·item.bytes bytes, at any alignment */
  readonly data: Uint8Array;
}

type Words = Uint8Array | Uint16Array | Uint32Array;

/** `buffer` read as words of at most 32 bits: 64-bit items are two. */
function wordsOf(buffer: ArrayBuffer, bytes: Item['bytes']): Words {
  if (bytes === 1) return new Uint8Array(buffer);
  return bytes === 2 ? new Uint16Array(buffer) : new Uint32Array(buffer);
}

/** One item with all bits set but the sign bit of a float, as words. */
function maskOf(item: Item): Words {
  const mask = new Uint8Array(item.bytes).fill(0xff);
  if (item.float) mask[item.bigEndian ? 0 : item.bytes - 1] = 0x7f;
  return wordsOf(mask.buffer, item.bytes);
}

/** Positions of the nonzero items of one line, into `hits`; returns how many. NaN is not zero. */
function nonzeroItems(words: Words, mask: Words, hits: Uint32Array): number {
  let count = 0;
  const low = mask[0];
  if (mask.length === 1) {
    for (let i = 0; i < words.length; i++) if ((words[i] & low) !== 0) hits[count++] = i;
    return count;
  }
  const high = mask[1];
  for (let i = 0; i < words.length; i += 2) {
    if (((words[i] & low) | (words[i + 1] & high)) !== 0) hits[count++] = i >>> 1;
  }
  return count;
}

interface Lines {
  /** nonzero items of each line */
  readonly counts: Uint32Array;
  /** their positions, line after line, ascending within each */
  readonly hits: Uint32Array;
}

function nonzeroLines(array: DenseArray, lines: number, length: number): Lines {
  const lineBytes = length * array.item.bytes;
  const buffer = new ArrayBuffer(lineBytes);
  const line = new Uint8Array(buffer);
  const words = wordsOf(buffer, array.item.bytes);
  const mask = maskOf(array.item);
  const found = new Uint32Array(length);
  const counts = new Uint32Array(lines);
  let hits = new Uint32Array(Math.max(1024, length));
  let total = 0;
  for (let n = 0; n < lines; n++) {
    line.set(array.data.subarray(n * lineBytes, (n + 1) * lineBytes));
    const count = nonzeroItems(words, mask, found);
    if (total + count > hits.length) {
      const grown = new Uint32Array(Math.min(lines * length, 2 * (total + count)));
      grown.set(hits.subarray(0, total));
      hits = grown;
    }
    hits.set(found.subarray(0, count), total);
    counts[n] = count;
    total += count;
  }
  return { counts, hits: hits.slice(0, total) };
}

/** Lines by column turned into lines by row; ascending order within a line comes of itself. */
function transposed({ counts, hits }: Lines, rows: number): Lines {
  const rowCounts = new Uint32Array(rows);
  for (const row of hits) rowCounts[row]++;
  const next = new Uint32Array(rows);
  for (let j = 1; j < rows; j++) next[j] = next[j - 1] + rowCounts[j - 1];
  const columns = new Uint32Array(hits.length);
  let e = 0;
  for (let k = 0; k < counts.length; k++) {
    for (const end = e + counts[k]; e < end; e++) columns[next[hits[e]]++] = k;
  }
  return { counts: rowCounts, hits: columns };
}

/** An edge wherever the array is not zero, whatever the weight. Cost: one pass over the data, memory for the edges and a line. */
export function rowsFromDense(array: DenseArray): JunctionRows {
  const { left, right, fortran } = array;
  const lines = fortran ? transposed(nonzeroLines(array, left, right), right) : nonzeroLines(array, right, left);
  return { left, fanIns: lines.counts, sources: lines.hits };
}

/** Bytes handed on at a time. */
const BLOCK = 1 << 20;

/** Junction `index` (from 0) as uint8 0/1 `[right, left]`, row-major, in blocks of whole rows; never whole in memory. */
export function* denseBlocks(pattern: Pattern, index: number): Generator<Uint8Array> {
  const left = pattern.layers[index];
  const right = pattern.layers[index + 1];
  const sources = pattern.junctions[index];
  const fanIn = sources.length / right;
  const rows = Math.max(1, Math.floor(BLOCK / left));
  for (let first = 0; first < right; first += rows) {
    const last = Math.min(right, first + rows);
    const block = new Uint8Array((last - first) * left);
    for (let j = first; j < last; j++) {
      for (let e = j * fanIn; e < (j + 1) * fanIn; e++) block[(j - first) * left + sources[e]] = 1;
    }
    yield block;
  }
}

export const junctionName = (index: number) => `junction${index + 1}`;

/** How many of junction1, junction2, … there are, without a gap; or the first one missing. */
export function countJunctions(names: ReadonlySet<string>): number | { readonly missing: string } {
  let count = 0;
  while (names.has(junctionName(count))) count++;
  const beyond = [...names].some((name) => /^junction[1-9]\d*$/.test(name) && Number(name.slice(8)) > count);
  return count === 0 || beyond ? { missing: junctionName(count) } : count;
}
