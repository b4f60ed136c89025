import { isExact, type JunctionSize, junctionSizes } from '../pattern/architecture.ts';
import type { Entry } from '../pattern/entries.ts';
import type { Pattern } from '../pattern/pattern.ts';
import { kernelName } from './wasm/idioms.ts';
import type { ScatterKernels } from './wasm/scatter-kernels.ts';

/**
 * Neighbour lists in a machine's memory, ascending, one after the other from `address`. Of equal length (`ends` is null), list j begins
 * at `address + 4·degree·j`; else the address where it ends is word j at `ends`, and `degree` is the most that one has.
 */
export interface NeighbourLists {
  readonly address: number;
  readonly lists: number;
  readonly degree: number;
  readonly ends: number | null;
}

/** The name of a kernel for such lists: it takes their address, their number and `lengthsOf`. */
export const kernelFor = (name: string, { ends }: NeighbourLists): string =>
  ends === null ? name : kernelName(name, 'uneven');

/** The degree of all lists, or the address of their ends. */
export const lengthsOf = ({ degree, ends }: NeighbourLists): number => ends ?? degree;

type Placed = Pick<NeighbourLists, 'address' | 'ends'>;

/**
 * A pattern's junctions in a machine's memory, copied when first asked for. With right-major lists a right neuron gathers what its
 * left neurons see, with left-major ones a left neuron what its right neurons see: forward and backward are then one kernel.
 */
export class JunctionLists {
  readonly #machine: ScatterKernels;
  readonly #pattern: Pattern;
  readonly #sizes: readonly JunctionSize[];
  readonly #rightMajor: (number | undefined)[] = [];
  readonly #leftMajor: (Placed | undefined)[] = [];

  constructor(machine: ScatterKernels, pattern: Pattern) {
    this.#machine = machine;
    this.#pattern = pattern;
    this.#sizes = junctionSizes(pattern);
  }

  #forward(index: number): number {
    this.#rightMajor[index] ??= this.#machine.place(this.#pattern.junctions[index]);
    return this.#rightMajor[index];
  }

  #backward(index: number): Placed {
    this.#leftMajor[index] ??= this.#transposed(this.#sizes[index]);
    return this.#leftMajor[index];
  }

  #transposed(size: JunctionSize): Placed {
    const { number, left, right, fanIn, fanOut, edges } = size;
    const machine = this.#machine;
    const source = this.#forward(number - 1);
    const address = machine.allocate(4 * edges);
    if (!isExact(size)) {
      const ends = machine.allocate(4 * left);
      machine.run('transposeUneven', source, source + 4 * edges, fanIn, ends, left, address);
      return { address, ends };
    }
    const mark = machine.mark;
    const cursors = machine.allocate(4 * left);
    machine.run('transpose', source, right, fanIn, cursors, left, fanOut, address);
    machine.release(mark);
    return { address, ends: null };
  }

  /** The lists of an entry's span in the order in which windows travel, the last cut to the averaged neurons. */
  steps(entry: Entry): NeighbourLists[] {
    const { from, to, direction, averaged } = entry;
    const steps = this.#sizes.slice(from - 1, to).map((size): NeighbourLists => {
      const { number, left, right, fanIn, mostFanOut } = size;
      if (direction === 'forward')
        return { address: this.#forward(number - 1), lists: right, degree: fanIn, ends: null };
      const { address, ends } = this.#backward(number - 1);
      return { address, lists: left, degree: mostFanOut, ends };
    });
    if (direction === 'backward') steps.reverse();
    const last = steps.length - 1;
    const { address, degree, ends } = steps[last];
    steps[last] = { address, lists: averaged, degree, ends };
    return steps;
  }
}
