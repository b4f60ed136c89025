import { expect, test } from 'vitest';
import { product, range, shuffledRange } from '../../src/base/numbers.ts';
import { Random } from '../../src/base/random.ts';

test('a product of none is 1', () => {
  expect(product([])).toBe(1);
  expect(product([3, 0.5, 4])).toBe(6);
});

test('a range holds every number below its length, shuffled too, and the same draws shuffle it alike', () => {
  expect([...range(4)]).toEqual([0, 1, 2, 3]);
  const shuffled = shuffledRange(50, Random.fromSeed(3));
  expect(shuffled).not.toEqual(range(50));
  expect(shuffled.slice().sort()).toEqual(range(50));
  expect(shuffled).toEqual(Random.fromSeed(3).shuffle(range(50)));
});
