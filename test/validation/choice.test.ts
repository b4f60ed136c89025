import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Random } from '../../src/base/random.ts';
import { precisionAt, regretOfMean, topRegret } from '../../src/validation/choice.ts';

test('precision counts how many of the chosen are among the best', () => {
  const accuracies = [0.1, 0.2, 0.3, 0.4];
  expect(precisionAt(2, [1, 2, 3, 4], accuracies)).toBe(1);
  expect(precisionAt(2, [4, 3, 2, 1], accuracies)).toBe(0);
  expect(precisionAt(2, [1, 4, 3, 2], accuracies)).toBe(0.5);
  expect(precisionAt(4, [1, 1, 1, 1], accuracies)).toBe(1);
  expect(() => precisionAt(5, [1, 2, 3, 4], accuracies)).toThrow(/from 1 to 4; got 5/);
  expect(() => precisionAt(0, [1], [1])).toThrow(RangeError);
});

test('scores all tied choose no better than chance', () => {
  expect(precisionAt(1, [1, 1, 1, 1], [0.1, 0.2, 0.3, 0.4])).toBe(0.25);
  expect(topRegret([1, 1], [0.25, 0.75])).toBe(0.25);
});

test('regret is what the choice loses against the best', () => {
  expect(topRegret([0.1, 0.9, 0.5], [0.75, 0.5, 0.25])).toBe(0.25);
  expect(topRegret([0.9, 0.1], [0.75, 0.5])).toBe(0);
  expect(regretOfMean([0.25, 0.5], [0.25, 0.5, 0.75])).toBe(0.375);
});

test('property: precision with ties is the mean over random ways to break them', () => {
  const level = fc.integer({ min: 0, max: 3 });
  const lists = fc.array(fc.tuple(level, level), { minLength: 1, maxLength: 7 });
  fc.assert(
    fc.property(lists, fc.nat(6), fc.nat(1000), (list, turn, seed) => {
      const k = 1 + (turn % list.length);
      const random = Random.fromSeed(seed);
      const top = (side: 0 | 1) =>
        list
          .map((pair, index) => ({ value: pair[side], luck: random.float(), index }))
          .sort((a, b) => b.value - a.value || a.luck - b.luck)
          .slice(0, k)
          .map(({ index }) => index);
      let hits = 0;
      const draws = 1500;
      for (let draw = 0; draw < draws; draw++) {
        const best = top(1);
        hits += top(0).filter((index) => best.includes(index)).length;
      }
      const scores = list.map(([score]) => score);
      const accuracies = list.map(([, accuracy]) => accuracy);
      expect(Math.abs(precisionAt(k, scores, accuracies) - hits / draws / k)).toBeLessThan(0.08);
    }),
    { numRuns: 40, seed: 5 },
  );
});
