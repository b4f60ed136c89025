import { describe, expect, test } from 'vitest';
import { concordanceVariance } from '../../src/validation/concordance.ts';
import { familyPairs } from '../../src/validation/family-pairs.ts';
import { scaled, senSlope, sortedSlopes } from '../../src/validation/gain.ts';

function slopesOf(x: readonly number[], y: readonly number[]) {
  const outcomes = x.map((scatter, candidate) => ({ candidate, family: 'one', scatter, accuracy: y[candidate] }));
  const pairs = familyPairs(outcomes, 0.001);
  return { slopes: sortedSlopes(pairs), sigma: Math.sqrt(concordanceVariance(pairs[0])) };
}

const x = [0.943, 0.511, 0.976, 0.081, 0.607, 0.376, 0.802, 0.175, 0.872];
const y = [0.803, 0.456, 1.096, 0.128, 0.588, 0.002, 1.092, -0.243, 0.918];

describe('Sen’s slope', () => {
  // scipy.stats.theilslopes (SciPy 1.10.1)
  test('is scipy’s median slope, for an even and an odd number of pairs', () => {
    const all = slopesOf(x, y);
    expect(senSlope(all.slopes, all.sigma, 1.96, 'exact')?.value).toBeCloseTo(1.3684895833333333, 12);
    const seven = slopesOf(x.slice(0, 8), y.slice(0, 8));
    expect(senSlope(seven.slopes, seven.sigma, 1.96, 'exact')?.value).toBeCloseTo(1.3756720430107527, 12);
  });

  test('its interval holds the slopes that T does not reject', () => {
    const { slopes, sigma } = slopesOf(x, y);
    const interval = senSlope(slopes, sigma, 1.96, 'exact');
    const statistic = (slope: number) => slopes.length - 2 * slopes.filter((own) => own < slope).length;
    const inside = [...slopes].filter((slope) => Math.abs(statistic(slope + 1e-9)) < 1.96 * sigma);
    expect(interval?.low).toBeLessThanOrEqual(Math.min(...inside));
    expect(interval?.high).toBeGreaterThanOrEqual(Math.max(...inside));
    expect(Math.abs(statistic((interval?.low ?? 0) - 1e-9))).toBeGreaterThanOrEqual(1.96 * sigma - 2);
  });

  test('the careful interval is one rank wider on both sides', () => {
    const { slopes, sigma } = slopesOf(x, y);
    const exact = senSlope(slopes, sigma, 1.645, 'exact');
    const careful = senSlope(slopes, sigma, 1.645, 'careful');
    const rank = slopes.indexOf(exact?.low ?? Number.NaN);
    expect(careful?.low).toBe(slopes[rank - 1]);
    expect(careful?.high).toBe(slopes[slopes.length - rank]);
  });

  test('has no bounds where too few pairs are there to reject any slope', () => {
    const { slopes, sigma } = slopesOf([0.1, 0.5, 0.9], [1, 2, 3]);
    expect(senSlope(slopes, sigma, 1.96, 'exact')).toEqual({ value: 2.5, low: null, high: null });
  });

  test('is null without a pair', () => {
    expect(senSlope(new Float64Array(), 0, 1.96, 'exact')).toBeNull();
  });

  test('an open side stays open in other units', () => {
    expect(scaled({ value: 2, low: null, high: 3 }, 10)).toEqual({ value: 20, low: null, high: 30 });
  });
});
