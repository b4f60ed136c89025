import { InvalidValueError } from '../base/caller-errors.ts';
import { product } from '../base/numbers.ts';

/**
 * The sizes that a pattern must have: layers, fan-outs, layer shapes and padding (definitions: N_i, fo_i, fi_i, W_i, density).
 */

/** [n], [height, width] row-major, or [height, width, channels] with the channel fastest. */
export type LayerShape = readonly [number] | readonly [number, number] | readonly [number, number, number];

export interface Architecture {
  /** N_1 … N_{J+1} neurons */
  readonly layers: readonly number[];
  /** fo_1 … fo_J edges leaving each left neuron */
  readonly fanOuts: readonly number[];
  readonly shapes: readonly LayerShape[];
  /** how many neurons of the first layer are real; the rest are padding */
  readonly usedInputs: number;
  /** how many neurons of the last layer are real */
  readonly usedOutputs: number;
}

export interface ArchitectureRequest {
  readonly layers: readonly number[];
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
  readonly fanOut: number;
  readonly fanIn: number;
  readonly edges: number;
  readonly density: number;
}

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

const percent = (fraction: number) => `${Number((100 * fraction).toPrecision(4))} %`;

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

function checkLayers(layers: readonly number[]): void {
  if (layers.length < 2) throw new InvalidValueError(`a network needs at least 2 layers; got ${layers.length}`);
  for (const [index, neurons] of layers.entries()) requireWhole(neurons, 1, MOST_NEURONS, `layer ${index + 1}`);
}

function checkFanOut(left: number, right: number, fanOut: number, junction: number): void {
  if (Number.isSafeInteger(fanOut) && fanOut >= 1 && fanOut <= right && fanOut % fanOutStep(left, right) === 0) return;
  const nearest = describeFanOuts(right, nearestFanOuts(left, right, fanOut));
  throw new InvalidValueError(
    `fan-out ${fanOut} is not feasible in junction ${junction} (${left} to ${right} neurons); nearest feasible: ${nearest}`,
  );
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
  for (const [index, fanOut] of fanOuts.entries()) checkFanOut(layers[index], layers[index + 1], fanOut, index + 1);
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

export function junctionSizes(sizes: Pick<Architecture, 'layers' | 'fanOuts'>): JunctionSize[] {
  return sizes.fanOuts.map((fanOut, index) => {
    const left = sizes.layers[index];
    const right = sizes.layers[index + 1];
    const edges = left * fanOut;
    return { number: index + 1, left, right, fanOut, fanIn: edges / right, edges, density: fanOut / right };
  });
}

/** ΣW_i / ΣN_i·N_{i+1} */
export function overallDensity(sizes: Pick<Architecture, 'layers' | 'fanOuts'>): number {
  const junctions = junctionSizes(sizes);
  const edges = junctions.reduce((sum, junction) => sum + junction.edges, 0);
  const dense = junctions.reduce((sum, junction) => sum + junction.left * junction.right, 0);
  return edges / dense;
}

/**
 * Fan-outs that give every junction exactly this density.
 * @param density fraction in (0, 1]
 * @throws RangeError naming, for the first junction that cannot have it, the nearest feasible fan-outs and densities
 */
export function fanOutsForDensity(layers: readonly number[], density: number): number[] {
  if (!(density > 0 && density <= 1)) {
    throw new InvalidValueError(`density must be above 0 and at most 1 (100 %); got ${density}`);
  }
  checkLayers(layers);
  return layers.slice(0, -1).map((left, index) => {
    const right = layers[index + 1];
    const fanOut = Math.round(density * right);
    const feasible = fanOut >= 1 && fanOut % fanOutStep(left, right) === 0;
    if (feasible && Math.abs(fanOut / right - density) < 1e-9) return fanOut;
    const nearest = describeFanOuts(right, nearestFanOuts(left, right, density * right));
    throw new InvalidValueError(
      `density ${percent(density)} is not feasible in junction ${index + 1} (${left} to ${right} neurons); nearest feasible fan-outs: ${nearest}`,
    );
  });
}

const MOST_LAYERS_NAMED = 8;

/** "64-1024-64"; "51-layers-64-to-10" for many: studies and files are named by it, and their names may not be longer. */
export function nameOfLayers(layers: readonly number[]): string {
  if (layers.length <= MOST_LAYERS_NAMED) return layers.join('-');
  return `${layers.length}-layers-${layers[0]}-to-${layers[layers.length - 1]}`;
}

/** "64-1024-64 (128,8)" */
export function describeArchitecture(sizes: Pick<Architecture, 'layers' | 'fanOuts'>): string {
  return `${sizes.layers.join('-')} (${sizes.fanOuts.join(',')})`;
}
