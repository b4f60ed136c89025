import { quantileSorted } from 'simple-statistics';
import { ROUNDING } from '../base/numbers.ts';
import type { Random } from '../base/random.ts';
import { centredCorrelation, midRanks } from './correlation.ts';

export interface Interval {
  readonly low: number;
  readonly high: number;
}

export interface BootstrapOptions {
  /** default 2000 */
  readonly resamples?: number;
  /** default 0.95 */
  readonly level?: number;
  /** label of each item; where given, each group is resampled within itself */
  readonly groups?: readonly string[];
}

/** Items by label, in order of first appearance; all together without labels. */
function groupedItems(count: number, groups: readonly string[] | undefined): number[][] {
  const byLabel = new Map<string, number[]>();
  for (let item = 0; item < count; item++) {
    const label = groups?.[item] ?? '';
    const members = byLabel.get(label);
    if (members === undefined) byLabel.set(label, [item]);
    else members.push(item);
  }
  return [...byLabel.values()];
}

/**
 * Percentile bootstrap interval of a statistic over `count` items, drawn with replacement (Efron 1979). A candidate with all
 * its seeds is one item, so that trainings of one candidate are never taken for independent evidence.
 * Resamples in which the statistic is undefined are left out; null when that is more than half of them.
 * @param statistic gets the numbers of the drawn items
 */
export function bootstrapInterval(
  count: number,
  statistic: (items: readonly number[]) => number | null,
  random: Random,
  options: BootstrapOptions = {},
): Interval | null {
  const { resamples = 2000, level = 0.95 } = options;
  const groups = groupedItems(count, options.groups);
  const values: number[] = [];
  for (let resample = 0; resample < resamples; resample++) {
    const drawn = groups.flatMap((members) => members.map(() => members[random.below(members.length)]));
    const value = statistic(drawn);
    if (value !== null) values.push(value);
  }
  if (values.length === 0 || values.length < resamples / 2) return null;
  values.sort((a, b) => a - b);
  return { low: quantileSorted(values, (1 - level) / 2), high: quantileSorted(values, (1 + level) / 2) };
}

export interface PermutationOptions {
  /** default 9999, so that p is at least 0.0001 */
  readonly permutations?: number;
  /** label of each item; where given, values change places within a group only */
  readonly groups?: readonly string[];
}

/**
 * Two-sided p-value of a statistic by random permutation of `count` items: (1 + as extreme) / (1 + permutations), the data
 * counted among them (Phipson & Smyth 2010), so that it is never 0.
 * @param statistic gets, for every place, the item that now stands there; the identity first
 * @returns null where the statistic of the data is undefined
 */
export function permutationP(
  count: number,
  statistic: (items: readonly number[]) => number | null,
  random: Random,
  options: PermutationOptions = {},
): number | null {
  const { permutations = 9999 } = options;
  const groups = groupedItems(count, options.groups);
  const items = Array.from({ length: count }, (_, index) => index);
  const observed = statistic(items);
  if (observed === null) return null;
  let extreme = 1;
  for (let permutation = 0; permutation < permutations; permutation++) {
    for (const members of groups) {
      const shuffled = random.shuffle([...members]);
      for (const [index, place] of members.entries()) items[place] = shuffled[index];
    }
    // What rounding alone tells apart from the data is as extreme as they are.
    if (Math.abs(statistic(items) ?? 0) >= Math.abs(observed) - ROUNDING) extreme++;
  }
  return extreme / (1 + permutations);
}

/** p of Spearman's ρ. Permuting does not change ranks, so they are taken once. */
export function spearmanPermutationP(
  x: readonly number[],
  y: readonly number[],
  random: Random,
  options: PermutationOptions = {},
): number | null {
  const mean = (x.length + 1) / 2;
  const ranksX = midRanks(x).map((rank) => rank - mean);
  const ranksY = midRanks(y).map((rank) => rank - mean);
  const moved = new Array<number>(x.length);
  const statistic = (items: readonly number[]) => {
    for (let i = 0; i < items.length; i++) moved[i] = ranksY[items[i]];
    return centredCorrelation(ranksX, moved);
  };
  return permutationP(x.length, statistic, random, options);
}
