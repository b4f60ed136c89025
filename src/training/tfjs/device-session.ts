import * as tf from '@tensorflow/tfjs-core';
import { junctionSizes } from '../../pattern/architecture.ts';
import { type LearnerState, StateReader } from '../snapshot.ts';
import type { JunctionWeights, TrainingSettings } from '../trainer.ts';
import type { BlockWeights } from '../weights.ts';
import {
  type DeviceSlots,
  disposeSlots,
  makeDeviceSlots,
  slotsOf,
  slotTensors,
  updateDeviceSlots,
} from './device-updates.ts';
import { type DeviceBlock, DeviceFront } from './front-device.ts';
import {
  backward,
  forward,
  gradientIsRightMajor,
  inputDelta,
  type LayerGradient,
  type LayerTensors,
} from './network.ts';
import type { Session, SessionRequest } from './session.ts';
import type { BatchSums } from './softmax.ts';

/** One junction on the device. */
interface DeviceJunction {
  readonly left: number;
  readonly right: number;
  /** `left × right`, 1 where there is an edge */
  readonly mask: tf.Tensor2D;
  /** edge → index in the `left × right` kernel */
  readonly places: Uint32Array;
  kernel: DeviceSlots<tf.Tensor2D>;
  bias: DeviceSlots<tf.Tensor1D>;
}

function deviceJunctions({ pattern, start, settings }: SessionRequest): DeviceJunction[] {
  return junctionSizes(pattern).map(({ number, left, right, fanIn, edges }) => {
    const sources = pattern.junctions[number - 1];
    const places = new Uint32Array(edges);
    const mask = new Float32Array(left * right);
    const dense = new Float32Array(left * right);
    const { weights, biases } = start[number - 1];
    for (let e = 0; e < edges; e++) {
      places[e] = sources[e] * right + Math.floor(e / fanIn);
      mask[places[e]] = 1;
      dense[places[e]] = weights[e];
    }
    return {
      left,
      right,
      mask: tf.tensor2d(mask, [left, right]),
      places,
      kernel: makeDeviceSlots(tf.tensor2d(dense, [left, right]), settings),
      bias: makeDeviceSlots(tf.tensor1d(biases.slice()), settings),
    };
  });
}

/** What a step makes: sums, values and optimiser state. */
interface NewState {
  readonly sums: tf.Tensor1D;
  readonly junctions: readonly Pick<DeviceJunction, 'kernel' | 'bias'>[];
  /** none without a front */
  readonly blocks: readonly DeviceBlock[];
}

const labelTensor = (labels: Uint8Array, rows: number) =>
  tf.tensor1d(Int32Array.from(labels.subarray(0, rows)), 'int32');

/** [Σ loss, correct guesses] and ∂(mean loss)/∂logits; see `softmaxCrossEntropy`, of which this is the ops. */
function softmaxOps(logits: tf.Tensor2D, labels: tf.Tensor1D, used: number): { sums: tf.Tensor1D; delta: tf.Tensor2D } {
  const [rows, outputs] = logits.shape;
  const target = tf.cast(tf.oneHot(labels, outputs), 'float32');
  const shifted = tf.sub(logits, tf.max(logits, 1, true));
  const logs = tf.sub(shifted, tf.log(tf.sum(tf.exp(shifted), 1, true)));
  const loss = tf.neg(tf.sum(tf.mul(logs, target)));
  const correct = tf.sum(tf.cast(correctGuesses(logits, labels, used), 'float32'));
  const delta = tf.div(tf.sub(tf.exp(logs), target), rows) as tf.Tensor2D;
  return { sums: tf.stack([loss, correct]) as tf.Tensor1D, delta };
}

function correctGuesses(logits: tf.Tensor2D, labels: tf.Tensor1D, used: number): tf.Tensor {
  const real = logits.shape[1] === used ? logits : tf.slice(logits, [0, 0], [-1, used]);
  return tf.equal(tf.argMax(real, 1), labels);
}

/**
 * A session for backends with a device of their own (tensorflow, webgpu): everything by ops, masks included. All that is read back are
 * two sums every few steps.
 */
