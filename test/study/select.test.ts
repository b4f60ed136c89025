import fc from 'fast-check';
import { expect, test } from 'vitest';
import { selectSpread } from '../../src/study/select.ts';

const candidate = (number: number, strategy: string, scatter: number) => ({ number, strategy, scatter });

test('places are shared by strategy and reach from its lowest to its highest scatter', () => {
  const candidates = [
    ...[0.1, 0.2, 0.3, 0.4, 0.5].map((scatter, i) => candidate(i + 1, 'local', scatter)),
    ...[0.64, 0.65, 0.66].map((scatter, i) => candidate(i + 6, 'uniform-random', scatter)),
  ];
  expect(selectSpread(candidates, 5).map((c) => c.number)).toEqual([1, 3, 5, 6, 8]);
});

test('a strategy with too few candidates leaves its places to the others', () => {
  const candidates = [candidate(1, 'a', 0.5), ...[2, 3, 4, 5].map((n) => candidate(n, 'b', n / 10))];
  expect(selectSpread(candidates, 4).map((c) => c.number)).toEqual([1, 2, 4, 5]);
});

test('a strategy with one place sends its highest', () => {
  const candidates = [candidate(1, 'a', 0.5), candidate(2, 'a', 0.7), candidate(3, 'b', 0.2)];
  expect(selectSpread(candidates, 2).map((c) => c.number)).toEqual([2, 3]);
});

test('property: exactly as many as asked for or as there are, none twice, in order', () => {
  const arbitrary = fc.array(
    fc.record({ strategy: fc.constantFrom('a', 'b', 'c'), scatter: fc.double({ min: 0, max: 1, noNaN: true }) }),
  );
  fc.assert(
    fc.property(arbitrary, fc.nat(30), (drawn, count) => {
      const candidates = drawn.map((c, i) => ({ ...c, number: i + 1 }));
      const numbers = selectSpread(candidates, count).map((c) => c.number);
      expect(numbers.length).toBe(Math.min(count, candidates.length));
      expect(new Set(numbers).size).toBe(numbers.length);
      expect(numbers).toEqual([...numbers].sort((a, b) => a - b));
    }),
  );
});
