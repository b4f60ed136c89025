import type { JunctionSize } from '../pattern/architecture.ts';

/** Where edges stood and stand, as places of a left-major table of `mostFanOut` a left neuron. */
export interface PassedEdge {
  /** the place that became free, and the loser's last one, whose edge filled it */
  readonly hole: number;
  readonly last: number;
  /** the gainer's place that was free */
  readonly gained: number;
}

/**
 * Which left neurons of a balanced junction have one edge more than the others, while edges are passed from one of these to one of
 * those: how many have, stays. Edges and neurons are numbered so that every draw at random is one that balance allows.
 * Memory: 4 bytes a place of the table, 10 (12) a left neuron.
 */
export class SurplusEdges {
  /** edges of left neurons with one more, together */
  readonly edges: number;
  /** left neurons without */
  readonly neurons: number;
  /** edges of every left neuron */
  readonly degrees: Uint16Array | Uint32Array;
  /** place → its edge; of a neuron with fewer the last is free */
  readonly #edgeAt: Uint32Array;
  /** edge → its place */
  readonly #places: Uint32Array;
  /** left neurons, those with one more first, and where each stands there */
  readonly #order: Uint32Array;
  readonly #ranks: Uint32Array;
  readonly #stride: number;
  readonly #heavier: number;

  /**
   * @param sources right-major left neurons
   * @param places edge → its place: filled here, kept by the caller while edges are exchanged, and here while they are passed
   */
  constructor(
    { left, right, mostFanOut, leastFanOut, edges }: JunctionSize,
    sources: Uint32Array,
    places: Uint32Array,
  ) {
    this.#stride = mostFanOut;
    this.#heavier = edges - left * leastFanOut;
    this.edges = this.#heavier * mostFanOut;
    this.neurons = left - this.#heavier;
    this.degrees = right < 2 ** 16 ? new Uint16Array(left) : new Uint32Array(left);
    this.#edgeAt = new Uint32Array(left * mostFanOut);
    this.#places = places;
    for (let e = 0; e < edges; e++) {
      const place = sources[e] * mostFanOut + this.degrees[sources[e]]++;
      places[e] = place;
      this.#edgeAt[place] = e;
    }
    this.#order = new Uint32Array(left);
    this.#ranks = new Uint32Array(left);
    let [heavy, light] = [0, this.#heavier];
    for (let k = 0; k < left; k++) {
      const rank = this.degrees[k] === mostFanOut ? heavy++ : light++;
      this.#order[rank] = k;
      this.#ranks[k] = rank;
    }
  }

  /** @param index 0 … `edges` − 1 @returns an edge of a left neuron with one more */
  edge(index: number): number {
    const owner = Math.floor(index / this.#stride);
    return this.#edgeAt[this.#order[owner] * this.#stride + (index - owner * this.#stride)];
  }

  /** @param index 0 … `neurons` − 1 @returns a left neuron without one more */
  neuron(index: number): number {
    return this.#order[this.#heavier + index];
  }

  /** After the places of two edges have been exchanged. */
  follow(first: number, second: number): void {
    this.#edgeAt[this.#places[first]] = first;
    this.#edgeAt[this.#places[second]] = second;
  }

  /** Moves an edge from a left neuron with one more to one without. */
  pass(edge: number, loser: number, gainer: number): PassedEdge {
    const [edgeAt, places, stride] = [this.#edgeAt, this.#places, this.#stride];
    const hole = places[edge];
    const last = loser * stride + stride - 1;
    const gained = gainer * stride + stride - 1;
    const filler = edgeAt[last];
    edgeAt[hole] = filler;
    places[filler] = hole;
    edgeAt[gained] = edge;
    places[edge] = gained;
    this.degrees[loser]--;
    this.degrees[gainer]++;
    const [from, to] = [this.#ranks[loser], this.#ranks[gainer]];
    this.#order[from] = gainer;
    this.#ranks[gainer] = from;
    this.#order[to] = loser;
    this.#ranks[loser] = to;
    return { hole, last, gained };
  }
}
