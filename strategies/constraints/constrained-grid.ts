import { InvalidValueError } from '../../src/base/caller-errors.ts';
import { Random } from '../../src/base/random.ts';
import { isExact } from '../../src/pattern/architecture.ts';
import { edgeConflict, junctionConflict } from '../../src/pattern/constraints/conflict.ts';
import { type Cells, cellsOf, isFree, type JunctionRules, sharesVary } from '../../src/pattern/constraints/rules.ts';
import { sortRows } from '../../src/pattern/pattern.ts';
import type { Windows } from '../../src/pattern/windows.ts';
import { curveballRounds } from '../shared/biregular.ts';
import { cellJunction, part } from './constrained-junction.ts';
import { GridTrades, type MemoryGrid } from './grid-trades.ts';
import { gridUnits } from './grid-units.ts';
import { RowNames } from './row-names.ts';

/** Windows of one junction that partition its layers evenly. */
export interface WindowGrid {
  readonly left: Windows;
  readonly right: Windows;
}

/** Classes of neurons that are in the same class of both partitions; null unless they are of one size. */
function meet(a: Uint32Array, b: Uint32Array): { readonly classOf: Uint32Array; readonly classes: number } | null {
  const numbers = new Map<number, number>();
  const sizes: number[] = [];
  const classOf = a.map((own, neuron) => {
    const key = own * b.length + b[neuron];
    const known = numbers.get(key) ?? numbers.size;
    if (known === numbers.size) {
      numbers.set(key, known);
      sizes.push(0);
    }
    sizes[known]++;
    return known;
  });
  return sizes.every((size) => size === sizes[0]) ? { classOf, classes: sizes.length } : null;
}

/**
 * Cells of grids that keep memories and blocks too: neurons of one window and one class are a class, with an equal share of each
 * right neuron's edges. Null where no such share is a whole number.
 */
function gridCells(rules: JunctionRules, { left, right }: WindowGrid): Cells | null {
  if (sharesVary(rules)) return null;
  const own = cellsOf(rules);
  const lefts = meet(left.partition as Uint32Array, own.leftClass);
  const rights = meet(right.partition as Uint32Array, own.rightClass);
  if (lefts === null || rights === null) return null;
  const { fanIn, fanOut } = rules.size;
  if (fanIn % lefts.classes !== 0 || fanOut % rights.classes !== 0) return null;
  return {
    leftClass: lefts.classOf,
    leftClasses: lefts.classes,
    rightClass: rights.classOf,
    rightClasses: rights.classes,
  };
}

/** Whether every grid that keeps the constraints keeps these cells: they say no more than windows do. */
const areWindows = (cells: Cells, { left, right }: WindowGrid): boolean =>
  cells.leftClasses === left.count && cells.rightClasses === right.count;

/** Neighbours that are read together, by right window; null where a window ends among them. */
export function unitsOf(right: Windows, rowsPerUnit: number): Uint32Array[] | null {
  const windowOf = right.partition as Uint32Array;
  const units: number[][] = Array.from({ length: right.count }, () => []);
  for (let first = 0; first < windowOf.length; first += rowsPerUnit) {
    const own = windowOf.subarray(first, first + rowsPerUnit);
    if (own.some((window) => window !== own[0])) return null;
    units[own[0]].push(first);
  }
  return units.map((own) => Uint32Array.from(own));
}

/** For memories that cross windows, so that a right neuron takes other memories of a window than its neighbours do. */
function memoryGrid({ size, ...rules }: JunctionRules, { left, right }: WindowGrid): MemoryGrid | null {
  const { parallelism: z, structure, forbidden, forced } = rules;
  if (z === null || structure !== null || forbidden.length + forced.length > 0) return null;
  if (size.fanIn % z !== 0 && z % size.fanIn !== 0) return null;
  const rowsPerUnit = Math.max(1, z / size.fanIn);
  const units = unitsOf(right, rowsPerUnit);
  if (units === null) return null;
  return { size, windowOf: left.partition as Uint32Array, windows: left.count, z, rowsPerUnit, units };
}

