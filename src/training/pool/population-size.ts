import { InvalidValueError } from '../../base/caller-errors.ts';
import type { Architecture } from '../../pattern/architecture.ts';

/** What a device sets a population's size by. */
export interface DeviceLimits {
  /** the largest tensor it can bind to a kernel */
  readonly maxTensorBytes: number;
  /** memory that may be filled */
  readonly memoryBytes: number;
}

/** Beyond this many candidates a device is full anyway, and the first results would only come later. */
export const LARGEST_POPULATION = 256;

/** Rows of an evaluation, and the fewest that room is kept for. */
export const LEAST_ROWS = 256;

/** Share of the memory that a population may fill; the rest is for the examples, drivers and other programs. */
export const POPULATION_SHARE = 0.6;
/** Share of the memory that the training examples may fill, so as not to be sent batch by batch. */
const EXAMPLES_SHARE = 0.2;

const FLOAT_BYTES = 4;

/**
 * Tensors of a junction's size `left × right`. Lasting: mask, weights and the optimiser's two moments. Within a step: gradient, masked
 * gradient, the penalty's, and what leads to new weights and moments; TF.js frees a tensor only when the device is done with it, and
 * keeps its memory for tensors of just that size, so what one junction's update leaves another of a different size cannot use.
 * Both this and `layerTensors` are above what was measured on several networks (docs/gpu.md).
 */
const JUNCTION_TENSORS = 14;
/** Tensors of a layer's size: product, with bias, activated, its delta and its transposed, the shorter last batch's again. */
const LAYER_TENSORS = 7;

const pairs = ({ layers }: Architecture): number[] => layers.slice(1).map((right, index) => layers[index] * right);

/**
 * Device memory that one candidate of a population needs:
 * 4 bytes × (14 · Σ N_i·N_{i+1} + 7 · rows · Σ N_i). The pattern does not matter: kernels are dense.
 * @param rows of a batch
 */
export function candidateBytes(architecture: Architecture, rows: number): number {
  const weights = pairs(architecture).reduce((sum, size) => sum + size, 0);
  const neurons = architecture.layers.reduce((sum, size) => sum + size, 0);
  return FLOAT_BYTES * (JUNCTION_TENSORS * weights + LAYER_TENSORS * Math.max(rows, LEAST_ROWS) * neurons);
}

/** The largest single tensor of one candidate: a junction's kernel, or a layer's values. */
function largestTensorBytes(architecture: Architecture, rows: number): number {
  const layers = architecture.layers.map((size) => size * Math.max(rows, LEAST_ROWS));
  return FLOAT_BYTES * Math.max(...layers, ...pairs(architecture));
}

/**
 * How many candidates of one architecture to train at once: as many as fit into 60 % of the memory by `candidateBytes` and whose
 * tensors, all candidates' in one, the device can bind; at least 1, at most 256.
 * @param rows of a batch
 */
export function populationSize(architecture: Architecture, rows: number, limits: DeviceLimits): number {
  const byMemory = Math.floor((POPULATION_SHARE * limits.memoryBytes) / candidateBytes(architecture, rows));
  const byTensor = Math.floor(limits.maxTensorBytes / largestTensorBytes(architecture, rows));
  return Math.max(1, Math.min(LARGEST_POPULATION, byMemory, byTensor));
}

/** A size that was asked for. @throws RangeError */
export function checkedPopulation(population: number | undefined): number | undefined {
  if (population !== undefined && !(Number.isSafeInteger(population) && population >= 1 && population <= 4096)) {
    throw new InvalidValueError(`population must be a whole number from 1 to 4096; got ${population}`);
  }
  return population;
}

/** Whether a split of this number of values may stay on the device. */
export function fitsOnDevice(values: number, limits: DeviceLimits): boolean {
  const bytes = FLOAT_BYTES * values;
  return bytes <= limits.maxTensorBytes && bytes <= EXAMPLES_SHARE * limits.memoryBytes;
}
