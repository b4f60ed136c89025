import { Matrix } from 'ml-matrix';
import { junctionSizes } from '../pattern/architecture.ts';
import type { Entry } from '../pattern/entries.ts';
import type { Pattern } from '../pattern/pattern.ts';
import { isIdentity } from './pairs.ts';

/** A 0/1 matrix by the columns of its ones: row r has `members[starts[r]] … members[starts[r + 1] − 1]`. */
export interface SparseRows {
  readonly rows: number;
  readonly columns: number;
  readonly starts: Uint32Array;
  readonly members: Uint32Array;
}

/** Dense blocks are cut to about this many numbers (2 MB). */
const BLOCK_NUMBERS = 1 << 18;

function transposedRows({ rows, columns, starts, members }: SparseRows): SparseRows {
  const offsets = new Uint32Array(columns + 1);
  for (let m = 0; m < members.length; m++) offsets[members[m] + 1]++;
  for (let c = 0; c < columns; c++) offsets[c + 1] += offsets[c];
  const next = offsets.slice();
  const transposed = new Uint32Array(members.length);
  for (let r = 0; r < rows; r++) for (let m = starts[r]; m < starts[r + 1]; m++) transposed[next[members[m]]++] = r;
  return { rows: columns, columns: rows, starts: offsets, members: transposed };
}

/** Rows `first` to `limit − 1`. */
const someRows = (sparse: SparseRows, first: number, limit: number): SparseRows => ({
  ...sparse,
  rows: limit - first,
  starts: sparse.starts.subarray(first, limit + 1),
});

/** Numbers of the rows that are not zero. */
function rowsInUse(matrix: Matrix): number[] {
  const used: number[] = [];
  for (let k = 0; k < matrix.rows; k++) {
    for (let r = 0; r < matrix.columns; r++) {
      if (matrix.get(k, r) === 0) continue;
      used.push(k);
      break;
    }
  }
  return used;
}

/**
 * S·V by ml-matrix, in dense blocks of rows of S so that memory stays small. Rows of V that are zero, and the columns of S that
 * meet them, are left out of the product.
 * @param right columns × R
 * @returns rows × R
 */
function blockwiseProduct(sparse: SparseRows, right: Matrix): Matrix {
  const used = rowsInUse(right);
  const place = new Int32Array(sparse.columns).fill(-1);
  for (const [column, k] of used.entries()) place[k] = column;
  const factor = right.selection(used, [...new Array(right.columns).keys()]);
  const height = Math.max(1, Math.min(sparse.rows, Math.floor(BLOCK_NUMBERS / used.length)));
  const block = Matrix.zeros(height, used.length);
  const result = Matrix.zeros(sparse.rows, right.columns);
  const fill = (first: number, count: number, value: number) => {
    for (let r = 0; r < count; r++) {
      for (let m = sparse.starts[first + r]; m < sparse.starts[first + r + 1]; m++) {
        const column = place[sparse.members[m]];
        if (column >= 0) block.set(r, column, value);
      }
    }
  };
  for (let first = 0; first < sparse.rows; first += height) {
    const count = Math.min(height, sparse.rows - first);
    fill(first, count, 1);
    const part = block.mmul(factor);
    for (let r = 0; r < count; r++) result.setRow(first + r, part.getRow(r));
    fill(first, count, 0);
  }
  return result;
}

/** A pattern's junctions, both ways round, made when first asked for. */
export class SparseJunctions {
  readonly #pattern: Pattern;
  readonly #made = new Map<string, SparseRows>();

  constructor(pattern: Pattern) {
    this.#pattern = pattern;
  }

  /** A_i (right × left), or its transpose. @param number junction, from 1 */
  get(number: number, transposed: boolean): SparseRows {
    const key = `${number} ${transposed}`;
    let rows = this.#made.get(key);
    if (rows === undefined) {
      if (transposed) rows = transposedRows(this.get(number, false));
      else {
        const { left, right, fanIn } = junctionSizes(this.#pattern)[number - 1];
        const starts = Uint32Array.from({ length: right + 1 }, (_, j) => j * fanIn);
        rows = { rows: right, columns: left, starts, members: this.#pattern.junctions[number - 1] };
      }
      this.#made.set(key, rows);
    }
    return rows;
  }

  /** The matrices that carry a vector over averaged neurons to the windowed ones, in order: A_Yᵀ … A_Xᵀ forward, A_X … A_Y backward. */
  chain({ from, to, direction }: Entry): SparseRows[] {
    const numbers = Array.from({ length: to - from + 1 }, (_, i) => from + i);
    return direction === 'forward'
      ? numbers.reverse().map((number) => this.get(number, true))
      : numbers.map((number) => this.get(number, false));
  }
}

/** Windows `first` to `limit − 1`. */
export interface WindowRange {
  readonly first: number;
  readonly limit: number;
}

/** Multiply-adds of `windowProductRows`, about: paths from R neurons reach at most R·degree, R·degree², … others. */
export function rowsCost(junctions: SparseJunctions, entry: Entry, rows: number, range: WindowRange): number {
  const chain = junctions.chain(entry);
  let [cost, reached] = [0, rows];
  for (const [index, { rows: height, columns, members }] of chain.entries()) {
    const cut = index === chain.length - 1 && isIdentity(entry.windows);
    const used = Math.min(columns, reached);
    cost += (cut ? range.limit - range.first : height) * used * rows;
    reached = Math.min(height, (used * members.length) / columns);
  }
  return isIdentity(entry.windows) ? cost : cost + (range.limit - range.first) * reached * rows;
}

/**
 * Rows of the window product of an entry: for each chosen averaged neuron its path counts from some windows, by the chain
 * Pᵀ·(A_Xᵀ·(⋯ A_Yᵀ·e_j)) forward and P_rᵀ·(A_Y·(⋯ A_X·e_k)) backward. The same numbers as in `windowProduct`, whose brackets
 * lie the other way; a product with the identity is left out.
 * @param chosen averaged neurons
 * @param kept what is kept of the counts after every product
 * @returns windows of the range × chosen
 */
export function windowProductRows(
  junctions: SparseJunctions,
  entry: Entry,
  chosen: readonly number[],
  { first, limit }: WindowRange,
  kept: (counts: Matrix) => Matrix = (counts) => counts,
): Matrix {
  const chain = junctions.chain(entry);
  const identity = isIdentity(entry.windows);
  if (identity) chain.push(someRows(chain.pop() as SparseRows, first, limit));
  let vectors = Matrix.zeros(chain[0].columns, chosen.length);
  for (const [r, neuron] of chosen.entries()) vectors.set(neuron, r, 1);
  for (const matrix of chain) vectors = kept(blockwiseProduct(matrix, vectors));
  if (identity) return vectors;
  const { neurons: rows, count: columns, starts, members } = entry.windows;
  return blockwiseProduct(someRows(transposedRows({ rows, columns, starts, members }), first, limit), vectors);
}
