import type { Entry } from '../pattern/entries.ts';
import type { Difference } from './incremental-difference.ts';
import { meanShare, type ShareScale, shareScale } from './mean-share.ts';
import type { Metric } from './metric.ts';

type CountTable = Int16Array | Int32Array | Float64Array;

function makeCells(length: number, lowest: number, highest: number): CountTable {
  if (lowest >= -(2 ** 15) && highest < 2 ** 15) return new Int16Array(length);
  return lowest >= -(2 ** 30) && highest < 2 ** 30 ? new Int32Array(length) : new Float64Array(length);
}

/** Dividing by a power of two is exact, so only then may two divisions become one. */
const isPowerOfTwo = (n: number): boolean => Number.isInteger(Math.log2(n)) && 2 ** Math.log2(n) === n;

/**
 * Window counts of one entry of the scatter vector, neurons × windows, and what they are worth.
 *
 * A cell holds surplus = count·unit − need (mean-share.ts), negative where a window has less than its share, so that a change
 * of credit is a difference of min(0, surplus): no table, no window size, one load per cell. For 32-bit whole numbers min(0, x)
 * is written x & (x >> 31), without a branch (a coin that no predictor knows) and in place (a call of a function that small still
 * has its target checked, eight times a cell). A swap changes the counts of any entry by an outer product (neurons gained or
 * lost × windows gained or lost); previews read the cells and write nothing.
 * Padding neurons have rows too, with a surplus that no swap uses up: they add nothing and cost no question.
 */
export class EntryGrid {
  readonly entry: Entry;
  /** whether `previewCross` and `previewShift` may be used: every neuron in one window, one ideal, 32-bit arithmetic */
  readonly plain: boolean;
  readonly #scale: ShareScale;
  readonly #cells: CountTable;
  readonly #windows: number;
  /** one class, and rows and columns whose credits sum in 32 bits: `#sum` and `#change` count instead of the arrays */
  readonly #narrow: boolean;
  readonly #most: number;
  readonly #unit: number;
  readonly #need: number;
  readonly #shares: number;
  /** cells whose surplus is below `#reach`, the most that one swap takes from a cell */
  #close = 0;
  #reach = 0;
  #sum = 0;
  #change = 0;
  /** Σ min(need, count·unit) by class, accepted and after what was last previewed */
  readonly #sums: Float64Array;
  readonly #proposed: Float64Array;

  /**
   * Without any paths yet.
   * @param mostPaths most paths that end in one neuron, few enough to be counted (pathCountFault)
   */
  constructor(entry: Entry, metric: Metric, mostPaths: number) {
    this.entry = entry;
    this.#scale = shareScale(entry, metric);
    const { classes, classOf, windows, averaged } = this.#scale;
    const highest = mostPaths * Math.max(...classes.map((each) => each.unit));
    this.#most = mostPaths;
    this.#cells = makeCells(entry.neurons * windows, -Math.max(...classes.map((each) => each.need)), 2 * highest);
    this.#cells.fill(highest);
    for (let c = 0; c < averaged * windows; c++) this.#cells[c] = -classes[classOf[c % windows]].need;
    this.#windows = windows;
    this.#narrow =
      classes.length === 1 &&
      !(this.#cells instanceof Float64Array) &&
      this.#cells.length < 2 ** 31 &&
      2 * classes[0].need * Math.max(windows, entry.neurons) < 2 ** 31;
    this.plain = this.#narrow && entry.windows.partition !== null;
    const { unit, need } = classes[0];
    this.#unit = unit;
    this.#need = isPowerOfTwo(need) ? 1 : need;
    this.#shares = averaged * windows * (isPowerOfTwo(need) ? need : 1);
    this.#sums = new Float64Array(classes.length);
    this.#proposed = new Float64Array(classes.length);
  }

  value(): number {
    return this.#narrow ? this.#narrowValue(this.#sum) : meanShare(this.#scale, this.#sums);
  }

  /** `meanShare` of one class: its divisions in its order. */
  #narrowValue(sum: number): number {
    return this.#need === 1 ? sum / this.#shares : sum / this.#need / this.#shares;
  }

