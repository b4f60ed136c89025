import { InvalidValueError } from '../base/caller-errors.ts';
import { shortPercent } from '../base/number-text.ts';
import { product } from '../base/numbers.ts';

/**
 * The sizes that a pattern must have: layers, fan-outs, layer shapes and padding (definitions: N_i, fo_i, fi_i, W_i, density).
 */

/** [n], [height, width] row-major, or [height, width, channels] with the channel fastest. */
export type LayerShape = readonly [number] | readonly [number, number] | readonly [number, number, number];

/** Sizes and degrees of a network, with what its scatter depends on besides: shapes and padding. */
export interface Architecture {
  /** N_1 … N_{J+1} neurons */
  readonly layers: readonly number[];
  /**
   * fo_1 … fo_J edges leaving each left neuron. Whole where degrees are exact; a fraction, the mean W_i/N_i, where they are balanced:
   * every right neuron then has the same fan-in, and a left neuron one edge more or less than the others.
   */
  readonly fanOuts: readonly number[];
  readonly shapes: readonly LayerShape[];
  /** how many neurons of the first layer are real; the rest are padding */
  readonly usedInputs: number;
  /** how many neurons of the last layer are real */
  readonly usedOutputs: number;
}

/** What `defineArchitecture` takes: sizes and degrees, and what differs from the default. */
export interface ArchitectureRequest {
  readonly layers: readonly number[];
  /** as in `Architecture`; `fanOutsForFanIns` and `fanOutsForDensities` make balanced ones */
  readonly fanOuts: readonly number[];
  /** absent layers, or an absent list, mean [n] */
  readonly shapes?: readonly (LayerShape | undefined)[];
  readonly usedInputs?: number;
  readonly usedOutputs?: number;
}

/** Sizes of one junction; `number` counts from 1. */
export interface JunctionSize {
  readonly number: number;
  readonly left: number;
  readonly right: number;
  /** mean edges leaving a left neuron: a fraction where degrees are balanced */
  readonly fanOut: number;
  /** fewest and most edges leaving a left neuron: ⌊fanOut⌋ and ⌈fanOut⌉, equal where degrees are exact */
  readonly leastFanOut: number;
  readonly mostFanOut: number;
  readonly fanIn: number;
  readonly edges: number;
  readonly density: number;
}

/** Whether all left neurons of a junction have one degree. */
export const isExact = (size: Pick<JunctionSize, 'fanOut'>): boolean => Number.isInteger(size.fanOut);

/** @throws RangeError unless both are whole and not negative: NaN would never come to an end */
export function greatestCommonDivisor(a: number, b: number): number {
  requireWhole(a, 0, Number.MAX_SAFE_INTEGER, 'the first number of a common divisor');
  requireWhole(b, 0, Number.MAX_SAFE_INTEGER, 'the second number of a common divisor');
  let x = a;
  let y = b;
  while (y !== 0) [x, y] = [y, x % y];
  return x;
}

/** The smallest feasible fan-out, of which every feasible one is a multiple: N_{i+1} / gcd(N_i, N_{i+1}). */
export function fanOutStep(left: number, right: number): number {
  return right / greatestCommonDivisor(left, right);
}

/** Every fan-out that gives both sides of a junction whole degrees, from the sparsest to the dense one. */
export function feasibleFanOuts(left: number, right: number): number[] {
  const step = fanOutStep(left, right);
  return Array.from({ length: right / step }, (_, index) => step * (index + 1));
}

/** Feasible fan-outs nearest to a requested one (any number, NaN counting as 0), below and above, where they exist. */
export function nearestFanOuts(left: number, right: number, requested: number): number[] {
  const step = fanOutStep(left, right);
  const below = Math.min(right, Math.floor(Math.max(0, requested || 0) / step) * step);
  const above = below + step;
  return [below, above].filter((fanOut) => fanOut >= step && fanOut <= right);
}

const percent = (fraction: number) => shortPercent(fraction, 4);

/** "16 (12.5 % dense) or 32 (25 % dense)" */
export function describeFanOuts(right: number, fanOuts: readonly number[]): string {
  return fanOuts.map((fanOut) => `${fanOut} (${percent(fanOut / right)} dense)`).join(' or ');
}

function requireWhole(value: number, least: number, most: number, what: string): void {
  if (!Number.isSafeInteger(value) || value < least || value > most) {
    const range = most === Number.MAX_SAFE_INTEGER ? `from ${least}` : `from ${least} to ${most}`;
    throw new InvalidValueError(`${what} must be a whole number ${range}; got ${value}`);
  }
}

function checkedShape(shape: LayerShape | undefined, neurons: number, layer: number): LayerShape {
  if (shape === undefined) return [neurons];
  const sides = shape as readonly number[];
  if (sides.length < 1 || sides.length > 3) {
    throw new InvalidValueError(`the shape of layer ${layer} must have 1 to 3 sides; got ${sides.join('x')}`);
  }
  for (const side of sides) requireWhole(side, 1, neurons, `every side of the shape of layer ${layer}`);
  const held = product(sides);
  if (held !== neurons) {
    throw new InvalidValueError(
      `the shape of layer ${layer} must hold its ${neurons} neurons; got ${sides.join('x')} = ${held}`,
    );
  }
  return [...sides] as unknown as LayerShape;
}

/** Largest layer that fits the 32-bit indices of a pattern; far above any that fits memory. */
const MOST_NEURONS = 2 ** 31 - 1;

