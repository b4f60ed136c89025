import { InvalidValueError } from '../../base/caller-errors.ts';
import { type Architecture, describeFanOut, isExact, type JunctionSize, junctionSizes } from '../architecture.ts';
import { parallelismFault } from '../clash-free.ts';
import type { Constraints, NeuronPair, NmStructure } from './constraints.ts';

/** What one junction must keep to, with everything that cannot bind left out. */
export interface JunctionRules {
  readonly size: JunctionSize;
  /** edges read at once; null for none or one, which binds nothing */
  readonly parallelism: number | null;
  readonly structure: NmStructure | null;
  readonly forbidden: readonly NeuronPair[];
  readonly forced: readonly NeuronPair[];
  readonly distinct: boolean;
}

const NO_PAIRS: readonly NeuronPair[] = [];

function requireList(list: readonly unknown[] | undefined, what: string, junctions: number): void {
  if (list === undefined || list.length === junctions) return;
  throw new InvalidValueError(`expected ${what} of ${junctions} junctions; got ${list.length}`);
}

/** A sweep of the memories reads every left neuron once, so that all need as many edges as there are sweeps. */
function checkParallelism(z: number | null, size: JunctionSize): void {
  const { number, left, fanOut } = size;
  const fault = z === null ? null : parallelismFault(left, z);
  if (fault !== null) throw new InvalidValueError(`junction ${number}: ${fault}`);
  if (z === null || z === 1 || isExact(size)) return;
  const [least, most] = describeFanOut(fanOut).split('-');
  throw new InvalidValueError(
    `parallelism ${z} in junction ${number} needs left neurons of one fan-out; here some have ${least} and some ${most}: choose exact degrees, or leave this junction's parallelism out`,
  );
}

function checkStructure(structure: NmStructure | null, { number, left, right, fanIn }: JunctionSize): void {
  if (structure === null) return;
  const { n, m, transposable } = structure;
  if (!Number.isSafeInteger(n) || !Number.isSafeInteger(m) || n < 1 || m < n) {
    throw new InvalidValueError(`expected n of every m neurons, 1 ≤ n ≤ m, in junction ${number}; got ${n}:${m}`);
  }
  if (left % m !== 0) {
    throw new InvalidValueError(`${n}:${m} in junction ${number} needs a multiple of ${m} left neurons; got ${left}`);
  }
  if (fanIn * m !== left * n) {
    throw new InvalidValueError(
      `${n}:${m} in junction ${number} needs a fan-in of ${(left * n) / m} from ${left} left neurons; got ${fanIn}`,
    );
  }
  if (transposable && right % m !== 0) {
    throw new InvalidValueError(
      `transposable ${n}:${m} in junction ${number} needs a multiple of ${m} right neurons; got ${right}`,
    );
  }
}

function checkPairs(pairs: readonly NeuronPair[], what: string, { number, left, right }: JunctionSize): void {
  const within = (neuron: number, count: number) => Number.isSafeInteger(neuron) && neuron >= 0 && neuron < count;
  for (const pair of pairs) {
    if (pair.length === 2 && within(pair[0], left) && within(pair[1], right)) continue;
    throw new InvalidValueError(
      `a ${what} edge of junction ${number} must be [left neuron, right neuron], 0 to ${left - 1} and 0 to ${right - 1}; got [${pair.join(', ')}]`,
    );
  }
}

/** Memories and blocks of which none is spread evenly over the other leave hardly a swap that keeps both. */
function checkBoth({ size: { number }, parallelism: z, structure }: JunctionRules): void {
  if (z === null || structure === null) return;
  const { n, m } = structure;
  if (n % z === 0 && m % z === 0) return;
  throw new InvalidValueError(
    `parallelism ${z} together with ${n}:${m} is not supported by a search in junction ${number}: ${z} would have to divide both ${n} and ${m}`,
  );
}

