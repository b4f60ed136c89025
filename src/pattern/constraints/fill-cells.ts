import type { JunctionSize } from '../architecture.ts';
import { sortRows } from '../pattern.ts';
import { leftDegrees, slackOf } from '../slack.ts';
import { classMembers } from './cell-start.ts';
import type { NeuronPair } from './constraints.ts';
import { BARRED, DegreeFlow, OPEN, type Shortage, USED } from './degree-flow.ts';
import type { Cells, JunctionRules } from './rules.ts';
import { describeShortage, type ShortBlock } from './shortage-text.ts';

/** Orders the neurons of a class anew, in place; which order decides which of many fillings is found. */
type Shuffle = (neurons: Uint32Array) => Uint32Array;

type Filling = { readonly ok: true; readonly sources: Uint32Array } | { readonly ok: false; readonly message: string };

/** Pairs by cell, `left class · right classes + right class`. */
function pairsByCell(pairs: readonly NeuronPair[], cells: Cells): Map<number, NeuronPair[]> {
  const byCell = new Map<number, NeuronPair[]>();
  for (const pair of pairs) {
    const cell = cells.leftClass[pair[0]] * cells.rightClasses + cells.rightClass[pair[1]];
    const list = byCell.get(cell);
    if (list === undefined) byCell.set(cell, [pair]);
    else list.push(pair);
  }
  return byCell;
}

/** Edges of every row and every column of a block, and of its slack row (slack.ts): 0 without one. */
interface Needs {
  readonly row: number;
  readonly column: number;
  readonly slack: number;
}

/**
 * One pair of classes: a table of its right × left neurons, in which every row and every column has a fixed number of edges. Where
 * degrees are balanced the last row is the slack neuron's, under the number after the last right neuron's.
 */
class Block {
  readonly rows: Uint32Array;
  readonly columns: Uint32Array;
  readonly rowNeeds: Int32Array;
  readonly columnNeeds: Int32Array;
  readonly table: Uint8Array;
  readonly forced: readonly NeuronPair[];
  readonly slack: number;
  readonly #rowOf = new Map<number, number>();
  readonly #columnOf = new Map<number, number>();

