import { LOSS_THREADS, SUM_WORDS } from './loss-kernel.ts';
import { type EdgeJunction, type EdgeSizes, QUAD } from './sizes.ts';
import type { KernelName } from './step-kernels.ts';
import { LANES, updateGroups, updateShares } from './update-kernel.ts';
import { THREADS } from './wgsl-kernel.ts';

/** What one dispatch of an optimiser step does. */
export interface DispatchCost {
  readonly kernel: KernelName;
  /** from 1; 0 for those of none */
  readonly junction: number;
  readonly workgroups: number;
  /** bytes that it must read of the device's memory and write there, if every one passes once */
  readonly readBytes: number;
  readonly writtenBytes: number;
  /** bytes that its threads ask for or write, most of which caches answer; what 32 threads ask for alike counts once */
  readonly askedBytes: number;
  /** additions, products and what else floats are put through; an exponential counts as one */
  readonly operations: number;
}

/** How much is trained in a step. */
export interface StepWork {
  readonly candidates: number;
  /** of examples that differ: 1 where all candidates have the same seed */
  readonly orders: number;
  /** of a batch */
  readonly rows: number;
}

const FLOAT = 4;
/** Threads that go in step on most devices. */
const SUBGROUP = 32;

class StepCounter {
  readonly #sizes: EdgeSizes;
  readonly #work: StepWork;
  readonly #quads: number;
  /** bytes of one neuron's batch */
  readonly #row: number;

  constructor(sizes: EdgeSizes, work: StepWork) {
    this.#sizes = sizes;
    this.#work = work;
    this.#quads = Math.ceil(work.rows / QUAD);
    this.#row = FLOAT * QUAD * this.#quads;
  }

  /** Bytes of the values left of a junction. */
  #left({ number, left }: EdgeJunction): number {
    const { candidates, orders } = this.#work;
    return (number === 1 ? orders : candidates) * left * this.#row;
  }

  /** Bytes of one number that all threads of a neuron's batch ask for. */
  get #once(): number {
    return FLOAT * Math.ceil(this.#quads / SUBGROUP);
  }

  #groups(words: number): number {
    return Math.ceil((words * this.#quads) / THREADS);
  }

  gather(): DispatchCost {
    const { features } = this.#sizes;
    const { orders, rows } = this.#work;
    const values = orders * features;
    const readBytes = FLOAT * orders * rows * (features + 1);
    const place = { kernel: 'gather', junction: 0, workgroups: this.#groups(values) } as const;
    const askedBytes = 2 * FLOAT * values * rows;
    return { ...place, readBytes, writtenBytes: values * this.#row, askedBytes, operations: 0 };
  }

  forward(size: EdgeJunction): DispatchCost {
    const { number, right, edges, parameters } = size;
    const { candidates, rows } = this.#work;
    return {
      ...{ kernel: 'forward', junction: number, workgroups: this.#groups(candidates * right) },
      readBytes: this.#left(size) + FLOAT * candidates * (edges + parameters),
      writtenBytes: candidates * right * this.#row,
      // For each edge: the batch's words and, once for 32 threads, the weight and the left neuron's number.
      askedBytes: candidates * (edges * (this.#row + 2 * this.#once) + right * (this.#row + this.#once)),
      operations: candidates * rows * (2 * edges + right),
    };
  }

  loss(): DispatchCost {
    const { layers } = this.#sizes;
    const outputs = layers[layers.length - 1];
    const { candidates, orders, rows } = this.#work;
    const logits = candidates * outputs * this.#row;
    const sums = FLOAT * SUM_WORDS * candidates;
    return {
      ...{ kernel: 'loss', junction: 0, workgroups: candidates },
      readBytes: logits + sums + 2 * FLOAT * orders * rows,
      writtenBytes: logits + sums,
      askedBytes: FLOAT * candidates * rows * (4 * outputs + 3) + 2 * sums,
      operations: candidates * (rows * (7 * outputs + 3) + LOSS_THREADS),
    };
  }

  backward(size: EdgeJunction): DispatchCost {
    const { number, left, right, edges, parameters, mostFanOut } = size;
    const { candidates, rows } = this.#work;
    return {
      ...{ kernel: 'backward', junction: number, workgroups: this.#groups(candidates * left) },
      readBytes: this.#left(size) + candidates * (right * this.#row + FLOAT * (left * mostFanOut + parameters)),
      writtenBytes: candidates * left * this.#row,
      askedBytes: candidates * (edges * (this.#row + 2 * this.#once) + 2 * left * this.#row),
      operations: candidates * rows * (2 * edges + left),
    };
  }

  update(size: EdgeJunction): DispatchCost {
    const { number, right, edges, parameters } = size;
    const { candidates, rows } = this.#work;
    const { shares } = updateShares(size);
    const isAdam = this.#sizes.optimizer === 'adam';
    const state = FLOAT * candidates * parameters * (isAdam ? 3 : 2);
    return {
      ...{ kernel: 'update', junction: number, workgroups: updateGroups(size, candidates) },
      readBytes: this.#left(size) + candidates * (right * this.#row + FLOAT * edges) + state,
      writtenBytes: state,
      // Deltas once for each share of a right neuron's edges.
      askedBytes: candidates * (edges * (this.#row + FLOAT) + right * shares * this.#row) + 2 * state,
      operations: candidates * (rows * (2 * edges + right) + parameters * (LANES + (isAdam ? 13 : 6))),
    };
  }
}

/** The dispatches of one optimiser step of a population, in their order: 3J + 1 for J junctions, whatever the number of candidates. */
export function stepCosts(sizes: EdgeSizes, work: StepWork): DispatchCost[] {
  const counter = new StepCounter(sizes, work);
  const { junctions } = sizes;
  const back = [...junctions].reverse().flatMap((size) => {
    const update = counter.update(size);
    return size.number === 1 ? [update] : [counter.backward(size), update];
  });
  return [counter.gather(), ...junctions.map((size) => counter.forward(size)), counter.loss(), ...back];
}
