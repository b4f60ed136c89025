import { refuseContent } from '../../base/content-error.ts';
import { memoryLimit } from '../../base/memory-limit.ts';
import type { Pattern } from '../pattern.ts';
import { refuse } from './pattern-file.ts';
import type { JunctionRows } from './rows.ts';

/** How a float says NaN or infinity, and 1, in its most significant bits (as many as it has, at most 32). */
export interface FloatBits {
  /** the exponent's bits; all set: NaN or infinite */
  readonly exponent: number;
  readonly one: number;
}

/** Floats by their names in safetensors; E4M3 has no infinity, and one NaN of either sign. */
export const floatBits = {
  E4M3: { exponent: 0x7f, one: 0x38 },
  E5M2: { exponent: 0x7c, one: 0x3c },
  BF16: { exponent: 0x7f80, one: 0x3f80 },
  F16: { exponent: 0x7c00, one: 0x3c00 },
  F32: { exponent: 0x7f800000, one: 0x3f800000 },
  F64: { exponent: 0x7ff00000, one: 0x3ff00000 },
} as const satisfies Readonly<Record<string, FloatBits>>;

/** How one number of a dense array is stored, as far as telling zero, one and the rest apart needs it. */
export interface Item {
  readonly bytes: 1 | 2 | 4 | 8;
  /** null for whole numbers; the sign bit of a float alone (−0) is still zero */
  readonly float: FloatBits | null;
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

/** One item, or a mask for one, as it lies in memory: one word, or two of 32 bits for 64. */
type ItemWords = readonly [number, number];

/** @param little the item's bytes, the least significant first */
function itemWords(item: Item, little: Uint8Array): ItemWords {
  const words = wordsOf((item.bigEndian ? little.reverse() : little).buffer as ArrayBuffer, item.bytes);
  return [words[0], words[1] ?? 0];
}

/** Bytes, least significant first, of an item whose most significant 32 bits (or all it has) are `high`, its others `rest`. */
function highBytes({ bytes }: Item, high: number, rest: number): Uint8Array {
  const little = new Uint8Array(bytes).fill(rest);
  for (let n = 0; n < Math.min(4, bytes); n++) little[bytes - 1 - n] = high >>> (8 * (Math.min(4, bytes) - 1 - n));
  return little;
}

/** What items are compared with. */
interface BitComparison {
  /** every bit, except the sign of a float */
  readonly magnitude: ItemWords;
  /** the bits that are all set in NaN and infinity; null for whole numbers */
  readonly exponent: ItemWords | null;
  readonly one: ItemWords;
  /** words of an item */
  readonly width: 1 | 2;
}

function comparisonOf(item: Item): BitComparison {
  const { bytes, float } = item;
  const width = bytes === 8 ? 2 : 1;
  const all = new Uint8Array(bytes).fill(0xff);
  if (float === null) {
    const one = Uint8Array.from({ length: bytes }, (_, n) => (n === 0 ? 1 : 0));
    return { magnitude: itemWords(item, all), exponent: null, one: itemWords(item, one), width };
  }
  all[bytes - 1] = 0x7f;
  return {
    magnitude: itemWords(item, all),
    exponent: itemWords(item, highBytes(item, float.exponent, 0)),
    one: itemWords(item, highBytes(item, float.one, 0)),
    width,
  };
}

/** Positions of the nonzero items of a line, into `hits`; returns how many. */
function nonzeroItems(words: Words, { magnitude, width }: BitComparison, hits: Uint32Array): number {
  let count = 0;
  const [low, high] = magnitude;
  if (width === 1) {
    for (let i = 0; i < words.length; i++) if ((words[i] & low) !== 0) hits[count++] = i;
    return count;
  }
  for (let i = 0; i < words.length; i += 2) {
    if (((words[i] & low) | (words[i + 1] & high)) !== 0) hits[count++] = i >>> 1;
  }
  return count;
}

/** What the first `count` of `hits` are: the first that is NaN or infinite, by its place; and whether any is not 1. */
function judgeItems(
  words: Words,
  { exponent, one, width }: BitComparison,
  hits: Uint32Array,
  count: number,
): { readonly notFinite: number | null; readonly others: boolean } {
  const [exponent0, exponent1] = exponent ?? [0, 0];
  const [one0, one1] = one;
  let others = 0;
  for (let n = 0; n < count; n++) {
    const at = hits[n] * width;
    const word0 = words[at];
    const word1 = width === 2 ? words[at + 1] : 0;
    if (exponent !== null && (((word0 & exponent0) ^ exponent0) | ((word1 & exponent1) ^ exponent1)) === 0) {
      return { notFinite: hits[n], others: others !== 0 };
    }
    others |= (word0 ^ one0) | (word1 ^ one1);
  }
  return { notFinite: null, others: others !== 0 };
}

/** Of an item whose exponent is all ones: whether any bit is set beside it, as NaN has and infinity has not. */
function isNaNAt(words: Words, item: number, { magnitude, exponent, width }: BitComparison, float: FloatBits): boolean {
  if (float === floatBits.E4M3) return true;
  const rest = (n: 0 | 1) => words[item * width + n] & magnitude[n] & ~(exponent?.[n] ?? 0);
  return rest(0) !== 0 || (width === 2 && rest(1) !== 0);
}

interface Lines {
  /** nonzero items of each line */
  readonly counts: Uint32Array;
  /** their positions, line after line, ascending within each */
  readonly hits: Uint32Array;
  /** whether an item is neither 0 nor 1 */
  readonly others: boolean;
}

/** @param refuseItem called with line and position of an item that is NaN or infinite */
function nonzeroLines(
  array: DenseArray,
  lines: number,
  length: number,
  refuseItem: (line: number, position: number, nan: boolean) => never,
): Lines {
  const lineBytes = length * array.item.bytes;
  const buffer = new ArrayBuffer(lineBytes);
  const line = new Uint8Array(buffer);
  const words = wordsOf(buffer, array.item.bytes);
  const comparison = comparisonOf(array.item);
  const found = new Uint32Array(length);
  const counts = new Uint32Array(lines);
  const most = memoryLimit() / Uint32Array.BYTES_PER_ELEMENT;
  let hits = new Uint32Array(Math.max(1024, length));
  let total = 0;
  let others = false;
  for (let n = 0; n < lines; n++) {
    line.set(array.data.subarray(n * lineBytes, (n + 1) * lineBytes));
    const count = nonzeroItems(words, comparison, found);
    const judged = judgeItems(words, comparison, found, count);
    if (judged.notFinite !== null && array.item.float !== null) {
      refuseItem(n, judged.notFinite, isNaNAt(words, judged.notFinite, comparison, array.item.float));
    }
    others ||= judged.others;
    if (total + count > most) refuseContent('content-too-big', 'it has more edges than free memory allows');
    if (total + count > hits.length) {
      const grown = new Uint32Array(Math.min(lines * length, 2 * (total + count)));
      grown.set(hits.subarray(0, total));
      hits = grown;
    }
    hits.set(found.subarray(0, count), total);
    counts[n] = count;
    total += count;
  }
  return { counts, hits: hits.slice(0, total), others };
}

/** Lines by column turned into lines by row; ascending order within a line comes of itself. */
function transposed({ counts, hits, others }: Lines, rows: number): Lines {
  const rowCounts = new Uint32Array(rows);
  for (const row of hits) rowCounts[row]++;
  const next = new Uint32Array(rows);
  for (let j = 1; j < rows; j++) next[j] = next[j - 1] + rowCounts[j - 1];
  const columns = new Uint32Array(hits.length);
  let e = 0;
  for (let k = 0; k < counts.length; k++) {
    for (const end = e + counts[k]; e < end; e++) columns[next[hits[e]]++] = k;
  }
  return { counts: rowCounts, hits: columns, others };
}

/**
 * An edge wherever the array is not zero, whatever the weight. Cost: one pass over the data, memory for the edges and a line.
 * @param name the array's, for messages
 * @throws ScattershotError for NaN and infinity, of which nobody can say whether they are edges
 */
export function rowsFromDense(array: DenseArray, name: string): JunctionRows {
  const { left, right, fortran } = array;
  const refuseItem = (j: number, k: number, nan: boolean): never =>
    refuse(
      'not-finite',
      `${name}, right neuron ${j}, left neuron ${k} is ${nan ? 'NaN' : 'infinite'}; a mask is 0 where there is no edge and a finite number where there is one`,
      'Find out where it comes from: training that diverged, or 0 × ∞ in the mask. numpy.nan_to_num would hide it.',
    );
  const lines = fortran
    ? transposed(
        nonzeroLines(array, left, right, (k, j, nan) => refuseItem(j, k, nan)),
        right,
      )
    : nonzeroLines(array, right, left, refuseItem);
  return { left, fanIns: lines.counts, sources: lines.hits, weighted: lines.others };
}

/** The same array with rows and columns exchanged: [left, right], as Keras keeps kernels, read as [right, left]. */
export const transposedArray = (array: DenseArray): DenseArray => ({
  ...array,
  right: array.left,
  left: array.right,
  fortran: !array.fortran,
});

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
