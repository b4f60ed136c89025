import type { GpuBuffer } from '../webgpu/gpu-api.ts';
import type { BoundKernel, EdgeDevice } from './device.ts';
import type { DeviceExamples } from './examples.ts';
import { backwardKernel, forwardKernel, gatherKernel } from './kernels.ts';
import { lossKernel } from './loss-kernel.ts';
import type { EdgeSizes } from './sizes.ts';
import { updateGroups, updateKernel } from './update-kernel.ts';
import { THREADS } from './wgsl-kernel.ts';

/** What of one junction lies on the device, of all candidates. */
export interface JunctionBuffers {
  readonly sources: GpuBuffer;
  /** null where nothing flows back */
  readonly outgoing: GpuBuffer | null;
  /** weights, then biases, of each candidate */
  readonly parameters: GpuBuffer;
  /** Adam's mean, or SGD's velocity */
  readonly first: GpuBuffer;
  /** Adam's mean square; SGD has none */
  readonly second: GpuBuffer | null;
  /** values of the right layer; of the last one logits, then deltas */
  readonly outputs: GpuBuffer;
  /** of the right layer */
  readonly deltas: GpuBuffer;
}

export interface NetworkBuffers {
  readonly junctions: readonly JunctionBuffers[];
  /** the first layer's values, order by order */
  readonly inputs: GpuBuffer;
  /** which order each candidate has */
  readonly orders: GpuBuffer;
  /** row numbers of batches, slot by slot and order by order */
  readonly indices: GpuBuffer;
  /** of training, and of evaluation */
  readonly sums: GpuBuffer;
  readonly counts: GpuBuffer;
}

/** What a dispatch is one of. */
export type KernelName = 'gather' | 'forward' | 'loss' | 'backward' | 'update' | 'count';

export interface StepKernel {
  readonly name: KernelName;
  /** of the junction, from 1; 0 for those of none */
  readonly junction: number;
  readonly bound: BoundKernel;
  /** workgroups */
  readonly groups: (work: Work) => number;
}

/** What there is to do in a step. */
export interface Work {
  readonly candidates: number;
  readonly orders: number;
  readonly quads: number;
}

const groupsOf = (threads: number) => Math.ceil(threads / THREADS);

/** The kernels of optimiser steps and of evaluations, with their buffers, each list in the order of its dispatches. */
export class StepKernels {
  readonly #device: EdgeDevice;
  readonly #sizes: EdgeSizes;
  readonly #buffers: NetworkBuffers;
  readonly #forward: readonly StepKernel[];
  readonly #back: readonly StepKernel[];
  readonly #withExamples = new Map<DeviceExamples, { training: StepKernel[]; evaluation: StepKernel[] }>();

  constructor(device: EdgeDevice, sizes: EdgeSizes, buffers: NetworkBuffers) {
    this.#device = device;
    this.#sizes = sizes;
    this.#buffers = buffers;
    this.#forward = sizes.junctions.map((_, i) => this.#forwardOf(i));
    this.#back = sizes.junctions.flatMap((_, i) => this.#backOf(i)).reverse();
  }

  /** @param examples where the batches are */
  training(examples: DeviceExamples): readonly StepKernel[] {
    return this.#of(examples).training;
  }

  evaluation(examples: DeviceExamples): readonly StepKernel[] {
    return this.#of(examples).evaluation;
  }

  #of(examples: DeviceExamples) {
    const known = this.#withExamples.get(examples);
    if (known !== undefined) return known;
    const gather = this.#gather(examples);
    const made = {
      training: [gather, ...this.#forward, this.#loss(examples, true), ...this.#back],
      evaluation: [gather, ...this.#forward, this.#loss(examples, false)],
    };
    this.#withExamples.set(examples, made);
    return made;
  }

  #gather({ inputs }: DeviceExamples): StepKernel {
    const { indices, inputs: values } = this.#buffers;
    const { features } = this.#sizes;
    const bound = this.#device.bind(gatherKernel(this.#sizes), [inputs, indices, values]);
    return { name: 'gather', junction: 0, bound, groups: ({ orders, quads }) => groupsOf(orders * quads * features) };
  }

  #loss({ labels }: DeviceExamples, isTraining: boolean): StepKernel {
    const { junctions, indices, orders, sums, counts } = this.#buffers;
    const { outputs } = junctions[junctions.length - 1];
    const buffers = [outputs, indices, labels, isTraining ? sums : counts, orders];
    const bound = this.#device.bind(lossKernel(this.#sizes, isTraining), buffers);
    return { name: isTraining ? 'loss' : 'count', junction: 0, bound, groups: ({ candidates }) => candidates };
  }

  /** The layer left of a junction. */
  #valuesOf(index: number): GpuBuffer {
    return index === 0 ? this.#buffers.inputs : this.#buffers.junctions[index - 1].outputs;
  }

  #forwardOf(index: number): StepKernel {
    const { junctions, orders } = this.#buffers;
    const { sources, parameters, outputs } = junctions[index];
    const size = this.#sizes.junctions[index];
    const kernel = forwardKernel(this.#sizes, size, index === 0, index === junctions.length - 1);
    const buffers = [this.#valuesOf(index), sources, parameters, outputs, ...(index === 0 ? [orders] : [])];
    return {
      ...{ name: 'forward', junction: size.number, bound: this.#device.bind(kernel, buffers) },
      groups: ({ candidates, quads }) => groupsOf(candidates * size.right * quads),
    };
  }

  /** In the reverse of their order: deltas flow along the weights as they were before the step. */
  #backOf(index: number): StepKernel[] {
    const { junctions, orders } = this.#buffers;
    const { sources, outgoing, parameters, first, second, deltas } = junctions[index];
    const size = this.#sizes.junctions[index];
    const values = this.#valuesOf(index);
    const isFirst = index === 0;
    const state = [parameters, first, ...(second === null ? [] : [second])];
    const buffers = [values, sources, deltas, ...state, ...(isFirst ? [orders] : [])];
    const update: StepKernel = {
      ...{ name: 'update', junction: size.number },
      bound: this.#device.bind(updateKernel(this.#sizes, size, isFirst), buffers),
      groups: ({ candidates }) => updateGroups(size, candidates),
    };
    if (outgoing === null) return [update];
    const passed = [values, outgoing, parameters, deltas, junctions[index - 1].deltas];
    const backward: StepKernel = {
      ...{ name: 'backward', junction: size.number },
      bound: this.#device.bind(backwardKernel(this.#sizes, size), passed),
      groups: ({ candidates, quads }) => groupsOf(candidates * size.left * quads),
    };
    return [update, backward];
  }
}
