import type { Random } from '../../src/base/random.ts';
import { isExact, type JunctionSize } from '../../src/pattern/architecture.ts';
import { classMembers } from '../../src/pattern/constraints/cell-start.ts';
import type { PairSet } from '../../src/pattern/constraints/pair-set.ts';
import type { Cells } from '../../src/pattern/constraints/rules.ts';
import type { RowNames } from './row-names.ts';
import { SurplusMoves } from './surplus-moves.ts';

const TWO_32 = 4294967296;

/** Who has a merged left neuron: both rows, one that it may not leave, or one that it may. */
const BOTH = 0;
const FIRST = 1;
const SECOND = 2;
const FREE = 3;

/**
 * Moves within the cells of one junction, each as likely as its reverse, so that in the end all junctions that they reach are
 * equally likely. Rows stay sorted.
 */
export class CellTrades {
  readonly #sources: Uint32Array;
  readonly #size: JunctionSize;
  readonly #cells: Cells;
  readonly #fixed: PairSet | null;
  readonly #names: RowNames | null;
  readonly #merged: Uint32Array;
  readonly #owner: Uint8Array;
  /** by left class: free neurons of the first row, and of both, still to be dealt; all zero between trades */
  readonly #wanted: Uint32Array;
  readonly #unplaced: Uint32Array;
  readonly #before: Uint32Array;
  /** right neurons by class, each class in an order of its own that every round shuffles */
  readonly #members: readonly Uint32Array[];

  /**
   * @param sources right-major; changed in place
   * @param fixed pairs that must stay as they are, edge or none
   * @param names kept in step; no move makes more twins
   */
  constructor(sources: Uint32Array, size: JunctionSize, cells: Cells, fixed: PairSet | null, names: RowNames | null) {
    this.#sources = sources;
    this.#size = size;
    this.#cells = cells;
    this.#fixed = fixed;
    this.#names = names;
    this.#merged = new Uint32Array(2 * size.fanIn);
    this.#owner = new Uint8Array(2 * size.fanIn);
    this.#wanted = new Uint32Array(cells.leftClasses);
    this.#unplaced = new Uint32Array(cells.leftClasses);
    this.#before = new Uint32Array(2 * size.fanIn);
    this.#members = classMembers(cells.rightClass, cells.rightClasses);
  }

