import { describeFanOuts, nearestFanOuts } from '../architecture.ts';
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

function rangeText(degrees: Iterable<number>): string {
  let [least, most] = [Number.POSITIVE_INFINITY, 0];
  for (const degree of degrees) {
    if (degree < least) least = degree;
    if (degree > most) most = degree;
  }
  return least === most ? `${least}` : `${least} to ${most}`;
}

/** Of neurons that have edges, and 0 once where others have none: memory for the edges, whatever size the left layer claims. */
function fanOutsOf({ left, sources }: JunctionRows): Iterable<number> {
  const fanOuts = new Map<number, number>();
  for (const neuron of sources) fanOuts.set(neuron, (fanOuts.get(neuron) ?? 0) + 1);
  return fanOuts.size < left ? [...fanOuts.values(), 0] : fanOuts.values();
}

/** @throws ScattershotError that says which degrees the junction has, and that a pattern has one of each */
function refuseDegrees(junction: JunctionRows, where: string): never {
  const degrees = `fan-in ${rangeText(junction.fanIns)}, fan-out ${rangeText(fanOutsOf(junction))}`;
  return refuse(
    'faulty-pattern',
    `${where} (the junction has ${degrees})`,
    'Patterns have fixed degrees: in each junction one fan-in for all right neurons, and one fan-out for all left neurons. Prune to fixed degrees, or, where they were meant, correct the program that wrote the file.',
  );
}

/**
 * The fan-out of a junction with exact degrees: the one place where degrees of files are judged.
 * @throws ScattershotError naming the first right neuron at fault
 */
function exactFanOut(junction: JunctionRows, number: number): number {
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
  const fanOut = sources.length / left;
  if (!Number.isInteger(fanOut)) {
    const nearest = describeFanOuts(right, nearestFanOuts(left, right, fanOut));
    refuseDegrees(
      junction,
      `junction ${number}, right neuron 0: ${right} right neurons of fan-in ${fanIn} are ${sources.length} edges, which ${left} left neurons cannot share evenly; nearest feasible fan-outs: ${nearest}`,
    );
  }
  return fanOut;
}

/** A junction as a pattern of its own, so that one is checked whole before the next is read. @throws ScattershotError */
function checkedJunction(junction: JunctionRows, number: number): number {
  const { left, fanIns, sources } = junction;
  const fanOut = exactFanOut(junction, number);
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
