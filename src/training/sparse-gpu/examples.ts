import type { Dataset, Split } from '../datasets/dataset.ts';
import type { GpuBuffer } from '../webgpu/gpu-api.ts';
import type { EdgeDevice } from './device.ts';

/** A split's examples on the device, or room for those of one batch. */
export interface DeviceExamples {
  readonly inputs: GpuBuffer;
  readonly labels: GpuBuffer;
}

/** Where the examples of a batch are: the rows of a batch by order, in `examples`. */
export interface PlacedBatch {
  readonly examples: DeviceExamples;
  /** order by order, `rows` of each */
  readonly indices: Uint32Array;
}

const VALUES_AT_ONCE = 2 ** 22;

/**
 * Examples by split. A split that fits on the device is sent there once, and a batch is then row numbers; otherwise the examples of each
 * batch are sent.
 */
export class ExampleStore {
  readonly #device: EdgeDevice;
  readonly #features: number;
  readonly #fits: (split: Split) => boolean;
  readonly #splits = new Map<Split, DeviceExamples>();
  readonly #mostRows: number;
  #room: DeviceExamples | null = null;

  /** @param mostRows of all orders' batches together */
  constructor(device: EdgeDevice, { features }: Dataset, mostRows: number, fits: (split: Split) => boolean) {
    this.#device = device;
    this.#features = features;
    this.#mostRows = mostRows;
    this.#fits = fits;
  }

  #make(examples: number): DeviceExamples {
    const inputs = this.#device.buffer(4 * examples * this.#features);
    return { inputs, labels: this.#device.buffer(4 * examples) };
  }

  #resident(split: Split): DeviceExamples {
    const known = this.#splits.get(split);
    if (known !== undefined) return known;
    const made = this.#make(split.examples);
    // Copied: shared memory is not taken.
    for (let at = 0; at < split.inputs.length; at += VALUES_AT_ONCE) {
      this.#device.write(made.inputs, 4 * at, split.inputs.slice(at, at + VALUES_AT_ONCE));
    }
    this.#device.write(made.labels, 0, Uint32Array.from(split.labels));
    this.#splits.set(split, made);
    return made;
  }

  /** @param indices row numbers of the split */
  place(split: Split, indices: Uint32Array): PlacedBatch {
    if (this.#fits(split)) return { examples: this.#resident(split), indices };
    this.#room ??= this.#make(this.#mostRows);
    const inputs = new Float32Array(indices.length * this.#features);
    for (const [row, example] of indices.entries()) {
      const from = example * this.#features;
      inputs.set(split.inputs.subarray(from, from + this.#features), row * this.#features);
    }
    this.#device.write(this.#room.inputs, 0, inputs);
    this.#device.write(
      this.#room.labels,
      0,
      indices.map((example) => split.labels[example]),
    );
    return { examples: this.#room, indices: indices.map((_, row) => row) };
  }

  dispose(): void {
    for (const { inputs, labels } of [...this.#splits.values(), ...(this.#room === null ? [] : [this.#room])]) {
      inputs.destroy();
      labels.destroy();
    }
  }
}
