import { InvalidValueError } from '../base/caller-errors.ts';

/**
 * Clash-free memory access (Dey, Shao, Chugg & Beerel 2017, *Interleaver design for deep neural networks*; Dey et al. 2019,
 * arXiv 1812.01164): the left neurons lie in z memories, neuron n in memory n mod z at address ⌊n/z⌋. Edges are read z at a time
 * in right-major order, and the z left neurons of one cycle must lie in z different memories. The order of the edges within a
 * right neuron is free.
 */

export interface ClashFault {
  /** right neuron, from 0, whose edges cannot be read */
  readonly right: number;
  readonly message: string;
}

/** Why z memories cannot hold a layer of `left` neurons evenly, or null. */
export function parallelismFault(left: number, z: number): string | null {
  if (!Number.isSafeInteger(z) || z < 1) return `the parallelism must be a whole number from 1; got ${z}`;
  return left % z === 0 ? null : `the parallelism must divide the ${left} left neurons; got ${z}`;
}

function checkSizes(sources: Uint32Array, left: number, right: number, z: number): void {
  const fault = parallelismFault(left, z);
  if (fault !== null) throw new InvalidValueError(fault);
  if (right >= 1 && sources.length % right === 0 && sources.length % left === 0) return;
  throw new InvalidValueError(`expected a fan-in for all of ${right} right neurons; got ${sources.length} edges`);
}

/**
 * Reads the edges cycle by cycle, into `order` where it is given.
 *
 * A cycle reads every memory exactly once, so each edge has one cycle that it can go to: the first, of those that its right neuron
 * takes part in, that has not read its memory. Another choice would leave a gap in that cycle which nothing can fill, since what
 * comes later belongs to later cycles; only edges of one right neuron and memory can change places. So an order exists just when
 * no cycle gets more edges of a right neuron than it has places for it.
 * Cost: a few operations an edge; z + fan-in/z + 2 numbers.
 */
function readCycles(
  sources: Uint32Array,
  right: number,
  z: number,
  order: Uint32Array | null,
): { right: number; neuron: number } | null {
  const fanIn = sources.length / right;
  const latest = new Float64Array(z).fill(-1);
  const filled = new Uint32Array(Math.floor(fanIn / z) + 2);
  for (let j = 0; j < right; j++) {
    const [start, end] = [j * fanIn, (j + 1) * fanIn];
    const running = Math.floor(start / z);
    filled.fill(0);
    for (let e = start; e < end; e++) {
      const memory = sources[e] % z;
      const cycle = Math.max(running, latest[memory] + 1);
      const place = Math.max(start, cycle * z) + filled[cycle - running]++;
      if (place >= Math.min(end, (cycle + 1) * z)) return { right: j, neuron: sources[e] };
      latest[memory] = cycle;
      if (order !== null) order[place] = sources[e];
    }
  }
  return null;
}

/**
 * The first right neuron at which reading z edges at a time must clash, in whatever order the edges of each right neuron are read;
 * or null when some order is clash-free.
 * @param sources right-major, `right × fanIn` left neurons; rows in any order
 * @throws RangeError unless z divides `left`
 */
export function clashFreeFault(sources: Uint32Array, left: number, right: number, z: number): ClashFault | null {
  checkSizes(sources, left, right, z);
  const fault = readCycles(sources, right, z, null);
  if (fault === null) return null;
  const clash = `left neuron ${fault.neuron} of memory ${fault.neuron % z} is left over`;
  return {
    right: fault.right,
    message: `no order of the edges of right neuron ${fault.right} reads ${z} different memories in every cycle: ${clash}`,
  };
}

/**
 * The edges in a clash-free order of reading: those of right neuron 0, of 1, …, every z of them (a cycle) in z different memories.
 * Within what is forced the order is that of `sources`. Null where no order is clash-free.
 * @param sources right-major, `right × fanIn` left neurons
 * @throws RangeError unless z divides `left`
 */
export function clashFreeOrder(sources: Uint32Array, left: number, right: number, z: number): Uint32Array | null {
  checkSizes(sources, left, right, z);
  const order = new Uint32Array(sources.length);
  return readCycles(sources, right, z, order) === null ? order : null;
}
