import * as tf from '@tensorflow/tfjs-core';
import { junctionSizes } from '../../pattern/architecture.ts';
import type { PopulationMember, PopulationSums } from '../pool/population-learner.ts';
import { type LearnerState, StateReader } from '../snapshot.ts';
import type { JunctionWeights, TrainingSettings } from '../trainer.ts';
import { valuesAt } from './device-session.ts';
import {
  type DeviceSlots,
  disposeSlots,
  makeDeviceSlots,
  slotsOf,
  slotTensors,
  updateDeviceSlots,
} from './device-updates.ts';

export interface PopulationRequest {
  /** all of the same layers; fan-outs may differ */
  readonly members: readonly PopulationMember[];
  readonly usedOutputs: number;
  readonly settings: TrainingSettings;
}

/**
 * A batch on the device. Each candidate's own rows (`own` = C) or the same for all (`own` = 1).
 * The session that it is given to disposes of it.
 */
export interface PopulationBatch {
  /** `own × rows × N_1` */
  readonly inputs: tf.Tensor3D;
  /** `own · rows` class numbers */
  readonly labels: Int32Array;
  readonly rows: number;
}

/** One junction of all candidates. */
interface PopulationJunction {
  /** `C × left × right`, 1 where there is an edge */
  readonly mask: tf.Tensor3D;
  /** candidate → edge → index in its `left × right` kernel */
  readonly places: readonly Uint32Array[];
  /** `C × left × right` */
  kernel: DeviceSlots<tf.Tensor3D>;
  /** `C × 1 × right` */
  bias: DeviceSlots<tf.Tensor3D>;
}

function populationJunction({ members, settings }: PopulationRequest, index: number): PopulationJunction {
  const [left, right] = members[0].pattern.layers.slice(index, index + 2);
  const shape: [number, number, number] = [members.length, left, right];
  const mask = new Float32Array(members.length * left * right);
  const dense = new Float32Array(mask.length);
  const biases = new Float32Array(members.length * right);
  const places = members.map(({ pattern, start }, c) => {
    const { fanIn, edges } = junctionSizes(pattern)[index];
    const sources = pattern.junctions[index];
    const own = new Uint32Array(edges);
    for (let e = 0; e < edges; e++) {
      own[e] = sources[e] * right + Math.floor(e / fanIn);
      mask[c * left * right + own[e]] = 1;
      dense[c * left * right + own[e]] = start[index].weights[e];
    }
    biases.set(start[index].biases, c * right);
    return own;
  });
  return {
    mask: tf.tensor3d(mask, shape),
    places,
    kernel: makeDeviceSlots(tf.tensor3d(dense, shape), settings),
    bias: makeDeviceSlots(tf.tensor3d(biases, [members.length, 1, right]), settings),
  };
}

/** Kept beyond the `tidy` it was made in. */
function kept<T extends tf.Tensor>(make: () => DeviceSlots<T>): DeviceSlots<T> {
  return tf.tidy(() => {
    const slots = make();
    for (const tensor of [slots.values, slots.first, slots.second]) if (tensor !== null) tf.keep(tensor);
    return slots as unknown as tf.TensorContainer;
  }) as unknown as DeviceSlots<T>;
}

/**
 * C candidates of one architecture in training together: every product is a batch of C products, every other operation acts on each
 * candidate by itself. No number passes from one candidate to another, so one that overflows harms none, and each takes the steps
 * that it would take alone.
 *
 * Per junction, with X `C × B × left`, W and M `C × left × right`, b `C × 1 × right`: Y = relu(X·W + b); ∂W = M ⊙ (Xᵀ·∂Y),
 * ∂b = Σ_B ∂Y, ∂X = (∂Y·Wᵀ) ⊙ [X > 0]. Absent weights have gradient 0 and stay 0.
 */
export class PopulationSession {
  readonly size: number;
  readonly #settings: TrainingSettings;
  readonly #usedOutputs: number;
  readonly #junctions: readonly PopulationJunction[];
  /** `2 × C` */
  #sums: tf.Tensor2D;
  #step = 0;

  constructor(request: PopulationRequest) {
    this.size = request.members.length;
    this.#settings = request.settings;
    this.#usedOutputs = request.usedOutputs;
    this.#junctions = request.members[0].pattern.junctions.map((_, index) => populationJunction(request, index));
    this.#sums = tf.zeros([2, this.size]);
  }

  /** One optimiser step of every candidate. */
  step(batch: PopulationBatch): void {
    tf.tidy(() => {
      const outputs = this.#forward(batch.inputs);
      const { sums, delta } = this.#loss(outputs[outputs.length - 1], batch);
      this.#replaceSums(tf.add(this.#sums, sums));
      this.#backward(batch.inputs, outputs, delta);
    });
    batch.inputs.dispose();
    this.#step++;
  }

