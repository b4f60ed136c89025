import { describe, expect, test } from 'vitest';
import { Random } from '../../src/base/random.ts';
import { noiseCeiling, repeatability } from '../../src/validation/ceiling.ts';
import {
  concordance,
  concordanceVariance,
  normalConcordanceP,
  permutedConcordanceP,
} from '../../src/validation/concordance.ts';
import { fQuantile, normalQuantile, studentQuantile } from '../../src/validation/distributions.ts';
import { familyPairs } from '../../src/validation/family-pairs.ts';
import { senSlope, sortedSlopes } from '../../src/validation/gain.ts';
import { residuals } from '../../src/validation/residuals.ts';
import { compareRivals } from '../../src/validation/rivals.ts';
import { judgeControl } from '../../src/validation/windows-or-not.ts';
import { scipyValues } from './scipy-values.ts';

const pairsOf = (x: readonly number[], y: readonly number[], least: number) =>
  familyPairs(
    x.map((scatter, candidate) => ({ candidate, family: 'one', scatter, accuracy: y[candidate] })),
    least,
  );

const same = (value: number, expected: number, digits = 10) =>
  expect(Math.abs(value - expected)).toBeLessThanOrEqual(10 ** -digits * Math.max(1, Math.abs(expected)));

describe.each(scipyValues.links.map((link, index) => ({ index, ...link })))(
  'link $index',
  ({ x, y, least, ...known }) => {
    const families = pairsOf(x, y, least);

    test('order, exact variance and Sen’s slope are those of numpy over all permutations', () => {
      same(concordance(families[0]), known.total);
      same(concordanceVariance(families[0]), known.variance);
      same(senSlope(sortedSlopes(families), 1, 1.96, 'exact')?.value ?? Number.NaN, known.slope);
    });

    test('p by random permutation is near the exact one', () => {
      const p = permutedConcordanceP(families, Random.fromSeed(2), 9999);
      expect(Math.abs(p - known.p)).toBeLessThan(4 * Math.sqrt((known.p * (1 - known.p)) / 9999) + 2e-4);
    });
  },
);

test('p by the normal law and Sen’s interval are those of kendalltau and theilslopes', () => {
  const { x, y, p, slope, low, high } = scipyValues.largeLink;
  const families = pairsOf(x, y, 1e-6);
  const variance = concordanceVariance(families[0]);
  same(normalConcordanceP(concordance(families[0]), variance), p);
  const slopes = sortedSlopes(families);
  const [exact, careful] = (['exact', 'careful'] as const).map((rule) =>
    senSlope(slopes, Math.sqrt(variance), normalQuantile(0.975), rule),
  );
  same(exact?.value ?? Number.NaN, slope);
  // SciPy rounds the rank where the two rules here take the one below and the next: its bounds are one of theirs.
  expect([exact?.low, careful?.low]).toContain(low);
  expect([exact?.high, careful?.high]).toContain(high);
});

test('repeatability and the ceiling with its interval are those of the sums of squares and of scipy.stats.f', () => {
  const { rows, families, icc, reliability, ceiling, low, high } = scipyValues.repeated;
  const observations = rows.map((accuracies, candidate) => ({
    ...{ candidate, family: families[candidate], scatter: 0, accuracies },
  }));
  const found = repeatability(observations);
  same(found?.icc ?? Number.NaN, icc);
  same(found?.reliability ?? Number.NaN, reliability);
  const noise = noiseCeiling(observations);
  same(noise.value, ceiling);
  same(noise.low, low, 7);
  same(noise.high, high, 7);
});

test.each(scipyValues.quantiles)('the $law quantile of $p with $parameters degrees is scipy’s', (quantile) => {
  const { law, p, parameters, value } = quantile;
  const [first, second] = parameters;
  const found =
    law === 'normal' ? normalQuantile(p) : law === 'student' ? studentQuantile(p, first) : fQuantile(p, first, second);
  same(found, value, 6);
});

test('residuals on columns of very different units, one of them twice, are those of numpy', () => {
  const { values, columns, left } = scipyValues.leftOver;
  for (const [row, value] of residuals(values, columns).entries()) same(value, left[row], 7);
});

test('what a proxy adds to another, and what scatter adds to its control, are partial rank correlations within families', () => {
  const { families, first, second, accuracy, value, p, low, high } = scipyValues.givenOthers;
  const outcomes = families.map((family, candidate) => ({
    ...{ candidate, family, scatter: first[candidate], accuracy: accuracy[candidate] },
  }));
  const rivals = [
    { name: 'first', values: first },
    { name: 'second', values: second },
  ];
  const [found] = compareRivals(rivals, outcomes, Random.fromSeed(1), 9);
  same(found.givenOthers ?? Number.NaN, value);
  same(found.pGivenOthers ?? Number.NaN, p);
  const control = judgeControl(outcomes.map((outcome, candidate) => ({ ...outcome, control: second[candidate] })));
  same(control.scatterGivenControl?.value ?? Number.NaN, value);
  same(control.scatterGivenControl?.low ?? Number.NaN, low);
  same(control.scatterGivenControl?.high ?? Number.NaN, high);
});
