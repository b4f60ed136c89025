import { isExact, type JunctionSize, junctionSizes } from '../pattern/architecture.ts';
import type { Constraints } from '../pattern/constraints/constraints.ts';
import { constraintFault } from '../pattern/constraints/fault.ts';
import type { Problem } from './strategy.ts';

/** Connections of one junction that are counted one by one; where there are more, a search may go on for long. */
const MOST_COUNTED = 10_000;

/**
 * Largest left × right of a junction that is not dense and whose patterns are counted. Beyond it there are always more than
 * `MOST_COUNTED` where degrees are exact: the fewest are 9! = 362 880 (9 → 9 neurons, fan-out 1, or its complement). Of balanced
 * degrees there may be fewer (40 → 2 neurons, each leaving out one: 1560).
 */
const MOST_CELLS = { exact: 64, balanced: 256 };

/** Every subset of `size` of the numbers, ascending. */
function* subsets(numbers: readonly number[], size: number, from = 0): Generator<readonly number[]> {
  if (size === 0) yield [];
  for (let index = from; size > 0 && index + size <= numbers.length; index++) {
    for (const rest of subsets(numbers, size - 1, index + 1)) yield [numbers[index], ...rest];
  }
}

/**
 * Every edge list with a junction's degrees. Where these are balanced, a slack neuron (slack.ts) takes what is left in the end.
 * @param free edges that each left neuron may still have
 */
function* edgeLists(size: JunctionSize, free: readonly number[], right = 0): Generator<readonly number[]> {
  if (right === size.right) {
    yield [];
    return;
  }
  const rowsLeft = size.right - right + (isExact(size) ? 0 : 1);
  // a left neuron with as many edges to come as there are rows is in each of them
  const sure = [...free.keys()].filter((k) => free[k] === rowsLeft);
  const open = [...free.keys()].filter((k) => free[k] > 0 && free[k] < rowsLeft);
  if (sure.length > size.fanIn) return;
  for (const others of subsets(open, size.fanIn - sure.length)) {
    const row = [...sure, ...others].sort((a, b) => a - b);
    const next = free.map((edges, k) => edges - Number(row.includes(k)));
    for (const rest of edgeLists(size, next, right + 1)) yield [...row, ...rest];
  }
}

const listsByJunction = ['parallelism', 'structure', 'forbidden', 'forced'] as const;

/** The constraints of one junction, as if it were a net of its own. */
function constraintsOf(all: Constraints, index: number): Constraints {
  const given = listsByJunction.filter((name) => all[name] !== undefined);
  const lists = Object.fromEntries(given.map((name) => [name, all[name]?.slice(index, index + 1)]));
  return { ...lists, distinctNeighbourhoods: all.distinctNeighbourhoods ?? false };
}

/** Null for more than are counted. */
function junctionCount(size: JunctionSize, constraints: Constraints): number | null {
  const { left, right, fanOut, mostFanOut, density } = size;
  if (density === 1) return 1;
  if (left * right > (isExact(size) ? MOST_CELLS.exact : MOST_CELLS.balanced)) return null;
  let [all, kept] = [0, 0];
  for (const edges of edgeLists(size, new Array<number>(left).fill(mostFanOut))) {
    if (++all > MOST_COUNTED) return null;
    const pattern = { layers: [left, right], fanOuts: [fanOut], junctions: [Uint32Array.from(edges)] };
    if (constraintFault(pattern, constraints) === null) kept++;
  }
  return kept;
}

/**
 * How many patterns a problem has, of its degrees and within its constraints; null where there are too many to be counted one by
 * one. A search that found as many has found all.
 */
export function patternCount({
  architecture,
  constraints = {},
}: Pick<Problem, 'architecture' | 'constraints'>): number | null {
  let count = 1;
  for (const [index, size] of junctionSizes(architecture).entries()) {
    const own = junctionCount(size, constraintsOf(constraints, index));
    if (own === null) return null;
    count *= own;
  }
  return count;
}
