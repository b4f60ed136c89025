import type { JunctionSize } from '../pattern/architecture.ts';

/** Above this many pairs of neurons (16 MiB of bits), double edges are looked for in the row instead. */
const MOST_BITS = 2 ** 27;

/** Numbers of neurons: half the memory, and so half the cache, where 16 bits hold them. */
export type NeuronList = Uint16Array | Uint32Array;

function makeList(length: number, neurons: number): NeuronList {
  return neurons <= 2 ** 16 ? new Uint16Array(length) : new Uint32Array(length);
}

/**
 * The edges of one junction while they are exchanged. Edge e belongs to right neuron ⌊e / fanIn⌋ always; rows lose their order.
 * Memory: 2 bytes per edge (4 in layers above 65 536 neurons), 6 more where spans walk from left to right, and one bit per pair
 * of neurons up to 2^27.
 */
export class JunctionEdges {
  readonly size: JunctionSize;
  /** right-major, `right × fanIn` left neurons */
  readonly sources: NeuronList;
  /** left-major, `left × fanOut` right neurons; empty unless walked from left to right */
  readonly targets: NeuronList;
  /** edge → its place in `targets` */
  readonly #places: Uint32Array;
  readonly #bits: Int32Array | null;
  readonly #left: number;
  readonly #fanIn: number;
  readonly #perFanIn: number;

  /** @param walked whether spans need `targets` */
  constructor(size: JunctionSize, sources: Uint32Array, walked: boolean) {
    this.size = size;
    this.#left = size.left;
    this.#fanIn = size.fanIn;
    this.#perFanIn = 1 / size.fanIn;
    this.sources = makeList(size.edges, size.left);
    this.sources.set(sources);
    this.targets = makeList(walked ? size.edges : 0, size.right);
    this.#places = new Uint32Array(walked ? size.edges : 0);
    const pairs = size.left * size.right;
    this.#bits = pairs <= MOST_BITS ? new Int32Array(Math.ceil(pairs / 32)) : null;
    const next = Uint32Array.from({ length: walked ? size.left : 0 }, (_, k) => k * size.fanOut);
    for (let e = 0; e < size.edges; e++) {
      const k = this.sources[e];
      const j = Math.floor(e / size.fanIn);
      this.#flip(j, k);
      if (!walked) continue;
      this.targets[next[k]] = j;
      this.#places[e] = next[k]++;
    }
  }

  /** ⌊edge / fanIn⌋, without a division: the half keeps the product 2^-32 clear of the next whole number, rounding 2^-52. */
  rightOf(edge: number): number {
    return ((edge + 0.5) * this.#perFanIn) | 0;
  }

  connects(right: number, left: number): boolean {
    if (this.#bits !== null) {
      const pair = right * this.#left + left;
      return ((this.#bits[pair >>> 5] >>> (pair & 31)) & 1) !== 0;
    }
    const fanIn = this.#fanIn;
    const { sources } = this;
    for (let e = right * fanIn; e < (right + 1) * fanIn; e++) if (sources[e] === left) return true;
    return false;
  }

  /** Exchanges the left ends of two edges; the caller has seen that no edge becomes double. */
  exchange(first: number, second: number): void {
    const { sources, targets } = this;
    const a = sources[first];
    const b = sources[second];
    const j1 = this.rightOf(first);
    const j2 = this.rightOf(second);
    this.#flip(j1, a);
    this.#flip(j1, b);
    this.#flip(j2, a);
    this.#flip(j2, b);
    sources[first] = b;
    sources[second] = a;
    if (targets.length === 0) return;
    const places = this.#places;
    const place = places[first];
    targets[place] = j2;
    targets[places[second]] = j1;
    places[first] = places[second];
    places[second] = place;
  }

  #flip(right: number, left: number): void {
    if (this.#bits === null) return;
    const pair = right * this.size.left + left;
    this.#bits[pair >>> 5] ^= 1 << (pair & 31);
  }
}