  /** Output of each junction, `C × rows × right`: hidden activations, then logits. */
  #forward(inputs: tf.Tensor3D): tf.Tensor3D[] {
    const outputs: tf.Tensor3D[] = [];
    for (const [index, { kernel, bias }] of this.#junctions.entries()) {
      const input = index === 0 ? inputs : outputs[index - 1];
      const output = tf.tidy(() => {
        const sum = tf.add(tf.matMul(input, kernel.values), bias.values);
        return (index === this.#junctions.length - 1 ? sum : tf.relu(sum)) as tf.Tensor3D;
      });
      outputs.push(output);
    }
    return outputs;
  }

  /** Each candidate's [Σ loss, correct guesses], `2 × C`, and ∂(mean loss)/∂logits; see `softmaxCrossEntropy`, of which this is the ops. */
  #loss(logits: tf.Tensor3D, batch: PopulationBatch): { sums: tf.Tensor2D; delta: tf.Tensor3D } {
    return tf.tidy(() => {
      const { rows } = batch;
      const labels = labelTensor(batch);
      const target = tf.cast(tf.oneHot(labels, logits.shape[2]), 'float32');
      const shifted = tf.sub(logits, tf.max(logits, 2, true));
      const logs = tf.sub(shifted, tf.log(tf.sum(tf.exp(shifted), 2, true)));
      const loss = tf.neg(tf.sum(tf.sum(tf.mul(logs, target), 2), 1));
      const correct = tf.sum(this.#correctGuesses(logits, labels), 1);
      const delta = tf.div(tf.sub(tf.exp(logs), target), rows) as tf.Tensor3D;
      return { sums: tf.stack([loss, correct]) as tf.Tensor2D, delta };
    });
  }

