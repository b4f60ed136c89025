import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Random } from '../../src/base/random.ts';
import { noiseCeiling, reliability } from '../../src/validation/noise-ceiling.ts';

test('the ratings of Shrout and Fleiss (1979, table 2) have the ICC(1,4) that they print, .44', () => {
  const ratings = [
    [9, 2, 5, 8],
    [6, 1, 3, 2],
    [8, 4, 6, 8],
    [7, 1, 2, 6],
    [10, 5, 6, 9],
    [6, 2, 4, 7],
  ];
  expect(reliability(ratings)).toBeCloseTo(0.4428, 3);
  expect(noiseCeiling(ratings)).toBeCloseTo(Math.sqrt(0.4428), 3);
});

test('candidates that every seed agrees on have ceiling 1, and those that differ by noise alone have 0', () => {
  expect(
    noiseCeiling([
      [0.5, 0.5],
      [0.6, 0.6],
      [0.9, 0.9],
    ]),
  ).toBe(1);
  expect(
    noiseCeiling([
      [0.4, 0.6],
      [0.6, 0.4],
      [0.5, 0.5],
    ]),
  ).toBe(0);
});

test('with one seed each, one candidate, or no spread at all there is no ceiling', () => {
  expect(noiseCeiling([[0.5], [0.6]])).toBeNull();
  expect(noiseCeiling([[0.5, 0.6]])).toBeNull();
  expect(noiseCeiling([])).toBeNull();
  expect(noiseCeiling([[], [0.5, 0.6], []])).toBeNull();
  expect(
    noiseCeiling([
      [0.5, 0.5],
      [0.5, 0.5],
    ]),
  ).toBeNull();
});

test('unequal numbers of seeds count each with its own', () => {
  // Between: (2·(−1)² + 1·2²)/1 = 6; within: (0.5 + 0)/1 = 0.5.
  expect(reliability([[0.5, 1.5], [4]])).toBeCloseTo(1 - 0.5 / 6, 12);
});

test('property: the ceiling lies in [0, 1] and does not change with the unit', () => {
  const accuracies = fc.array(fc.array(fc.integer({ min: 0, max: 20 }), { minLength: 1, maxLength: 4 }), {
    maxLength: 12,
  });
  fc.assert(
    fc.property(accuracies, (groups) => {
      const ceiling = noiseCeiling(groups);
      const scaled = noiseCeiling(groups.map((group) => group.map((value) => 0.25 + value / 64)));
      expect(scaled === null).toBe(ceiling === null);
      if (ceiling === null || scaled === null) return;
      expect(ceiling).toBeGreaterThanOrEqual(0);
      expect(ceiling).toBeLessThanOrEqual(1);
      expect(scaled).toBeCloseTo(ceiling, 6);
    }),
  );
});

test('the true worth of candidates correlates with their noisy means about as the ceiling says', () => {
  const random = Random.fromSeed(4);
  const worth = Array.from({ length: 4000 }, () => random.normal());
  const noisy = worth.map((value) => [0, 1, 2].map(() => value + 1.5 * random.normal()));
  const means = noisy.map((group) => (group[0] + group[1] + group[2]) / 3);
  const product = (a: readonly number[], b: readonly number[]) =>
    a.reduce((sum, value, index) => sum + value * b[index], 0);
  const correlation = product(worth, means) / Math.sqrt(product(worth, worth) * product(means, means));
  expect(noiseCeiling(noisy)).toBeCloseTo(correlation, 1);
});
