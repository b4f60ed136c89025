import * as tf from '@tensorflow/tfjs-core';
import { type BlockSize, blockSizes, frontFeatures, frontOutputs } from '../fronts.ts';
import type { TrainingSettings } from '../trainer.ts';
import type { BlockWeights } from '../weights.ts';
import { batchNorm, runningWeight, varianceCorrection } from './batch-norm.ts';
import { filterGradientOp } from './conv-products.ts';
import {
  type DeviceSlots,
  disposeSlots,
  makeDeviceSlots,
  slotsOf,
  slotTensors,
  updateDeviceSlots,
} from './device-updates.ts';
import type { FrontStart } from './front-host.ts';

/** Everything of one block that training changes, on the device. */
export interface DeviceBlock {
  readonly filter: DeviceSlots<tf.Tensor4D>;
  readonly shift: DeviceSlots<tf.Tensor1D>;
  /** null without batch norm, as are the running moments: exponential means from 0 */
  readonly scale: DeviceSlots<tf.Tensor1D> | null;
  readonly mean: tf.Tensor1D | null;
  readonly variance: tf.Tensor1D | null;
}

interface Moments {
  readonly mean: tf.Tensor1D;
  readonly variance: tf.Tensor1D;
}

/** What a block's forward pass leaves for the way back. */
interface Passed {
  readonly inputs: tf.Tensor4D;
  readonly norm: { readonly normalised: tf.Tensor4D; readonly inverse: tf.Tensor; readonly moments: Moments } | null;
  /** before pooling and ReLU */
  readonly shifted: tf.Tensor4D;
  readonly pooled: tf.Tensor4D;
}

const places = [0, 1, 2];

function startBlock(size: BlockSize, { filter, shift, scale }: BlockWeights, settings: TrainingSettings): DeviceBlock {
  const { filterSize, inChannels, filters } = size;
  const slots = (values: Float32Array) => makeDeviceSlots(tf.tensor1d(values.slice()), settings);
  const kernel = tf.tensor4d(filter.slice(), [filterSize, filterSize, inChannels, filters]);
  const zeros = () => (scale === null ? null : tf.zeros<tf.Rank.R1>([filters]));
  return {
    filter: makeDeviceSlots(kernel, settings),
    shift: slots(shift),
    scale: scale === null ? null : slots(scale),
    mean: zeros(),
    variance: zeros(),
  };
}

function disposeBlock({ filter, shift, scale, mean, variance }: DeviceBlock): void {
  for (const slots of [filter, shift, scale]) if (slots !== null) disposeSlots(slots);
  mean?.dispose();
  variance?.dispose();
}

/** By the batch's own moments where `running` is null. */
function forwardBlock(block: DeviceBlock, { pool }: BlockSize, inputs: tf.Tensor4D, running: Moments | null): Passed {
  const values = tf.conv2d(inputs, block.filter.values, 1, 'same');
  let norm: Passed['norm'] = null;
  let affine: tf.Tensor4D = values;
  if (block.scale !== null) {
    const moments = running ?? (tf.moments(values, places) as Moments);
    const inverse = tf.rsqrt(tf.add(moments.variance, batchNorm.epsilon));
    const normalised = tf.mul<tf.Tensor4D>(tf.sub(values, moments.mean), inverse);
    norm = { normalised, inverse, moments };
    affine = tf.mul(normalised, block.scale.values);
  }
  const shifted = tf.add<tf.Tensor4D>(affine, block.shift.values);
  return { inputs, norm, shifted, pooled: pool ? tf.maxPool(shifted, 2, 2, 'valid') : shifted };
}

/** To each window's highest value; the backend says which of equals. */
function poolGradient(delta: tf.Tensor4D, { shifted, pooled }: Passed): tf.Tensor4D {
  const attrs = { filterSize: 2, strides: 2, pad: 'valid', dimRoundingMode: undefined };
  const inputs = { dy: delta, input: shifted, output: pooled };
  return tf.engine().runKernel('MaxPoolGrad', inputs, attrs as unknown as tf.NamedAttrMap) as tf.Tensor4D;
}

interface BlockStep {
  readonly next: DeviceBlock;
  /** ∂loss/∂inputs; null unless wanted */
  readonly below: tf.Tensor4D | null;
}

/**
 * Convolutional layers for backends with a device of their own: all by ops, forward and backward, with nothing read back. See
 * `HostFront`, of which this is the counterpart.
 */
export class DeviceFront {
  readonly features: number;
  readonly outputs: number;
  readonly #sizes: readonly BlockSize[];
  readonly #settings: TrainingSettings;
  #blocks: readonly DeviceBlock[];
  #steps = 0;

  constructor({ front, blocks }: FrontStart, settings: TrainingSettings) {
    this.features = frontFeatures(front);
    this.outputs = frontOutputs(front);
    this.#settings = settings;
    this.#sizes = blockSizes(front);
    this.#blocks = this.#sizes.map((size, index) => startBlock(size, blocks[index], settings));
  }

