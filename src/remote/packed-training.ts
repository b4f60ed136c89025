import { type Architecture, junctionSizes } from '../pattern/architecture.ts';
import type { EpochResult, JunctionWeights } from '../training/trainer.ts';

/** Weights and epochs as bytes, little-endian, as every platform of Node is on which engines run (`fingerprint`). */

const FLOAT_BYTES = 4;
/** epoch, loss, accuracy, validation accuracy, float64 each; NaN where a trainer does not tell it */
const EPOCH_NUMBERS = 4;
export const EPOCH_BYTES = 8 * EPOCH_NUMBERS;

/** Bytes of `packWeights` for a network of these sizes. */
export const weightsBytes = (sizes: Pick<Architecture, 'layers' | 'fanOuts'>): number =>
  FLOAT_BYTES * junctionSizes(sizes).reduce((sum, { edges, right }) => sum + edges + right, 0);

/** Junction after junction: weights, then biases, float32. */
export function packWeights(junctions: readonly JunctionWeights[]): Uint8Array {
  const arrays = junctions.flatMap(({ weights, biases }) => [weights, biases]);
  const packed = new Float32Array(arrays.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const array of arrays) {
    packed.set(array, at);
    at += array.length;
  }
  return new Uint8Array(packed.buffer);
}

/** @param bytes `weightsBytes` of them */
export function unpackWeights(
  bytes: Uint8Array,
  sizes: Pick<Architecture, 'layers' | 'fanOuts'>,
): readonly JunctionWeights[] {
  const all = new Float32Array(bytes.slice().buffer);
  let at = 0;
  const next = (length: number) => {
    at += length;
    return all.slice(at - length, at);
  };
  return junctionSizes(sizes).map(({ edges, right }) => ({ weights: next(edges), biases: next(right) }));
}

export function packEpochs(epochs: readonly EpochResult[]): Uint8Array {
  const rows = epochs.flatMap(({ epoch, loss, accuracy, validationAccuracy }) => [
    ...[epoch, loss, accuracy, validationAccuracy],
  ]);
  return new Uint8Array(Float64Array.from(rows).buffer);
}

/** @param bytes a multiple of `EPOCH_BYTES` */
export function unpackEpochs(bytes: Uint8Array): EpochResult[] {
  const numbers = new Float64Array(bytes.slice().buffer);
  return Array.from({ length: numbers.length / EPOCH_NUMBERS }, (_, row) => {
    const [epoch, loss, accuracy, validationAccuracy] = numbers.subarray(EPOCH_NUMBERS * row);
    return { epoch, loss, accuracy, validationAccuracy };
  });
}