/** Uniform, up to mixing, over the grids that trades reach from a start by edge colouring; null where none was found. */
export function memoryJunction(grid: MemoryGrid, distinct: boolean, random: Random): Uint32Array | null {
  const { left, right, fanIn, edges } = grid.size;
  const start = gridUnits(grid, random);
  if (start === null) return null;
  const sources = new Uint32Array(edges);
  for (const units of grid.units) {
    random.shuffle(units);
    for (const [index, first] of units.entries()) sources.set(start[index], first * fanIn);
  }
  const rounds = curveballRounds(edges);
  new GridTrades(grid, sources, null).rounds(rounds, random);
  if (distinct) {
    const names = new RowNames(left, sources, right);
    const trades = new GridTrades(grid, sources, names);
    if (!part(names, right, (row) => trades.tradeRow(row, random))) return null;
    trades.rounds(rounds, random);
  }
  sortRows(sources, right, fanIn);
  return sources;
}

function drawGrid(rules: JunctionRules, grid: WindowGrid, random: Random): Uint32Array | null {
  const cells = gridCells(rules, grid);
  if (cells !== null) return cellJunction(rules, cells, random);
  const memories = memoryGrid(rules, grid);
  return memories && memoryJunction(memories, rules.distinct, random);
}

/** What `sampleGrid` found, for the steps of one search: these come with the same objects. */
const samples = new WeakMap<JunctionRules, WindowGrid & { readonly found: Uint32Array | null }>();

/** One grid for each problem: what is found where a draw finds none. */
function sampleGrid(rules: JunctionRules, grid: WindowGrid): Uint32Array | null {
  const known = samples.get(rules);
  if (known !== undefined && known.left === grid.left && known.right === grid.right) return known.found;
  const found = drawGrid(rules, grid, Random.fromSeed(0));
  samples.set(rules, { left: grid.left, right: grid.right, found });
  return found;
}

/** @throws RangeError where `gridConflict` has a reason */
export function constrainedGridJunction(rules: JunctionRules, grid: WindowGrid, random: Random): Uint32Array {
  const found = drawGrid(rules, grid, random) ?? sampleGrid(rules, grid)?.slice() ?? null;
  if (found !== null) return found;
  throw new InvalidValueError(`expected constraints that a grid of junction ${rules.size.number} keeps; got others`);
}

const NO_GRID = 'no permutation grid keeps the constraints';
const NOT_FOUND = 'no permutation grid was found that keeps the constraints';
const UNEVEN = 'its left neurons have fan-outs one apart';
const NOT_TRIED = 'permutation grids are not tried under these constraints';

type Conflict = readonly [verdict: string, why: string];

/** What `conflictOf` said, as `samples` holds what was found: flows cost milliseconds, and every start of a walk asks. */
const conflicts = new WeakMap<JunctionRules, WindowGrid & { readonly conflict: Conflict | null }>();

function knownConflict(rules: JunctionRules, grid: WindowGrid): Conflict | null {
  const known = conflicts.get(rules);
  if (known !== undefined && known.left === grid.left && known.right === grid.right) return known.conflict;
  const conflict = conflictOf(rules, grid);
  conflicts.set(rules, { left: grid.left, right: grid.right, conflict });
  return conflict;
}

/** Which of the three, and why; null where a grid was found. */
function conflictOf(rules: JunctionRules, grid: WindowGrid): Conflict | null {
  const conflict = junctionConflict(rules);
  if (conflict !== null) return [NO_GRID, conflict];
  const cells = gridCells(rules, grid);
  if (cells === null && memoryGrid(rules, grid) === null) {
    return [NOT_TRIED, 'grids with its windows are not built for them'];
  }
  const edges = cells && edgeConflict(rules, cells);
  if (cells !== null && edges !== null) return [areWindows(cells, grid) ? NO_GRID : NOT_FOUND, edges];
  if ((cells !== null && !rules.distinct) || sampleGrid(rules, grid) !== null) return null;
  return [NOT_FOUND, 'there may be some all the same'];
}

/**
 * Why no grids keep the constraints, and whether that is proved; null where some do.
 * @param grids by junction; null for dense ones, of which there is only one
 */
export function gridConflict(rules: readonly JunctionRules[], grids: readonly (WindowGrid | null)[]): string | null {
  for (const [index, own] of rules.entries()) {
    if (isFree(own)) continue;
    if (!isExact(own.size)) return `${NOT_TRIED}: junction ${index + 1}: ${UNEVEN}`;
    const grid = grids[index];
    const dense = grid === null ? junctionConflict(own) : null;
    const conflict = grid === null ? dense && ([NO_GRID, dense] as const) : knownConflict(own, grid);
    if (conflict !== null) return `${conflict[0]}: junction ${index + 1}: ${conflict[1]}`;
  }
  return null;
}
