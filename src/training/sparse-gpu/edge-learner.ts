import type { Split } from '../datasets/dataset.ts';
import type { LearnerRequest, PopulationLearner, PopulationSums } from '../pool/population-learner.ts';
import { adamRateAt, rateAt } from '../settings.ts';
import { type LearnerState, StateReader } from '../snapshot.ts';
import type { JunctionWeights } from '../trainer.ts';
import type { EdgeDevice } from './device.ts';
import { type DeviceExamples, ExampleStore, type PlacedBatch } from './examples.ts';
import { SUM_WORDS } from './loss-kernel.ts';
import { destroyBuffers, lastingBuffers, makeNetworkBuffers } from './network-buffers.ts';
import { splitFits } from './population-bytes.ts';
import { type EdgeSizes, edgeSizes, QUAD } from './sizes.ts';
import { type NetworkBuffers, type StepKernel, StepKernels } from './step-kernels.ts';
import { slotBytes } from './wgsl-kernel.ts';

const WORD_BYTES = 4;

/** The orders that differ, and which of them each candidate has. */
interface Orders {
  readonly distinct: readonly Uint32Array[];
  readonly ofCandidate: Uint32Array;
}

function ordersOf(orders: readonly Uint32Array[], candidates: number): Orders {
  const distinct = [...new Set(orders)];
  const places = new Map(distinct.map((order, place) => [order, place]));
  return {
    distinct,
    ofCandidate: Uint32Array.from({ length: candidates }, (_, c) => places.get(orders[c] ?? orders[0])!),
  };
}

const inOrder = (from: number, to: number) => Uint32Array.from({ length: to - from }, (_, i) => from + i);

/**
 * C candidates with the same layers and fan-outs, over existing edges only. A step is 3J + 1 dispatches (J junctions), whatever C is.
 */
export class EdgeLearner implements PopulationLearner {
  readonly #device: EdgeDevice;
  readonly #request: LearnerRequest;
  readonly #sizes: EdgeSizes;
  readonly #candidates: number;
  readonly #examples: ExampleStore;
  readonly #buffers: NetworkBuffers;
  readonly #kernels: StepKernels;
  #orders: Orders | null = null;
  #split: Split;
  #step = 0;

  constructor(device: EdgeDevice, request: LearnerRequest) {
    this.#device = device;
    this.#request = request;
    const { members, architecture, dataset, settings, batchRows, evaluationRows, orders } = request;
    this.#candidates = members.length;
    this.#split = dataset.validation;
    this.#sizes = edgeSizes(architecture, dataset.features, Math.max(batchRows, evaluationRows), settings.optimizer);
    const patterns = members.map(({ pattern }) => pattern);
    this.#buffers = makeNetworkBuffers(device, this.#sizes, patterns, orders);
    this.#kernels = new StepKernels(device, this.#sizes, this.#buffers);
    const mostRows = Math.max(orders * batchRows, evaluationRows);
    this.#examples = new ExampleStore(device, dataset, mostRows, (split) => splitFits(split, dataset, request.limits));
    for (const [i, { parameters }] of this.#buffers.junctions.entries()) {
      const all = new Float32Array(members.length * this.#sizes.junctions[i].parameters);
      for (const [c, { start }] of members.entries()) this.#place(all, i, c, start[i]);
      device.write(parameters, 0, all);
    }
  }

  /** Where the training examples are, as far as they stay on the device. */
  trainingExamples(): DeviceExamples {
    const { train } = this.#request.dataset;
    return this.#examples.place(train, new Uint32Array()).examples;
  }

  /** The kernels of an optimiser step, in the order of their dispatches. */
  kernels(examples: DeviceExamples): readonly StepKernel[] {
    return this.#kernels.training(examples);
  }

  #place(all: Float32Array, index: number, candidate: number, { weights, biases }: JunctionWeights): void {
    const { edges, parameters } = this.#sizes.junctions[index];
    all.set(weights, candidate * parameters);
    all.set(biases, candidate * parameters + edges);
  }

  beginEpoch(orders: readonly Uint32Array[]): void {
    this.#orders = ordersOf(orders, this.#candidates);
    this.#device.write(this.#buffers.orders, 0, this.#orders.ofCandidate);
  }