  /** `C × rows`, 1 where the highest used output is the label's. */
  #correctGuesses(logits: tf.Tensor3D, labels: tf.Tensor2D): tf.Tensor {
    const used = this.#usedOutputs;
    const real = logits.shape[2] === used ? logits : tf.slice(logits, [0, 0, 0], [-1, -1, used]);
    return tf.cast(tf.equal(tf.argMax(real, 2), labels), 'float32');
  }

  /** From the last junction back; each one's weights are replaced as soon as the delta has passed them, to hold less at once. */
  #backward(inputs: tf.Tensor3D, outputs: readonly tf.Tensor3D[], logitDelta: tf.Tensor3D): void {
    let delta = logitDelta;
    for (let index = this.#junctions.length - 1; index >= 0; index--) {
      const junction = this.#junctions[index];
      const input = index === 0 ? inputs : outputs[index - 1];
      const passed = index === 0 ? null : tf.tidy(() => passBack(delta, junction, input));
      this.#update(junction, input, delta);
      delta.dispose();
      if (passed === null) return;
      input.dispose();
      delta = passed;
    }
  }

  #update(junction: PopulationJunction, input: tf.Tensor3D, delta: tf.Tensor3D): void {
    const { mask, kernel, bias } = junction;
    const settings = this.#settings;
    junction.kernel = kept(() => {
      const gradient = tf.mul<tf.Tensor3D>(tf.matMul(input, delta, true, false), mask);
      return updateDeviceSlots(kernel, gradient, settings.l2, settings, this.#step);
    });
    disposeSlots(kernel);
    junction.bias = kept(() => updateDeviceSlots(bias, tf.sum(delta, 1, true), 0, settings, this.#step));
    disposeSlots(bias);
  }

  #replaceSums(sums: tf.Tensor2D): void {
    this.#sums.dispose();
    this.#sums = tf.keep(sums);
  }

  /** Loss and correct guesses of all steps since the last call. Waits for the device. */
  async sums(): Promise<PopulationSums> {
    const values = await this.#sums.data<'float32'>();
    this.#replaceSums(tf.zeros([2, this.size]));
    return { loss: values.slice(0, this.size), correct: values.slice(this.size) };
  }

  /**
   * Correct guesses of a batch added to those before it. Nothing is read back.
   * @param counted what was returned for the batch before, which is disposed of; null for the first
   * @returns `C`; NaN for a candidate that no longer gives finite numbers. The caller disposes of it
   */
  correct(batch: PopulationBatch, counted: tf.Tensor1D | null): tf.Tensor1D {
    const sum = tf.tidy(() => {
      const logits = this.#forward(batch.inputs).at(-1)!;
      // 0 × anything that is not finite is NaN, which the sum then is too.
      const finite = tf.sum(tf.sum(tf.mul(logits, 0), 2), 1);
      const correct = tf.add(tf.sum(this.#correctGuesses(logits, labelTensor(batch)), 1), finite);
      return (counted === null ? correct : tf.add(counted, correct)) as tf.Tensor1D;
    });
    counted?.dispose();
    batch.inputs.dispose();
    return sum;
  }

  /** One candidate's weights by edge. */
  async weights(candidate: number): Promise<JunctionWeights[]> {
    return Promise.all(
      this.#junctions.map(async ({ kernel, bias, places }) => {
        const [dense, biases] = await Promise.all([
          download(kernel.values, candidate),
          download(bias.values, candidate),
        ]);
        return { weights: valuesAt(dense, places[candidate]), biases };
      }),
    );
  }

  /** What one candidate needs to go on, sums that were not read back yet with it. */
  async state(candidate: number): Promise<LearnerState> {
    const sums = await this.#sums.data<'float32'>();
    const arrays = await Promise.all(
      this.#junctions.flatMap(({ kernel, bias, places }) => [
        ...slotTensors(kernel).map(async (each) => valuesAt(await download(each, candidate), places[candidate])),
        ...slotTensors(bias).map((each) => download(each, candidate)),
      ]),
    );
    return {
      numbers: [this.#step],
      arrays: [Float32Array.of(sums[candidate], sums[this.size + candidate]), ...arrays],
    };
  }

  /** @param states one of each candidate, all after the same step. @throws Error for those of another network */
  restore(states: readonly LearnerState[]): void {
    const readers = states.map((state, candidate) => {
      const own = this.#junctions.flatMap(({ kernel, bias, places }) => [
        ...slotTensors(kernel).map(() => places[candidate].length),
        ...slotTensors(bias).map(({ shape }) => shape[2]),
      ]);
      return new StateReader(state, 1, [2, ...own]);
    });
    const [step, ...others] = readers.map((reader) => reader.number());
    if (others.some((other) => other !== step)) throw new Error('the stored states are not of the same step');
    this.#step = step;
    const sums = new Float32Array(2 * this.size);
    for (const [candidate, reader] of readers.entries()) {
      [sums[candidate], sums[this.size + candidate]] = reader.array();
    }
    this.#replaceSums(tf.tensor2d(sums, [2, this.size]));
    for (const junction of this.#junctions) restoreJunction(junction, readers);
  }

  /** Of each junction one candidate's kernel as the backend holds it, then the optimiser's state, all `left × right`. */
  async matrices(candidate: number): Promise<Float32Array[][]> {
    return Promise.all(
      this.#junctions.map(({ kernel: { values, first, second } }) => {
        const tensors = second === null ? [values, first] : [values, first, second];
        return Promise.all(tensors.map((tensor) => download(tensor, candidate)));
      }),
    );
  }

  dispose(): void {
    this.#sums.dispose();
    for (const { mask, kernel, bias } of this.#junctions) {
      mask.dispose();
      disposeSlots(kernel);
      disposeSlots(bias);
    }
  }
}

/** ∂loss/∂(what the junction got), before the ReLU that made it. */
const passBack = (delta: tf.Tensor3D, { kernel }: PopulationJunction, input: tf.Tensor3D): tf.Tensor3D =>
  tf.mul(tf.matMul(delta, kernel.values, false, true), tf.step(input));

/** Absent edges have neither a value nor optimiser state: they are 0. */
function restoreJunction(junction: PopulationJunction, readers: readonly StateReader[]): void {
  const { kernel, bias, places } = junction;
  const [, left, right] = kernel.values.shape;
  const kernels = slotTensors(kernel).map((tensor) => {
    const dense = new Float32Array(tensor.size);
    for (const [candidate, reader] of readers.entries()) {
      const values = reader.array();
      for (const [e, place] of places[candidate].entries()) dense[candidate * left * right + place] = values[e];
    }
    return tf.tensor3d(dense, tensor.shape);
  });
  const biases = slotTensors(bias).map((tensor) => {
    const values = new Float32Array(tensor.size);
    for (const [candidate, reader] of readers.entries()) values.set(reader.array(), candidate * right);
    return tf.tensor3d(values, tensor.shape);
  });
  disposeSlots(kernel);
  disposeSlots(bias);
  junction.kernel = slotsOf(kernels);
  junction.bias = slotsOf(biases);
}

/** `own × rows` */
const labelTensor = ({ labels, rows }: PopulationBatch): tf.Tensor2D =>
  tf.tensor2d(labels, [labels.length / rows, rows], 'int32');

async function download(tensor: tf.Tensor3D, candidate: number): Promise<Float32Array> {
  const own = tf.slice(tensor, [candidate, 0, 0], [1, -1, -1]);
  const values = Float32Array.from(await own.data<'float32'>());
  own.dispose();
  return values;
}
