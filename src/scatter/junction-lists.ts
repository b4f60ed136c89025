import { type JunctionSize, junctionSizes } from '../pattern/architecture.ts';
import type { Entry } from '../pattern/entries.ts';
import type { Pattern } from '../pattern/pattern.ts';
import type { ScatterKernels } from './wasm/scatter-kernels.ts';

/** Neighbour lists of equal length in a machine's memory: list j is `degree` ascending numbers from `address + 4·degree·j`. */
export interface NeighbourLists {
  readonly address: number;
  readonly lists: number;
  readonly degree: number;
}

/**
 * A pattern's junctions in a machine's memory, copied when first asked for. With right-major lists a right neuron gathers what its
 * left neurons see, with left-major ones a left neuron what its right neurons see: forward and backward are then one kernel.
 */
export class JunctionLists {
  readonly #machine: ScatterKernels;
  readonly #pattern: Pattern;
  readonly #sizes: readonly JunctionSize[];
  readonly #rightMajor: (number | undefined)[] = [];
  readonly #leftMajor: (number | undefined)[] = [];

  constructor(machine: ScatterKernels, pattern: Pattern) {
    this.#machine = machine;
    this.#pattern = pattern;
    this.#sizes = junctionSizes(pattern);
  }

  #forward(index: number): number {
    this.#rightMajor[index] ??= this.#machine.place(this.#pattern.junctions[index]);
    return this.#rightMajor[index];
  }

  #backward(index: number): number {
    const known = this.#leftMajor[index];
    if (known !== undefined) return known;
    const { left, right, fanIn, fanOut, edges } = this.#sizes[index];
    const source = this.#forward(index);
    const address = this.#machine.allocate(4 * edges);
    const mark = this.#machine.mark;
    const cursors = this.#machine.allocate(4 * left);
    this.#machine.run('transpose', source, right, fanIn, cursors, left, fanOut, address);
    this.#machine.release(mark);
    this.#leftMajor[index] = address;
    return address;
  }

  /** The lists of an entry's span in the order in which windows travel, the last cut to the averaged neurons. */
  steps(entry: Entry): NeighbourLists[] {
    const { from, to, direction, averaged } = entry;
    const steps: NeighbourLists[] = this.#sizes
      .slice(from - 1, to)
      .map(({ number, left, right, fanIn, fanOut }) =>
        direction === 'forward'
          ? { address: this.#forward(number - 1), lists: right, degree: fanIn }
          : { address: this.#backward(number - 1), lists: left, degree: fanOut },
      );
    if (direction === 'backward') steps.reverse();
    const last = steps.length - 1;
    steps[last] = { ...steps[last], lists: averaged };
    return steps;
  }
}
