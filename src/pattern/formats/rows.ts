import { describeFanOuts, nearestFanOuts } from '../architecture.ts';
import { type Pattern, patternFault, sortRows } from '../pattern.ts';
import { refuseEdges } from './pattern-file.ts';

/** The edges of one junction as a file gives them, degrees not yet checked. */
export interface JunctionRows {
  readonly left: number;
  /** edges of each right neuron */
  readonly fanIns: Uint32Array;
  /** left neurons of right neuron 0, then of 1, …; each < left, any order within a row */
  readonly sources: Uint32Array;
}

/** The fan-in most rows have, so that one faulty row is named and not all the others. */
function commonFanIn(fanIns: Uint32Array): number {
  return fanIns.slice().sort()[fanIns.length >>> 1];
}

function fanOutOf(junction: JunctionRows, number: number): number {
  const { left, fanIns, sources } = junction;
  const right = fanIns.length;
  const fanIn = commonFanIn(fanIns);
  const uneven = fanIns.findIndex((edges) => edges !== fanIn);
  if (uneven >= 0) {
    refuseEdges(`junction ${number}, right neuron ${uneven} has fan-in ${fanIns[uneven]}; expected ${fanIn}`);
  }
  if (fanIn === 0) refuseEdges(`junction ${number}, right neuron 0 has fan-in 0; expected at least 1`);
  if (fanIn > left) {
    refuseEdges(`junction ${number}, right neuron 0 has fan-in ${fanIn}, above the ${left} neurons on its left`);
  }
  const fanOut = sources.length / left;
  if (!Number.isInteger(fanOut)) {
    const nearest = describeFanOuts(right, nearestFanOuts(left, right, fanOut));
    refuseEdges(
      `junction ${number}, right neuron 0: ${right} right neurons of fan-in ${fanIn} are ${sources.length} edges, which ${left} left neurons cannot share evenly; nearest feasible fan-outs: ${nearest}`,
    );
  }
  return fanOut;
}

/**
 * The pattern that rows make, fan-outs derived from them; rows are sorted in place.
 * Memory beyond the edges is bounded by them, whatever sizes a hostile file claims.
 * @throws ScattershotError naming the first junction and right neuron at fault
 */
export function patternFromRows(junctions: readonly JunctionRows[]): Pattern {
  for (const [index, { left }] of junctions.entries()) {
    const before = junctions[index - 1]?.fanIns.length ?? left;
    if (before !== left) {
      refuseEdges(`junction ${index + 1} has ${left} left neurons; expected the ${before} that end junction ${index}`);
    }
  }
  const fanOuts = junctions.map((junction, index) => fanOutOf(junction, index + 1));
  for (const { fanIns, sources } of junctions) sortRows(sources, fanIns.length, fanIns[0]);
  const layers = [junctions[0].left, ...junctions.map(({ fanIns }) => fanIns.length)];
  const pattern: Pattern = { layers, fanOuts, junctions: junctions.map(({ sources }) => sources) };
  const fault = patternFault(pattern);
  if (fault !== null) refuseEdges(fault.message);
  return pattern;
}
