import type { Random } from '../../src/base/random.ts';
import type { JunctionSize } from '../../src/pattern/architecture.ts';
import type { RowNames } from './row-names.ts';

/**
 * A permutation grid whose edges are read from z memories. Its units are right neurons (where z divides their fan-in) or the
 * `rowsPerUnit` neighbours that are read in one cycle: each unit has an equal share of every left window and of every memory.
 */
export interface MemoryGrid {
  readonly size: JunctionSize;
  /** left neuron → its window */
  readonly windowOf: Uint32Array;
  readonly windows: number;
  readonly z: number;
  readonly rowsPerUnit: number;
  /** right window → first right neuron of each of its units; as many in every window */
  readonly units: readonly Uint32Array[];
}

const NONE = -1;

/** Edges of one unit that a trade may move, linked by window and by memory to those of the other. */
class Partners {
  readonly #heads: Int32Array;
  readonly #next: Int32Array;

  constructor(classes: number, edges: number) {
    this.#heads = new Int32Array(classes).fill(NONE);
    this.#next = new Int32Array(edges);
  }

  put(edge: number, own: number): void {
    this.#next[edge] = this.#heads[own];
    this.#heads[own] = edge;
  }

  take(own: number): number {
    const edge = this.#heads[own];
    this.#heads[own] = this.#next[edge];
    return edge;
  }
}

/**
 * Trades between two units of a right window: what only one of them has is paired at random with what only the other has, within
 * windows and within memories. The pairs close to rings, and each ring changes sides or not. All shares are kept, and each trade is
 * as likely as its reverse. In a unit of several right neurons their edges are then dealt anew. Rows do not stay sorted.
 */
export class GridTrades {
  readonly #grid: MemoryGrid;
  readonly #sources: Uint32Array;
  readonly #names: RowNames | null;
  readonly #length: number;
  readonly #owner: Uint8Array;
  readonly #byWindow: Partners;
  readonly #byMemory: Partners;
  /** free edges of the first unit and of the second, as left neurons */
  readonly #free: readonly [Uint32Array, Uint32Array];
  readonly #toSecond: Int32Array;
  readonly #toFirst: Int32Array;
  readonly #before: Uint32Array;
  readonly #dealt: Uint32Array;
  /** unit, in the order of right neurons → right window */
  readonly #windowOfUnit: Uint32Array;

  /** @param sources right-major, a grid; changed in place. @param names kept in step; no trade makes more twins */
  constructor(grid: MemoryGrid, sources: Uint32Array, names: RowNames | null) {
    this.#grid = grid;
    this.#sources = sources;
    this.#names = names;
    this.#length = grid.rowsPerUnit * grid.size.fanIn;
    this.#owner = new Uint8Array(grid.size.left);
    this.#byWindow = new Partners(grid.windows, this.#length);
    this.#byMemory = new Partners(grid.z, this.#length);
    this.#free = [new Uint32Array(this.#length), new Uint32Array(this.#length)];
    this.#toSecond = new Int32Array(this.#length);
    this.#toFirst = new Int32Array(this.#length);
    this.#before = new Uint32Array(2 * this.#length);
    this.#dealt = new Uint32Array(grid.windows);
    this.#windowOfUnit = new Uint32Array(grid.size.right / grid.rowsPerUnit);
    for (const [v, units] of grid.units.entries()) {
      for (const first of units) this.#windowOfUnit[first / grid.rowsPerUnit] = v;
    }
  }

  /** In each round the units of every right window are paired at random and each pair trades. */
  rounds(rounds: number, random: Random): void {
    for (let round = 0; round < rounds; round++) {
      for (const units of this.#grid.units) {
        random.shuffle(units);
        for (let i = 0; i < units.length; i += 2)
          this.trade(units[i], units[Math.min(i + 1, units.length - 1)], random);
      }
    }
  }

  /** The unit of a right neuron trades with a random one of its window. */
  tradeRow(row: number, random: Random): void {
    const first = row - (row % this.#grid.rowsPerUnit);
    const units = this.#grid.units[this.#windowOfUnit[first / this.#grid.rowsPerUnit]];
    this.trade(first, units[random.below(units.length)], random);
  }

  /** @param first, second first right neurons of two units; where they are the same its edges are only dealt anew */
  trade(first: number, second: number, random: Random): void {
    const { fanIn } = this.#grid.size;
    const [a, b] = [first, second].map((row) => this.#sources.subarray(row * fanIn, row * fanIn + this.#length));
    const twins = this.#names?.twins ?? 0;
    this.#before.set(a);
    this.#before.set(b, this.#length);
    if (first !== second) this.#exchange(a, b, random);
    if (this.#grid.rowsPerUnit > 1) for (const unit of [a, b]) this.#deal(unit, random);
    if (this.#names === null) return;
    const rows = this.#rowsOf(first, second);
    this.#names.renew(rows, this.#sources);
    if (this.#names.twins <= twins) return;
    a.set(this.#before.subarray(0, this.#length));
    b.set(this.#before.subarray(this.#length));
    this.#names.renew(rows, this.#sources);
  }

  #rowsOf(first: number, second: number): number[] {
    const starts = first === second ? [first] : [first, second];
    return starts.flatMap((start) => Array.from({ length: this.#grid.rowsPerUnit }, (_, i) => start + i));
  }

  #exchange(a: Uint32Array, b: Uint32Array, random: Random): void {
    const { windowOf, z } = this.#grid;
    const count = this.#part(a, b, random);
    const [own, others] = this.#free;
    for (let i = 0; i < count; i++) {
      this.#byWindow.put(i, windowOf[others[i]]);
      this.#byMemory.put(i, own[i] % z);
    }
    for (let i = 0; i < count; i++) {
      this.#toSecond[i] = this.#byWindow.take(windowOf[own[i]]);
      this.#toFirst[i] = this.#byMemory.take(others[i] % z);
    }
    const common = this.#length - count;
    for (let start = 0; start < count; start++) {
      if (this.#toSecond[start] === NONE) continue;
      const turns = random.below(2) === 0;
      for (let i = start; this.#toSecond[i] !== NONE; ) {
        const j = this.#toSecond[i];
        a[common + i] = turns ? others[j] : own[i];
        b[common + j] = turns ? own[i] : others[j];
        this.#toSecond[i] = NONE;
        i = this.#toFirst[j];
      }
    }
  }

  /** What both have comes first in each; the rest, in random order, is free. @returns how many are free in each */
  #part(a: Uint32Array, b: Uint32Array, random: Random): number {
    const owner = this.#owner;
    for (const k of a) owner[k] |= 1;
    for (const k of b) owner[k] |= 2;
    const counts = [a, b].map((unit, side) => {
      let [common, free] = [0, 0];
      for (const k of unit) {
        if (owner[k] === 3) unit[common++] = k;
        else this.#free[side][free++] = k;
      }
      random.shuffle(this.#free[side].subarray(0, free));
      return free;
    });
    for (const k of a) owner[k] = 0;
    for (const unit of this.#free) for (let i = 0; i < counts[0]; i++) owner[unit[i]] = 0;
    return counts[0];
  }

  /** Each right neuron of a unit gets its share of every window, at random. */
  #deal(unit: Uint32Array, random: Random): void {
    const { size, rowsPerUnit, windows, windowOf } = this.#grid;
    const perRow = size.fanIn / windows;
    const neurons = random.shuffle(unit.slice());
    const next = Array.from({ length: rowsPerUnit }, (_, row) => row * size.fanIn);
    this.#dealt.fill(0);
    for (const k of neurons) unit[next[Math.floor(this.#dealt[windowOf[k]]++ / perRow)]++] = k;
  }
}
