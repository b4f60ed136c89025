import type { NeuronPair } from './constraints.ts';

/** Above this many pairs of neurons (32 MiB of bits) the few that are meant are kept as numbers instead. */
const MOST_BITS = 2 ** 28;

/** Pairs of a left and a right neuron, asked for in the innermost loops. */
export class PairSet {
  readonly #left: number;
  readonly #bits: Int32Array | null;
  readonly #numbers: Set<number>;

  constructor(left: number, right: number, pairs: Iterable<NeuronPair>) {
    this.#left = left;
    this.#bits = left * right <= MOST_BITS ? new Int32Array(Math.ceil((left * right) / 32)) : null;
    this.#numbers = new Set();
    for (const [k, j] of pairs) this.add(k, j);
  }

  has(left: number, right: number): boolean {
    const pair = right * this.#left + left;
    return this.#bits === null ? this.#numbers.has(pair) : ((this.#bits[pair >>> 5] >>> (pair & 31)) & 1) !== 0;
  }

  add(left: number, right: number): void {
    const pair = right * this.#left + left;
    if (this.#bits === null) this.#numbers.add(pair);
    else this.#bits[pair >>> 5] |= 1 << (pair & 31);
  }

  delete(left: number, right: number): void {
    const pair = right * this.#left + left;
    if (this.#bits === null) this.#numbers.delete(pair);
    else this.#bits[pair >>> 5] &= ~(1 << (pair & 31));
  }
}
