import { sum } from 'simple-statistics';
import type { FamilyPairs } from './family-pairs.ts';

/** An estimate with its interval; a side that the data do not bound is null. */
export interface Estimate {
  readonly value: number;
  readonly low: number | null;
  readonly high: number | null;
}

/** Slopes Δaccuracy/Δscatter of all compared pairs, ascending. */
export function sortedSlopes(families: readonly FamilyPairs[]): Float64Array {
  const slopes = new Float64Array(sum(families.map(({ first }) => first.length)));
  let at = 0;
  for (const { first, second, scatter, accuracy } of families) {
    for (let pair = 0; pair < first.length; pair++) {
      const [i, j] = [first[pair], second[pair]];
      slopes[at++] = (accuracy[j] - accuracy[i]) / (scatter[j] - scatter[i]);
    }
  }
  return slopes.sort();
}

/** 'exact' holds the level on average over studies; 'careful' takes the next wider rank, so that it holds it at least. */
export type IntervalRule = 'exact' | 'careful';

/**
 * Sen's slope with its interval (Sen 1968): the median slope M, and the slopes that T, the number of pairs in order less those out of
 * order, does not reject when the slope is taken off: T lies within z·σ, σ its spread under permutation within families. In accuracy
 * per unit of scatter; null without a compared pair. A side is null where even the outermost slope is not rejected.
 * @param z 1.96 for 95 %, 1.645 for 90 %
 */
export function senSlope(slopes: Float64Array, sigma: number, z: number, rule: IntervalRule): Estimate | null {
  const count = slopes.length;
  if (count === 0) return null;
  const middle = count >> 1;
  const value = count % 2 === 1 ? slopes[middle] : (slopes[middle - 1] + slopes[middle]) / 2;
  const rejected = Math.floor((count - z * sigma) / 2);
  if (rejected < 1) return { value, low: null, high: null };
  const place = rule === 'exact' ? Math.min(rejected, (count - 1) >> 1) : rejected - 1;
  return { value, low: slopes[place], high: slopes[count - 1 - place] };
}

/** The same in other units: accuracy points over a range of scatter. @param factor positive */
export const scaled = ({ value, low, high }: Estimate, factor: number): Estimate => ({
  value: value * factor,
  low: low === null ? null : low * factor,
  high: high === null ? null : high * factor,
});