function rulesOf(size: JunctionSize, constraints: Constraints): JunctionRules {
  const index = size.number - 1;
  const parallelism = constraints.parallelism?.[index] ?? null;
  const structure = constraints.structure?.[index] ?? null;
  const forbidden = constraints.forbidden?.[index] ?? NO_PAIRS;
  const forced = constraints.forced?.[index] ?? NO_PAIRS;
  checkParallelism(parallelism, size);
  checkStructure(structure, size);
  checkPairs(forbidden, 'forbidden', size);
  checkPairs(forced, 'forced', size);
  const z = parallelism === 1 ? null : parallelism;
  const nm = structure === null || structure.n === structure.m ? null : structure;
  return {
    size,
    parallelism: z,
    structure: nm,
    forbidden,
    forced,
    distinct: constraints.distinctNeighbourhoods === true,
  };
}

/** Whether cycles end within right neurons, whose share of every memory is then not fixed. */
export const sharesVary = ({ size, parallelism }: JunctionRules): boolean =>
  parallelism !== null && size.fanIn % parallelism !== 0;

/**
 * The constraints by junction, each checked by itself; whether they can be kept together: constraintConflict.
 * @throws RangeError for one that no pattern of this architecture can have, or that is not well formed
 */
export function junctionRules(
  architecture: Pick<Architecture, 'layers' | 'fanOuts'>,
  constraints: Constraints,
): JunctionRules[] {
  const sizes = junctionSizes(architecture);
  requireList(constraints.parallelism, 'parallelisms', sizes.length);
  requireList(constraints.structure, 'N:M structures', sizes.length);
  requireList(constraints.forbidden, 'lists of forbidden edges', sizes.length);
  requireList(constraints.forced, 'lists of forced edges', sizes.length);
  return sizes.map((size) => rulesOf(size, constraints));
}

/**
 * The same for making patterns, which asks for more than looking at one.
 * @throws RangeError as `junctionRules`, and for a parallelism and a structure that cut across each other
 */
export function searchableRules(
  architecture: Pick<Architecture, 'layers' | 'fanOuts'>,
  constraints: Constraints,
): JunctionRules[] {
  const rules = junctionRules(architecture, constraints);
  for (const own of rules) checkBoth(own);
  return rules;
}

export const isFree = (rules: JunctionRules): boolean =>
  rules.parallelism === null &&
  rules.structure === null &&
  rules.forbidden.length === 0 &&
  rules.forced.length === 0 &&
  !rules.distinct;

/**
 * Classes of neurons: each right neuron takes equally many edges from every class of left neurons, each left neuron gives equally
 * many to every class of right ones. Within two classes edges may be swapped freely. Where degrees are balanced there is one class of
 * right neurons, and equally many left neurons of each class have an edge more than the others.
 */
export interface Cells {
  /** left neuron → its class */
  readonly leftClass: Uint32Array;
  readonly leftClasses: number;
  /** right neuron → its class */
  readonly rightClass: Uint32Array;
  readonly rightClasses: number;
}

/**
 * Memories are classes of left neurons (n mod z), blocks of an N:M structure too (⌊n/m⌋), and where both are wanted every pair of
 * memory and block. Where the parallelism does not divide the fan-in, a right neuron's share of every memory is not fixed: its
 * classes then say only which swaps keep the cycles.
 */
export function cellsOf({ size, parallelism, structure }: JunctionRules): Cells {
  const { left, right } = size;
  const memories = parallelism ?? 1;
  const m = structure?.m ?? left;
  const rightBlock = structure?.transposable ? structure.m : right;
  return {
    leftClass: Uint32Array.from({ length: left }, (_, k) => Math.floor(k / m) * memories + (k % memories)),
    leftClasses: (left / m) * memories,
    rightClass: Uint32Array.from({ length: right }, (_, j) => Math.floor(j / rightBlock)),
    rightClasses: right / rightBlock,
  };
}
