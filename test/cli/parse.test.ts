import { expect, test } from 'vitest';
import { budget } from '../../src/cli/parse.ts';

test.each<[string, number]>([
  ['30s', 30],
  ['90s', 90],
  ['5m', 300],
  ['5min', 300],
  ['2h', 7200],
  ['1.5h', 5400],
  ['1h30m', 5400],
  ['1h 30m', 5400],
  ['1h30m15s', 5415],
  ['2d', 172_800],
  ['1d 12h', 129_600],
  ['0.5s', 0.5],
  [' 30 s ', 30],
])('a budget of %j is a time', (text, seconds) => {
  expect(budget(text)).toEqual({ kind: 'time', seconds });
});

test('a whole number is a budget of candidates', () => {
  expect(budget('500')).toEqual({ kind: 'candidates', candidates: 500 });
});

test.each([
  '',
  'soon',
  '0',
  '0s',
  '-5',
  '1.5',
  '1e3',
  '30x',
  '30m1h',
  '1h1h',
  '1.2.3h',
  's',
  '9'.repeat(400),
  `${'9'.repeat(400)}s`,
])('a budget of %j is refused', (text) => {
  expect(() => budget(text)).toThrow(/^Expected a time such as 30s, 90m, 1h30m or 2d, or a number of candidates/);
});