  /** Adds paths from a window to a neuron's count, while the grid is first filled. */
  fill(neuron: number, window: number, paths: number): void {
    const rank = this.#scale.classOf[window];
    const cell = neuron * this.#windows + window;
    const before = this.#cells[cell];
    const after = before + paths * this.#scale.classes[rank].unit;
    this.#cells[cell] = after;
    const change = Math.min(0, after) - Math.min(0, before);
    this.#sums[rank] += change;
    if (this.#narrow) this.#sum += change;
  }

  /** @param most by how much one swap may change a count; call when filled, before any preview by outer products */
  setLargestChange(most: number): void {
    this.#reach = Math.max(this.#reach, Math.min(most, this.#most) * this.#unit);
    const cells = this.#cells;
    let close = 0;
    for (let c = 0; c < cells.length; c++) close += +(cells[c] < this.#reach);
    this.#close = close;
  }

  /** Whether no swap can change the value: every window has so much more than its share. */
  get cannotChange(): boolean {
    return this.#narrow && this.#close === 0;
  }

  /** The preview of any swap while `cannotChange` holds. @returns the entry's value after it */
  previewUnchanged(): number {
    this.#change = 0;
    return this.#narrowValue(this.#sum);
  }

  /**
   * Previews +1 at (gainer, gained) and (loser, lost), −1 at (gainer, lost) and (loser, gained): one swap of one junction.
   * @returns the entry's value after it
   */
  previewCross(gainer: number, loser: number, gained: number, lost: number): number {
    let change = 0;
    if (gained !== lost) {
      const cells = this.#cells;
      const unit = this.#unit;
      const top = gainer * this.#windows;
      const bottom = loser * this.#windows;
      const a = cells[top + gained];
      const b = cells[top + lost];
      const c = cells[bottom + lost];
      const d = cells[bottom + gained];
      const up = (a + unit) | 0;
      const down = (b - unit) | 0;
      const upToo = (c + unit) | 0;
      const downToo = (d - unit) | 0;
      change = ((up & (up >> 31)) - (a & (a >> 31)) + (down & (down >> 31)) - (b & (b >> 31))) | 0;
      change = (change + (upToo & (upToo >> 31)) - (c & (c >> 31)) + (downToo & (downToo >> 31)) - (d & (d >> 31))) | 0;
    }
    this.#change = change;
    return this.#narrowValue(this.#sum + change);
  }

  applyCross(gainer: number, loser: number, gained: number, lost: number): void {
    this.#sum += this.#change;
    const cells = this.#cells;
    const unit = this.#unit;
    const top = gainer * this.#windows;
    const bottom = loser * this.#windows;
    cells[top + gained] += unit;
    cells[top + lost] -= unit;
    cells[bottom + lost] += unit;
    cells[bottom + gained] -= unit;
  }

  /**
   * Previews +1 at (gainer, gained), −1 at (loser, lost): one edge that gets another left end.
   * @returns the entry's value after it
   */
  previewShift(gainer: number, gained: number, loser: number, lost: number): number {
    let change = 0;
    const top = gainer * this.#windows + gained;
    const bottom = loser * this.#windows + lost;
    if (top !== bottom) {
      const a = this.#cells[top];
      const b = this.#cells[bottom];
      const up = (a + this.#unit) | 0;
      const down = (b - this.#unit) | 0;
      change = ((up & (up >> 31)) - (a & (a >> 31)) + (down & (down >> 31)) - (b & (b >> 31))) | 0;
    }
    this.#change = change;
    return this.#narrowValue(this.#sum + change);
  }

  applyShift(gainer: number, gained: number, loser: number, lost: number): void {
    this.#sum += this.#change;
    this.#cells[gainer * this.#windows + gained] += this.#unit;
    this.#cells[loser * this.#windows + lost] -= this.#unit;
  }

  /** Previews the outer product of two differences. @returns the entry's value after it */
  preview(neurons: Difference, windows: Difference): number {
    if (!this.#narrow) return this.#previewWide(neurons, windows);
    if (neurons.isPair()) {
      const top = neurons.gained * this.#windows;
      const bottom = neurons.lost * this.#windows;
      this.#change = this.#pairChange(windows, 1, top, bottom);
    } else if (windows.isPair()) {
      this.#change = this.#pairChange(neurons, this.#windows, windows.gained, windows.lost);
    } else this.#change = windows.isEmpty() ? 0 : this.#productChange(neurons, windows);
    return this.#narrowValue(this.#sum + this.#change);
  }

  /** `changes` added to one row or column of cells and subtracted from another. */
  #pairChange(changes: Difference, stride: number, gainer: number, loser: number): number {
    const cells = this.#cells;
    const unit = this.#unit;
    const { memory, list, end } = changes;
    let change = 0;
    for (let i = list; i < end; i += 2) {
      const at = Math.imul(memory[i], stride);
      const step = Math.imul(memory[i + 1], unit);
      const a = cells[(gainer + at) | 0];
      const b = cells[(loser + at) | 0];
      const up = (a + step) | 0;
      const down = (b - step) | 0;
      change = (change + (up & (up >> 31)) - (a & (a >> 31)) + (down & (down >> 31)) - (b & (b >> 31))) | 0;
    }
    return change;
  }

  #productChange(neurons: Difference, windows: Difference): number {
    const cells = this.#cells;
    const { memory, list, end } = windows;
    let change = 0;
    for (let n = neurons.list; n < neurons.end; n += 2) {
      const base = Math.imul(neurons.memory[n], this.#windows);
      const factor = Math.imul(neurons.memory[n + 1], this.#unit);
      let row = 0;
      for (let i = list; i < end; i += 2) {
        const before = cells[(base + memory[i]) | 0];
        const after = (before + Math.imul(factor, memory[i + 1])) | 0;
        row = (row + (after & (after >> 31)) - (before & (before >> 31))) | 0;
      }
      change += row;
    }
    return change;
  }

  #previewWide(neurons: Difference, windows: Difference): number {
    const cells = this.#cells;
    const { classes, classOf } = this.#scale;
    const sums = this.#proposed;
    sums.set(this.#sums);
    for (let n = neurons.list; n < neurons.end; n += 2) {
      const base = neurons.memory[n] * this.#windows;
      for (let i = windows.list; i < windows.end; i += 2) {
        const window = windows.memory[i];
        const rank = classOf[window];
        const before = cells[base + window];
        const after = before + neurons.memory[n + 1] * windows.memory[i + 1] * classes[rank].unit;
        sums[rank] += Math.min(0, after) - Math.min(0, before);
      }
    }
    return meanShare(this.#scale, sums);
  }

  /** Makes what was previewed with the same differences the accepted state. */
  apply(neurons: Difference, windows: Difference): void {
    if (this.#narrow) this.#applyNarrow(neurons, windows);
    else this.#applyWide(neurons, windows);
  }

  #applyNarrow(neurons: Difference, windows: Difference): void {
    this.#sum += this.#change;
    const cells = this.#cells;
    const reach = this.#reach;
    const { memory, list, end } = windows;
    let close = this.#close;
    for (let n = neurons.list; n < neurons.end; n += 2) {
      const base = Math.imul(neurons.memory[n], this.#windows);
      const factor = Math.imul(neurons.memory[n + 1], this.#unit);
      for (let i = list; i < end; i += 2) {
        const cell = (base + memory[i]) | 0;
        const before = cells[cell];
        const after = (before + Math.imul(factor, memory[i + 1])) | 0;
        cells[cell] = after;
        close += +(after < reach) - +(before < reach);
      }
    }
    this.#close = close;
  }

  #applyWide(neurons: Difference, windows: Difference): void {
    this.#sums.set(this.#proposed);
    const cells = this.#cells;
    const { classes, classOf } = this.#scale;
    for (let n = neurons.list; n < neurons.end; n += 2) {
      const base = neurons.memory[n] * this.#windows;
      for (let i = windows.list; i < windows.end; i += 2) {
        const window = windows.memory[i];
        cells[base + window] += neurons.memory[n + 1] * windows.memory[i + 1] * classes[classOf[window]].unit;
      }
    }
  }
}