  constructor(
    rows: Uint32Array,
    columns: Uint32Array,
    needs: Needs,
    forced: readonly NeuronPair[],
    forbidden: readonly NeuronPair[],
  ) {
    this.rows = rows;
    this.columns = columns;
    this.forced = forced;
    this.rowNeeds = new Int32Array(rows.length).fill(needs.row);
    this.slack = needs.slack;
    if (needs.slack > 0) this.rowNeeds[rows.length - 1] = needs.slack;
    this.columnNeeds = new Int32Array(columns.length).fill(needs.column);
    this.table = new Uint8Array(rows.length * columns.length).fill(OPEN);
    for (const [index, j] of rows.entries()) this.#rowOf.set(j, index);
    for (const [index, k] of columns.entries()) this.#columnOf.set(k, index);
    for (const pair of forbidden) this.table[this.#cell(pair)] = BARRED;
    for (const pair of forced) this.#force(pair);
  }

  #cell([k, j]: NeuronPair): number {
    return (this.#rowOf.get(j) as number) * this.columns.length + (this.#columnOf.get(k) as number);
  }

  #force(pair: NeuronPair): void {
    this.table[this.#cell(pair)] = BARRED;
    this.rowNeeds[this.#rowOf.get(pair[1]) as number]--;
    this.columnNeeds[this.#columnOf.get(pair[0]) as number]--;
  }

  /** An edge to begin with, if there is room for it. */
  use(k: number, j: number): void {
    const cell = this.#cell([k, j]);
    const row = Math.floor(cell / this.columns.length);
    const column = cell % this.columns.length;
    if (this.table[cell] !== OPEN || this.rowNeeds[row] <= 0 || this.columnNeeds[column] <= 0) return;
    this.table[cell] = USED;
    this.rowNeeds[row]--;
    this.columnNeeds[column]--;
  }

  /** Rows or columns that have more forced edges than edges. */
  overfull(): ShortBlock | null {
    const row = this.rowNeeds.findIndex((need) => need < 0);
    if (row >= 0) return { side: 'right', neurons: [this.rows[row]], excess: -this.rowNeeds[row] };
    const column = this.columnNeeds.findIndex((need) => need < 0);
    if (column >= 0) return { side: 'left', neurons: [this.columns[column]], excess: -this.columnNeeds[column] };
    return null;
  }

  /**
   * What to say of the smaller of the two sets of neurons that a shortage names; of left neurons where the slack neuron is short. Of
   * left neurons' needs the most is taken off that slack can be: an edge each where it is short, else all that it has.
   */
  short({ rows, columns }: Shortage, before: { rows: Int32Array; columns: Int32Array }): ShortBlock {
    const isReached = new Set(columns);
    const outside = Array.from(this.columns.keys()).filter((x) => !isReached.has(x));
    const isShort = new Set(rows);
    const sum = (needs: Int32Array, indices: readonly number[]) => indices.reduce((total, i) => total + needs[i], 0);
    let between = 0;
    for (const i of rows) {
      for (const x of outside) if (this.table[i * this.columns.length + x] !== BARRED) between++;
    }
    const forcedOf = (which: (pair: NeuronPair) => boolean) => this.forced.filter(which).length;
    const slackIsShort = this.slack > 0 && isShort.has(this.rows.length - 1);
    if (rows.length <= outside.length && !slackIsShort) {
      const own = new Set(rows.map((i) => this.rows[i]));
      const forced = forcedOf(([, j]) => own.has(j));
      const [needed, possible] = [sum(before.rows, rows), sum(before.columns, columns) + between];
      return { side: 'right', neurons: [...own], needed: needed + forced, possible: possible + forced };
    }
    const own = new Set(outside.map((x) => this.columns[x]));
    const forced = forcedOf(([k]) => own.has(k));
    const others = Array.from(this.rows.keys()).filter((i) => !isShort.has(i));
    const spared = slackIsShort ? outside.length : this.slack;
    const [needed, possible] = [sum(before.columns, outside), sum(before.rows, others) + between];
    return { side: 'left', neurons: [...own], needed: needed - spared + forced, possible: possible - spared + forced };
  }
}

/**
 * A junction with every forced and no forbidden edge that keeps its cells, exactly when there is one: each pair of classes is a
 * table of its own, with fixed sums of rows and columns.
 * @param rightNoun what the rows are called in a message
 * @param start a junction that keeps the cells, whose edges are kept as far as they can be
 * Cost: memory of one byte for every pair of neurons of the largest cell; time as DegreeFlow.
 */
export function fillCells(
  rules: JunctionRules,
  cells: Cells,
  start: Uint32Array,
  shuffle: Shuffle,
  rightNoun = 'right neuron',
): Filling {
  const { size } = rules;
  const both = new Set(rules.forced.map(([k, j]) => j * size.left + k));
  const twice = rules.forbidden.find(([k, j]) => both.has(j * size.left + k));
  if (twice !== undefined) {
    return {
      ok: false,
      message: `the edge from left neuron ${twice[0]} to right neuron ${twice[1]} is both forced and forbidden`,
    };
  }
  const [forced, forbidden] = [pairsByCell(unique(rules.forced), cells), pairsByCell(rules.forbidden, cells)];
  const edges = edgesByCell(start, size.fanIn, cells);
  const columns = classMembers(cells.leftClass, cells.leftClasses);
  const rows = classMembers(cells.rightClass, cells.rightClasses);
  const needs = {
    row: size.fanIn / cells.leftClasses,
    column: size.mostFanOut / cells.rightClasses,
    slack: slackOf(size) / cells.leftClasses / cells.rightClasses,
  };
  const resting = restingNeurons(size, start);
  const filled: number[][] = Array.from({ length: size.right }, () => []);
  for (const [cell, own] of edges.entries()) {
    const pairs = [forced.get(cell) ?? [], forbidden.get(cell) ?? []] as const;
    if (pairs[0].length + pairs[1].length === 0) {
      for (let i = 0; i < own.length; i += 2) filled[own[i + 1]].push(own[i]);
      continue;
    }
    const left = columns[Math.floor(cell / cells.rightClasses)];
    const right = rows[cell % cells.rightClasses];
    const block = new Block(withSlackRow(shuffle(right.slice()), size), shuffle(left.slice()), needs, ...pairs);
    const begun = [...own, ...[...left].flatMap((k) => (resting.has(k) ? [k, size.right] : []))];
    const short = fillBlock(block, begun, filled);
    if (short !== null)
      return { ok: false, message: describeShortage(short, rules, { left, right, cells, rightNoun }) };
  }
  const sources = Uint32Array.from(filled.flat());
  sortRows(sources, size.right, size.fanIn);
  return { ok: true, sources };
}

/** Left neurons to which the slack neuron is joined. */
function restingNeurons(size: JunctionSize, start: Uint32Array): ReadonlySet<number> {
  if (slackOf(size) === 0) return new Set();
  const degrees = leftDegrees(start, size.left);
  return new Set([...degrees.keys()].filter((k) => degrees[k] < size.mostFanOut));
}

const withSlackRow = (rows: Uint32Array, size: JunctionSize): Uint32Array =>
  slackOf(size) === 0 ? rows : Uint32Array.from([...rows, size.right]);

/** Left and right neuron of every edge in turn, by cell. */
function edgesByCell(sources: Uint32Array, fanIn: number, { leftClass, rightClass, ...cells }: Cells): Uint32Array[] {
  const count = cells.leftClasses * cells.rightClasses;
  const lists = Array.from({ length: count }, () => new Uint32Array((2 * sources.length) / count));
  const next = new Uint32Array(count);
  for (let e = 0; e < sources.length; e++) {
    const j = Math.floor(e / fanIn);
    const cell = leftClass[sources[e]] * cells.rightClasses + rightClass[j];
    lists[cell][next[cell]++] = sources[e];
    lists[cell][next[cell]++] = j;
  }
  return lists;
}

function unique(pairs: readonly NeuronPair[]): NeuronPair[] {
  return [...new Map(pairs.map((pair) => [pair.join(), pair])).values()];
}

/** Fills one block and adds its edges to the rows; says what is short when it cannot. */
function fillBlock(block: Block, start: ArrayLike<number>, filled: number[][]): ShortBlock | null {
  const overfull = block.overfull();
  if (overfull !== null) return overfull;
  const before = { rows: block.rowNeeds.slice(), columns: block.columnNeeds.slice() };
  for (let i = 0; i < start.length; i += 2) block.use(start[i], start[i + 1]);
  const shortage = new DegreeFlow(block.table, block.rowNeeds, block.columnNeeds).fill();
  if (shortage !== null) return block.short(shortage, before);
  for (const [k, j] of block.forced) filled[j].push(k);
  const slackRow = block.slack > 0 ? block.rows.length - 1 : block.rows.length;
  for (let cell = 0; cell < slackRow * block.columns.length; cell++) {
    if (block.table[cell] !== USED) continue;
    filled[block.rows[Math.floor(cell / block.columns.length)]].push(block.columns[cell % block.columns.length]);
  }
  return null;
}
