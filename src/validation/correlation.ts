import { sampleRankCorrelation } from 'simple-statistics';
import { InvalidValueError } from '../base/caller-errors.ts';

/** Pairs of finite numbers, as many of the one as of the other. @throws RangeError otherwise */
function requirePairs(x: readonly number[], y: readonly number[]): void {
  if (x.length !== y.length) throw new InvalidValueError(`expected as many x as y; got ${x.length} and ${y.length}`);
  for (const values of [x, y]) {
    const odd = values.find((value) => !Number.isFinite(value));
    if (odd !== undefined) throw new InvalidValueError(`expected finite numbers; got ${odd}`);
  }
}

/** Rounding must not carry a correlation out of [−1, 1]. NaN, where a side is constant, is null; −0, which JSON lacks, is 0. */
function bounded(correlation: number): number | null {
  return Number.isNaN(correlation) ? null : Math.max(-1, Math.min(1, correlation)) + 0;
}

/** Spearman's ρ, ties by mid-ranks; null with fewer than two pairs, or where a side is constant. */
export function spearman(x: readonly number[], y: readonly number[]): number | null {
  requirePairs(x, y);
  return x.length < 2 ? null : bounded(sampleRankCorrelation([...x], [...y]));
}

/** Ranks from 1, equal values sharing the mean of theirs. */
export function midRanks(values: readonly number[]): number[] {
  const order = values.map((_, index) => index).sort((a, b) => values[a] - values[b]);
  const ranks = new Array<number>(values.length);
  for (let start = 0; start < order.length; ) {
    let end = start + 1;
    while (end < order.length && values[order[end]] === values[order[start]]) end++;
    for (let place = start; place < end; place++) ranks[order[place]] = (start + 1 + end) / 2;
    start = end;
  }
  return ranks;
}

/** Pearson's r of values that already have mean 0; null where a side is constant (within `tolerance` of its sum of squares). */
export function centredCorrelation(x: readonly number[], y: readonly number[], tolerance = 1e-9): number | null {
  let xx = 0;
  let yy = 0;
  let xy = 0;
  for (let i = 0; i < x.length; i++) {
    xx += x[i] * x[i];
    yy += y[i] * y[i];
    xy += x[i] * y[i];
  }
  return xx <= tolerance || yy <= tolerance ? null : bounded(xy / Math.sqrt(xx * yy));
}

/** Place of each value among the different ones, from 0. */
function denseRanks(values: readonly number[]): { readonly ranks: Int32Array; readonly levels: number } {
  const levels = [...new Set(values)].sort((a, b) => a - b);
  const place = new Map(levels.map((value, index) => [value, index]));
  return { ranks: Int32Array.from(values, (value) => place.get(value) as number), levels: levels.length };
}

/** Mid-rank, less the mean of all ranks, of every level, from how many drawn items are on each. */
function centredRanks(counts: Int32Array, out: Float64Array, drawn: number): void {
  let below = 0;
  for (let level = 0; level < counts.length; level++) {
    out[level] = below + counts[level] / 2 - drawn / 2;
    below += counts[level];
  }
}

/**
 * Spearman's ρ over drawn items (numbers of pairs, any of them repeatedly), for resampling: equal to `spearman` of what was
 * drawn, and ranked by counting levels that are known beforehand, in O(n) a draw and without allocation of its own.
 */
export function spearmanOver(x: readonly number[], y: readonly number[]): (items: readonly number[]) => number | null {
  requirePairs(x, y);
  const sides = [denseRanks(x), denseRanks(y)].map(({ ranks, levels }) => {
    return { ranks, counts: new Int32Array(levels), centred: new Float64Array(levels) };
  });
  const drawnX = new Array<number>(x.length);
  const drawnY = new Array<number>(x.length);
  return (items) => {
    for (const { ranks, counts, centred } of sides) {
      counts.fill(0);
      for (const item of items) counts[ranks[item]]++;
      centredRanks(counts, centred, items.length);
    }
    const [a, b] = sides;
    drawnX.length = items.length;
    drawnY.length = items.length;
    for (let i = 0; i < items.length; i++) {
      drawnX[i] = a.centred[a.ranks[items[i]]];
      drawnY[i] = b.centred[b.ranks[items[i]]];
    }
    return centredCorrelation(drawnX, drawnY);
  };
}

/** Pairs among equal neighbours of a sorted list, for any notion of equal. */
function tiedPairs(count: number, same: (a: number, b: number) => boolean): number {
  let pairs = 0;
  let run = 1;
  for (let i = 1; i <= count; i++) {
    if (i < count && same(i - 1, i)) run++;
    else {
      pairs += (run * (run - 1)) / 2;
      run = 1;
    }
  }
  return pairs;
}

/** Sorts `values` in place by merging; returns how many pairs stood in the wrong order. */
function sortCountingInversions(values: number[]): number {
  let from = values;
  let to = new Array<number>(values.length);
  let inversions = 0;
  for (let width = 1; width < values.length; width *= 2) {
    for (let start = 0; start < values.length; start += 2 * width) {
      const middle = Math.min(start + width, values.length);
      const end = Math.min(start + 2 * width, values.length);
      let a = start;
      let b = middle;
      for (let place = start; place < end; place++) {
        if (b >= end || (a < middle && from[a] <= from[b])) to[place] = from[a++];
        else {
          inversions += middle - a;
          to[place] = from[b++];
        }
      }
    }
    [from, to] = [to, from];
  }
  if (from !== values) for (const [index, value] of from.entries()) values[index] = value;
  return inversions;
}

/**
 * Kendall's τ-b, which allows for ties, in O(n log n) (Knight 1966): discordant pairs are the inversions of y once sorted by x.
 * Null with fewer than two pairs, or where a side is constant.
 */
export function kendallTauB(x: readonly number[], y: readonly number[]): number | null {
  requirePairs(x, y);
  const n = x.length;
  const order = x.map((_, index) => index).sort((a, b) => x[a] - x[b] || y[a] - y[b]);
  const sorted = order.map((index) => y[index]);
  const tiedX = tiedPairs(n, (a, b) => x[order[a]] === x[order[b]]);
  const tiedBoth = tiedPairs(n, (a, b) => x[order[a]] === x[order[b]] && sorted[a] === sorted[b]);
  const discordant = sortCountingInversions(sorted);
  const tiedY = tiedPairs(n, (a, b) => sorted[a] === sorted[b]);
  const pairs = (n * (n - 1)) / 2;
  const difference = pairs - tiedX - tiedY + tiedBoth - 2 * discordant;
  return bounded(difference / Math.sqrt((pairs - tiedX) * (pairs - tiedY)));
}
