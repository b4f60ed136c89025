import { InvalidValueError } from '../../src/base/caller-errors.ts';
import { Random } from '../../src/base/random.ts';
import { type Architecture, isExact, junctionSizes } from '../../src/pattern/architecture.ts';
import { isDecided, junctionConflict } from '../../src/pattern/constraints/conflict.ts';
import type { Constraints } from '../../src/pattern/constraints/constraints.ts';
import { PairSet } from '../../src/pattern/constraints/pair-set.ts';
import {
  cellsOf,
  isFree,
  type JunctionRules,
  searchableRules,
  sharesVary,
} from '../../src/pattern/constraints/rules.ts';
import type { Pattern } from '../../src/pattern/pattern.ts';
import type { Problem } from '../../src/search/strategy.ts';
import { randomJunction } from '../shared/biregular.ts';
import { constrainedJunction, remixedJunction } from './constrained-junction.ts';

/** Which swaps of one junction keep its constraints. */
type JunctionFilter = (left1: number, left2: number, right1: number, right2: number) => boolean;

export type SwapFilter = (junction: number, left1: number, left2: number, right1: number, right2: number) => boolean;

/** Which left neurons of one junction may pass a right one on (SurplusMoves), the first giving it to the second. */
type JunctionPassing = (from: number, to: number, right: number) => boolean;

export type SurplusFilter = (junction: number, from: number, to: number, right: number) => boolean;

interface Prepared {
  readonly architecture: Architecture;
  readonly rules: readonly JunctionRules[];
  readonly filter: SwapFilter | null;
  readonly surplus: SurplusFilter | null;
  /** by junction that was asked for: why none can keep its rules, where that is proved */
  readonly conflicts: Map<number, string | null>;
  /** by junction that was asked for: one that keeps its rules, or why there is none; null where each draw is sure to find one */
  readonly samples: Map<number, Uint32Array | string | null>;
}

const cache = new WeakMap<Constraints, Prepared>();

/** All that matters of a problem here. */
export type Constrained = Pick<Problem, 'architecture' | 'constraints'>;

/** What all steps of a search use again; the same objects come with every step. */
function prepared({ architecture, constraints }: Constrained): Prepared | null {
  if (constraints === undefined) return null;
  const known = cache.get(constraints);
  if (known !== undefined && known.architecture === architecture) return known;
  const rules = searchableRules(architecture, constraints);
  const made = {
    architecture,
    rules,
    filter: filterOf(rules),
    surplus: surplusOf(rules),
    conflicts: new Map(),
    samples: new Map(),
  };
  cache.set(constraints, made);
  return made;
}

/** @throws RangeError for constraints that do not fit the architecture */
export const rulesOf = (problem: Constrained): readonly JunctionRules[] => prepared(problem)?.rules ?? [];

/** Whether anything besides degrees binds. @throws RangeError for constraints that do not fit the architecture */
export const hasConstraints = (problem: Constrained): boolean => rulesOf(problem).some((rules) => !isFree(rules));

/** For strategies that can keep none: true when there are none, else why the problem is refused. */
export function refusesConstraints(problem: Constrained): true | string {
  return hasConstraints(problem) ? `it cannot keep constraints (${describeRules(rulesOf(problem))})` : true;
}

/** "parallelism 16 and forbidden edges" */
function describeRules(all: readonly JunctionRules[]): string {
  const names = all.flatMap(({ parallelism, structure, forbidden, forced, distinct }) => [
    parallelism === null ? '' : `parallelism ${parallelism}`,
    structure === null ? '' : `${structure.transposable ? 'transposable ' : ''}${structure.n}:${structure.m}`,
    forbidden.length === 0 ? '' : 'forbidden edges',
    forced.length === 0 ? '' : 'forced edges',
    distinct ? 'distinct neighbourhoods' : '',
  ]);
  return [...new Set(names.filter((name) => name !== ''))].join(', ').replace(/, ([^,]*)$/, ' and $1');
}

const always: JunctionFilter = () => true;

/** Left neurons may change places only within a class, right neurons only within theirs. */
function classFilter(rules: JunctionRules): JunctionFilter {
  const { leftClass, rightClass, leftClasses, rightClasses } = cellsOf(rules);
  const byLeft: JunctionFilter = leftClasses === 1 ? always : (left1, left2) => leftClass[left1] === leftClass[left2];
  if (rightClasses > 1) {
    return (left1, left2, right1, right2) =>
      rightClass[right1] === rightClass[right2] && byLeft(left1, left2, right1, right2);
  }
  return sharesVary(rules) ? cycleFilter(rules, byLeft) : byLeft;
}

/** Also between right neurons whose edges are all read in the same cycle. */
function cycleFilter({ size, parallelism }: JunctionRules, sameMemory: JunctionFilter): JunctionFilter {
  const z = parallelism as number;
  const cycleOf = Int32Array.from({ length: size.right }, (_, j) => {
    const cycle = Math.floor((j * size.fanIn) / z);
    return ((j + 1) * size.fanIn - 1) / z < cycle + 1 ? cycle : -1 - j;
  });
  return (left1, left2, right1, right2) =>
    cycleOf[right1] === cycleOf[right2] || sameMemory(left1, left2, right1, right2);
}

