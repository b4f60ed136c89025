import type { Random } from '../../src/base/random.ts';
import type { JunctionSize } from '../../src/pattern/architecture.ts';
import type { NeuronPair } from '../../src/pattern/constraints/constraints.ts';
import { PairSet } from '../../src/pattern/constraints/pair-set.ts';
import type { JunctionRules } from '../../src/pattern/constraints/rules.ts';
import { sortRows } from '../../src/pattern/pattern.ts';
import type { RowNames } from './row-names.ts';

const TWO_32 = 4294967296;

/** Of this many moves that would leave one more fault, a repair makes one. */
const NOISE = 50;
/** Measured at 64→1024, 30 % of all pairs forbidden: what can be mended is mended after two tries an edge. */
const REPAIRS_PER_EDGE = 30;
const REPAIRS_PER_PAIR = 30;
const FEWEST_REPAIRS = 5_000;

/**
 * Moves of a junction in a clash-free order of reading: two edges of one cycle, or two from one memory, exchange their left neurons.
 * Both keep every cycle's memories apart, and degrees. They are accepted (Metropolis et al. 1953) such that in the end all junctions
 * that they reach are equally likely, not all orders: a junction has as many orders as there are ways to deal each right neuron's
 * edges from one memory out over its cycles.
 */
export class CycleMoves {
  /** position → left neuron; position e belongs to right neuron ⌊e/fanIn⌋ and cycle ⌊e/z⌋ */
  readonly order: Uint32Array;
  readonly #size: JunctionSize;
  readonly #z: number;
  readonly #fanIn: number;
  readonly #cycles: number;
  readonly #edges: PairSet;
  readonly #forbidden: PairSet;
  readonly #forced: PairSet;
  readonly #rules: JunctionRules;
  /** cycle · z + memory → position */
  readonly #positions: Uint32Array;
  /** right neuron · z + memory → edges between them; null where it is never more than one */
  readonly #shares: Uint16Array | null;
  #names: RowNames | null = null;

  /** @param order clash-free; changed in place. It need not have the right forced and forbidden edges. */
  constructor(order: Uint32Array, rules: JunctionRules) {
    const { size, parallelism, forbidden, forced } = rules;
    this.order = order;
    this.#size = size;
    this.#z = parallelism as number;
    this.#fanIn = size.fanIn;
    this.#cycles = order.length / this.#z;
    this.#rules = rules;
    this.#forbidden = new PairSet(size.left, size.right, forbidden);
    this.#forced = new PairSet(size.left, size.right, forced);
    this.#edges = new PairSet(size.left, size.right, []);
    this.#positions = new Uint32Array(order.length);
    this.#shares = this.#z % size.fanIn === 0 ? null : new Uint16Array(size.right * this.#z);
    for (let e = 0; e < order.length; e++) {
      this.#edges.add(order[e], this.#rightOf(e));
      this.#share(this.#rightOf(e), order[e], 1);
      this.#positions[this.#slotOf(e)] = e;
    }
  }

  /** From now on no move makes more twins. */
  watch(names: RowNames): void {
    this.#names = names;
  }

