import { sum } from 'simple-statistics';
import type { Random } from '../base/random.ts';
import { normalTwoSidedP } from './distributions.ts';
import type { FamilyPairs } from './family-pairs.ts';

/** Pairs in order less pairs out of order: the numerator T of Kendall's correlation, over the compared pairs alone. */
export function concordance({ first, second, order, accuracy }: FamilyPairs): number {
  let total = 0;
  for (let pair = 0; pair < first.length; pair++) {
    const difference = accuracy[second[pair]] - accuracy[first[pair]];
    if (difference > 0) total += order[pair];
    else if (difference < 0) total -= order[pair];
  }
  return total;
}

/** Sums over rows of an antisymmetric matrix of signs. */
interface SignSums {
  /** Σ of squares of row sums */
  readonly rows: number;
  /** Σ of squares of all items */
  readonly items: number;
}

function scatterSigns({ first, second, order, scatter }: FamilyPairs): SignSums {
  const rows = new Float64Array(scatter.length);
  for (let pair = 0; pair < first.length; pair++) {
    rows[first[pair]] += order[pair];
    rows[second[pair]] -= order[pair];
  }
  return { rows: sum(Array.from(rows, (row) => row * row)), items: 2 * first.length };
}

/** Signs of all differences of accuracy, from the sorted values: a value's row sum is those above less those below. */
function accuracySigns({ accuracy }: FamilyPairs): SignSums {
  const sorted = accuracy.slice().sort();
  let rows = 0;
  let items = 0;
  for (let start = 0; start < sorted.length; ) {
    let end = start + 1;
    while (end < sorted.length && sorted[end] === sorted[start]) end++;
    const ties = end - start;
    rows += ties * (sorted.length - end - start) ** 2;
    items += ties * (sorted.length - ties);
    start = end;
  }
  return { rows, items };
}

/**
 * Variance of T when the accuracies of one family change places at random: exact, ties and left-out pairs included (Daniels 1944,
 * the general correlation coefficient of two antisymmetric matrices; T is half of its Γ).
 */
export function concordanceVariance(pairs: FamilyPairs): number {
  const n = pairs.scatter.length;
  if (n < 2 || pairs.first.length === 0) return 0;
  const a = scatterSigns(pairs);
  const b = accuracySigns(pairs);
  const common = (2 * a.items * b.items) / (n * (n - 1));
  const triples = n < 3 ? 0 : (4 * (a.rows - a.items) * (b.rows - b.items)) / (n * (n - 1) * (n - 2));
  return (common + triples) / 4;
}

/** Signs of all differences of accuracy, `members × members`, so that a permutation needs look-ups alone. */
function signTable({ accuracy }: FamilyPairs): Int8Array {
  const n = accuracy.length;
  const signs = new Int8Array(n * n);
  for (let i = 0; i < n; i++) for (let j = 0; j < n; j++) signs[i * n + j] = Math.sign(accuracy[j] - accuracy[i]);
  return signs;
}

/**
 * Two-sided p of T, by random permutation of the accuracies within each family: (1 + as extreme) / (1 + permutations), the data
 * counted among them (Phipson & Smyth 2010), so that it is never 0.
 */
export function permutedConcordanceP(families: readonly FamilyPairs[], random: Random, permutations = 9999): number {
  const observed = Math.abs(sum(families.map(concordance)));
  const compared = families.filter(({ first }) => first.length > 0);
  const tables = compared.map(signTable);
  const places = compared.map(({ scatter }) => Uint32Array.from({ length: scatter.length }, (_, i) => i));
  let extreme = 1;
  for (let draw = 0; draw < permutations; draw++) {
    let total = 0;
    for (let f = 0; f < compared.length; f++) {
      const { first, second, order, scatter } = compared[f];
      const n = scatter.length;
      const place = random.shuffle(places[f]);
      const signs = tables[f];
      for (let pair = 0; pair < first.length; pair++)
        total += order[pair] * signs[place[first[pair]] * n + place[second[pair]]];
    }
    if (Math.abs(total) >= observed) extreme++;
  }
  return extreme / (1 + permutations);
}

/** Two-sided p of T by the normal law with its exact variance: for tables so large that permutations would take long. */
export function normalConcordanceP(total: number, variance: number): number {
  return variance === 0 ? 1 : normalTwoSidedP(total / Math.sqrt(variance));
}
