import { type Architecture, junctionSizes } from '../../pattern/architecture.ts';
import { type Dataset, type Split, splitNames } from '../datasets/dataset.ts';
import { type DeviceLimits, fitsOnDevice, LEAST_ROWS, POPULATION_SHARE } from '../pool/population-size.ts';
import { QUAD, SLOTS } from './sizes.ts';

const FLOAT_BYTES = 4;

/** Beyond this many candidates a device is full anyway. */
const LARGEST_EDGE_POPULATION = 1024;

/** Bytes on the device. */
export interface EdgeBytes {
  /** of one candidate */
  readonly candidate: number;
  /** of one order of examples, which candidates with the same seed share */
  readonly order: number;
  /** the largest single buffer's, by candidate and by order */
  readonly largestOfCandidate: number;
  readonly largestOfOrder: number;
}

/**
 * Memory of a population over existing edges, with Adam's two moments. A junction of W edges, N left and M right neurons, of at most f edges
 * a left neuron, in batches of B: 4·(4W + 3M + 2·M·B) bytes, and 4·N·f more for each but the first.
 * @param rows of a batch
 */
export function edgeBytes({ layers, fanOuts }: Pick<Architecture, 'layers' | 'fanOuts'>, rows: number): EdgeBytes {
  const width = QUAD * Math.ceil(Math.max(rows, LEAST_ROWS) / QUAD);
  const parts = junctionSizes({ layers, fanOuts }).map(({ number, left, right, edges, mostFanOut }) => ({
    ...{ sources: edges, outgoing: number === 1 ? 0 : left * mostFanOut, parameters: edges + right },
    values: right * width,
  }));
  const floats = parts.reduce(
    (sum, { sources, outgoing, parameters, values }) => sum + sources + outgoing + 3 * parameters + 2 * values,
    0,
  );
  const largest = Math.max(...parts.map(({ outgoing, parameters, values }) => Math.max(outgoing, parameters, values)));
  const [inputs] = layers;
  return {
    candidate: FLOAT_BYTES * floats,
    // The first layer's values, row numbers, and room for examples that are sent batch by batch.
    order: FLOAT_BYTES * width * (2 * inputs + SLOTS + 1),
    largestOfCandidate: FLOAT_BYTES * largest,
    largestOfOrder: FLOAT_BYTES * width * Math.max(inputs, SLOTS),
  };
}

/**
 * How many candidates to train at once: as many as fit into 60 % of the memory by `edgeBytes` and whose buffers, all candidates' in one,
 * the device can bind; at least 1, at most 1024.
 * @param rows of a batch
 * @param orders of examples among them, at most
 */
export function edgePopulationSize(
  architecture: Pick<Architecture, 'layers' | 'fanOuts'>,
  rows: number,
  orders: number,
  { memoryBytes, maxTensorBytes }: DeviceLimits,
): number {
  const { candidate, order, largestOfCandidate, largestOfOrder } = edgeBytes(architecture, rows);
  const memory = POPULATION_SHARE * memoryBytes;
  const byMemory = Math.max(memory / (candidate + order), (memory - orders * order) / candidate);
  const byBuffer = maxTensorBytes / largestOfCandidate;
  const mostOrders = Math.floor(maxTensorBytes / largestOfOrder);
  const byOrders = orders > mostOrders ? mostOrders : Number.POSITIVE_INFINITY;
  return Math.max(1, Math.min(LARGEST_EDGE_POPULATION, Math.floor(byMemory), Math.floor(byBuffer), byOrders));
}

/** Whether a split stays on the device: all of them where they fit together, else the training examples where they do. */
export function splitFits(split: Split, dataset: Dataset, limits: DeviceLimits | null): boolean {
  if (limits === null) return true;
  const values = (each: Split) => each.examples * (dataset.features + 1);
  if (FLOAT_BYTES * values(split) > limits.maxTensorBytes) return false;
  const all = splitNames.reduce((sum, name) => sum + values(dataset[name]), 0);
  const together = { ...limits, maxTensorBytes: Number.POSITIVE_INFINITY };
  return fitsOnDevice(all, together) || (split === dataset.train && fitsOnDevice(values(split), limits));
}