export class DeviceSession implements Session {
  readonly stepsPerSums = 16;
  readonly #settings: TrainingSettings;
  readonly #inputs: number;
  readonly #usedOutputs: number;
  readonly #junctions: readonly DeviceJunction[];
  readonly #front: DeviceFront | null;
  #sums: tf.Tensor1D = tf.zeros([2]);
  #step = 0;

  constructor(request: SessionRequest) {
    this.#settings = request.settings;
    this.#inputs = request.architecture.layers[0];
    this.#usedOutputs = request.architecture.usedOutputs;
    this.#junctions = deviceJunctions(request);
    this.#front = request.front === undefined ? null : new DeviceFront(request.front, request.settings);
  }

  #layers(): LayerTensors[] {
    return this.#junctions.map(({ kernel, bias }) => ({ kernel: kernel.values, bias: bias.values }));
  }

  step(batch: Float32Array, labels: Uint8Array, rows: number): void {
    // tidy keeps what it is given back: the new state. The old one is dropped after.
    const container = tf.tidy(() => this.#newState(batch, labels, rows) as unknown as tf.TensorContainer);
    const { sums, junctions, blocks } = container as unknown as NewState;
    this.#sums.dispose();
    this.#sums = sums;
    for (const [index, junction] of this.#junctions.entries()) {
      disposeSlots(junction.kernel);
      disposeSlots(junction.bias);
      Object.assign(junction, junctions[index]);
    }
    this.#front?.take(blocks);
    this.#step++;
  }

  #newState(batch: Float32Array, labels: Uint8Array, rows: number): NewState {
    const { values: inputs, passed } = this.#firstLayer(batch, rows, true);
    const layers = this.#layers();
    const outputs = forward(inputs, layers);
    const { sums, delta } = softmaxOps(outputs[outputs.length - 1], labelTensor(labels, rows), this.#usedOutputs);
    const { gradients, firstDelta } = backward(inputs, outputs, delta, layers);
    const blocks = this.#front?.backward(inputDelta(firstDelta, layers), passed) ?? [];
    const junctions = this.#junctions.map((junction, index) => this.#update(junction, gradients[index]));
    return { sums: tf.add(this.#sums, sums), junctions, blocks };
  }

  /** @param training whether batch norm goes by the batch itself */
  #firstLayer(batch: Float32Array, rows: number, training: boolean): ReturnType<DeviceFront['forward']> {
    if (this.#front !== null) return this.#front.forward(batch, rows, training);
    return { values: tf.tensor2d(batch, [rows, this.#inputs]), passed: [] };
  }

  #update({ left, right, mask, kernel, bias }: DeviceJunction, gradient: LayerGradient): NewState['junctions'][number] {
    const settings = this.#settings;
    const turned = gradientIsRightMajor(left, right) ? tf.transpose(gradient.kernel) : gradient.kernel;
    const masked = tf.mul<tf.Tensor2D>(turned, mask);
    return {
      kernel: updateDeviceSlots(kernel, masked, settings.l2, settings, this.#step),
      bias: updateDeviceSlots(bias, gradient.bias, 0, settings, this.#step),
    };
  }

  async sums(): Promise<BatchSums> {
    const [loss, correct] = await this.#sums.data<'float32'>();
    this.#sums.dispose();
    this.#sums = tf.zeros([2]);
    return { loss, correct };
  }

  async correct(batch: Float32Array, labels: Uint8Array, rows: number): Promise<number> {
    const counted = tf.tidy(() => {
      const logits = forward(this.#firstLayer(batch, rows, false).values, this.#layers()).at(-1)!;
      const guesses = correctGuesses(logits, labelTensor(labels, rows), this.#usedOutputs);
      // 0 × anything that is not finite is NaN, which the sum then is too.
      return tf.add(tf.sum(tf.cast(guesses, 'float32')), tf.sum(tf.mul(logits, 0)));
    });
    const [correct] = await counted.data<'float32'>();
    counted.dispose();
    return correct;
  }

  async features(batch: Float32Array, rows: number): Promise<Float32Array<ArrayBuffer>> {
    const values = tf.tidy(() => this.#firstLayer(batch, rows, false).values);
    const read = Float32Array.from(await values.data<'float32'>());
    values.dispose();
    return read;
  }

  weights(): Promise<JunctionWeights[]> {
    return Promise.all(this.#junctions.map(downloadWeights));
  }

  /** The front's steps are the session's own. Sums that were not read back yet are part of it. */
  async state(): Promise<LearnerState> {
    const junctions = this.#junctions.flatMap(({ kernel, bias, places }) => [
      ...slotTensors(kernel).map(async (tensor) => valuesAt(await tensor.data<'float32'>(), places)),
      ...slotTensors(bias).map(downloaded),
    ]);
    const front = (this.#front?.tensors() ?? []).map(downloaded);
    const arrays = await Promise.all([downloaded(this.#sums), ...junctions, ...front]);
    return { numbers: [this.#step], arrays };
  }

  restore(state: LearnerState): void {
    const own = this.#junctions.flatMap(({ kernel, bias, places }) => [
      ...slotTensors(kernel).map(() => places.length),
      ...slotTensors(bias).map(({ size }) => size),
    ]);
    const inFront = (this.#front?.tensors() ?? []).map(({ size }) => size);
    const reader = new StateReader(state, 1, [2, ...own, ...inFront]);
    this.#step = reader.number();
    this.#sums.dispose();
    this.#sums = tf.tensor1d(Float32Array.from(reader.array()));
    for (const junction of this.#junctions) restoreJunction(junction, reader);
    this.#front?.restore(this.#step, () => Float32Array.from(reader.array()));
  }

  async frontWeights(): Promise<BlockWeights[]> {
    return this.#front?.weights() ?? [];
  }

  matrices(): Promise<Float32Array[][]> {
    return Promise.all(this.#junctions.map(({ kernel }) => downloadSlots(kernel)));
  }

  dispose(): void {
    this.#sums.dispose();
    this.#front?.dispose();
    for (const { mask, kernel, bias } of this.#junctions) {
      mask.dispose();
      disposeSlots(kernel);
      disposeSlots(bias);
    }
  }
}

function downloadSlots({ values, first, second }: DeviceSlots<tf.Tensor>): Promise<Float32Array[]> {
  const tensors = second === null ? [values, first] : [values, first, second];
  return Promise.all(tensors.map(async (tensor) => Float32Array.from(await tensor.data<'float32'>())));
}

const downloaded = async (tensor: tf.Tensor): Promise<Float32Array> =>
  Float32Array.from(await tensor.data<'float32'>());

/** Of a `left × right` matrix the values of the edges. */
export const valuesAt = (dense: Float32Array, places: Uint32Array): Float32Array =>
  Float32Array.from(places, (place) => dense[place]);

/** Absent edges have neither a value nor optimiser state: they are 0, as `updateDeviceSlots` keeps them. */
function restoreJunction(junction: DeviceJunction, reader: StateReader): void {
  const { left, right, places, kernel, bias } = junction;
  const kernels = slotTensors(kernel).map(() => {
    const dense = new Float32Array(left * right);
    const values = reader.array();
    for (let e = 0; e < places.length; e++) dense[places[e]] = values[e];
    return tf.tensor2d(dense, [left, right]);
  });
  const biases = slotTensors(bias).map(() => tf.tensor1d(Float32Array.from(reader.array())));
  disposeSlots(kernel);
  disposeSlots(bias);
  junction.kernel = slotsOf(kernels);
  junction.bias = slotsOf(biases);
}

async function downloadWeights({ kernel, bias, places }: DeviceJunction): Promise<JunctionWeights> {
  const [dense, biases] = await Promise.all([kernel.values.data<'float32'>(), bias.values.data<'float32'>()]);
  const weights = new Float32Array(places.length);
  for (let e = 0; e < places.length; e++) weights[e] = dense[places[e]];
  return { weights, biases: Float32Array.from(biases) };
}
