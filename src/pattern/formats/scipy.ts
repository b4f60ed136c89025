import { refuseContent } from '../../base/content-error.ts';
import { itemReader } from '../../base/item-reader.ts';
import { type NumericArray, npyHeader, parseNpy } from '../../base/npy.ts';
import type { ArrayMember } from '../../base/npz.ts';
import { rowsFromDense } from './dense.ts';
import { type ArrayChoice, arrayOrder } from './named-arrays.ts';
import { numericArray } from './npy.ts';
import { type PatternFile, refuse } from './pattern-file.ts';
import { type JunctionRows, patternFromRows } from './rows.ts';

/** scipy.sparse.save_npz (scipy/sparse/_matrix_io.py): one matrix, [right, left], by the arrays that every kind of it has. */
type SparseKind = 'csr' | 'csc' | 'coo';

const words: Readonly<Record<string, string>> = { bsr: 'blocks (BSR)', dia: 'diagonals (DIA)' };

/** Whether the arrays of an archive are those of a sparse matrix. */
export function isSparse(members: readonly ArrayMember[]): boolean {
  const has = (...names: readonly string[]) => names.every((name) => members.some((member) => member.name === name));
  return has('format', 'shape', 'data') && (has('indices', 'indptr') || has('row', 'col') || has('offsets'));
}

/** @throws ScattershotError or ContentError */
export function patternFromSparse(members: readonly ArrayMember[], choice: ArrayChoice): PatternFile {
  if (choice.tensors !== undefined) {
    const message = 'it holds one sparse matrix of SciPy, whose arrays are no junctions by themselves';
    return refuse('no-such-array', message, 'Leave --tensor out.');
  }
  const { transposed = false } = choice;
  const { pattern, weighted } = patternFromRows([sparseRows(new SparseArrays(members), transposed)]);
  return { pattern, order: arrayOrder({ transposed }), ...(weighted.length > 0 ? { weighted } : {}) };
}

/** The arrays of a sparse matrix by their names. */
class SparseArrays {
  readonly #members: ReadonlyMap<string, ArrayMember>;

  constructor(members: readonly ArrayMember[]) {
    this.#members = new Map(members.map((member) => [member.name, member]));
  }

  /** "csr": stored as an array of one text, in bytes or in 4 bytes a character. */
  kind(): SparseKind {
    const bytes = this.#bytes('format');
    const text = Buffer.from(bytes.subarray(npyHeader(bytes, 'format').dataAt))
      .toString('latin1')
      .replaceAll('\0', '');
    if (text === 'csr' || text === 'csc' || text === 'coo') return text;
    const kept = words[text] ?? 'a way that is not known here';
    return refuse('sparse-matrix', `it is a sparse matrix of SciPy, stored by ${kept}`, 'Save matrix.tocsr() instead.');
  }

  numbers(name: string): NumericArray {
    return parseNpy(this.#bytes(name), name);
  }

  /** @throws ContentError for negative numbers, fractions and those from 2^31 */
  whole(name: string): Uint32Array {
    const array = this.numbers(name);
    if (array.shape.length !== 1)
      refuseContent('damaged-content', `${name} has ${array.shape.length} dimensions, not 1`);
    const read = itemReader(array);
    return Uint32Array.from({ length: array.shape[0] }, (_, item) => {
      const value = read(item);
      return Number.isInteger(value) && value >= 0 && value < 2 ** 31
        ? value
        : refuseContent('damaged-content', `${name} holds ${value} at ${item}`);
    });
  }

  #bytes(name: string): Uint8Array {
    const member = this.#members.get(name);
    return member === undefined ? refuseContent('damaged-content', `it has no array ${name}`) : member.unpack();
  }
}

/** Places of the entries that are not 0, which alone are edges, and whether one is not 1. */
function nonzeroEntries(data: NumericArray): { readonly places: Uint32Array; readonly weighted: boolean } {
  const [entries] = data.shape;
  if (data.shape.length !== 1) refuseContent('damaged-content', `data has ${data.shape.length} dimensions, not 1`);
  if (entries === 0) return { places: new Uint32Array(0), weighted: false };
  const { sources, weighted = false } = rowsFromDense(numericArray({ ...data, shape: [1, entries] }), 'data');
  return { places: sources, weighted };
}

/** Rows of a compressed matrix are its lines or, of CSC, its columns; of COO what `row` says. */
function sparseRows(arrays: SparseArrays, transposed: boolean): JunctionRows {
  const kind = arrays.kind();
  const shape = arrays.whole('shape');
  if (shape.length !== 2) refuseContent('damaged-content', `its shape has ${shape.length} sides, not 2`);
  const [rows, columns] = shape;
  const data = arrays.numbers('data');
  const { places, weighted } = nonzeroEntries(data);
  const [entries] = data.shape;
  const [major, minor] =
    kind === 'coo'
      ? [arrays.whole('row'), arrays.whole('col')]
      : [lineOf(arrays.whole('indptr'), kind === 'csr' ? rows : columns, entries), arrays.whole('indices')];
  const [row, column] = kind === 'csc' ? [minor, major] : [major, minor];
  if (row.length !== entries || column.length !== entries) {
    refuseContent(
      'damaged-content',
      `it has ${entries} entries, and ${row.length} and ${column.length} places for them`,
    );
  }
  const [right, left] = transposed ? [columns, rows] : [rows, columns];
  const [j, k] = transposed ? [column, row] : [row, column];
  return { ...rowsOfEntries(places, j, k, right, left), weighted };
}

/** The line of each entry, by where each line starts. */
function lineOf(starts: Uint32Array, lines: number, entries: number): Uint32Array {
  const isWhole = starts.length === lines + 1 && starts[0] === 0 && starts[lines] === entries;
  if (!isWhole || starts.some((start, line) => line > 0 && start < starts[line - 1])) {
    refuseContent('damaged-content', `indptr does not share ${entries} entries out to ${lines} lines`);
  }
  const line = new Uint32Array(entries);
  for (let n = 0; n < lines; n++) line.fill(n, starts[n], starts[n + 1]);
  return line;
}

function rowsOfEntries(
  places: Uint32Array,
  right: Uint32Array,
  left: Uint32Array,
  rights: number,
  lefts: number,
): JunctionRows {
  // memory for the entries, whatever sizes the matrix claims
  if (!(rights >= 1 && lefts >= 1) || rights > places.length || lefts > places.length) {
    const message = `the matrix [${rights}, ${lefts}] has ${places.length} entries that are not 0, too few for each neuron to have one`;
    return refuse(
      'faulty-pattern',
      message,
      'Patterns have fixed degrees of at least 1: leave out neurons without edges.',
    );
  }
  const fanIns = new Uint32Array(rights);
  for (const place of places) {
    if (right[place] >= rights || left[place] >= lefts) {
      refuseContent('damaged-content', `entry ${place} lies outside of the matrix`);
    }
    fanIns[right[place]]++;
  }
  const next = new Uint32Array(rights);
  for (let j = 1; j < rights; j++) next[j] = next[j - 1] + fanIns[j - 1];
  const sources = new Uint32Array(places.length);
  for (const place of places) sources[next[right[place]]++] = left[place];
  return { left: lefts, fanIns, sources };
}
