import { expect, test } from 'vitest';
import { Random } from '../../src/base/random.ts';
import { kendallTauB, spearmanOver } from '../../src/validation/correlation.ts';
import { bootstrapInterval, permutationP, spearmanPermutationP } from '../../src/validation/resampling.ts';
import { scipyValues } from './scipy-values.ts';

test('the interval is SciPy’s percentile interval but for the luck of resampling', () => {
  const { x, y, low, high } = scipyValues.interval;
  const found = bootstrapInterval(x.length, spearmanOver(x, y), Random.fromSeed(1), { resamples: 8000 });
  expect(Math.abs((found?.low ?? 0) - low)).toBeLessThan(0.02);
  expect(Math.abs((found?.high ?? 0) - high)).toBeLessThan(0.02);
});

test('p is the exact one of all 7! orders but for the luck of sampling', () => {
  const { x, y, p } = scipyValues.exactP.spearman;
  const found = spearmanPermutationP(x, y, Random.fromSeed(2), { permutations: 40_000 });
  expect(Math.abs((found ?? 0) - p)).toBeLessThan(4 * Math.sqrt((p * (1 - p)) / 40_000));
  const kendall = scipyValues.exactP.kendall;
  const moved = (items: readonly number[]) =>
    kendallTauB(
      kendall.x,
      items.map((item) => kendall.y[item]),
    );
  const foundKendall = permutationP(kendall.x.length, moved, Random.fromSeed(3), { permutations: 40_000 });
  expect(Math.abs((foundKendall ?? 0) - kendall.p)).toBeLessThan(4 * Math.sqrt((kendall.p * (1 - kendall.p)) / 40_000));
});

test('the same random source gives the same interval and p, whatever was drawn from it before', () => {
  const { x, y } = scipyValues.interval;
  const used = Random.fromSeed(5).fork(1);
  const interval = () => bootstrapInterval(x.length, spearmanOver(x, y), Random.fromSeed(5).fork(1), { resamples: 50 });
  expect(bootstrapInterval(x.length, spearmanOver(x, y), used, { resamples: 50 })).toEqual(interval());
  const p = () => spearmanPermutationP(x, y, Random.fromSeed(6), { permutations: 50 });
  expect(p()).toBe(p());
});

test('a perfect link has the least p there is, and an undefined one none', () => {
  const x = Array.from({ length: 20 }, (_, index) => index);
  expect(spearmanPermutationP(x, x, Random.fromSeed(1), { permutations: 999 })).toBe(0.001);
  expect(
    spearmanPermutationP(
      x,
      x.map(() => 1),
      Random.fromSeed(1),
    ),
  ).toBeNull();
});

test('an interval is null where most resamples leave the statistic undefined', () => {
  const random = Random.fromSeed(1);
  expect(bootstrapInterval(5, (items) => (items.includes(0) ? null : 1), random)).toBeNull();
  expect(bootstrapInterval(5, () => null, random)).toBeNull();
  expect(bootstrapInterval(5, (items) => (new Set(items).size === 1 ? null : 1), random)).toEqual({ low: 1, high: 1 });
});

test('with groups, each is drawn and permuted within itself', () => {
  const groups = ['a', 'b', 'a', 'b', 'b'];
  const sizes = (items: readonly number[]) => items.filter((item) => groups[item] === 'a').length;
  expect(bootstrapInterval(5, sizes, Random.fromSeed(1), { groups, resamples: 100 })).toEqual({ low: 2, high: 2 });
  const seen = new Set<string>();
  const record = (items: readonly number[]) => {
    expect(items.map((item) => groups[item])).toEqual(groups);
    expect([...items].sort()).toEqual([0, 1, 2, 3, 4]);
    seen.add(items.join());
    return 0;
  };
  permutationP(5, record, Random.fromSeed(1), { groups, permutations: 300 });
  expect(seen.size).toBe(12);
});

test('a higher level gives a wider interval', () => {
  const { x, y } = scipyValues.interval;
  const width = (level: number) => {
    const interval = bootstrapInterval(x.length, spearmanOver(x, y), Random.fromSeed(1), { level, resamples: 500 });
    return (interval?.high ?? 0) - (interval?.low ?? 0);
  };
  expect(width(0.99)).toBeGreaterThan(width(0.95));
  expect(width(0.95)).toBeGreaterThan(width(0.5));
});

function normalPairs(random: Random, count: number, correlation: number): [number[], number[]] {
  const x = Array.from({ length: count }, () => random.normal());
  return [x, x.map((value) => correlation * value + Math.sqrt(1 - correlation ** 2) * random.normal())];
}

test('property: without a link p is uniform, so that 5 % of studies are wrongly told one at 0.05', () => {
  const studies = 400;
  const found = Array.from({ length: studies }, (_, study) => {
    const random = Random.fromSeed(7).fork(study);
    const [x, y] = normalPairs(random, 12, 0);
    return spearmanPermutationP(x, y, random.fork(1), { permutations: 199 }) as number;
  });
  for (const level of [0.05, 0.25, 0.5, 0.75]) {
    const share = found.filter((p) => p <= level).length / studies;
    expect(Math.abs(share - level)).toBeLessThan(3.5 * Math.sqrt((level * (1 - level)) / studies));
  }
});

test.each([
  [12, 0],
  [30, 0.5],
  [60, -0.8],
])(
  'property: over studies of %i candidates the interval covers the true correlation about as often as it says',
  (count, correlation) => {
    const truth = (6 / Math.PI) * Math.asin(correlation / 2);
    const studies = 200;
    let covered = 0;
    for (let study = 0; study < studies; study++) {
      const random = Random.fromSeed(8).fork(count, study);
      const [x, y] = normalPairs(random, count, correlation);
      const interval = bootstrapInterval(count, spearmanOver(x, y), random.fork(1), { resamples: 300 });
      if (interval !== null && interval.low <= truth && truth <= interval.high) covered++;
    }
    expect(covered / studies).toBeGreaterThan(0.88);
    expect(covered / studies).toBeLessThan(0.995);
  },
);
