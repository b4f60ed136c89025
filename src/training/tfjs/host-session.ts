import * as tf from '@tensorflow/tfjs-core';
import { junctionSizes } from '../../pattern/architecture.ts';
import { type LearnerState, StateReader } from '../snapshot.ts';
import type { JunctionWeights, TrainingSettings } from '../trainer.ts';
import type { BlockWeights } from '../weights.ts';
import { makeSlots, type Slots, slotArrays, updateSlots } from './edge-updates.ts';
import { HostFront } from './front-host.ts';
import { backward, forward, gradientIsRightMajor, inputDelta, type LayerTensors } from './network.ts';
import type { Session, SessionRequest } from './session.ts';
import { type BatchSums, countCorrect, softmaxCrossEntropy } from './softmax.ts';

/** One junction: its edges' weights and optimiser state, and the dense kernel they are scattered into. */
interface HostJunction {
  readonly left: number;
  readonly right: number;
  readonly weights: Slots;
  readonly biases: Slots;
  /** edge → index in the `left × right` kernel */
  readonly places: Uint32Array;
  /** `left × right`; only the places of edges are ever written */
  readonly dense: Float32Array;
}

function hostJunctions({ pattern, start, settings }: SessionRequest): HostJunction[] {
  return junctionSizes(pattern).map(({ number, left, right, fanIn, edges }) => {
    const sources = pattern.junctions[number - 1];
    const rightMajor = gradientIsRightMajor(left, right);
    const places = new Uint32Array(edges);
    const gradientPlaces = rightMajor ? new Uint32Array(edges) : places;
    for (let e = 0; e < edges; e++) {
      const j = Math.floor(e / fanIn);
      places[e] = sources[e] * right + j;
      if (rightMajor) gradientPlaces[e] = j * left + sources[e];
    }
    const { weights, biases } = start[number - 1];
    return {
      left,
      right,
      weights: makeSlots(weights.slice(), gradientPlaces, settings.l2, settings),
      biases: makeSlots(biases.slice(), null, 0, settings),
      places,
      dense: new Float32Array(left * right),
    };
  });
}

function upload({ left, right, weights, biases, places, dense }: HostJunction): LayerTensors {
  for (let e = 0; e < places.length; e++) dense[places[e]] = weights.values[e];
  return { kernel: tf.tensor2d(dense, [left, right]), bias: tf.tensor1d(biases.values) };
}

/** Values by edge as a `left × right` matrix. */
function scatter(values: Float32Array, { places, dense }: HostJunction): Float32Array {
  const matrix = new Float32Array(dense.length);
  for (let e = 0; e < places.length; e++) matrix[places[e]] = values[e];
  return matrix;
}

function disposeLayers(layers: readonly LayerTensors[]): void {
  tf.dispose(layers.map(({ kernel, bias }) => [kernel, bias]));
}

/**
 * A session for backends whose memory is this thread's own (wasm, cpu). The products are the backend's; loss and optimiser run here,
 * over existing edges only, which is faster than ops over whole matrices and leaves absent weights nothing to drift by.
 */
export class HostSession implements Session {
  readonly stepsPerSums = 1;
  readonly #settings: TrainingSettings;
  readonly #inputs: number;
  readonly #outputs: number;
  readonly #usedOutputs: number;
  readonly #junctions: readonly HostJunction[];
  readonly #front: HostFront | null;
  #layers: LayerTensors[];
  /** ∂loss/∂logits of the last batch, reused */
  #delta = new Float32Array(0);
  #sums = { loss: 0, correct: 0 };
  #step = 0;

  constructor(request: SessionRequest) {
    const { layers, usedOutputs } = request.architecture;
    this.#settings = request.settings;
    this.#inputs = layers[0];
    this.#outputs = layers[layers.length - 1];
    this.#usedOutputs = usedOutputs;
    this.#junctions = hostJunctions(request);
    this.#front = request.front === undefined ? null : new HostFront(request.front, request.settings);
    this.#layers = this.#junctions.map(upload);
  }

