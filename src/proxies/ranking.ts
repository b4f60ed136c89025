import { InvalidValueError } from '../base/caller-errors.ts';
import { proxies, requireProxy } from './index.ts';
import { OTHER_SCATTER } from './names.ts';
import type { Better } from './proxy.ts';

/** S in the metric that ranks, always first; where a target is wanted, give −|S − target| under this name. */
export const SCATTER = 'scatter';

/** One thing that patterns are compared in. */
export interface Criterion {
  readonly name: string;
  readonly better: Better;
  /** compared as it is: scatter, which is exact; else to within the tolerance */
  readonly exact: boolean;
}

/** A candidate's values by criterion name; null: unknown or left out. */
export type RankingValues = Readonly<Record<string, number | null>>;

/** What decides between patterns of the same scatter, in turn: what scatter does not see, cheapest and plainest first. */
export const defaultRankingOrder: readonly string[] = [
  OTHER_SCATTER,
  'distinct-neighbourhoods',
  'rank',
  'path-evenness',
  'four-cycles',
  'spectral-gap',
];

function criterion(item: string): Criterion {
  const [name, direction, ...rest] = item.split(':');
  if (rest.length > 0 || (direction !== undefined && direction !== 'higher' && direction !== 'lower')) {
    throw new InvalidValueError(
      `a ranking criterion got "${item}"; expected a name, or a name with ":higher" or ":lower"`,
    );
  }
  if (name === OTHER_SCATTER) return { name, better: direction ?? 'higher', exact: true };
  if (!proxies.has(name)) {
    throw new InvalidValueError(
      `a ranking criterion got "${name}"; expected one of ${[OTHER_SCATTER, ...proxies.keys()].join(', ')}`,
    );
  }
  return { name, better: direction ?? requireProxy(name).better, exact: false };
}

/**
 * The criteria of a ranking: scatter, then the named ones in turn.
 * @param items 'other-scatter' or proxy names, each in its own direction unless ':higher' or ':lower' follows; no name twice
 * @throws RangeError for an unknown or repeated name
 */
export function rankingOrder(items: readonly string[] = defaultRankingOrder): readonly Criterion[] {
  const criteria = items.map(criterion);
  const repeated = criteria.find(({ name }, i) => criteria.findIndex((other) => other.name === name) < i);
  if (repeated !== undefined) {
    throw new InvalidValueError(`a ranking got "${repeated.name}" twice; expected every criterion once`);
  }
  return [{ name: SCATTER, better: 'higher', exact: true }, ...criteria];
}

/** "scatter (higher), other-scatter (higher), rank (higher), four-cycles (lower)" */
export function describeRanking(order: readonly Criterion[]): string {
  return order.map(({ name, better }) => `${name} (${better})`).join(', ');
}

/** Larger is better; unknown is worst. */
function level(values: RankingValues, { name, better, exact }: Criterion, tolerance: number): number {
  const value = values[name];
  if (value === undefined || Number.isNaN(value)) {
    throw new InvalidValueError(`a candidate to be ranked got ${value} as its ${name}; expected a number or null`);
  }
  if (value === null) return Number.NEGATIVE_INFINITY;
  const signed = better === 'higher' ? value : -value;
  return exact || tolerance === 0 ? signed : Math.round(signed / tolerance);
}

/** Step to which proxies are rounded before they are compared, so that round-off decides nothing. */
const TOLERANCE = 1e-7;

/**
 * A comparator for sorting, best first: by the first criterion in which two candidates differ, 0 where they differ in none. A value
 * that is null ranks below any number.
 * @param tolerance step to which proxies are rounded before they are compared, so that round-off decides nothing. (Rounding, not
 *   "within": with that, A = B and B = C would not make A = C, and no order came of it.) From 0, which compares as is
 * @throws RangeError for a tolerance below 0; the comparator, for a candidate that lacks a value
 */
export function compareLexicographic(
  order: readonly Criterion[] = rankingOrder(),
  tolerance = TOLERANCE,
): (a: RankingValues, b: RankingValues) => number {
  if (!(tolerance >= 0 && tolerance < Infinity)) {
    throw new InvalidValueError(`a ranking tolerance must be a number from 0; got ${tolerance}`);
  }
  return (a, b) => {
    for (const each of order) {
      const [ours, theirs] = [level(a, each, tolerance), level(b, each, tolerance)];
      if (ours !== theirs) return ours > theirs ? -1 : 1;
    }
    return 0;
  };
}

/** Begins every key. Raise it with any change of what `compareLexicographic` says: keys that were stored before are then made anew. */
const RANKING_KEY_REVISION = 1;

/**
 * The same order as bytes, for a database to sort by: of two keys under one order, the one that is less byte by byte is the better.
 * A byte of revision, then a double (big-endian, bits turned so that it sorts) for each criterion. @throws RangeError for a
 * candidate that lacks a value
 */
export function lexicographicKey(values: RankingValues, order: readonly Criterion[]): Uint8Array {
  const key = new Uint8Array(1 + 8 * order.length);
  const view = new DataView(key.buffer);
  key[0] = RANKING_KEY_REVISION;
  for (const [place, criterion] of order.entries()) {
    const at = 1 + 8 * place;
    // + 0: there is one zero, as for `compareLexicographic`.
    view.setFloat64(at, level(values, criterion, TOLERANCE) + 0);
    // Of a number from 0 all bits but the sign are turned round, so that the larger comes first; below 0 they sort so by themselves.
    if ((key[at] & 0x80) === 0) {
      view.setUint32(at, ~view.getUint32(at) & 0x7fffffff);
      view.setUint32(at + 4, ~view.getUint32(at + 4));
    }
  }
  return key;
}
