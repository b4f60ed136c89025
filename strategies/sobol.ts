import type { Random } from '../src/base/random.ts';
import { type JunctionSize, junctionSizes, meanFanOut } from '../src/pattern/architecture.ts';
import { denseJunction, type Pattern, sortRows } from '../src/pattern/pattern.ts';
import { defineStrategy, type Problem } from '../src/search/strategy.ts';
import { refusesConstraints } from './constraints/constrained-problem.ts';
import { independentStep, type StepCount } from './shared/batch.ts';
import { doubleEdges, undoDoubles } from './sobol/double-edges.ts';
import { netQualities } from './sobol/net-quality.ts';
import { neuronsOfPoints } from './sobol/neurons.ts';
import { SOBOL_DIMENSIONS } from './sobol/sequence.ts';

/** Where the points of one layer come from. */
export interface SobolLayer {
  /** of the sequence, from 1 */
  readonly dimension: number;
  /** stream that scrambles the layer's coordinates; null: they are not */
  readonly scramble: Random | null;
}

/** Rows of left neurons, sorted, with the double edges that the paths give. */
function rowsOfPaths(size: JunctionSize, left: SobolLayer, right: SobolLayer): Uint32Array {
  const { edges, fanIn } = size;
  const from = neuronsOfPoints(left.dimension, edges, size.left, left.scramble?.fork(0) ?? null);
  const to = neuronsOfPoints(right.dimension, edges, size.right, right.scramble?.fork(0) ?? null);
  const next = Uint32Array.from({ length: size.right }, (_, j) => j * fanIn);
  const rows = new Uint32Array(edges);
  for (let p = 0; p < edges; p++) rows[next[to[p]]++] = from[p];
  sortRows(rows, size.right, fanIn);
  return rows;
}

/** The connections that a junction does not have. @param rows sorted, simple */
function complement(rows: Uint32Array, left: number, right: number, fanIn: number): Uint32Array {
  const others = new Uint32Array((left - fanIn) * right);
  let next = 0;
  for (let j = 0; j < right; j++) {
    let e = j * fanIn;
    for (let k = 0; k < left; k++) {
      if (e < (j + 1) * fanIn && rows[e] === k) e++;
      else others[next++] = k;
    }
  }
  return others;
}

/** Above half density, where most double edges would have to go far, the paths are instead those that are left out. */
function sobolJunction(size: JunctionSize, left: SobolLayer, right: SobolLayer): Uint32Array {
  if (size.density === 1) return denseJunction(size.left, size.right);
  const rows = rowsOfPaths(size, left, right);
  if (doubleEdges(rows, size.fanIn).length === 0) return rows;
  if (size.density > 1 / 2) {
    const { left: from, right: to, fanIn } = size;
    const [rest] = junctionSizes({ layers: [from, to], fanOuts: [meanFanOut(from, to, from - fanIn)] });
    return complement(sobolJunction(rest, left, right), size.left, size.right, rest.fanIn);
  }
  undoDoubles(rows, size.fanIn, size.left);
  sortRows(rows, size.right, size.fanIn);
  return rows;
}

/**
 * The junctions of paths p = 0, 1, …, of which path p visits in layer l the neuron that coordinate x_l(p) falls on. A junction of W
 * edges has the first W paths.
 * @param layers as many as the architecture has
 */
export function sobolPattern(problem: Problem, layers: readonly SobolLayer[]): Pattern {
  const { layers: neurons, fanOuts } = problem.architecture;
  const junctions = junctionSizes(problem.architecture).map((size) =>
    sobolJunction(size, layers[size.number - 1], layers[size.number]),
  );
  return { layers: neurons, fanOuts, junctions };
}

/** Digits of a coordinate that tell a junction's points apart. */
const digitsOf = ({ edges }: JunctionSize) => Math.max(1, Math.ceil(Math.log2(edges)));

/** A new dimension whose t with that of the layer before is at most the least there is and the slack. */
function drawDimension(size: JunctionSize, before: readonly number[], slack: number, random: Random): number {
  const last = before[before.length - 1];
  // a network deeper than the sequence uses again those that are furthest away
  const recent = before.slice(-(SOBOL_DIMENSIONS - 1));
  const fresh = Array.from({ length: SOBOL_DIMENSIONS }, (_, index) => index + 1).filter(
    (dimension) => !recent.includes(dimension),
  );
  const quality = netQualities(digitsOf(size));
  const least = Math.min(...fresh.map((dimension) => quality[last][dimension]));
  const good = fresh.filter((dimension) => quality[last][dimension] <= least + slack);
  return good[random.below(good.length)];
}

/** A first dimension that has a good one to go with it. */
function drawFirst(size: JunctionSize, slack: number, random: Random): number {
  const least = netQualities(digitsOf(size)).map((row) => Math.min(...row.subarray(1)));
  const best = Math.min(...least.slice(1));
  const good = least.flatMap((quality, dimension) => (dimension > 0 && quality <= best + slack ? [dimension] : []));
  return good[random.below(good.length)];
}

/**
 * Dimensions and scramblings for all layers. A dimension does not come twice: a path would return to its place, and spans reach
 * few windows. Few pairs of dimensions form a (0, m, 2)-net, so candidates allow a t of 0, 1 or 2 above the least there is.
 */
export function drawLayers(problem: Problem, random: Random): SobolLayer[] {
  const sizes = junctionSizes(problem.architecture);
  const slack = random.below(3);
  const scrambled = random.below(4) > 0;
  const dimensions = [drawFirst(sizes[0], slack, random)];
  for (const size of sizes) dimensions.push(drawDimension(size, dimensions, slack, random));
  return dimensions.map((dimension, layer) => ({ dimension, scramble: scrambled ? random.fork(layer) : null }));
}

/** Patterns of the first step: good draws of dimensions are rare, and worth more than an early answer. */
const FIRST_STEP = 8;

/** Paths along a low-discrepancy sequence: any interval of neurons is reached as evenly as by design. */
export const sobol = defineStrategy<StepCount>({
  name: 'sobol',
  summary: 'low-discrepancy paths: windows reached evenly without a search',
  source:
    'Keller & Van keirsbilck 2021 (arXiv 2103.03543): path p visits neuron ⌊N·x(p)⌋ of the Sobol’ point x(p), direction numbers of Joe & Kuo 2008, scrambling of Owen 1995. Here neurons take equally many points in the order of their coordinates, or as equally as can be where degrees are balanced (the same where N is a power of two), each junction has as many paths as edges, double edges are exchanged with near neurons (above half density the paths are those left out), and dimensions are drawn among those with a small t to that of the layer before',
  accepts: refusesConstraints,
  start: () => 0,
  step: (problem, steps, _elites, random) =>
    independentStep(problem, steps, random, (own, stream) => sobolPattern(own, drawLayers(own, stream)), FIRST_STEP),
});