function pairFilter(rules: JunctionRules, inner: JunctionFilter): JunctionFilter {
  if (rules.forbidden.length + rules.forced.length === 0) return inner;
  const fixed = new PairSet(rules.size.left, rules.size.right, [...rules.forbidden, ...rules.forced]);
  return (left1, left2, right1, right2) =>
    inner(left1, left2, right1, right2) &&
    !fixed.has(left1, right1) &&
    !fixed.has(left2, right2) &&
    !fixed.has(left1, right2) &&
    !fixed.has(left2, right1);
}

function filterOf(rules: readonly JunctionRules[]): SwapFilter | null {
  const filters = rules.map((own) => pairFilter(own, classFilter(own)));
  if (filters.every((filter) => filter === always)) return null;
  return (junction, left1, left2, right1, right2) => filters[junction - 1](left1, left2, right1, right2);
}

/** Within a class, and around pairs that may not change. */
function passingOf(rules: JunctionRules): JunctionPassing {
  const { size, forbidden, forced } = rules;
  const { leftClass } = cellsOf(rules);
  const fixed = new PairSet(size.left, size.right, [...forbidden, ...forced]);
  return (from, to, right) => leftClass[from] === leftClass[to] && !fixed.has(from, right) && !fixed.has(to, right);
}

function surplusOf(rules: readonly JunctionRules[]): SurplusFilter | null {
  if (rules.every((own) => isFree(own) || isExact(own.size))) return null;
  const passing = rules.map((own) => (isExact(own.size) ? null : passingOf(own)));
  return (junction, from, to, right) => passing[junction - 1]?.(from, to, right) ?? false;
}

/**
 * Says whether exchanging the edges left1 → right1 and left2 → right2 for left2 → right1 and left1 → right2 keeps the
 * constraints, in a pattern that keeps them; null when every swap does. It allocates nothing. Distinct neighbourhoods are no
 * matter of one swap: it does not look at them. With a parallelism that does not divide the fan-in some swaps
 * that would do are refused, since they depend on other edges.
 * @throws RangeError for constraints that do not fit the architecture
 */
export const swapFilter = (problem: Constrained): SwapFilter | null => prepared(problem)?.filter ?? null;

/**
 * Says whether a right neuron may pass from a left neuron with an edge more to one with an edge less; null when any may. As for
 * swaps, distinct neighbourhoods are not looked at.
 * @throws RangeError for constraints that do not fit the architecture
 */
export const surplusFilter = (problem: Constrained): SurplusFilter | null => prepared(problem)?.surplus ?? null;

/** Draws of one junction before it counts as not found: fewer of a large one, so as not to try for minutes. */
const triesFor = ({ size }: JunctionRules): number => Math.max(3, Math.min(20, Math.floor(200_000 / size.edges)));

function conflictAt({ rules, conflicts }: Prepared, index: number): string | null {
  const known = conflicts.get(index);
  if (known !== undefined) return known;
  const why = junctionConflict(rules[index]);
  const conflict = why === null ? null : `junction ${index + 1}: ${why}`;
  conflicts.set(index, conflict);
  return conflict;
}

/** The same for every draw of a problem, on every thread. */
function sampleOf(own: Prepared, index: number): Uint32Array | string | null {
  const known = own.samples.get(index);
  if (known !== undefined) return known;
  const sample = conflictAt(own, index) ?? makeSample(own.rules[index]);
  own.samples.set(index, sample);
  return sample;
}

function makeSample(rules: JunctionRules): Uint32Array | string | null {
  if (isDecided(rules)) return null;
  const tries = triesFor(rules);
  for (let attempt = 0; attempt < tries; attempt++) {
    const found = constrainedJunction(rules, Random.fromSeed(attempt).fork(rules.size.number));
    if (found !== null) return found;
  }
  const what = describeRules([rules]);
  return `junction ${rules.size.number}: no connections were found that keep ${what}, in ${tries} tries; there may be some all the same`;
}

/**
 * Why there is no pattern that keeps the problem's constraints, proved or (where it says so) only not found; null where one is.
 * @throws RangeError for constraints that do not fit the architecture
 */
export function constraintsRefusal(problem: Constrained): string | null {
  const own = prepared(problem);
  if (own === null) return null;
  const indices = [...own.rules.keys()];
  // a proof for any junction is quicker than a sample of one
  for (const index of indices) {
    const conflict = conflictAt(own, index);
    if (conflict !== null) return conflict;
  }
  for (const index of indices) {
    const sample = sampleOf(own, index);
    if (typeof sample === 'string') return sample;
  }
  return null;
}

/**
 * A random pattern that keeps degrees and constraints; without constraints the same as `uniformRandomPattern`. How near to uniform
 * it is: see `constrainedJunction`. The same for the same `random`.
 * @throws RangeError where `constraintsRefusal` has a reason
 */
export function constrainedPattern(problem: Constrained, random: Random): Pattern {
  const { architecture } = problem;
  const { layers, fanOuts } = architecture;
  const own = prepared(problem);
  const junctions = junctionSizes(architecture).map(({ number, left, right, fanOut }) =>
    own === null
      ? randomJunction(left, right, fanOut, random.fork(number))
      : drawJunction(own, number - 1, random.fork(number)),
  );
  return { layers, fanOuts, junctions };
}

function drawJunction(own: Prepared, index: number, random: Random): Uint32Array {
  const sample = sampleOf(own, index);
  if (typeof sample === 'string') throw new InvalidValueError(sample);
  const drawn = constrainedJunction(own.rules[index], random);
  if (drawn !== null) return drawn;
  if (sample !== null) return remixedJunction(own.rules[index], sample, random.fork(0));
  throw new Error('no junction was found where there is one');
}
