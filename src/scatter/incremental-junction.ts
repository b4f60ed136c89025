import { InvalidValueError } from '../base/caller-errors.ts';
import { isExact, type JunctionSize } from '../pattern/architecture.ts';
import { SurplusEdges } from './incremental-surplus.ts';

/** Above this many pairs of neurons (16 MiB of bits), double edges are looked for in the row instead. */
const MOST_BITS = 2 ** 27;

/** Numbers of neurons: half the memory, and so half the cache, where 16 bits hold them. */
export type NeuronList = Uint16Array | Uint32Array;

function makeList(length: number, neurons: number): NeuronList {
  return neurons <= 2 ** 16 ? new Uint16Array(length) : new Uint32Array(length);
}

/** Neighbours by neuron, in a table of `stride` places each: all are taken, or the first `degrees[neuron]`. */
export interface NeighbourTable {
  readonly neighbours: NeuronList;
  readonly stride: number;
  readonly degrees: NeuronList | null;
}

/**
 * The edges of one junction while they are exchanged. Edge e belongs to right neuron ⌊e / fanIn⌋ always; rows lose their order.
 * Memory: 2 bytes per edge (4 in layers above 65 536 neurons), 6 more where spans walk from left to right, and one bit per pair
 * of neurons up to 2^27. What balanced degrees need besides is in `surplus`.
 */
export class JunctionEdges {
  readonly size: JunctionSize;
  /** right-major, `right × fanIn` left neurons */
  readonly sources: NeuronList;
  /** left-major, `left × mostFanOut` right neurons; empty unless walked from left to right */
  readonly targets: NeuronList;
  /** which left neurons have one edge more; null where degrees are exact */
  readonly surplus: SurplusEdges | null;
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
    const slots = size.left * size.mostFanOut;
    this.targets = makeList(walked ? slots : 0, size.right);
    const exact = isExact(size);
    this.#places = new Uint32Array(walked || !exact ? size.edges : 0);
    this.surplus = exact ? null : new SurplusEdges(size, sources, this.#places);
    const pairs = size.left * size.right;
    this.#bits = pairs <= MOST_BITS ? new Int32Array(Math.ceil(pairs / 32)) : null;
    const next = Uint32Array.from({ length: walked ? size.left : 0 }, (_, k) => k * size.mostFanOut);
    for (let e = 0; e < size.edges; e++) {
      const k = this.sources[e];
      const j = Math.floor(e / size.fanIn);
      this.#flip(j, k);
      if (!walked) continue;
      this.targets[next[k]] = j;
      this.#places[e] = next[k]++;
    }
  }

  /** Right neurons by left neuron. */
  get fromLeft(): NeighbourTable {
    return { neighbours: this.targets, stride: this.size.mostFanOut, degrees: this.surplus?.degrees ?? null };
  }

  /** Left neurons by right neuron. */
  get fromRight(): NeighbourTable {
    return { neighbours: this.sources, stride: this.size.fanIn, degrees: null };
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
    const places = this.#places;
    if (places.length === 0) return;
    const place = places[first];
    if (targets.length > 0) {
      targets[place] = j2;
      targets[places[second]] = j1;
    }
    places[first] = places[second];
    places[second] = place;
    this.surplus?.follow(first, second);
  }

  /** Gives the left end of an edge to a neuron with one edge fewer; the caller has seen that both are fit and no edge becomes double. */
  pass(edge: number, gainer: number): void {
    const { sources, targets, surplus } = this;
    if (surplus === null) throw new InvalidValueError('expected a junction of balanced degrees to pass an edge in');
    const j = this.rightOf(edge);
    const loser = sources[edge];
    this.#flip(j, loser);
    this.#flip(j, gainer);
    sources[edge] = gainer;
    const moved = surplus.pass(edge, loser, gainer);
    if (targets.length === 0) return;
    targets[moved.hole] = targets[moved.last];
    targets[moved.gained] = j;
  }

  #flip(right: number, left: number): void {
    if (this.#bits === null) return;
    const pair = right * this.size.left + left;
    this.#bits[pair >>> 5] ^= 1 << (pair & 31);
  }
}
