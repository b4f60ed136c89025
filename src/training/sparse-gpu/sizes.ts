import { type Architecture, type JunctionSize, junctionSizes } from '../../pattern/architecture.ts';
import type { TrainingSettings } from '../trainer.ts';

/** Examples side by side in one word of four numbers. */
export const QUAD = 4;

/** Steps that are recorded before they are handed to the device together, each with a slot of its own for what it is told. */
export const SLOTS = 8;

/** Bytes between two slots: what WebGPU asks of offsets into a uniform buffer. */
export const SLOT_BYTES = 256;

/** One junction of every candidate; its parameters are the edges' weights, right-major, then the biases. */
export interface EdgeJunction extends JunctionSize {
  /** edges + right */
  readonly parameters: number;
}

/** Sizes of a population's networks: those of one candidate, as the kernels have them. */
export interface EdgeSizes {
  readonly junctions: readonly EdgeJunction[];
  readonly layers: readonly number[];
  readonly usedOutputs: number;
  /** values of an example; the first layer's other neurons are 0 */
  readonly features: number;
  /** quads from one neuron's values to the next one's: a batch of the largest size */
  readonly stride: number;
  readonly optimizer: TrainingSettings['optimizer'];
}

/** @param rows of the largest batch, trained on or evaluated */
export function edgeSizes(
  { layers, fanOuts, usedOutputs }: Architecture,
  features: number,
  rows: number,
  optimizer: TrainingSettings['optimizer'],
): EdgeSizes {
  const junctions = junctionSizes({ layers, fanOuts }).map((size) => ({
    ...size,
    parameters: size.edges + size.right,
  }));
  return { junctions, layers, usedOutputs, features, stride: Math.ceil(rows / QUAD), optimizer };
}
