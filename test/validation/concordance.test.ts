import { describe, expect, test } from 'vitest';
import { Random } from '../../src/base/random.ts';
import {
  concordance,
  concordanceVariance,
  normalConcordanceP,
  permutedConcordanceP,
} from '../../src/validation/concordance.ts';
import { type FamilyPairs, familyPairs } from '../../src/validation/family-pairs.ts';

function pairsOf(scatters: readonly number[], accuracies: readonly number[], least = 0.01): FamilyPairs {
  const outcomes = scatters.map((scatter, candidate) => ({
    ...{ candidate, family: 'one', scatter, accuracy: accuracies[candidate] },
  }));
  return familyPairs(outcomes, least)[0];
}

function* permutations(items: readonly number[]): Generator<number[]> {
  if (items.length === 0) yield [];
  for (const [index, item] of items.entries()) {
    for (const rest of permutations([...items.slice(0, index), ...items.slice(index + 1)])) yield [item, ...rest];
  }
}

const cases: readonly (readonly [string, readonly number[], readonly number[]])[] = [
  ['no ties', [0.1, 0.2, 0.3, 0.4, 0.5], [3, 1, 4, 2, 5]],
  ['equal accuracies', [0.1, 0.2, 0.3, 0.4, 0.5], [1, 1, 2, 2, 3]],
  ['scatters too close to compare', [0.1, 0.102, 0.3, 0.305, 0.5], [3, 1, 4, 2, 5]],
  ['both', [0.1, 0.1, 0.1, 0.4, 0.404], [2, 2, 1, 5, 5]],
  ['two candidates', [0.1, 0.9], [1, 2]],
];

describe('pairs of a family', () => {
  test('those closer in scatter than the least difference are left out, those at it are not', () => {
    const { first, second, order } = pairsOf([0.5, 0.51, 0.509, 0.4], [1, 2, 3, 4]);
    expect([...first].map((i, pair) => [i, second[pair], order[pair]])).toEqual([
      [0, 1, 1],
      [0, 3, -1],
      [1, 3, -1],
      [2, 3, -1],
    ]);
  });

  test('candidates of different families are never compared', () => {
    const outcome = { candidate: 1, scatter: 0.2, accuracy: 0.5 };
    const families = familyPairs(
      [
        { ...outcome, family: 'a' },
        { ...outcome, family: 'b', scatter: 0.9 },
      ],
      0.01,
    );
    expect(families.map(({ family, first }) => [family, first.length])).toEqual([
      ['a', 0],
      ['b', 0],
    ]);
  });
});

describe.each(cases)('with %s', (_, scatters, accuracies) => {
  const totals = [...permutations(accuracies)].map((permuted) => concordance(pairsOf(scatters, permuted)));

  test('the variance is that over all permutations', () => {
    const variance = totals.reduce((total, value) => total + value ** 2, 0) / totals.length;
    expect(totals.reduce((total, value) => total + value, 0)).toBe(0);
    expect(concordanceVariance(pairsOf(scatters, accuracies))).toBeCloseTo(variance, 10);
  });

  test('p by permutation is near the share of all permutations that are as extreme', () => {
    const pairs = pairsOf(scatters, accuracies);
    const observed = Math.abs(concordance(pairs));
    const exact = totals.filter((value) => Math.abs(value) >= observed).length / totals.length;
    const p = permutedConcordanceP([pairs], Random.fromSeed(3), 9999);
    expect(Math.abs(p - exact)).toBeLessThan(4 * Math.sqrt((exact * (1 - exact)) / 9999) + 1e-4);
  });
});

describe('p by the normal law', () => {
  // scipy.stats.norm.sf, doubled (SciPy 1.10.1)
  test.each([
    [0.5, 0.6170750774519738],
    [1.959963984540054, 0.05],
    [4.2, 2.669149803181262e-5],
    [6.5, 8.032001167718176e-11],
    [12, 3.552964224155306e-33],
    [30, 9.813427854295816e-198],
  ])('of z = %s is scipy’s', (z, p) => {
    expect(normalConcordanceP(z, 1) / p).toBeCloseTo(1, 6);
  });

  test('is never 0, and 1 where nothing varies', () => {
    expect(normalConcordanceP(1000, 1)).toBeGreaterThan(0);
    expect(normalConcordanceP(0, 0)).toBe(1);
  });

  test('agrees with permutations on a large family', () => {
    const random = Random.fromSeed(5);
    const scatters = Array.from({ length: 120 }, () => random.float());
    const accuracies = scatters.map((scatter) => 0.3 * scatter + random.normal());
    const pairs = pairsOf(scatters, accuracies);
    const p = normalConcordanceP(concordance(pairs), concordanceVariance(pairs));
    expect(Math.abs(permutedConcordanceP([pairs], random, 9999) - p)).toBeLessThan(0.02);
  });
});
