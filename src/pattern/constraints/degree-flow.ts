/** A cell of the table may not change, may become an edge, or is one. */
export const BARRED = 0;
export const OPEN = 1;
export const USED = 2;

/** Rows that want more edges than they can get; the columns that are not in `columns` want more than they can get, too. */
export interface Shortage {
  readonly rows: readonly number[];
  readonly columns: readonly number[];
}

/**
 * Edges in a table of rows × columns such that every row and column has as many as it needs: maximum flow by shortest augmenting
 * paths in phases (Dinic 1970), from the edges that the table has already.
 *
 * Cost: a phase reads every cell a few times at most; few phases are needed where most cells are open. Memory: the table, one
 * byte a cell.
 */
export class DegreeFlow {
  /** rows × columns of BARRED, OPEN, USED */
  readonly table: Uint8Array;
  readonly #rows: number;
  readonly #columns: number;
  /** edges still wanted */
  readonly #rowNeeds: Int32Array;
  readonly #columnNeeds: Int32Array;
  readonly #rowLevels: Int32Array;
  readonly #columnLevels: Int32Array;
  readonly #nextColumn: Int32Array;
  readonly #nextRow: Int32Array;

  /** @param table rows × columns of BARRED, OPEN, USED; the needs do not count what is USED. All are changed in place. */
  constructor(table: Uint8Array, rowNeeds: Int32Array, columnNeeds: Int32Array) {
    this.table = table;
    this.#rows = rowNeeds.length;
    this.#columns = columnNeeds.length;
    this.#rowNeeds = rowNeeds;
    this.#columnNeeds = columnNeeds;
    this.#rowLevels = new Int32Array(rowNeeds.length);
    this.#columnLevels = new Int32Array(columnNeeds.length);
    this.#nextColumn = new Int32Array(rowNeeds.length);
    this.#nextRow = new Int32Array(columnNeeds.length);
  }

  /** Fills the table up. @returns null when every need is met, else a set of rows that cannot get what they need */
  fill(): Shortage | null {
    while (this.#rowNeeds.some((need) => need > 0)) {
      if (!this.#findLevels()) {
        const reached = (levels: Int32Array) => [...levels.keys()].filter((index) => levels[index] >= 0);
        return { rows: reached(this.#rowLevels), columns: reached(this.#columnLevels) };
      }
      this.#nextColumn.fill(0);
      this.#nextRow.fill(0);
      for (let i = 0; i < this.#rows; i++) {
        while (this.#rowNeeds[i] > 0 && this.#augment(i));
      }
    }
    return null;
  }

  /** Distances from the rows in need, up to the first columns in need; false when none is reached. */
  #findLevels(): boolean {
    const rowLevels = this.#rowLevels.fill(-1);
    const columnLevels = this.#columnLevels.fill(-1);
    let frontier: number[] = [];
    for (let i = 0; i < this.#rows; i++) if (this.#rowNeeds[i] > 0) frontier.push(i);
    for (const i of frontier) rowLevels[i] = 0;
    let columns = Array.from({ length: this.#columns }, (_, x) => x);
    let rows = Array.from({ length: this.#rows }, (_, i) => i).filter((i) => rowLevels[i] < 0);
    let found = false;
    for (let level = 1; frontier.length > 0 && !found; level += 2) {
      const entered = this.#enterColumns(frontier, columns, level);
      columns = columns.filter((x) => columnLevels[x] < 0);
      found = entered.some((x) => this.#columnNeeds[x] > 0);
      frontier = this.#enterRows(entered, rows, level + 1);
      rows = rows.filter((i) => rowLevels[i] < 0);
    }
    return found;
  }

  #enterColumns(frontier: readonly number[], columns: readonly number[], level: number): number[] {
    const entered: number[] = [];
    for (const i of frontier) {
      const start = i * this.#columns;
      for (const x of columns) {
        if (this.#columnLevels[x] >= 0 || this.table[start + x] !== OPEN) continue;
        this.#columnLevels[x] = level;
        entered.push(x);
      }
      if (entered.length === columns.length) break;
    }
    return entered;
  }

  #enterRows(frontier: readonly number[], rows: readonly number[], level: number): number[] {
    const entered: number[] = [];
    for (const x of frontier) {
      for (const i of rows) {
        if (this.#rowLevels[i] >= 0 || this.table[i * this.#columns + x] !== USED) continue;
        this.#rowLevels[i] = level;
        entered.push(i);
      }
      if (entered.length === rows.length) break;
    }
    return entered;
  }

  /** One path of growing levels from a row in need to a column in need, if there is one left. */
  #augment(from: number): boolean {
    const rows = [from];
    const columns: number[] = [];
    while (rows.length > 0) {
      const i = rows[rows.length - 1];
      const x = this.#columnAfter(i);
      if (x < 0) {
        this.#rowLevels[i] = -1;
        rows.pop();
        columns.pop();
        continue;
      }
      if (this.#columnNeeds[x] > 0) {
        this.#flip(rows, [...columns, x]);
        return true;
      }
      const next = this.#rowAfter(x);
      if (next < 0) this.#columnLevels[x] = -1;
      else {
        columns.push(x);
        rows.push(next);
      }
    }
    return false;
  }

  #columnAfter(i: number): number {
    const start = i * this.#columns;
    const level = this.#rowLevels[i] + 1;
    let x = this.#nextColumn[i];
    while (x < this.#columns && (this.table[start + x] !== OPEN || this.#columnLevels[x] !== level)) x++;
    this.#nextColumn[i] = x;
    return x < this.#columns ? x : -1;
  }

  #rowAfter(x: number): number {
    const level = this.#columnLevels[x] + 1;
    let i = this.#nextRow[x];
    while (i < this.#rows && (this.table[i * this.#columns + x] !== USED || this.#rowLevels[i] !== level)) i++;
    this.#nextRow[x] = i;
    return i < this.#rows ? i : -1;
  }

  /** Along the path open cells become edges and edges open: row, column, row, …, column. */
  #flip(rows: readonly number[], columns: readonly number[]): void {
    for (const [step, x] of columns.entries()) {
      this.table[rows[step] * this.#columns + x] = USED;
      if (step + 1 < rows.length) this.table[rows[step + 1] * this.#columns + x] = OPEN;
    }
    this.#rowNeeds[rows[0]]--;
    this.#columnNeeds[columns[columns.length - 1]]--;
  }
}
