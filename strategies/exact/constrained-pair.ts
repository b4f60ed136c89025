import { InvalidValueError } from '../../src/base/caller-errors.ts';
import type { Random } from '../../src/base/random.ts';
import { junctionSizes } from '../../src/pattern/architecture.ts';
import { windowsOf } from '../../src/pattern/entries.ts';
import { type Pattern, sortRows } from '../../src/pattern/pattern.ts';
import type { Windows } from '../../src/pattern/windows.ts';
import type { Problem } from '../../src/search/strategy.ts';
import { memoryJunction, unitsOf } from '../constraints/constrained-grid.ts';
import { rulesOf } from '../constraints/constrained-problem.ts';

/**
 * Two junctions with windows of B neurons each, read from memories, such that every span path count is equal. The windows of the
 * middle layer are put in groups of B. Within a group all windows have the same rows in junction 1: every left neuron feeds the
 * neurons of one place, whatever the window. In junction 2 every right neuron takes of a group one neuron in each window and one in
 * each place, as in a Latin square: one path from each left neuron.
 */
interface PairPlan {
  readonly input: Windows;
  readonly output: Windows;
  /** B */
  readonly size: number;
  /** parallelism of junction 1, 1 for none */
  readonly z: number;
  /** windows of the middle layer by class of memories: a group takes its B windows from one class */
  readonly classes: number;
}

const areRuns = (windows: Windows, size: number): boolean =>
  windows.partition?.every((window, neuron) => window === Math.floor(neuron / size)) ?? false;

const areEqual = ({ partition, sizes }: Windows, size: number): boolean =>
  partition !== null && sizes.every((own) => own === size);

/** How such a pair is built, or null where it is not. */
export function pairPlan(problem: Problem): PairPlan | null {
  const rules = rulesOf(problem);
  if (rules.length !== 2 || rules.every(({ parallelism }) => parallelism === null)) return null;
  if (
    rules.some(
      ({ structure, forced, forbidden, distinct }) => structure || distinct || forced.length + forbidden.length,
    )
  ) {
    return null;
  }
  const [first, second] = rules;
  const size = first.size.left / first.size.fanIn;
  const [input, middle, next, output] = [1, 2].flatMap((junction) => [
    windowsOf(problem.entries, junction, 'forward'),
    windowsOf(problem.entries, junction, 'backward'),
  ]);
  if (!(input && middle && next && output) || second.size.left / second.size.fanIn !== size) return null;
  if (!(areEqual(input, size) && areRuns(middle, size) && areRuns(next, size) && areEqual(output, size))) return null;
  const [z, memories] = [first.parallelism ?? 1, second.parallelism ?? 1];
  if (first.size.fanIn % z !== 0 && z % first.size.fanIn !== 0) return null;
  const classes = Math.max(1, memories / size);
  if (size % memories !== 0 && memories % size !== 0) return null;
  return next.count % (classes * size) === 0 ? { input, output, size, z, classes } : null;
}

const sizeOf = (left: number, right: number, fanOut: number) =>
  junctionSizes({ layers: [left, right], fanOuts: [fanOut] })[0];

/** The rows of one right window of junction 1. */
function firstRows({ input, size, z }: PairPlan, random: Random): Uint32Array | null {
  const own = sizeOf(input.neurons, size, 1);
  const rowsPerUnit = Math.max(1, z / own.fanIn);
  const units = [Uint32Array.from({ length: size / rowsPerUnit }, (_, i) => i * rowsPerUnit)];
  const windowOf = input.partition as Uint32Array;
  return memoryJunction({ size: own, windowOf, windows: input.count, z, rowsPerUnit, units }, false, random);
}

/** What the right neurons take of one group: window of the group · B + place. */
function secondRows({ output, size }: PairPlan, random: Random): Uint32Array | null {
  const own = sizeOf(size * size, output.neurons, output.neurons / size);
  const windowOf = Uint32Array.from({ length: size * size }, (_, n) => Math.floor(n / size));
  const units = unitsOf(output, 1) as Uint32Array[];
  return memoryJunction({ size: own, windowOf, windows: size, z: size, rowsPerUnit: 1, units }, false, random);
}

/** Windows of the middle layer in groups, at random within what memories allow. */
function groupsOf({ size, classes }: PairPlan, windows: number, random: Random): Uint32Array[] {
  return Array.from({ length: classes }, (_, c) => {
    const own = random.shuffle(Uint32Array.from({ length: windows / classes }, (_unused, i) => i * classes + c));
    return Array.from({ length: own.length / size }, (_unused, g) => own.slice(g * size, (g + 1) * size));
  }).flat();
}

/** One such pair at random, every entry at its bound. @throws RangeError where one junction was not found */
export function pairPattern(problem: Problem, plan: PairPlan, random: Random): Pattern {
  const { layers, fanOuts } = problem.architecture;
  const { size } = plan;
  const [first, second] = junctionSizes(problem.architecture);
  const junctions = [new Uint32Array(first.edges), new Uint32Array(second.edges)];
  for (const [g, group] of groupsOf(plan, second.fanIn, random.fork(0)).entries()) {
    const rows = firstRows(plan, random.fork(1, g));
    const taken = secondRows(plan, random.fork(2, g));
    if (rows === null || taken === null) throw new InvalidValueError('expected a pair that memories allow; found none');
    for (const window of group) junctions[0].set(rows, window * rows.length);
    for (let e = 0; e < taken.length; e++) {
      const neuron = group[Math.floor(taken[e] / size)] * size + (taken[e] % size);
      junctions[1][Math.floor(e / size) * second.fanIn + g * size + (e % size)] = neuron;
    }
  }
  sortRows(junctions[1], second.right, second.fanIn);
  return { layers, fanOuts, junctions };
}