  step(start: number): number {
    if (this.#orders === null) throw new Error('a step was asked for before its epoch');
    const { dataset, batchRows, settings } = this.#request;
    const { distinct } = this.#orders;
    const rows = Math.min(batchRows, dataset.train.examples - start);
    const indices = new Uint32Array(distinct.length * rows);
    for (const [i, order] of distinct.entries()) indices.set(order.subarray(start, start + rows), i * rows);
    const batch = this.#examples.place(dataset.train, indices);
    const rate = settings.optimizer === 'adam' ? adamRateAt(settings, this.#step) : rateAt(settings, this.#step);
    this.#dispatch(this.#kernels.training(batch.examples), batch, distinct.length, rows, rate);
    this.#step++;
    return rows;
  }

  /** Records the kernels, with what they are told and the row numbers of their batch. */
  #dispatch(
    kernels: readonly StepKernel[],
    { indices }: PlacedBatch,
    orders: number,
    rows: number,
    rate: number,
  ): void {
    const { settings } = this.#request;
    const width = QUAD * this.#sizes.stride;
    const slot = this.#device.nextSlot();
    const firstIndex = slot * this.#request.orders * width;
    for (let order = 0; order < orders; order++) {
      const own = indices.subarray(order * rows, (order + 1) * rows);
      this.#device.writeAhead(this.#buffers.indices, WORD_BYTES * (firstIndex + order * width), own);
    }
    const { l2, momentum } = settings;
    const told = { candidates: this.#candidates, rows, orders, firstIndex, rate, penalty: 2 * l2, momentum };
    this.#device.writeSlot(slotBytes(told));
    const work = { candidates: this.#candidates, orders, quads: Math.ceil(rows / QUAD) };
    for (const { bound, groups } of kernels) this.#device.dispatch(bound, groups(work));
  }

  async sums(): Promise<PopulationSums> {
    const { sums } = this.#buffers;
    return this.#readSums(await this.#device.read(sums, 0, this.#candidates * SUM_WORDS * WORD_BYTES, true));
  }

  #readSums(read: ArrayBuffer): PopulationSums {
    const floats = new Float32Array(read);
    const words = new Uint32Array(read);
    const faulty = (c: number) => words[SUM_WORDS * c + 2] > 0;
    return {
      loss: Float32Array.from({ length: this.#candidates }, (_, c) => (faulty(c) ? Number.NaN : floats[SUM_WORDS * c])),
      correct: Float32Array.from({ length: this.#candidates }, (_, c) => words[SUM_WORDS * c + 1]),
    };
  }

  beginCount(split: Split): void {
    this.#split = split;
    this.#device.clear(this.#buffers.counts);
  }

  count(start: number, end: number): void {
    const batch = this.#examples.place(this.#split, inOrder(start, end));
    this.#dispatch(this.#kernels.evaluation(batch.examples), batch, 1, end - start, 0);
  }

  async counted(): Promise<Float32Array> {
    const read = await this.#device.read(this.#buffers.counts, 0, this.#candidates * SUM_WORDS * WORD_BYTES);
    const words = new Uint32Array(read);
    const of = (c: number) => (words[SUM_WORDS * c + 2] > 0 ? Number.NaN : words[SUM_WORDS * c + 1]);
    return Float32Array.from({ length: this.#candidates }, (_, c) => of(c));
  }

  weights(candidate: number): Promise<JunctionWeights[]> {
    return Promise.all(
      this.#buffers.junctions.map(async ({ parameters }, i) => {
        const { edges } = this.#sizes.junctions[i];
        const own = await this.#own(parameters, i, candidate);
        return { weights: own.slice(0, edges), biases: own.slice(edges) };
      }),
    );
  }

  async #own(buffer: NetworkBuffers['inputs'], index: number, candidate: number): Promise<Float32Array> {
    const bytes = WORD_BYTES * this.#sizes.junctions[index].parameters;
    return new Float32Array(await this.#device.read(buffer, candidate * bytes, bytes));
  }

  async state(candidate: number): Promise<LearnerState> {
    const bytes = SUM_WORDS * WORD_BYTES;
    const sums = await this.#device.read(this.#buffers.sums, candidate * bytes, bytes);
    const lasting = this.#buffers.junctions.flatMap((junction, i) =>
      lastingBuffers(junction).map((buffer) => this.#own(buffer, i, candidate)),
    );
    const [loss] = new Float32Array(sums);
    const [, correct, faults] = new Uint32Array(sums);
    return {
      numbers: [this.#step, correct, faults],
      arrays: [Float32Array.of(loss), ...(await Promise.all(lasting))],
    };
  }

  restore(states: readonly LearnerState[]): void {
    const { junctions } = this.#buffers;
    const lengths = junctions.flatMap((junction, i) =>
      lastingBuffers(junction).map(() => this.#sizes.junctions[i].parameters),
    );
    const readers = states.map((state) => new StateReader(state, 3, [1, ...lengths]));
    const [step, ...others] = readers.map((reader) => reader.number());
    if (others.some((other) => other !== step)) throw new Error('the stored states are not of the same step');
    const sums = new Uint32Array(SUM_WORDS * states.length);
    for (const [c, reader] of readers.entries()) {
      sums.set([0, reader.number(), reader.number()], SUM_WORDS * c);
      reader.into(new Float32Array(sums.buffer, WORD_BYTES * SUM_WORDS * c, 1));
    }
    this.#step = step;
    this.#device.write(this.#buffers.sums, 0, sums);
    for (const [i, junction] of junctions.entries()) {
      for (const buffer of lastingBuffers(junction)) {
        const { parameters } = this.#sizes.junctions[i];
        for (const [c, reader] of readers.entries()) {
          this.#device.write(buffer, WORD_BYTES * c * parameters, reader.array());
        }
      }
    }
  }

  dispose(): void {
    this.#device.abandon();
    this.#examples.dispose();
    destroyBuffers(this.#buffers);
  }
}
