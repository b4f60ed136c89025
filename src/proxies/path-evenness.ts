import { product } from '../base/numbers.ts';
import { type Architecture, type JunctionSize, junctionSizes } from '../pattern/architecture.ts';
import type { Pattern } from '../pattern/pattern.ts';
import { type NeighbourRows, rowsOfLeft, rowsOfRight } from './adjacency.ts';
import { defineProxy } from './proxy.ts';

/** Most additions for one pattern; about half a minute. */
const MOST_PATH_ADDITIONS = 2e10;

/** Neurons whose paths are counted in one sweep: an edge is read once for all of them. */
const LANES = 8;

/** Where paths start and how they go on, junction by junction from that side. */
interface PathWalk {
  readonly starts: number;
  /** the first neurons of the last layer, in which paths may end */
  readonly ends: number;
  /** the first junction seen from where paths start */
  readonly first: NeighbourRows;
  /** neurons of the layer that the first junction leads to */
  readonly width: number;
  /** the other junctions, seen from the layer that they lead to */
  readonly steps: readonly NeighbourRows[];
}

/** Input–output path counts (entries of A_{1:J}) over real inputs and outputs. */
export interface PathSpread {
  readonly pairs: number;
  /** Σ counts and Σ counts² */
  readonly sum: number;
  readonly squares: number;
  readonly least: number;
  readonly most: number;
}

/** Additions to walk from every start: all edges except those of the first step, which only sets ones. */
function walkCost(starts: number, steps: readonly JunctionSize[]): number {
  return starts * steps.slice(1).reduce((sum, { edges }) => sum + edges, 0);
}

/** From the outputs down, or from the inputs up: whichever takes fewer additions. */
function cheaperDirection(pattern: Pattern, architecture: Architecture): { cost: number; down: boolean } {
  const sizes = junctionSizes(pattern);
  const down = walkCost(architecture.usedOutputs, sizes.toReversed());
  const up = walkCost(architecture.usedInputs, sizes);
  return { cost: Math.min(down, up), down: down <= up };
}

function planWalk(pattern: Pattern, { usedInputs, usedOutputs }: Architecture, down: boolean): PathWalk {
  const sizes = junctionSizes(pattern);
  const fromLeft = (size: JunctionSize) => rowsOfLeft(pattern.junctions[size.number - 1], size);
  const fromRight = (size: JunctionSize) => rowsOfRight(pattern.junctions[size.number - 1], size);
  if (down) {
    const [first, ...rest] = sizes.toReversed();
    const steps = rest.map(fromLeft);
    return { starts: usedOutputs, ends: usedInputs, first: fromRight(first), width: first.left, steps };
  }
  const [first, ...rest] = sizes;
  const steps = rest.map(fromRight);
  return { starts: usedInputs, ends: usedOutputs, first: fromLeft(first), width: first.right, steps };
}

/**
 * One step of a sweep: `reached[n] = Σ counts[neighbour]`, for every lane.
 * @param counts `neurons of the layer before × LANES`
 * @param reached `neurons × LANES`, overwritten
 * Sums are kept in eight variables, not in the array: that saves a load and a store an addition.
 */
function advance({ starts, members, neurons }: NeighbourRows, counts: Float64Array, reached: Float64Array): void {
  for (let n = 0, e = 0; n < neurons; n++) {
    let a = 0;
    let b = 0;
    let c = 0;
    let d = 0;
    let f = 0;
    let g = 0;
    let h = 0;
    let i = 0;
    for (const end = starts[n + 1]; e < end; e++) {
      const from = members[e] * LANES;
      a += counts[from];
      b += counts[from + 1];
      c += counts[from + 2];
      d += counts[from + 3];
      f += counts[from + 4];
      g += counts[from + 5];
      h += counts[from + 6];
      i += counts[from + 7];
    }
    const to = n * LANES;
    reached[to] = a;
    reached[to + 1] = b;
    reached[to + 2] = c;
    reached[to + 3] = d;
    reached[to + 4] = f;
    reached[to + 5] = g;
    reached[to + 6] = h;
    reached[to + 7] = i;
  }
}