/** @throws RangeError */
export function checkLayers(layers: readonly number[]): void {
  if (layers.length < 2) throw new InvalidValueError(`a network needs at least 2 layers; got ${layers.length}`);
  for (const [index, neurons] of layers.entries()) requireWhole(neurons, 1, MOST_NEURONS, `layer ${index + 1}`);
}

/** The mean fan-out of right neurons with this fan-in, W/N: every balanced junction has exactly this number. */
export const meanFanOut = (left: number, right: number, fanIn: number): number => (right * fanIn) / left;

/** The smallest fan-in that leaves no left neuron without an edge, nor a right one. */
export const leastFanIn = (left: number, right: number): number => Math.ceil(left / right);

const isFeasible = (left: number, right: number, fanOut: number) =>
  Number.isSafeInteger(fanOut)
    ? fanOut >= 1 && fanOut <= right && fanOut % fanOutStep(left, right) === 0
    : fanOut > 1 && fanOut < right && fanOut === meanFanOut(left, right, Math.round((left * fanOut) / right));

/** What is wrong with the fan-outs that are not feasible, a message each. */
export const fanOutFaults = (layers: readonly number[], fanOuts: readonly number[]): string[] =>
  fanOuts.flatMap((fanOut, index) => {
    const [left, right] = [layers[index], layers[index + 1]];
    if (isFeasible(left, right, fanOut)) return [];
    const nearest = describeFanOuts(right, nearestFanOuts(left, right, fanOut));
    return [
      `fan-out ${fanOut} is not feasible in junction ${index + 1} (${left} to ${right} neurons); nearest feasible: ${nearest}`,
    ];
  });

/** @throws RangeError about all junctions whose fan-out is not feasible */
function checkFanOuts(layers: readonly number[], fanOuts: readonly number[]): void {
  const faults = fanOutFaults(layers, fanOuts);
  if (faults.length > 0) throw new InvalidValueError(faults.join('; '));
}

/** Checks every size and fills in what was left out. @throws RangeError naming what was got and the nearest feasible values */
export function defineArchitecture(request: ArchitectureRequest): Architecture {
  const { layers, fanOuts, shapes } = request;
  checkLayers(layers);
  if (fanOuts.length !== layers.length - 1) {
    throw new InvalidValueError(
      `${layers.length} layers have ${layers.length - 1} junctions, each with a fan-out; got ${fanOuts.length} fan-outs`,
    );
  }
  checkFanOuts(layers, fanOuts);
  if (shapes !== undefined && shapes.length !== layers.length) {
    throw new InvalidValueError(`shapes must be given for all ${layers.length} layers; got ${shapes.length}`);
  }
  const usedInputs = request.usedInputs ?? layers[0];
  const usedOutputs = request.usedOutputs ?? layers[layers.length - 1];
  requireWhole(usedInputs, 1, layers[0], 'used inputs');
  requireWhole(usedOutputs, 1, layers[layers.length - 1], 'used outputs');
  return {
    layers: [...layers],
    fanOuts: [...fanOuts],
    shapes: layers.map((neurons, index) => checkedShape(shapes?.[index], neurons, index + 1)),
    usedInputs,
    usedOutputs,
  };
}

function junctionSize(number: number, left: number, right: number, fanOut: number): JunctionSize {
  const exact = Number.isInteger(fanOut);
  const fanIn = exact ? (left * fanOut) / right : Math.round((left * fanOut) / right);
  const edges = exact ? left * fanOut : right * fanIn;
  const [leastFanOut, mostFanOut] = [Math.floor(fanOut), Math.ceil(fanOut)];
  return { number, left, right, fanOut, leastFanOut, mostFanOut, fanIn, edges, density: fanOut / right };
}

/** Sizes, degrees and density of every junction, the first one first. */
export function junctionSizes(sizes: Pick<Architecture, 'layers' | 'fanOuts'>): JunctionSize[] {
  return sizes.fanOuts.map((fanOut, index) =>
    junctionSize(index + 1, sizes.layers[index], sizes.layers[index + 1], fanOut),
  );
}

/** ΣW_i / ΣN_i·N_{i+1} */
export function overallDensity(sizes: Pick<Architecture, 'layers' | 'fanOuts'>): number {
  const junctions = junctionSizes(sizes);
  const edges = junctions.reduce((sum, junction) => sum + junction.edges, 0);
  const dense = junctions.reduce((sum, junction) => sum + junction.left * junction.right, 0);
  return edges / dense;
}

const MOST_LAYERS_NAMED = 8;

/** "64-1024-64"; "51-layers-64-to-10" for many: studies and files are named by it, and their names may not be longer. */
export function nameOfLayers(layers: readonly number[]): string {
  if (layers.length <= MOST_LAYERS_NAMED) return layers.join('-');
  return `${layers.length}-layers-${layers[0]}-to-${layers[layers.length - 1]}`;
}

/** "128", or "29-30" where some left neurons have one edge more than the others */
export const describeFanOut = (fanOut: number): string =>
  Number.isInteger(fanOut) ? `${fanOut}` : `${Math.floor(fanOut)}-${Math.ceil(fanOut)}`;

/** "64-1024-64 (128,8)"; balanced degrees by fan-in, which determines them: "784-300-100-10 (fan-in 78,30,100)" */
export function describeArchitecture(sizes: Pick<Architecture, 'layers' | 'fanOuts'>): string {
  const degrees = sizes.fanOuts.every(Number.isInteger)
    ? sizes.fanOuts.join(',')
    : `fan-in ${junctionSizes(sizes)
        .map(({ fanIn }) => fanIn)
        .join(',')}`;
  return `${sizes.layers.join('-')} (${degrees})`;
}
