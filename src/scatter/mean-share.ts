import { InvalidValueError } from '../base/caller-errors.ts';
import { greatestCommonDivisor } from '../pattern/architecture.ts';
import type { Entry } from '../pattern/entries.ts';
import type { Metric } from './metric.ts';

/**
 * Windows that are credited alike. A window that is reached `count` times is worth min(need, count·unit) / need: with rate p/q and
 * `size` neurons the ideal is p·size/q, and need/unit is that fraction in lowest terms. For `indicator`, and where the ideal is
 * at most 1, one path is full marks and all three numbers are 1: the two metrics are then the same sums.
 */
export interface ShareClass {
  readonly windows: number;
  readonly need: number;
  readonly unit: number;
  /** ⌈need/unit⌉: counts above it change nothing */
  readonly cap: number;
}

export interface ShareScale {
  readonly classes: readonly ShareClass[];
  /** window → its class */
  readonly classOf: Uint32Array;
  readonly windows: number;
  readonly averaged: number;
}

type Credit = Pick<ShareClass, 'need' | 'unit' | 'cap'>;

function creditOf(metric: Metric, { rate }: Entry, size: number): Credit {
  const whole = rate.numerator * size;
  if (metric === 'indicator' || whole <= rate.denominator) return { need: 1, unit: 1, cap: 1 };
  // rounded, and so without a divisor: `shareFault` refuses it
  if (!Number.isSafeInteger(whole)) return { need: whole, unit: 1, cap: whole };
  const common = greatestCommonDivisor(whole, rate.denominator);
  const need = whole / common;
  const unit = rate.denominator / common;
  return { need, unit, cap: Math.ceil(need / unit) };
}

function buildScale(entry: Entry, metric: Metric): ShareScale {
  const { windows, averaged } = entry;
  const classes: (Credit & { windows: number })[] = [];
  const rankOf = new Map<number, number>();
  for (const size of [...new Set(windows.sizes)].sort((a, b) => a - b)) {
    const credit = creditOf(metric, entry, size);
    const last = classes.at(-1);
    if (last === undefined || last.need !== credit.need || last.unit !== credit.unit) {
      classes.push({ ...credit, windows: 0 });
    }
    rankOf.set(size, classes.length - 1);
  }
  const classOf = Uint32Array.from(windows.sizes, (size) => rankOf.get(size) as number);
  for (const rank of classOf) classes[rank].windows++;
  return { classes, classOf, windows: windows.count, averaged };
}

const built: Readonly<Record<Metric, WeakMap<Entry, ShareScale>>> = {
  indicator: new WeakMap(),
  'fair-share': new WeakMap(),
};

function knownScale(entry: Entry, metric: Metric): ShareScale {
  let scale = built[metric].get(entry);
  if (scale === undefined) {
    scale = buildScale(entry, metric);
    built[metric].set(entry, scale);
  }
  return scale;
}

/** Why shares of this entry cannot be summed exactly, in whole numbers below 2^53, or null. */
export function shareFault(entry: Entry, metric: Metric): string | null {
  const { windows, averaged, key } = entry;
  let most = 0;
  for (const each of knownScale(entry, metric).classes) most = Math.max(most, each.need * each.windows * averaged);
  if (Number.isSafeInteger(most)) return null;
  return metric === 'fair-share'
    ? `${key}: fair-share counts paths, and here are too many to be summed exactly (2^53 or more); indicator counts none`
    : `${key}: ${windows.count} windows of ${averaged} neurons are too many to be counted exactly (2^53 or more)`;
}

/**
 * How the windows of an entry are credited under a metric; classes in ascending order of their ideal. Kept with the entry.
 * @throws RangeError when shares cannot be summed exactly
 */
export function shareScale(entry: Entry, metric: Metric): ShareScale {
  const fault = shareFault(entry, metric);
  if (fault !== null) throw new InvalidValueError(fault);
  return knownScale(entry, metric);
}

/** @throws RangeError when shares of an entry that is not vacuous cannot be summed exactly */
export function requireShares(entries: readonly Entry[], metric: Metric): void {
  for (const entry of entries) if (!entry.vacuousUnder[metric]) shareScale(entry, metric);
}

/**
 * The mean over averaged neurons and windows of min(1, count/ideal).
 *
 * Exactness: whoever computes an entry sums whole numbers, min(need, count·unit), one sum per class, and only here are they
 * divided and added, in the fixed order of the classes. Whole sums do not depend on the order of the work, so the reference,
 * the kernel and the incremental scorer give bit-equal numbers, and full marks give exactly 1.
 * @param sums one whole number per class, over the averaged neurons
 */
export function meanShare(scale: ShareScale, sums: ArrayLike<number>): number {
  let total = 0;
  for (let c = 0; c < scale.classes.length; c++) total += sums[c] / scale.classes[c].need;
  return total / (scale.averaged * scale.windows);
}
