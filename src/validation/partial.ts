import { InvalidValueError } from '../base/caller-errors.ts';
import { centredCorrelation, midRanks, requirePairs } from './correlation.ts';

/** What is left of each value when its family's mean is taken off. */
function withinFamilies(values: readonly number[], families: readonly string[]): number[] {
  const totals = new Map<string, { sum: number; count: number }>();
  for (const [index, family] of families.entries()) {
    const total = totals.get(family) ?? { sum: 0, count: 0 };
    totals.set(family, { sum: total.sum + values[index], count: total.count + 1 });
  }
  return values.map((value, index) => {
    const { sum, count } = totals.get(families[index]) as { sum: number; count: number };
    return value - sum / count;
  });
}

/**
 * Spearman's ρ given family: Pearson's r of what is left of the ranks (over all candidates) when their family means are taken
 * off. It asks whether scatter tells candidates of one family apart, whatever sets the families apart.
 * Null where nothing is left of a side: every family has one candidate, or candidates all alike.
 */
export function partialSpearman(
  x: readonly number[],
  y: readonly number[],
  families: readonly string[],
): number | null {
  requirePairs(x, y);
  if (families.length !== x.length)
    throw new InvalidValueError(`expected ${x.length} families; got ${families.length}`);
  return centredCorrelation(withinFamilies(midRanks(x), families), withinFamilies(midRanks(y), families));
}
