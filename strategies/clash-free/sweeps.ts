import { range, shuffledRange } from '../../src/base/numbers.ts';
import type { Random } from '../../src/base/random.ts';
import type { JunctionSize } from '../../src/pattern/architecture.ts';
import { denseJunction, sortRows } from '../../src/pattern/pattern.ts';

/** How memories are read; definitions in `clashFreeJunction`. */
export interface ClashFreeVariant {
  readonly type: 1 | 2 | 3;
  readonly dither: boolean;
}

/** z memories of `depth` left neurons each. */
interface Memories {
  readonly z: number;
  readonly depth: number;
}

/** How one sweep reads every left neuron once. */
interface Sweep {
  /** place in a cycle → memory */
  readonly order: Uint32Array;
  /** addresses of memory m in the order they are read: `addresses[m·depth] … addresses[(m + 1)·depth − 1]` */
  readonly addresses: Uint32Array;
}

/** Edges of the right neuron that two sweeps share: the last `tail` of one and the first `head` of the next; 0 and 0 if none is. */
interface Seam {
  readonly tail: number;
  readonly head: number;
}

/** The first `fixed` of the items stay in front, shuffled among themselves and chosen from the first `choice`; the rest follow, shuffled. */
function shuffleFront(items: Uint32Array, choice: number, fixed: number, random: Random): void {
  random.shuffle(items.subarray(0, choice));
  random.shuffle(items.subarray(fixed));
}

/**
 * The order of memories in a sweep's cycles. Where the shared right neuron reads nearly all left neurons, memories that it reads in
 * a last, partial cycle of the sweep before must not come in its first, partial cycle now: that would be depth + 1 neurons of one.
 */
function drawOrder(before: Sweep | null, seam: Seam, { z, depth }: Memories, dither: boolean, random: Random) {
  if (!dither) return range(z);
  if (before === null) return shuffledRange(z, random);
  const order = before.order.slice();
  const [tail, head] = [seam.tail % z, seam.head % z];
  const tight = tail > 0 && head > 0 && Math.floor(seam.tail / z) + Math.floor(seam.head / z) === depth - 1;
  if (tight) shuffleFront(order, z - tail, head, random);
  else random.shuffle(order);
  return order;
}

/** How many addresses of each memory the shared right neuron reads at the end of a sweep, or at the start of one. */
function readsOf(order: Uint32Array, edges: number, fromEnd: boolean): Uint32Array {
  const z = order.length;
  const reads = new Uint32Array(z);
  const extra = edges % z;
  for (let place = 0; place < z; place++) {
    const partial = fromEnd ? place >= z - extra : place < extra;
    reads[order[place]] = Math.floor(edges / z) + (partial ? 1 : 0);
  }
  return reads;
}

/** Addresses of one memory: `kept` of the sweep before are not read among the first `head` of this. */
function drawAddresses(addresses: Uint32Array, kept: number, head: number, type: 1 | 2, random: Random): void {
  const depth = addresses.length;
  const bound = kept > 0 && head > 0;
  if (type === 1) {
    if (bound) shuffleFront(addresses, depth - kept, head, random);
    else random.shuffle(addresses);
    return;
  }
  const start = addresses[0] + (bound ? random.below(depth - kept - head + 1) : random.below(depth));
  for (let cycle = 0; cycle < depth; cycle++) addresses[cycle] = (start + cycle) % depth;
}

function drawSweep(
  before: Sweep | null,
  seam: Seam,
  memories: Memories,
  variant: ClashFreeVariant,
  random: Random,
): Sweep {
  const { z, depth } = memories;
  const { type, dither } = variant;
  if (before !== null && type === 3) return before;
  const order = drawOrder(before, seam, memories, dither, random);
  const addresses = before?.addresses.slice() ?? Uint32Array.from({ length: z * depth }, (_, n) => n % depth);
  const tails = before === null ? new Uint32Array(z) : readsOf(before.order, seam.tail, true);
  const heads = readsOf(order, seam.head, false);
  for (let m = 0; m < z; m++) {
    const own = addresses.subarray(m * depth, (m + 1) * depth);
    drawAddresses(own, tails[m], heads[m], type === 1 ? 1 : 2, random);
  }
  return { order, addresses };
}

/**
 * One junction read clash-free, z edges a cycle: neuron n lies in memory n mod z at address ⌊n/z⌋; a sweep of left/z cycles reads
 * every left neuron once, and `fanOut` sweeps make the junction. Type 1: each memory's addresses in a sweep are a random
 * permutation. Type 2: each memory starts at a random address and counts up modulo left/z. Type 3: type 2 with the same starts in
 * every sweep. Dither: the order of memories within a cycle is a random permutation, the same throughout a sweep (type 3: all).
 *
 * Sweeps are independent except in one thing: a right neuron whose edges lie in two sweeps must not read a left neuron twice, so the
 * next sweep is drawn from those that keep it from doing so (for types 1 and 2 all equally likely, given the order of memories).
 * One always exists; type 3 repeats itself after `left` edges and never reads one twice.
 * @param z divides `left`
 */
export function clashFreeJunction(
  size: JunctionSize,
  z: number,
  variant: ClashFreeVariant,
  random: Random,
): Uint32Array {
  const { left, right, fanIn, fanOut, edges } = size;
  if (size.density === 1) return denseJunction(left, right);
  const memories = { z, depth: left / z };
  const sources = new Uint32Array(edges);
  let sweep: Sweep | null = null;
  let e = 0;
  for (let s = 0; s < fanOut; s++) {
    const tail = (s * left) % fanIn;
    const own = drawSweep(sweep, { tail, head: tail === 0 ? 0 : fanIn - tail }, memories, variant, random);
    for (let cycle = 0; cycle < memories.depth; cycle++) {
      for (let place = 0; place < z; place++) {
        const memory = own.order[place];
        sources[e++] = own.addresses[memory * memories.depth + cycle] * z + memory;
      }
    }
    sweep = own;
  }
  sortRows(sources, right, fanIn);
  return sources;
}