/** Paths from `lanes` starts, the first being neuron `start`, to the last layer. @param layers scratch, one for each layer reached */
function sweep(
  { first, steps }: PathWalk,
  start: number,
  lanes: number,
  layers: readonly Float64Array[],
): Float64Array {
  const { starts, members } = first;
  layers[0].fill(0);
  for (let lane = 0; lane < lanes; lane++) {
    const neuron = start + lane;
    for (let e = starts[neuron]; e < starts[neuron + 1]; e++) layers[0][members[e] * LANES + lane] = 1;
  }
  for (const [i, step] of steps.entries()) advance(step, layers[i], layers[i + 1]);
  return layers[layers.length - 1];
}

/**
 * Spread of the input–output path counts, without the matrix: eight outputs (or inputs, whichever costs less) at a time are
 * followed through the network. Counts are doubles, exact while all paths into a neuron are below 2^53; so is Σ counts² below it.
 * Cost: an addition per output (input) and edge of all junctions except the last (first); 8 doubles per neuron.
 */
export function pathSpread(pattern: Pattern, architecture: Architecture): PathSpread {
  const walk = planWalk(pattern, architecture, cheaperDirection(pattern, architecture).down);
  const widths = [walk.width, ...walk.steps.map(({ neurons }) => neurons)];
  const layers = widths.map((width) => new Float64Array(width * LANES));
  let [sum, squares, least, most] = [0, 0, Number.POSITIVE_INFINITY, 0];
  for (let start = 0; start < walk.starts; start += LANES) {
    const lanes = Math.min(LANES, walk.starts - start);
    const counts = sweep(walk, start, lanes, layers);
    for (let n = 0; n < walk.ends; n++) {
      for (let lane = 0; lane < lanes; lane++) {
        const count = counts[n * LANES + lane];
        sum += count;
        squares += count * count;
        least = Math.min(least, count);
        most = Math.max(most, count);
      }
    }
  }
  return { pairs: walk.starts * walk.ends, sum, squares, least, most };
}

/** The least Σ counts² that whole counts of this sum can have, over Σ counts²; 0 where there is no path at all. */
function evennessOf({ pairs, sum, squares }: PathSpread): number {
  if (sum === 0) return 0;
  const floor = Math.floor(sum / pairs);
  const above = sum - pairs * floor;
  return ((pairs - above) * floor ** 2 + above * (floor + 1) ** 2) / squares;
}

/**
 * How evenly the paths are dealt out to the pairs of an input and an output. With P = A_{1:J} over real inputs and outputs:
 * (least possible mean of P²) / (mean of P²), the least being that of counts which differ by at most 1. Where all counts can be
 * equal that is 1 / (1 + (standard deviation / mean)²). One junction has counts 0 and 1 only, hence always 1.
 */
export const pathEvenness = defineProxy({
  name: 'path-evenness',
  summary: 'evenness of the input–output path counts',
  source:
    'Equal path counts between all inputs and outputs, as RadiX-Nets have (Robinett & Kepner 2019, arXiv 1905.00416); the measure of how near is ours',
  better: 'higher',
  unit: 'fraction in [0, 1]; 1: no two pairs differ by more than one path; 0: no path at all',
  cost: `min(outputs · edges without the last junction, inputs · edges without the first) additions; left out above ${MOST_PATH_ADDITIONS}, and where 2^53 paths or more enter a neuron`,
  invariant: true,
  measure: (pattern, architecture) => {
    const leftOut = (reason: string) => ({ value: null, junctions: [], reason });
    const paths = product(junctionSizes(pattern).map(({ fanIn }) => fanIn));
    const leaving = product(junctionSizes(pattern).map(({ mostFanOut }) => mostFanOut));
    if (!Number.isSafeInteger(Math.max(paths, leaving)))
      return leftOut('The paths are too many to be counted exactly (2^53).');
    const { cost } = cheaperDirection(pattern, architecture);
    if (cost > MOST_PATH_ADDITIONS) {
      return leftOut(
        `Counting paths would take ${cost.toPrecision(2)} additions; at most ${MOST_PATH_ADDITIONS} are spent.`,
      );
    }
    return { value: evennessOf(pathSpread(pattern, architecture)), junctions: [], reason: null };
  },
});