  /** In each round every position, one after the other, tries either move; `bound`: none that changes a forced or forbidden pair. */
  rounds(rounds: number, bound: boolean, random: Random): void {
    for (let round = 0; round < rounds; round++) {
      for (let e = 0; e < this.order.length; e++) {
        const f = this.#partner(e, random);
        if (!bound || this.#cost(e, f) === 0) this.#exchange(e, f, random);
      }
    }
  }

  /** Tries to give a right neuron other left neurons. */
  stirRow(row: number, random: Random): void {
    const e = row * this.#size.fanIn + random.below(this.#size.fanIn);
    const f = this.#partner(e, random);
    if (this.#cost(e, f) === 0) this.#exchange(e, f, random);
  }

  /** Moves until every forced edge is there and no forbidden one, or for too long. @returns whether it got there */
  repair(random: Random): boolean {
    const { forbidden, forced } = this.#rules;
    const wrong = [
      ...forced.filter(([k, j]) => !this.#edges.has(k, j)),
      ...forbidden.filter(([k, j]) => this.#edges.has(k, j)),
    ];
    const most = FEWEST_REPAIRS + REPAIRS_PER_EDGE * this.order.length + REPAIRS_PER_PAIR * wrong.length;
    for (let i = 0; wrong.length > 0 && i < most; i++) {
      const index = random.below(wrong.length);
      if (this.#isWrong(wrong[index])) this.#improve(wrong[index], wrong, random);
      else {
        wrong[index] = wrong[wrong.length - 1];
        wrong.pop();
      }
    }
    return wrong.length === 0;
  }

  /** The junction, rows sorted. */
  toSources(): Uint32Array {
    const sources = this.order.slice();
    sortRows(sources, this.#size.right, this.#size.fanIn);
    return sources;
  }

  /** Forced and no edge, or forbidden and one; said of pairs that are either. */
  #isWrong([k, j]: NeuronPair): boolean {
    return this.#forced.has(k, j) !== this.#edges.has(k, j);
  }

  /** One try to make a pair an edge or to make it none; pairs that it makes wrong instead are added to `wrong`. */
  #improve([k, j]: NeuronPair, wrong: NeuronPair[], random: Random): void {
    const [e, f] = this.#moveFor(k, j, random);
    const cost = this.#cost(e, f);
    if (cost > 1 || (cost === 1 && random.below(NOISE) > 0)) return;
    this.#exchange(e, f, random);
    const ends: NeuronPair[] = [e, f].flatMap((position) =>
      [this.order[e], this.order[f]].map((left): NeuronPair => [left, this.#rightOf(position)]),
    );
    for (const pair of ends) {
      const isMeant = pair[0] !== k || pair[1] !== j;
      if (isMeant && this.#weight(pair[0], pair[1]) !== 0 && this.#isWrong(pair)) wrong.push(pair);
    }
  }

  /** Positions whose exchange may put a pair right, or bring its left neuron's memory to its right neuron. */
  #moveFor(k: number, j: number, random: Random): [number, number] {
    const start = j * this.#size.fanIn;
    if (!this.#forced.has(k, j)) {
      let e = start;
      while (this.order[e] !== k) e++;
      return [e, this.#partner(e, random)];
    }
    const own = this.#ofMemory(start, k % this.#z);
    if (own >= 0 && random.below(2) === 0) return [own, this.#positionOf(k, random)];
    const e = start + random.below(this.#size.fanIn);
    if (own >= 0) return [e, this.#partner(e, random)];
    return [e, this.#positions[Math.floor(e / this.#z) * this.#z + (k % this.#z)]];
  }

  /** A position of the row from `start` on whose left neuron lies in this memory, or −1. */
  #ofMemory(start: number, memory: number): number {
    for (let e = start; e < start + this.#size.fanIn; e++) if (this.order[e] % this.#z === memory) return e;
    return -1;
  }

  /** One of the positions of a left neuron. */
  #positionOf(k: number, random: Random): number {
    let rest = random.below(this.#size.fanOut);
    for (let slot = k % this.#z; ; slot += this.#z) {
      const e = this.#positions[slot];
      if (this.order[e] === k && rest-- === 0) return e;
    }
  }

  /**
   * Another position of the same cycle, or of the same memory in any cycle: all equally likely up to their number in 2^32. Which of
   * both is decided by the last bit of a draw, which one by its first.
   */
  #partner(e: number, random: Random): number {
    const draw = random.uint32();
    const z = this.#z;
    if ((draw & 1) === 0) return e - (e % z) + Math.floor((draw / TWO_32) * z);
    return this.#positions[Math.floor((draw / TWO_32) * this.#cycles) * z + (this.order[e] % z)];
  }

  /** Forced and forbidden pairs that an exchange would make wrong, less those that it would put right. */
  #cost(e: number, f: number): number {
    const [a, b, j1, j2] = [this.order[e], this.order[f], this.#rightOf(e), this.#rightOf(f)];
    if (j1 === j2 || a === b) return 0;
    const lost = this.#weight(a, j1) + this.#weight(b, j2);
    return this.#weight(b, j1) + this.#weight(a, j2) - lost;
  }

  /** What it costs that this pair is an edge. */
  #weight(k: number, j: number): number {
    return (this.#forbidden.has(k, j) ? 1 : 0) - (this.#forced.has(k, j) ? 1 : 0);
  }

  /** Unless it would make a double edge, or twins, or change nothing. */
  #exchange(e: number, f: number, random: Random): void {
    const a = this.order[e];
    const b = this.order[f];
    if (a === b) return;
    const j1 = this.#rightOf(e);
    const j2 = this.#rightOf(f);
    if (j1 === j2) {
      this.#apply(e, f);
      return;
    }
    if (this.#edges.has(b, j1) || this.#edges.has(a, j2) || this.#favours(a, b, j1, j2, random)) return;
    const twins = this.#names?.twins ?? 0;
    this.#apply(e, f);
    if (this.#names === null) return;
    this.#names.renew([j1, j2], this.order);
    if (this.#names.twins <= twins) return;
    this.#apply(e, f);
    this.#names.renew([j1, j2], this.order);
  }

  /** Whether to stay, so as not to favour junctions of more orders: with m edges from a memory a right neuron has m! times as many. */
  #favours(a: number, b: number, j1: number, j2: number, random: Random): boolean {
    const [lost, gained] = [a % this.#z, b % this.#z];
    const shares = this.#shares;
    if (lost === gained || shares === null) return false;
    const [first, second] = [j1 * this.#z, j2 * this.#z];
    const before = shares[first + lost] * shares[second + gained];
    const after = (shares[first + gained] + 1) * (shares[second + lost] + 1);
    return after > before && random.below(after) >= before;
  }

  #apply(e: number, f: number): void {
    const a = this.order[e];
    const b = this.order[f];
    const j1 = this.#rightOf(e);
    const j2 = this.#rightOf(f);
    if (j1 !== j2) {
      this.#edges.delete(a, j1);
      this.#edges.delete(b, j2);
      this.#edges.add(b, j1);
      this.#edges.add(a, j2);
      if (this.#shares !== null && a % this.#z !== b % this.#z) {
        this.#share(j1, a, -1);
        this.#share(j2, b, -1);
        this.#share(j1, b, 1);
        this.#share(j2, a, 1);
      }
    }
    this.order[e] = b;
    this.order[f] = a;
    this.#positions[this.#slotOf(e)] = e;
    this.#positions[this.#slotOf(f)] = f;
  }

  /** Counts an edge that comes or goes. */
  #share(j: number, k: number, change: 1 | -1): void {
    if (this.#shares !== null) this.#shares[j * this.#z + (k % this.#z)] += change;
  }

  #rightOf(e: number): number {
    return (e / this.#fanIn) | 0;
  }

  #slotOf(e: number): number {
    return e - (e % this.#z) + (this.order[e] % this.#z);
  }
}
