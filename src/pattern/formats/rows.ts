import { meanFanOut } from '../architecture.ts';
import { type Pattern, patternFault, sortRows } from '../pattern.ts';
import { refuse, refuseEdges } from './pattern-file.ts';

/** The edges of one junction as a file gives them, degrees not yet checked. */
export interface JunctionRows {
  readonly left: number;
  /** edges of each right neuron */
  readonly fanIns: Uint32Array;
  /** left neurons of right neuron 0, then of 1, …; each < left, any order within a row */
  readonly sources: Uint32Array;
  /** whether an edge had another value than 1, in files that have values */
  readonly weighted?: boolean;
}

/** The degree that most neurons have, so that one faulty row is named and not all the others. */
const commonDegree = (degrees: Uint32Array): number => degrees.slice().sort()[degrees.length >>> 1];

/** Most degrees that are told one by one. */
const MOST_TOLD = 6;

/** How many neurons have each degree, ascending by degree. */
function countsOf(degrees: Iterable<number>): readonly (readonly [degree: number, neurons: number])[] {
  const counts = new Map<number, number>();
  for (const degree of degrees) counts.set(degree, (counts.get(degree) ?? 0) + 1);
  return [...counts].sort(([first], [second]) => first - second);
}

/** "4"; "5 to 7 (20 have 5, 1 has 6, 41 have 7)"; "5 to 80 (median 31, half of the neurons 22 to 40)" */
function degreesText(counts: readonly (readonly [number, number])[]): string {
  const [least, most] = [counts[0][0], counts[counts.length - 1][0]];
  if (least === most) return `${least}`;
  const range = `${least} to ${most}`;
  if (counts.length <= MOST_TOLD) {
    const verb = (neurons: number) => (neurons === 1 ? 'has' : 'have');
    const told = counts.map(([degree, neurons]) => `${neurons} ${verb(neurons)} ${degree}`);
    return `${range} (${told.join(', ')})`;
  }
  const neurons = counts.reduce((sum, [, count]) => sum + count, 0);
  const at = (share: number): number => {
    let passed = 0;
    for (const [degree, count] of counts) {
      passed += count;
      if (passed > share * (neurons - 1)) return degree;
    }
    return most;
  };
  return `${range} (median ${at(0.5)}, half of the neurons ${at(0.25)} to ${at(0.75)})`;
}

/** Counts of left neurons by degree: memory for the edges, whatever size the left layer claims. */
function fanOutCounts({ left, sources }: JunctionRows): readonly (readonly [number, number])[] {
  const fanOuts = new Map<number, number>();
  for (const neuron of sources) fanOuts.set(neuron, (fanOuts.get(neuron) ?? 0) + 1);
  const without = left - fanOuts.size;
  return [...(without > 0 ? [[0, without] as const] : []), ...countsOf(fanOuts.values())];
}

/** Whether the junction would have a pattern's degrees with its sides exchanged: one fan-out, and fan-ins one apart at most. */
function isPatternExchanged(junction: JunctionRows): boolean {
  const fanIns = new Set(junction.fanIns);
  if (fanOutCounts(junction).length !== 1 || fanIns.size > 2) return false;
  const [least, most] = [Math.min(...fanIns), Math.max(...fanIns)];
  return least >= 1 && most - least <= 1;
}

/** @throws ScattershotError that says which degrees the junction has, and which a pattern may have */
function refuseDegrees(junction: JunctionRows, where: string): never {
  const degrees = `fan-in ${degreesText(countsOf(junction.fanIns))}, fan-out ${degreesText(fanOutCounts(junction))}`;
  const exchanged = isPatternExchanged(junction)
    ? 'With its sides exchanged the junction has such degrees: an array is read as [right, left], or with --transposed as [left, right], as Keras keeps kernels. '
    : '';
  return refuse(
    'faulty-pattern',
    `${where} (the junction has ${degrees})`,
    `${exchanged}Patterns have fixed degrees: in each junction one fan-in for all right neurons, and fan-outs of the left neurons that are equal or differ by one. Irregular masks have no windows of equal shares, and hence no scatter. Prune to fixed degrees, or, where they were meant, correct the program that wrote the file.`,
  );
}

/**
 * The mean fan-out that a junction of constant fan-in declares: the one place where degrees of files are judged. Whether the left
 * neurons share the edges so evenly is for `patternFault`.
 * @throws ScattershotError naming the first right neuron at fault
 */
function declaredFanOut(junction: JunctionRows, number: number): number {
  const { left, fanIns, sources } = junction;
  const right = fanIns.length;
  const fanIn = commonDegree(fanIns);
  const uneven = fanIns.findIndex((edges) => edges !== fanIn);
  if (uneven >= 0) {
    refuseDegrees(
      junction,
      `junction ${number}, right neuron ${uneven} has fan-in ${fanIns[uneven]}; expected ${fanIn}`,
    );
  }
  if (fanIn === 0) refuseEdges(`junction ${number}, right neuron 0 has fan-in 0; expected at least 1`);
  if (fanIn > left) {
    refuseEdges(`junction ${number}, right neuron 0 has fan-in ${fanIn}, above the ${left} neurons on its left`);
  }
  if (sources.length < left) {
    refuseDegrees(
      junction,
      `junction ${number}, right neuron 0: ${right} right neurons of fan-in ${fanIn} are ${sources.length} edges, too few for each of ${left} left neurons to have one`,
    );
  }
  return meanFanOut(left, right, fanIn);
}

/** A junction as a pattern of its own, so that one is checked whole before the next is read. @throws ScattershotError */
function checkedJunction(junction: JunctionRows, number: number): number {
  const { left, fanIns, sources } = junction;
  const fanOut = declaredFanOut(junction, number);
  sortRows(sources, fanIns.length, fanIns[0]);
  const fault = patternFault({ layers: [left, fanIns.length], fanOuts: [fanOut], junctions: [sources] });
  if (fault === null) return fanOut;
  const message = fault.message.replace(/^junction 1\b/, `junction ${number}`);
  return /has fan-out/.test(message) ? refuseDegrees(junction, message) : refuseEdges(message);
}

/** A pattern, and the junctions (from 1) in which an edge had another value than 1. */
export interface ReadRows {
  readonly pattern: Pattern;
  readonly weighted: readonly number[];
}

/**
 * The pattern that rows make, fan-outs derived from them; rows are sorted in place. Each junction is checked before the next is
 * asked for. Memory beyond the edges is bounded by them, whatever sizes a hostile file claims.
 * @throws ScattershotError naming the first junction and right neuron at fault
 */
export function patternFromRows(junctions: Iterable<JunctionRows>): ReadRows {
  const layers: number[] = [];
  const fanOuts: number[] = [];
  const sources: Uint32Array[] = [];
  const weighted: number[] = [];
  for (const junction of junctions) {
    const number = sources.length + 1;
    const before = layers[layers.length - 1] ?? junction.left;
    if (before !== junction.left) {
      refuseEdges(
        `junction ${number} has ${junction.left} left neurons; expected the ${before} that end junction ${number - 1}`,
      );
    }
    if (number === 1) layers.push(junction.left);
    fanOuts.push(checkedJunction(junction, number));
    layers.push(junction.fanIns.length);
    sources.push(junction.sources);
    if (junction.weighted) weighted.push(number);
  }
  return { pattern: { layers, fanOuts, junctions: sources }, weighted };
}
