import { expect, test } from 'vitest';
import { Random } from '../../src/base/random.ts';
import { spearman } from '../../src/validation/correlation.ts';
import { partialSpearman } from '../../src/validation/partial.ts';
import { scipyValues } from './scipy-values.ts';

test('residuals of ranks correlate as a regression on families by SciPy says', () => {
  const { x, y, families, value } = scipyValues.partial;
  expect(partialSpearman(x, y, families)).toBeCloseTo(value, 12);
});

test('with one family it is Spearman’s', () => {
  const { x, y } = scipyValues.partial;
  const one = x.map(() => 'one');
  expect(partialSpearman(x, y, one)).toBeCloseTo(spearman(x, y) as number, 12);
});

test('a link between families that turns round within them is seen to turn round', () => {
  const x = [1, 2, 3, 11, 12, 13, 21, 22, 23];
  const y = [3, 2, 1, 13, 12, 11, 23, 22, 21];
  const families = ['a', 'a', 'a', 'b', 'b', 'b', 'c', 'c', 'c'];
  expect(spearman(x, y)).toBeGreaterThan(0.5);
  expect(partialSpearman(x, y, families)).toBeCloseTo(-1, 12);
});

test('where families leave nothing over there is none', () => {
  expect(partialSpearman([1, 1, 2, 2], [1, 2, 3, 4], ['a', 'a', 'b', 'b'])).toBeNull();
  expect(partialSpearman([1, 2, 3], [1, 2, 3], ['a', 'b', 'c'])).toBeNull();
  expect(() => partialSpearman([1, 2], [1, 2], ['a'])).toThrow(RangeError);
});

test('property: shifting whole families alike leaves no link where there was none within', () => {
  const values = Array.from({ length: 60 }, (_, study) => {
    const random = Random.fromSeed(3).fork(study);
    const families = Array.from({ length: 40 }, (_, index) => `${index % 4}`);
    const shifted = () => families.map((family) => 5 * Number(family) + random.normal());
    return partialSpearman(shifted(), shifted(), families) as number;
  });
  const mean = values.reduce((a, b) => a + b, 0) / values.length;
  expect(Math.abs(mean)).toBeLessThan(0.08);
});