  /**
   * In each round the right neurons of every class are paired at random and each pair trades (global curveball, biregular.ts). Around
   * fixed pairs it matters which left neurons have an edge more, where degrees are balanced, so that it is passed on as well.
   */
  rounds(rounds: number, random: Random): void {
    for (let round = 0; round < rounds; round++) {
      for (const members of this.#members) {
        random.shuffle(members);
        for (let i = 0; i + 1 < members.length; i += 2) this.trade(members[i], members[i + 1], random);
      }
      if (this.#fixed !== null) this.#rotations(random);
      if (this.#fixed !== null && !isExact(this.#size)) this.#passSurplus(random);
    }
  }

  #passSurplus(random: Random): void {
    const kept = { cells: this.#cells, fixed: this.#fixed, names: this.#names };
    new SurplusMoves(this.#sources, this.#size, kept).round(random);
  }

  /** A right neuron trades with a random one of its class. */
  tradeAny(row: number, random: Random): void {
    const members = this.#members[this.#cells.rightClass[row]];
    this.trade(row, members[random.below(members.length)], random);
  }

  /** Deals the left neurons that only one of two rows has, and that may change, out anew: every split within classes equally likely. */
  trade(first: number, second: number, random: Random): void {
    const { fanIn } = this.#size;
    const names = this.#names;
    const twins = names?.twins ?? 0;
    if (names !== null) this.#copyRows(first, second);
    const count = this.#merge(first, second);
    this.#deal(first * fanIn, second * fanIn, count, random);
    if (names === null) return;
    names.renew([first, second], this.#sources);
    if (names.twins <= twins) return;
    this.#sources.set(this.#before.subarray(0, fanIn), first * fanIn);
    this.#sources.set(this.#before.subarray(fanIn), second * fanIn);
    names.renew([first, second], this.#sources);
  }

  #copyRows(first: number, second: number): void {
    const { fanIn } = this.#size;
    this.#before.set(this.#sources.subarray(first * fanIn, (first + 1) * fanIn));
    this.#before.set(this.#sources.subarray(second * fanIn, (second + 1) * fanIn), fanIn);
  }

  /** Both rows in ascending order, neurons of both once; counts the free ones by class. */
  #merge(first: number, second: number): number {
    const { fanIn } = this.#size;
    const sources = this.#sources;
    const merged = this.#merged;
    let [a, b, count] = [first * fanIn, second * fanIn, 0];
    const [endA, endB] = [a + fanIn, b + fanIn];
    while (a < endA || b < endB) {
      const k = a < endA ? sources[a] : TWO_32;
      const l = b < endB ? sources[b] : TWO_32;
      merged[count] = k < l ? k : l;
      if (k === l) this.#owner[count] = BOTH;
      else this.#owner[count] = this.#ownerOf(merged[count], k < l, first, second);
      if (k <= l) a++;
      if (l <= k) b++;
      count++;
    }
    return count;
  }

  #ownerOf(k: number, isFirst: boolean, first: number, second: number): number {
    if (this.#fixed !== null && (this.#fixed.has(k, first) || this.#fixed.has(k, second))) {
      return isFirst ? FIRST : SECOND;
    }
    const c = this.#cells.leftClass[k];
    this.#unplaced[c]++;
    if (isFirst) this.#wanted[c]++;
    return FREE;
  }

  #deal(first: number, second: number, count: number, random: Random): void {
    const sources = this.#sources;
    const classOf = this.#cells.leftClass;
    let [a, b] = [first, second];
    for (let i = 0; i < count; i++) {
      const k = this.#merged[i];
      let owner = this.#owner[i];
      if (owner === FREE) {
        const c = classOf[k];
        const toFirst = random.uint32() * this.#unplaced[c]-- < this.#wanted[c] * TWO_32;
        if (toFirst) this.#wanted[c]--;
        owner = toFirst ? FIRST : SECOND;
      }
      if (owner !== SECOND) sources[a++] = k;
      if (owner !== FIRST) sources[b++] = k;
    }
  }

  /**
   * Three to six rows hand an edge round: row i gives one to row i + 1. Where pairs are fixed, trades between two rows do not
   * reach everything (a ring of three neurons without loops can be turned round only as a whole). As many tries as rows.
   */
  #rotations(random: Random): void {
    const perClass = this.#members[0].length;
    if (perClass < 3) return;
    for (let attempt = 0; attempt < this.#size.right; attempt++) {
      const length = 3 + random.below(Math.min(6, perClass) - 2);
      const members = this.#members[random.below(this.#members.length)];
      const rows = new Set<number>();
      while (rows.size < length) rows.add(members[random.below(perClass)]);
      this.#rotate([...rows], random);
    }
  }

  #rotate(rows: readonly number[], random: Random): void {
    const quota = this.#size.fanIn / this.#cells.leftClasses;
    const wanted = random.below(this.#cells.leftClasses);
    const given = rows.map((j) => this.#memberOf(j, wanted, random.below(quota)));
    const fits = rows.every((j, i) => {
      const next = rows[(i + 1) % rows.length];
      const k = given[i];
      return !this.#fixed?.has(k, j) && !this.#fixed?.has(k, next) && this.#place(next, k) < 0;
    });
    if (!fits) return;
    const taken = rows.map((_, i) => given[(i + rows.length - 1) % rows.length]);
    const twins = this.#names?.twins ?? 0;
    for (const [i, j] of rows.entries()) this.#replace(j, given[i], taken[i]);
    if (this.#names === null) return;
    this.#names.renew(rows, this.#sources);
    if (this.#names.twins <= twins) return;
    for (const [i, j] of rows.entries()) this.#replace(j, taken[i], given[i]);
    this.#names.renew(rows, this.#sources);
  }

  /** The left neuron that is `rank`th of its class in a row. */
  #memberOf(row: number, wanted: number, rank: number): number {
    let left = rank;
    let e = row * this.#size.fanIn;
    for (; this.#cells.leftClass[this.#sources[e]] !== wanted || left-- > 0; e++);
    return this.#sources[e];
  }

  #place(row: number, k: number): number {
    const { fanIn } = this.#size;
    return this.#sources.subarray(row * fanIn, (row + 1) * fanIn).indexOf(k);
  }

  #replace(row: number, old: number, fresh: number): void {
    const { fanIn } = this.#size;
    const own = this.#sources.subarray(row * fanIn, (row + 1) * fanIn);
    own[own.indexOf(old)] = fresh;
    own.sort();
  }
}
