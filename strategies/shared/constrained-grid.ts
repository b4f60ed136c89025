import { edgeConflict, junctionConflict } from '../../src/pattern/constraints/conflict.ts';
import { type Cells, cellsOf, isFree, type JunctionRules, sharesVary } from '../../src/pattern/constraints/rules.ts';
import { Random } from '../../src/pattern/random.ts';
import type { Windows } from '../../src/pattern/windows.ts';
import { cellJunction } from './constrained-junction.ts';

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
 * right neuron's edges. Null where no such share is a whole number, so that windows and classes do not go together. The grids that
 * share unevenly within a window are left out.
 */
export function gridCells(rules: JunctionRules, { left, right }: WindowGrid): Cells | null {
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

/** @throws RangeError unless gridConflict is true */
export function constrainedGridJunction(rules: JunctionRules, grid: WindowGrid, random: Random): Uint32Array {
  const cells = gridCells(rules, grid);
  const found = cells && (cellJunction(rules, cells, random) ?? sampleGrid(rules, cells));
  if (found !== null) return found;
  throw new RangeError(`expected constraints that a grid of junction ${rules.size.number} keeps; got others`);
}

/** One grid for each problem: what is found of different neighbourhoods where a draw finds none. */
const sampleGrid = (rules: JunctionRules, cells: Cells) => cellJunction(rules, cells, Random.fromSeed(0));

function conflictOf(rules: JunctionRules, grid: WindowGrid): string | null {
  const cells = gridCells(rules, grid);
  if (cells === null) return 'its windows do not go with the parallelism or N:M structure';
  const conflict = edgeConflict(rules, cells);
  if (conflict !== null) return conflict;
  if (!rules.distinct || sampleGrid(rules, cells) !== null) return null;
  return 'no grid of different neighbourhoods was found';
}

/**
 * True where grids keep the constraints, else why not.
 * @param grids by junction; null for dense ones, of which there is only one
 */
export function gridConflict(rules: readonly JunctionRules[], grids: readonly (WindowGrid | null)[]): true | string {
  for (const [index, own] of rules.entries()) {
    if (isFree(own)) continue;
    const grid = grids[index];
    const conflict = grid === null ? junctionConflict(own) : conflictOf(own, grid);
    if (conflict !== null) return `no permutation grid keeps the constraints: junction ${index + 1}: ${conflict}`;
  }
  return true;
}
