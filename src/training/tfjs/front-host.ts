import * as tf from '@tensorflow/tfjs-core';
import { type BlockSize, blockSizes, type Front, frontFeatures, frontOutputs } from '../fronts.ts';
import type { TrainingSettings } from '../trainer.ts';
import type { BlockWeights } from '../weights.ts';
import { channelMoments, normalise, normaliseGradient, RunningMoments } from './batch-norm.ts';
import { type ConvShape, convolve, filterGradient, turnedFilter } from './conv-products.ts';
import { makeSlots, type Slots, slotArrays, updateSlots } from './edge-updates.ts';
import { channelSums, type ImageSizes, poolRelu, poolReluGradient } from './pool-relu.ts';

/** A front and what its blocks start from. */
export interface FrontStart {
  readonly front: Front;
  readonly blocks: readonly BlockWeights[];
}

/** Memory that is kept from batch to batch. */
class Buffer32 {
  #memory = new Float32Array(0);

  /** `length` values, whatever was in them before */
  take(length: number): Float32Array {
    if (this.#memory.length < length) this.#memory = new Float32Array(length);
    return this.#memory.subarray(0, length);
  }
}

/** What a block's forward pass leaves for the way back. */
interface Passed {
  readonly inputs: Float32Array;
  /** the convolution's values, normalised where there is batch norm */
  readonly values: Float32Array;
  readonly outputs: Float32Array;
  readonly winners: Uint8Array;
  /** 1/√(variance + ε) of the batch; null without batch norm */
  readonly inverse: Float64Array | null;
}

/** One block on the host. */
class HostBlock {
  readonly #size: BlockSize;
  readonly #filter: Slots;
  readonly #shift: Slots;
  readonly #scale: Slots | null;
  readonly #running: RunningMoments | null;
  readonly #values = new Buffer32();
  readonly #outputs = new Buffer32();
  readonly #gradient = new Buffer32();
  readonly #inputGradient = new Buffer32();
  #winners = new Uint8Array(0);
  #passed: Passed | null = null;

  constructor(size: BlockSize, { filter, shift, scale }: BlockWeights, settings: TrainingSettings) {
    this.#size = size;
    this.#filter = makeSlots(filter.slice(), null, settings.l2, settings);
    this.#shift = makeSlots(shift.slice(), null, 0, settings);
    this.#scale = scale === null ? null : makeSlots(scale.slice(), null, 0, settings);
    this.#running = scale === null ? null : new RunningMoments(size.filters);
  }

