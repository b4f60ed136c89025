import fc from 'fast-check';
import { expect, test } from 'vitest';
import { kendallTauB, midRanks, spearman, spearmanOver } from '../../src/validation/correlation.ts';
import { scipyValues } from './scipy-values.ts';

test.each(scipyValues.correlations.map((pairs, index) => ({ index, ...pairs })))(
  'list $index of $x.length pairs correlates as SciPy says',
  ({ x, y, ...expected }) => {
    for (const [found, wanted] of [
      [spearman(x, y), expected.spearman],
      [kendallTauB(x, y), expected.kendall],
    ]) {
      if (wanted === null) expect(found).toBeNull();
      else expect(found).toBeCloseTo(wanted as number, 12);
    }
  },
);

test('a constant side, one pair and none have no correlation', () => {
  for (const statistic of [spearman, kendallTauB]) {
    expect(statistic([0.1, 0.1, 0.1], [1, 2, 3])).toBeNull();
    expect(statistic([1, 2, 3], [0.1, 0.1, 0.1])).toBeNull();
    expect(statistic([1], [2])).toBeNull();
    expect(statistic([], [])).toBeNull();
  }
});

test('lists of unequal length, and what is no number, are refused', () => {
  for (const statistic of [spearman, kendallTauB]) {
    expect(() => statistic([1, 2], [1])).toThrow(/got 2 and 1/);
    expect(() => statistic([1, Number.NaN], [1, 2])).toThrow(/got NaN/);
    expect(() => statistic([1, 2], [1, Number.POSITIVE_INFINITY])).toThrow(RangeError);
  }
});

test('equal values share the mean of their ranks', () => {
  expect(midRanks([30, 10, 20, 10, 10])).toEqual([5, 2, 4, 2, 2]);
  expect(midRanks([])).toEqual([]);
});

/** Pairs with many ties. */
const pairs = fc.array(fc.tuple(fc.integer({ min: -6, max: 6 }), fc.integer({ min: -6, max: 6 })), {
  minLength: 2,
  maxLength: 40,
});
const sides = (list: readonly (readonly [number, number])[]) =>
  [list.map(([a]) => a), list.map(([, b]) => b)] as [number[], number[]];

test('property: τ-b is what counting pair by pair gives', () => {
  fc.assert(
    fc.property(pairs, (list) => {
      const [x, y] = sides(list);
      let difference = 0;
      let freeX = 0;
      let freeY = 0;
      for (let i = 0; i < x.length; i++) {
        for (let j = 0; j < i; j++) {
          difference += Math.sign(x[i] - x[j]) * Math.sign(y[i] - y[j]);
          freeX += Number(x[i] !== x[j]);
          freeY += Number(y[i] !== y[j]);
        }
      }
      const found = kendallTauB(x, y);
      if (freeX * freeY === 0) expect(found).toBeNull();
      else expect(found).toBeCloseTo(difference / Math.sqrt(freeX * freeY), 12);
    }),
  );
});

test.each([
  ['Spearman', spearman],
  ['Kendall', kendallTauB],
])('property: %s is symmetric, turns its sign with a side, and sees order alone', (_, statistic) => {
  const close = (a: number | null, b: number | null) => {
    if (a === null || b === null) expect(a).toBe(b);
    else expect(a).toBeCloseTo(b, 12);
  };
  fc.assert(
    fc.property(pairs, (list) => {
      const [x, y] = sides(list);
      const found = statistic(x, y);
      close(statistic(y, x), found);
      close(
        statistic(
          x.map((value) => -value),
          y,
        ),
        found === null ? null : -found,
      );
      close(
        statistic(
          x.map((value) => Math.exp(value)),
          y.map((value) => 1000 + value ** 3),
        ),
        found,
      );
      close(statistic(...sides([...list].reverse())), found);
      if (found !== null) expect(Math.abs(found)).toBeLessThanOrEqual(1);
    }),
  );
});

test('property: over drawn items ρ is that of the list they make', () => {
  const drawing = fc.tuple(pairs, fc.array(fc.nat(1000), { minLength: 2, maxLength: 50 }));
  fc.assert(
    fc.property(drawing, ([list, draws]) => {
      const [x, y] = sides(list);
      const over = spearmanOver(x, y);
      const items = draws.map((draw) => draw % list.length);
      for (const drawn of [items, items.slice(1), list.map((_, index) => index)]) {
        const found = over(drawn);
        const expected = spearman(
          drawn.map((item) => x[item]),
          drawn.map((item) => y[item]),
        );
        if (expected === null) expect(found).toBeNull();
        else expect(found).toBeCloseTo(expected, 12);
      }
    }),
  );
});
