import * as tf from '@tensorflow/tfjs-core';
import { range } from '../../base/numbers.ts';
import type { Split } from '../datasets/dataset.ts';
import type { PopulationBatch } from './population-session.ts';

/**
 * Batches of one split for a population. Where the split fits on the device it is sent there once, and a batch is only a list of row
 * numbers; otherwise each batch is gathered here and sent.
 */
export class PopulationBatches {
  readonly #split: Split;
  readonly #width: number;
  readonly #features: number;
  /** the split, padded to the network's width; null if batches are sent one by one */
  readonly #resident: tf.Tensor2D | null;

  /**
   * @param width neurons of the first layer
   * @param features of the data, at most `width`
   */
  constructor(split: Split, width: number, features: number, resident: boolean) {
    this.#split = split;
    this.#width = width;
    this.#features = features;
    this.#resident = resident ? this.#upload() : null;
  }

  #upload(): tf.Tensor2D {
    const { examples } = this.#split;
    return tf.tensor2d(this.#gatherHere(inOrder(examples)), [examples, this.#width]);
  }

  /**
   * Rows `start`, `start + 1`, … of each order, at most `rows` and what is left.
   * @param orders one for each candidate, or a single one for all of them
   */
  gather(orders: readonly Uint32Array[], start: number, rows: number): PopulationBatch {
    const own = orders.length;
    const count = Math.min(rows, this.#split.examples - start);
    const labels = new Int32Array(own * count);
    const indices = new Int32Array(own * count);
    for (const [c, order] of orders.entries()) {
      for (let row = 0; row < count; row++) {
        const example = order[start + row];
        indices[c * count + row] = example;
        labels[c * count + row] = this.#split.labels[example];
      }
    }
    const shape: [number, number, number] = [own, count, this.#width];
    const resident = this.#resident;
    if (resident === null) return { inputs: tf.tensor3d(this.#gatherHere(indices), shape), labels, rows: count };
    const inputs = tf.tidy(() => tf.reshape(tf.gather(resident, tf.tensor1d(indices, 'int32')), shape) as tf.Tensor3D);
    return { inputs, labels, rows: count };
  }

  #gatherHere(indices: Int32Array | Uint32Array): Float32Array {
    const values = new Float32Array(indices.length * this.#width);
    for (const [row, example] of indices.entries()) {
      const from = example * this.#features;
      values.set(this.#split.inputs.subarray(from, from + this.#features), row * this.#width);
    }
    return values;
  }

  dispose(): void {
    this.#resident?.dispose();
  }
}

/** 0, 1, 2, …: the split's own order. */
export const inOrder = (examples: number): Uint32Array => range(examples);
