import { Random } from '../../src/base/random.ts';

/**
 * Names of a junction's rows that are equal for equal sets of left neurons, and hardly ever else: the XOR of a random word for
 * each (Zobrist 1970), 52 bits of it. They count how many rows are the same as an earlier one.
 */
export class RowNames {
  readonly #high: Uint32Array;
  readonly #low: Uint32Array;
  readonly #rows: Float64Array;
  readonly #counts = new Map<number, number>();
  /** rows that are the same as another, not counting the first of each */
  twins = 0;

  constructor(left: number, sources: Uint32Array, right: number) {
    const random = Random.fromSeed(0x726f77);
    this.#high = Uint32Array.from({ length: left }, () => random.uint32());
    this.#low = Uint32Array.from({ length: left }, () => random.uint32());
    this.#rows = new Float64Array(right);
    const fanIn = sources.length / right;
    for (let j = 0; j < right; j++) {
      this.#rows[j] = this.#nameOf(sources, j * fanIn, (j + 1) * fanIn);
      this.#enter(this.#rows[j]);
    }
  }

  isTwin(row: number): boolean {
    return (this.#counts.get(this.#rows[row]) as number) > 1;
  }

  /** Takes in what the given rows have become. */
  renew(rows: readonly number[], sources: Uint32Array): void {
    const fanIn = sources.length / this.#rows.length;
    for (const j of rows) this.#leave(this.#rows[j]);
    for (const j of rows) {
      this.#rows[j] = this.#nameOf(sources, j * fanIn, (j + 1) * fanIn);
      this.#enter(this.#rows[j]);
    }
  }

  #nameOf(sources: Uint32Array, start: number, end: number): number {
    let high = 0;
    let low = 0;
    for (let e = start; e < end; e++) {
      high ^= this.#high[sources[e]];
      low ^= this.#low[sources[e]];
    }
    return (high >>> 12) * 4294967296 + (low >>> 0);
  }

  #enter(name: number): void {
    const count = this.#counts.get(name) ?? 0;
    if (count > 0) this.twins++;
    this.#counts.set(name, count + 1);
  }

  #leave(name: number): void {
    const count = this.#counts.get(name) as number;
    if (count > 1) this.twins--;
    if (count === 1) this.#counts.delete(name);
    else this.#counts.set(name, count - 1);
  }
}
