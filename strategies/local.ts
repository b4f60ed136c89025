import { product, range } from '../src/base/numbers.ts';
import type { Random } from '../src/base/random.ts';
import {
  greatestCommonDivisor,
  isExact,
  type JunctionSize,
  junctionSizes,
  type LayerShape,
} from '../src/pattern/architecture.ts';
import { denseJunction, type Pattern, sortRows } from '../src/pattern/pattern.ts';
import { defineStrategy, type Problem } from '../src/search/strategy.ts';
import { refusesConstraints } from './constraints/constrained-problem.ts';
import { balancedStarts, compactOrder } from './local/balanced-runs.ts';
import { independentStep, type StepCount } from './shared/batch.ts';

/**
 * Neighbourhoods of one layer: boxes of `box` sides (wrapping round at the edges of the layer) whose corners repeat with a
 * period in every dimension. Every neuron then lies in equally many boxes, so fan-outs are exact.
 */
interface Neighbourhood {
  readonly shape: readonly number[];
  readonly box: readonly number[];
  /** greatest common divisor of box and shape, side by side */
  readonly period: readonly number[];
  /** corners within one period, of `product(period)` places */
  readonly corners: number;
}

/** Most compact boxes of a kind that a junction draws its neighbourhood from. */
const BOXES = 3;

/** Parts of a layer within which its neurons change places; each widens the neighbourhoods, and so the range of scatter. */
const blurs: readonly number[] = [0, 1 / 32, 1 / 16, 1 / 8, 1 / 4];

/** All lists of sides within `shape` whose product is `size`. */
function boxesOf(shape: readonly number[], size: number): number[][] {
  if (shape.length === 0) return size === 1 ? [[]] : [];
  const boxes: number[][] = [];
  for (let side = 1; side <= Math.min(shape[0], size); side++) {
    if (size % side === 0) for (const rest of boxesOf(shape.slice(1), size / side)) boxes.push([side, ...rest]);
  }
  return boxes;
}

function neighbourhood(shape: readonly number[], box: readonly number[], right: number): Neighbourhood {
  const period = shape.map((side, axis) => greatestCommonDivisor(side, box[axis]));
  return { shape, box, period, corners: (right * product(period)) / product(shape) };
}

/** The most compact by their first `sides` sides; of equal ones the first. */
function mostCompact(hoods: readonly Neighbourhood[], sides: number): Neighbourhood[] {
  const length = ({ box }: Neighbourhood) => Math.max(...box.slice(0, sides)) / Math.min(...box.slice(0, sides));
  return [...hoods].sort((a, b) => length(a) - length(b)).slice(0, BOXES);
}

/**
 * Neighbourhoods of fan-in neurons: the most compact, and in feature maps also the most compact that have all channels, as the
 * receptive fields of convolutions do. Runs along [n] exist for every feasible size: fan-in is a multiple of
 * left/gcd(left, right), so `corners` is whole. A shaped layer that no box fits is taken as [n].
 */
function neighbourhoods(shape: LayerShape, junction: JunctionSize): Neighbourhood[] {
  const fitting = boxesOf(shape, junction.fanIn)
    .map((box) => neighbourhood(shape, box, junction.right))
    .filter(({ corners }) => Number.isInteger(corners));
  if (fitting.length === 0) return [neighbourhood([junction.left], [junction.fanIn], junction.right)];
  const compact = mostCompact(fitting, shape.length);
  const allChannels = shape.length < 3 ? [] : fitting.filter(({ box }) => box[2] === shape[2]);
  return [...new Set([...compact, ...mostCompact(allChannels, 2)])];
}

/** Corners within one period: all in one place (blocks), evenly spread (sliding windows) or independent (jitter). */
function cornersInPeriod({ period, corners }: Neighbourhood, random: Random): number[] {
  const places = product(period);
  const offset = random.below(places);
  const spread = random.below(3);
  return Array.from({ length: corners }, (_, t) => {
    if (spread === 0) return offset;
    return spread === 1 ? (offset + Math.floor((t * places) / corners)) % places : random.below(places);
  });
}

/** Splits a number into coordinates of `sides`, the last fastest. */
function coordinates(place: number, sides: readonly number[]): number[] {
  const result = new Array<number>(sides.length);
  let rest = place;
  for (let axis = sides.length - 1; axis >= 0; axis--) {
    result[axis] = rest % sides[axis];
    rest = Math.floor(rest / sides[axis]);
  }
  return result;
}