  /** All blocks in turn, inside the caller's tidy. @param batch `images × features` */
  forward(batch: Float32Array, images: number, training: boolean): { values: tf.Tensor2D; passed: Passed[] } {
    const [{ height, width, inChannels }] = this.#sizes;
    let values = tf.tensor4d(batch, [images, height, width, inChannels]);
    const passed = this.#sizes.map((size, index) => {
      const block = this.#blocks[index];
      const running = training ? null : this.#runningMoments(block);
      const through = forwardBlock(block, size, values, running);
      values = tf.relu(through.pooled);
      return through;
    });
    return { values: tf.reshape(values, [images, this.outputs]), passed };
  }

  #runningMoments({ mean, variance }: DeviceBlock): Moments | null {
    const weight = runningWeight(this.#steps);
    return mean === null || variance === null
      ? null
      : { mean: tf.div(mean, weight), variance: tf.div(variance, weight) };
  }

  /** The blocks after an optimiser step, inside the caller's tidy; `take` makes them this front's own. */
  backward(delta: tf.Tensor2D, passed: readonly Passed[]): DeviceBlock[] {
    const last = this.#sizes[this.#sizes.length - 1];
    const { outHeight, outWidth, filters } = last;
    let above: tf.Tensor4D | null = tf.reshape(delta, [-1, outHeight, outWidth, filters]) as tf.Tensor4D;
    const next: DeviceBlock[] = new Array(this.#blocks.length);
    for (let index = next.length - 1; index >= 0 && above !== null; index--) {
      const step = this.#step(index, above, passed[index]);
      next[index] = step.next;
      above = step.below;
    }
    return next;
  }

  #step(index: number, delta: tf.Tensor4D, passed: Passed): BlockStep {
    const block = this.#blocks[index];
    const { inputs, norm, pooled } = passed;
    const open = tf.mul<tf.Tensor4D>(delta, tf.step(pooled));
    let gradient = this.#sizes[index].pool ? poolGradient(open, passed) : open;
    const shiftGradient = tf.sum<tf.Tensor1D>(gradient, places);
    const moved = { shift: this.#update(block.shift, shiftGradient), scale: block.scale, mean: null, variance: null };
    let normed: Pick<DeviceBlock, 'scale' | 'mean' | 'variance'> = moved;
    if (norm !== null && block.scale !== null) {
      const { normalised, inverse } = norm;
      const count = normalised.size / shiftGradient.size;
      const scaleGradient = tf.sum<tf.Tensor1D>(tf.mul(gradient, normalised), places);
      const centre = tf.div(tf.add(shiftGradient, tf.mul(normalised, scaleGradient)), count);
      gradient = tf.mul(tf.mul(block.scale.values, inverse), tf.sub(gradient, centre));
      normed = { scale: this.#update(block.scale, scaleGradient), ...runningAfter(block, norm.moments, count) };
    }
    const filterDelta = filterGradientOp(inputs, gradient, block.filter.values.shape);
    const filter = this.#update(block.filter, filterDelta, this.#settings.l2);
    const below = index === 0 ? null : tf.conv2dTranspose(gradient, block.filter.values, inputs.shape, 1, 'same');
    return { next: { ...moved, ...normed, filter }, below };
  }

  #update<T extends tf.Tensor>(slots: DeviceSlots<T>, gradient: T, l2 = 0): DeviceSlots<T> {
    return updateDeviceSlots(slots, gradient, l2, this.#settings, this.#steps);
  }

  /** Replaces the blocks by those of `backward`, which the caller's tidy has let through. */
  take(blocks: readonly DeviceBlock[]): void {
    this.dispose();
    this.#blocks = blocks;
    this.#steps++;
  }

  /** All that outlasts a step: of each block filter, shift and scale with their optimiser state, then the running moments. */
  tensors(): tf.Tensor[] {
    return this.#blocks.flatMap(({ filter, shift, scale, mean, variance }) => [
      ...[filter, shift, scale].flatMap((slots) => (slots === null ? [] : slotTensors<tf.Tensor>(slots))),
      ...[mean, variance].flatMap((tensor) => tensor ?? []),
    ]);
  }

  /** @param next values of the next one of `tensors` */
  restore(steps: number, next: () => Float32Array): void {
    const old = this.#blocks;
    const alike = <T extends tf.Tensor>(tensor: T) => tf.tensor(next(), tensor.shape) as T;
    const slots = <T extends tf.Tensor>(each: DeviceSlots<T>) => slotsOf(slotTensors(each).map(alike));
    this.#blocks = old.map(({ filter, shift, scale, mean, variance }) => ({
      filter: slots(filter),
      shift: slots(shift),
      scale: scale === null ? null : slots(scale),
      mean: mean === null ? null : alike(mean),
      variance: variance === null ? null : alike(variance),
    }));
    for (const block of old) disposeBlock(block);
    this.#steps = steps;
  }

  weights(): Promise<BlockWeights[]> {
    const copy = async ({ values }: DeviceSlots<tf.Tensor>) => Float32Array.from(await values.data<'float32'>());
    return Promise.all(
      this.#blocks.map(async ({ filter, shift, scale }) => ({
        filter: await copy(filter),
        shift: await copy(shift),
        scale: scale === null ? null : await copy(scale),
      })),
    );
  }

  dispose(): void {
    for (const block of this.#blocks) disposeBlock(block);
  }
}

/** Exponential means of the batches' moments, this batch's included. @param count of values a channel */
function runningAfter({ mean, variance }: DeviceBlock, batch: Moments, count: number) {
  const { momentum } = batchNorm;
  const after = (old: tf.Tensor1D | null, now: tf.Tensor1D, share: number) =>
    old === null ? null : tf.add<tf.Tensor1D>(tf.mul(old, momentum), tf.mul(now, share));
  return {
    mean: after(mean, batch.mean, 1 - momentum),
    variance: after(variance, batch.variance, (1 - momentum) * varianceCorrection(count)),
  };
}
