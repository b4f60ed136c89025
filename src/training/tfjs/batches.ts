import type { Split } from '../datasets/dataset.ts';

/** Gathers batches of a split into one reused array, padded to the network's width with zeros. */
export class BatchReader {
  readonly #rows: number;
  readonly #width: number;
  readonly #features: number;
  readonly #buffer: Float32Array;
  readonly labels: Uint8Array;
  /** `rows × width` of the last batch gathered */
  inputs: Float32Array;

  /**
   * @param rows of the largest batch
   * @param width neurons of the first layer
   * @param features of the data, at most `width`
   */
  constructor(rows: number, width: number, features: number) {
    this.#rows = rows;
    this.#width = width;
    this.#features = features;
    this.#buffer = new Float32Array(rows * width);
    this.inputs = this.#buffer;
    this.labels = new Uint8Array(rows);
  }

  /**
   * The examples at `order[start]`, `order[start + 1]`, … (the split's own order if null), as many as a batch holds or are left.
   * @returns rows gathered
   */
  gather(split: Split, order: Uint32Array | null, start: number): number {
    const rows = Math.min(this.#rows, split.examples - start);
    const features = this.#features;
    for (let row = 0; row < rows; row++) {
      const example = order === null ? start + row : order[start + row];
      const from = example * features;
      this.#buffer.set(split.inputs.subarray(from, from + features), row * this.#width);
      this.labels[row] = split.labels[example];
    }
    this.inputs = this.#buffer.subarray(0, rows * this.#width);
    return rows;
  }
}