  weights(): BlockWeights {
    const copy = (slots: Slots) => slots.values.slice();
    const scale = this.#scale === null ? null : copy(this.#scale);
    return { filter: copy(this.#filter), shift: copy(this.#shift), scale };
  }

  /** All that outlasts a step, not copied. */
  lasting(): (Float32Array | Float64Array)[] {
    const slots = [this.#filter, this.#shift, ...(this.#scale === null ? [] : [this.#scale])];
    return [...slots.flatMap(slotArrays), ...(this.#running?.sums ?? [])];
  }

  /** null without batch norm */
  get running(): RunningMoments | null {
    return this.#running;
  }

  finite(): boolean {
    const lists = [this.#filter.values, this.#shift.values, this.#scale?.values ?? []];
    return lists.every((values) => values.every((value) => Number.isFinite(value)));
  }

  #images(images: number): ImageSizes {
    const { height, width, filters: channels, pool } = this.#size;
    return { images, height, width, channels, pool };
  }

  #convolve(inputs: Float32Array, filter: Float32Array, shape: ConvShape, images: number, out: Float32Array): void {
    const { filterSize, inChannels, filters } = shape;
    const tensor = tf.tensor4d(filter, [filterSize, filterSize, inChannels, filters]);
    convolve(inputs, tensor, shape, images, out);
    tensor.dispose();
  }

  /** @param training by the batch's own moments, which are added to the running ones; else by the running ones */
  forward(inputs: Float32Array, images: number, training: boolean): Float32Array {
    const { height, width, outHeight, outWidth, filters } = this.#size;
    const values = this.#values.take(images * height * width * filters);
    this.#convolve(inputs, this.#filter.values, this.#size, images, values);
    let inverse: Float64Array | null = null;
    if (this.#running !== null) {
      const moments = training ? channelMoments(values, filters) : this.#running.moments();
      if (training) this.#running.add(moments, images * height * width);
      inverse = normalise(values, moments);
    }
    const outputs = this.#outputs.take(images * outHeight * outWidth * filters);
    if (this.#winners.length < outputs.length) this.#winners = new Uint8Array(outputs.length);
    const affine = { scale: this.#scale?.values ?? null, shift: this.#shift.values };
    poolRelu(values, affine, this.#images(images), outputs, this.#winners);
    this.#passed = { inputs, values, outputs, winners: this.#winners, inverse };
    return outputs;
  }

  /**
   * Takes an optimiser step by the gradients of the batch that went forward last.
   * @returns ∂loss/∂inputs, before the step; null unless wanted
   */
  backward(
    delta: Float32Array,
    images: number,
    wanted: boolean,
    settings: TrainingSettings,
    step: number,
  ): Float32Array | null {
    if (this.#passed === null) throw new Error('a block cannot go backward before it went forward');
    const { inputs, values, outputs, winners, inverse } = this.#passed;
    const { filters, height, width, inChannels, filterSize } = this.#size;
    const gradient = this.#gradient.take(values.length);
    poolReluGradient(delta, outputs, winners, this.#images(images), gradient);
    const sums = channelSums(gradient, this.#scale === null ? null : values, filters);
    if (this.#scale !== null && inverse !== null) {
      normaliseGradient(gradient, values, this.#scale.values, inverse, sums);
      updateSlots(this.#scale, sums.scaleGradient, settings, step);
    }
    updateSlots(this.#shift, sums.shiftGradient, settings, step);
    const filter = filterGradient(inputs, gradient, this.#size, images);
    let below: Float32Array | null = null;
    if (wanted) {
      below = this.#inputGradient.take(images * height * width * inChannels);
      const turned = turnedFilter(this.#filter.values, this.#size);
      const shape = { height, width, filterSize, inChannels: filters, filters: inChannels };
      this.#convolve(gradient, turned, shape, images, below);
    }
    updateSlots(this.#filter, filter, settings, step);
    return below;
  }
}

/**
 * Convolutional layers for backends whose memory is this thread's own: the convolutions are the backend's, everything else runs here.
 */
export class HostFront {
  readonly features: number;
  readonly outputs: number;
  readonly #blocks: readonly HostBlock[];
  readonly #settings: TrainingSettings;

  constructor({ front, blocks }: FrontStart, settings: TrainingSettings) {
    this.features = frontFeatures(front);
    this.outputs = frontOutputs(front);
    this.#settings = settings;
    this.#blocks = blockSizes(front).map((size, index) => new HostBlock(size, blocks[index], settings));
  }

  /** `images × features` to `images × outputs`; the result is overwritten by the next call. */
  forward(inputs: Float32Array, images: number, training: boolean): Float32Array {
    return this.#blocks.reduce((values, block) => block.forward(values, images, training), inputs);
  }

  /** One optimiser step. @param delta ∂(mean loss)/∂outputs of the batch that went forward last. @param step from 0 */
  backward(delta: Float32Array, images: number, step: number): void {
    let above: Float32Array | null = delta;
    for (let index = this.#blocks.length - 1; index >= 0 && above !== null; index--) {
      above = this.#blocks[index].backward(above, images, index > 0, this.#settings, step);
    }
  }

  /** Whether all weights are. The wasm backend's convolutions make numbers of NaN, so that outputs do not tell. */
  finite(): boolean {
    return this.#blocks.every((block) => block.finite());
  }

  /** All that outlasts a step, beside `counts`; not copied. */
  lasting(): (Float32Array | Float64Array)[] {
    return this.#blocks.flatMap((block) => block.lasting());
  }

  /** Steps of each block's running moments; none without batch norm. */
  counts(): number[] {
    return this.#blocks.flatMap(({ running }) => running?.steps ?? []);
  }

  setCounts(counts: readonly number[]): void {
    for (const [index, running] of this.#blocks.flatMap(({ running }) => running ?? []).entries()) {
      running.steps = counts[index];
    }
  }

  weights(): BlockWeights[] {
    return this.#blocks.map((block) => block.weights());
  }
}
