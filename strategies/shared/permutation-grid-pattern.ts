import { InvalidValueError } from '../../src/base/caller-errors.ts';
import { shuffledRange } from '../../src/base/numbers.ts';
import type { Random } from '../../src/base/random.ts';
import { isExact, type JunctionSize, junctionSizes } from '../../src/pattern/architecture.ts';
import { windowsOf } from '../../src/pattern/entries.ts';
import { denseJunction, type Pattern, sortRows } from '../../src/pattern/pattern.ts';
import type { Windows } from '../../src/pattern/windows.ts';
import type { Problem } from '../../src/search/strategy.ts';
import { constrainedGridJunction, gridConflict } from '../constraints/constrained-grid.ts';
import { hasConstraints, rulesOf } from '../constraints/constrained-problem.ts';
import { balancedGridJunction } from './balanced-grid.ts';
import { randomJunction } from './biregular.ts';

/** One junction cut into blocks along its windows. */
interface Grid {
  readonly left: Windows;
  readonly right: Windows;
  /** edges of a neuron in a block, where every block is biregular; null where degrees are balanced */
  readonly block: { readonly fanIn: number; readonly fanOut: number } | null;
}

function windowFault(windows: Windows, junction: JunctionSize): string | null {
  if (windows.partition === null) return 'do not hold every neuron once';
  return isExact(junction) && windows.sizes.some((size) => size !== windows.sizes[0]) ? 'are not of equal size' : null;
}

/** The grid of one junction, or why its windows allow none. */
function gridOf(problem: Problem, junction: JunctionSize): Grid | string {
  const left = windowsOf(problem.entries, junction.number, 'forward');
  const right = windowsOf(problem.entries, junction.number, 'backward');
  const name = `junction ${junction.number}`;
  if (left === undefined || right === undefined) return `${name} has no windows of its own`;
  for (const [windows, side] of [[left, 'left'] as const, [right, 'right'] as const]) {
    const fault = windowFault(windows, junction);
    if (fault !== null) return `the ${side} windows of ${name} ${fault}`;
  }
  if (!isExact(junction)) return { left, right, block: null };
  const fanIn = junction.fanIn / left.count;
  const fanOut = junction.fanOut / right.count;
  if (Number.isInteger(fanIn) && Number.isInteger(fanOut)) return { left, right, block: { fanIn, fanOut } };
  return `the windows of ${name} are not of a size in which every neuron has a whole number of connections`;
}

/** Neurons by window: those of window w are `members[w·size] … members[(w + 1)·size − 1]`, ascending. */
function windowMembers(windows: Windows): Uint32Array {
  const members = new Uint32Array(windows.neurons);
  const next = Uint32Array.from({ length: windows.count }, (_, w) => w * windows.sizes[0]);
  for (let neuron = 0; neuron < windows.neurons; neuron++) members[next[windows.members[neuron]]++] = neuron;
  return members;
}

/** A random biregular block, right-major, in numbers local to the block. */
function randomBlock(left: number, right: number, fanOut: number, random: Random): Uint32Array {
  if (fanOut === 1 && left === right) return shuffledRange(left, random);
  return randomJunction(left, right, fanOut, random);
}

function gridJunction(junction: JunctionSize, grid: Grid, random: Random): Uint32Array {
  if (grid.block === null) return balancedGridJunction(junction, grid, random);
  const { fanIn, fanOut } = grid.block;
  const sources = new Uint32Array(junction.edges);
  const leftMembers = windowMembers(grid.left);
  const rightMembers = windowMembers(grid.right);
  const leftSize = grid.left.sizes[0];
  const rightSize = grid.right.sizes[0];
  for (let v = 0; v < grid.right.count; v++) {
    for (let w = 0; w < grid.left.count; w++) {
      const block = randomBlock(leftSize, rightSize, fanOut, random);
      for (let e = 0; e < block.length; e++) {
        const j = rightMembers[v * rightSize + Math.floor(e / fanIn)];
        const place = w * fanIn + (e % fanIn);
        sources[j * junction.fanIn + place] = leftMembers[w * leftSize + block[e]];
      }
    }
  }
  sortRows(sources, junction.right, junction.fanIn);
  return sources;
}

/**
 * Of the grids that keep the problem's constraints one at random: every one equally likely where there are none and degrees are exact.
 * @throws RangeError for a problem for which `permutationGridRefusal` has a reason
 */
export function permutationGridPattern(problem: Problem, random: Random): Pattern {
  const { layers, fanOuts } = problem.architecture;
  const rules = hasConstraints(problem) ? rulesOf(problem) : [];
  const junctions = junctionSizes(problem.architecture).map((junction, index) => {
    if (junction.density === 1) return denseJunction(junction.left, junction.right);
    const grid = gridOf(problem, junction);
    if (typeof grid === 'string') throw new InvalidValueError(`expected windows that a grid can follow; got: ${grid}`);
    if (rules[index] !== undefined && grid.block !== null) {
      return constrainedGridJunction(rules[index], grid, random.fork(junction.number));
    }
    return gridJunction(junction, grid, random.fork(junction.number));
  });
  return { layers, fanOuts, junctions };
}

/** Why no permutation grid with the problem's windows can be built that keeps its constraints; null where one can. */
export function permutationGridRefusal(problem: Problem): string | null {
  const grids = junctionSizes(problem.architecture).map((junction) =>
    junction.density === 1 ? null : gridOf(problem, junction),
  );
  const fault = grids.find((grid) => typeof grid === 'string');
  if (typeof fault === 'string') return fault;
  return hasConstraints(problem) ? gridConflict(rulesOf(problem), grids as (Grid | null)[]) : null;
}
