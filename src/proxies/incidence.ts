import type { JunctionSize } from '../pattern/architecture.ts';
import { rowsOfLeft } from './adjacency.ts';
import { distinctRows } from './distinct-rows.ts';

/**
 * A 0/1 matrix by its rows: the columns with a one in row r, ascending, are `members[starts[r]] … members[starts[r + 1] − 1]`.
 */
export interface Incidence {
  readonly rows: number;
  readonly columns: number;
  readonly starts: Uint32Array;
  readonly members: Uint32Array;
}

/** @param lists the columns of each row */
export function incidence(lists: readonly (readonly number[])[], columns: number): Incidence {
  const starts = new Uint32Array(lists.length + 1);
  for (const [row, list] of lists.entries()) starts[row + 1] = starts[row] + list.length;
  return { rows: lists.length, columns, starts, members: Uint32Array.from(lists.flat()) };
}

export function transpose({ rows, columns, starts, members }: Incidence): Incidence {
  const ends = new Uint32Array(columns + 1);
  for (const column of members) ends[column + 1]++;
  for (let column = 0; column < columns; column++) ends[column + 1] += ends[column];
  const next = ends.slice();
  const flipped = new Uint32Array(members.length);
  for (let row = 0; row < rows; row++) {
    for (let e = starts[row]; e < starts[row + 1]; e++) flipped[next[members[e]]++] = row;
  }
  return { rows: columns, columns: rows, starts: ends, members: flipped };
}

/** The rows and columns kept, renumbered in their order. @param keptRows ascending; @param keepsColumn by column: 1 or 0 */
export function restrict(matrix: Incidence, keptRows: ArrayLike<number>, keepsColumn: Uint8Array): Incidence {
  const renumbered = new Uint32Array(matrix.columns);
  let columns = 0;
  for (let column = 0; column < matrix.columns; column++) {
    renumbered[column] = columns;
    columns += keepsColumn[column];
  }
  const starts = new Uint32Array(keptRows.length + 1);
  const members = new Uint32Array(matrix.members.length);
  let end = 0;
  for (let r = 0; r < keptRows.length; r++) {
    for (let e = matrix.starts[keptRows[r]]; e < matrix.starts[keptRows[r] + 1]; e++) {
      if (keepsColumn[matrix.members[e]] === 1) members[end++] = renumbered[matrix.members[e]];
    }
    starts[r + 1] = end;
  }
  return { rows: keptRows.length, columns, starts, members: members.slice(0, end) };
}

/** A junction without its repeated rows and columns: of the same rank. Rows are right neurons, columns left ones. */
export function distinctIncidence(sources: Uint32Array, size: JunctionSize): Incidence {
  const { left, right, fanIn } = size;
  const columns = rowsOfLeft(sources, size);
  const starts = Uint32Array.from({ length: right + 1 }, (_, j) => j * fanIn);
  const keepsColumn = new Uint8Array(left);
  for (const column of distinctRows(columns.members, left, columns.starts)) keepsColumn[column] = 1;
  return restrict(
    { rows: right, columns: left, starts, members: sources },
    distinctRows(sources, right, fanIn),
    keepsColumn,
  );
}

/** What is left after peeling, and the rank of what was peeled off. */
export interface Peeled {
  readonly core: Incidence;
  readonly rank: number;
}

/** Both readings of a matrix, with what is still in place; lines 0 … rows − 1 are rows, then come the columns. */
class Peeling {
  readonly #matrix: Incidence;
  readonly #lists: readonly [Incidence, Incidence];
  readonly #degrees: Uint32Array;
  readonly gone: Uint8Array;
  readonly ready: number[] = [];
  rank = 0;

  constructor(matrix: Incidence) {
    this.#matrix = matrix;
    this.#lists = [matrix, transpose(matrix)];
    this.gone = new Uint8Array(matrix.rows + matrix.columns);
    this.#degrees = Uint32Array.from(this.gone, (_, line) => this.#crossing(line).length);
    for (let line = 0; line < this.gone.length; line++) if (this.#degrees[line] <= 1) this.ready.push(line);
  }

  /** Lines of the other kind with a one in this one, gone or not. */
  #crossing(line: number): number[] {
    const { rows } = this.#matrix;
    const [{ starts, members }, own, offset] =
      line < rows ? [this.#lists[0], line, rows] : [this.#lists[1], line - rows, 0];
    return Array.from(members.subarray(starts[own], starts[own + 1]), (other) => other + offset);
  }

  #remove(line: number): void {
    this.gone[line] = 1;
    for (const other of this.#crossing(line)) {
      if (this.gone[other] === 0 && --this.#degrees[other] === 1) this.ready.push(other);
    }
  }

  /** A line with a single one is a pivot without fill-in: it goes, with the line that it crosses; an empty one just goes. */
  take(line: number): void {
    if (this.gone[line] === 1) return;
    this.gone[line] = 1;
    const crossed = this.#crossing(line).find((other) => this.gone[other] === 0);
    if (crossed === undefined) return;
    this.rank++;
    this.#remove(crossed);
  }
}

/** Takes off rows and columns with a single one, again and again, each a pivot. Cost: one pass over the ones. */
export function peel(matrix: Incidence): Peeled {
  const peeling = new Peeling(matrix);
  for (let line = peeling.ready.pop(); line !== undefined; line = peeling.ready.pop()) peeling.take(line);
  const keptRows = Array.from({ length: matrix.rows }, (_, row) => row).filter((row) => peeling.gone[row] === 0);
  const keepsColumn = peeling.gone.slice(matrix.rows).map((gone) => 1 - gone);
  return { core: restrict(matrix, keptRows, keepsColumn), rank: peeling.rank };
}
