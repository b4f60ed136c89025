import { expect, test } from 'vitest';
import { holm } from '../../src/validation/holm.ts';

// statsmodels.stats.multitest.multipletests(method='holm')
test('equals the published step-down procedure', () => {
  expect(holm([0.01, 0.04, 0.03, 0.005])).toEqual([0.03, 0.06, 0.06, 0.02]);
});

test('nulls stay null and are not counted', () => {
  expect(holm([null, 0.02, null, 0.6])).toEqual([null, 0.04, null, 0.6]);
});

test('never above 1, nothing for nothing', () => {
  expect(holm([0.9, 0.8])).toEqual([1, 1]);
  expect(holm([])).toEqual([]);
});