/** The neuron `step` away from `corner`, each side wrapped round. */
function neuronAt(corner: readonly number[], step: readonly number[], shape: readonly number[]): number {
  return shape.reduce((neuron, side, axis) => neuron * side + ((corner[axis] + step[axis]) % side), 0);
}

/** Corners of all right neurons, one each, ascending: those of one period repeated over the layer. */
function allCorners(hood: Neighbourhood, random: Random): Uint32Array {
  const repeats = hood.shape.map((side, axis) => side / hood.period[axis]);
  const within = cornersInPeriod(hood, random).map((place) => coordinates(place, hood.period));
  const neurons: number[] = [];
  for (let tile = 0; tile < product(repeats); tile++) {
    const origin = coordinates(tile, repeats).map((index, axis) => index * hood.period[axis]);
    for (const corner of within) neurons.push(neuronAt(origin, corner, hood.shape));
  }
  return Uint32Array.from(neurons).sort();
}

/** Shuffles within runs of this length, in place. */
function shuffleRuns(items: Uint32Array, run: number, random: Random): Uint32Array {
  for (let start = 0; run > 1 && start < items.length; start += run) random.shuffle(items.subarray(start, start + run));
  return items;
}

/** Left neurons in runs of this part of their layer change places, the same for all right neurons: degrees stay exact. */
function blurred(left: number, blur: number, random: Random): Uint32Array {
  const neurons = range(left);
  return shuffleRuns(neurons, Math.floor(left * blur), random);
}

/** Right neurons change places in runs of 2, 4, … up to all of them. */
const shuffledRights = (items: Uint32Array, random: Random): Uint32Array =>
  shuffleRuns(items, 2 ** random.below(Math.ceil(Math.log2(items.length)) + 1), random);

/** The same where left neurons cannot all have one degree: runs along an order of the layer that keeps neighbours together. */
function balancedLocalJunction(size: JunctionSize, shape: LayerShape, blur: number, random: Random): Uint32Array {
  const { left, right, fanIn, edges } = size;
  const order = compactOrder(shape, fanIn);
  const starts = shuffledRights(balancedStarts(size, random), random);
  const names = blurred(left, blur, random);
  const sources = new Uint32Array(edges);
  for (let j = 0; j < right; j++) {
    for (let e = 0; e < fanIn; e++) sources[j * fanIn + e] = names[order[(starts[j] + e) % left]];
  }
  sortRows(sources, right, fanIn);
  return sources;
}

function localJunction(junction: JunctionSize, shape: LayerShape, blur: number, random: Random): Uint32Array {
  const { left, right, fanIn, edges } = junction;
  if (junction.density === 1) return denseJunction(left, right);
  if (!isExact(junction)) return balancedLocalJunction(junction, shape, blur, random);
  const choices = neighbourhoods(shape, junction);
  const hood = choices[random.below(choices.length)];
  const corners = allCorners(hood, random);
  shuffledRights(corners, random);
  const names = blurred(left, blur, random);
  const steps = Array.from({ length: fanIn }, (_, place) => coordinates(place, hood.box));
  const sources = new Uint32Array(edges);
  for (let j = 0; j < right; j++) {
    const corner = coordinates(corners[j], hood.shape);
    for (let e = 0; e < fanIn; e++) sources[j * fanIn + e] = names[neuronAt(corner, steps[e], hood.shape)];
  }
  sortRows(sources, right, fanIn);
  return sources;
}

/**
 * Right neurons see neighbours, in order of their place, or shuffled within runs of 2, 4, … up to all of them.
 * @param blur part of every layer within which its neurons change places: 0 leaves neighbourhoods whole
 */
export function localPattern(
  problem: Problem,
  random: Random,
  blur: number = blurs[random.below(blurs.length)],
): Pattern {
  const { layers, fanOuts, shapes } = problem.architecture;
  const junctions = junctionSizes(problem.architecture).map((junction) =>
    localJunction(junction, shapes[junction.number - 1], blur, random.fork(junction.number)),
  );
  return { layers, fanOuts, junctions };
}

export const local = defineStrategy<StepCount>({
  name: 'local',
  summary: 'every right neuron sees neighbouring left neurons: low scatter, as in convolutions',
  source:
    'Receptive fields of convolutional layers without weight sharing (locally connected layers), with exact degrees by periodic corners on a layer that wraps round, with balanced ones by runs along it (in a picture along strips); offset, spacing, order of the right neurons and a blur of the left ones are drawn',
  accepts: refusesConstraints,
  start: () => 0,
  step: (problem, steps, _elites, random) =>
    independentStep(problem, steps, random, (own, stream) => localPattern(own, stream)),
});
