import { expect, test } from 'vitest';
import { PrintLimit } from '../../src/base/print-limit.ts';

test('texts beyond the rate are counted, and told once a second', () => {
  let ms = 0;
  const limit = new PrintLimit({ perSecond: 2, mostCharacters: 1000 }, () => ms);
  expect(['a', 'b', 'c', 'd'].map((text) => limit.pass(text))).toEqual([['a'], ['b'], [], []]);
  expect(limit.rest()).toEqual(['(2 more printed too fast to be shown)']);
  expect(limit.pass('e')).toEqual([]);
  expect(limit.rest()).toEqual([]);
  ms = 1000;
  expect(limit.pass('f')).toEqual(['(1 more printed too fast to be shown)', 'f']);
  expect(limit.rest()).toEqual([]);
});

test('beyond the total nothing more is let through, which is said once', () => {
  const limit = new PrintLimit({ perSecond: 100, mostCharacters: 5 }, () => 0);
  expect(limit.pass('abc')).toEqual(['abc']);
  expect(limit.pass('def')).toEqual(['(more than 5 characters were printed: the rest is not shown)']);
  expect([limit.pass('g'), limit.rest()]).toEqual([[], []]);
});