  step(batch: Float32Array, labels: Uint8Array, rows: number): void {
    tf.tidy(() => this.#update(batch, labels, rows));
    disposeLayers(this.#layers);
    // New tensors each step: the wasm backend keeps a packed copy of a product's second operand for as long as it lives.
    this.#layers = this.#junctions.map(upload);
    this.#step++;
  }

  #update(batch: Float32Array, labels: Uint8Array, rows: number): void {
    const inputs = this.#firstLayer(batch, rows, true);
    const outputs = forward(inputs, this.#layers);
    const logitDelta = this.#loss(outputs[outputs.length - 1], labels, rows);
    const { gradients, firstDelta } = backward(inputs, outputs, logitDelta, this.#layers);
    if (this.#front !== null) {
      const delta = inputDelta(firstDelta, this.#layers).dataSync<'float32'>();
      this.#front.backward(delta, rows, this.#step);
    }
    for (const [index, { weights, biases }] of this.#junctions.entries()) {
      const { kernel, bias } = gradients[index];
      updateSlots(weights, kernel.dataSync<'float32'>(), this.#settings, this.#step);
      updateSlots(biases, bias.dataSync<'float32'>(), this.#settings, this.#step);
    }
  }

  /** @param training whether batch norm goes by the batch itself */
  #firstLayer(batch: Float32Array, rows: number, training: boolean): tf.Tensor2D {
    const values = this.#front === null ? batch : this.#front.forward(batch, rows, training);
    return tf.tensor2d(values, [rows, this.#inputs]);
  }

  /** Adds the batch to the sums. @returns ∂(mean loss)/∂logits */
  #loss(logits: tf.Tensor2D, labels: Uint8Array, rows: number): tf.Tensor2D {
    if (this.#delta.length !== rows * this.#outputs) this.#delta = new Float32Array(rows * this.#outputs);
    const values = logits.dataSync<'float32'>();
    const batch = softmaxCrossEntropy(values, labels, rows, this.#outputs, this.#usedOutputs, this.#delta);
    this.#sums.loss += batch.loss;
    this.#sums.correct += batch.correct;
    return tf.tensor2d(this.#delta, [rows, this.#outputs]);
  }

  async sums(): Promise<BatchSums> {
    const sums = this.#sums;
    this.#sums = { loss: 0, correct: 0 };
    return sums;
  }

  async correct(batch: Float32Array, labels: Uint8Array, rows: number): Promise<number> {
    if (this.#front?.finite() === false) return Number.NaN;
    return tf.tidy(() => {
      const logits = forward(this.#firstLayer(batch, rows, false), this.#layers).at(-1)!;
      return countCorrect(logits.dataSync<'float32'>(), labels, rows, this.#outputs, this.#usedOutputs);
    });
  }

  async features(batch: Float32Array, rows: number): Promise<Float32Array<ArrayBuffer>> {
    const values = this.#front === null ? batch : this.#front.forward(batch, rows, false);
    return Float32Array.from(values.subarray(0, rows * this.#inputs));
  }

  async weights(): Promise<JunctionWeights[]> {
    return this.#junctions.map(({ weights, biases }) => ({
      weights: weights.values.slice(),
      biases: biases.values.slice(),
    }));
  }

  /** All that outlasts a step, not copied. */
  #lasting(): (Float32Array | Float64Array)[] {
    const junctions = this.#junctions.flatMap(({ weights, biases }) => [...slotArrays(weights), ...slotArrays(biases)]);
    return [...junctions, ...(this.#front?.lasting() ?? [])];
  }

  async state(): Promise<LearnerState> {
    const numbers = [this.#step, ...(this.#front?.counts() ?? [])];
    return { numbers, arrays: this.#lasting().map((values) => values.slice()) };
  }

  restore(state: LearnerState): void {
    const lasting = this.#lasting();
    const counts = this.#front?.counts().length ?? 0;
    const lengths = lasting.map(({ length }) => length);
    const reader = new StateReader(state, 1 + counts, lengths);
    this.#step = reader.number();
    this.#front?.setCounts(Array.from({ length: counts }, () => reader.number()));
    for (const values of lasting) reader.into(values);
    disposeLayers(this.#layers);
    this.#layers = this.#junctions.map(upload);
  }

  async frontWeights(): Promise<BlockWeights[]> {
    return this.#front?.weights() ?? [];
  }

  async matrices(): Promise<Float32Array[][]> {
    return this.#junctions.map((junction, index) => {
      const { first, second } = junction.weights;
      const state = second === null ? [first] : [first, second];
      const kernel = this.#layers[index].kernel.dataSync<'float32'>().slice();
      return [kernel, ...state.map((values) => scatter(values, junction))];
    });
  }

  dispose(): void {
    disposeLayers(this.#layers);
  }
}
