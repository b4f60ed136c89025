import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Pattern } from '../../src/pattern/pattern.ts';
import { measureProxies, proxies } from '../../src/proxies/index.ts';
import {
  compareLexicographic,
  defaultRankingOrder,
  describeRanking,
  type RankingValues,
  rankingOrder,
} from '../../src/proxies/ranking.ts';
import { samplePattern } from '../pattern/sample-patterns.ts';
import { architectureOf, degenerateMorse } from './known-junctions.ts';

const equal: RankingValues = {
  scatter: 1,
  'other-scatter': 1,
  'distinct-neighbourhoods': 1,
  rank: 1,
  'path-evenness': 1,
  'four-cycles': 1,
  'spectral-gap': 0.5,
};

describe('the default order', () => {
  test('is other scatter, neighbourhoods, rank, path evenness, 4-cycles, λ2, each in its direction', () => {
    expect(describeRanking(rankingOrder())).toBe(
      'scatter (higher), other-scatter (higher), distinct-neighbourhoods (higher), rank (higher), path-evenness (higher), four-cycles (lower), spectral-gap (higher)',
    );
  });

  test.each(['scatter', ...defaultRankingOrder])('a better %s decides when all before it are the same', (name) => {
    const sign = name === 'four-cycles' ? -1 : 1;
    const better = { ...equal, [name]: (equal[name] as number) + 0.01 * sign };
    const later = Object.keys(equal).slice(Object.keys(equal).indexOf(name) + 1);
    // whatever comes after is worse, and does not count
    for (const worse of later) better[worse] = (equal[worse] as number) - (worse === 'four-cycles' ? -0.3 : 0.3);
    expect(compareLexicographic()(better, equal)).toBe(-1);
    expect(compareLexicographic()(equal, better)).toBe(1);
  });

  test('of patterns alike in scatter the degenerate one comes last', () => {
    const values = (pattern: Pattern): RankingValues => ({
      scatter: 1,
      'other-scatter': 1,
      ...Object.fromEntries(
        [...measureProxies(pattern, architectureOf(pattern))].map(([name, { value }]) => [name, value]),
      ),
    });
    const mixed = values(samplePattern([64, 1024, 64], [128, 8], 1));
    const degenerate = values(degenerateMorse());
    expect([degenerate, mixed].sort(compareLexicographic())).toEqual([mixed, degenerate]);
  });
});

describe('a configured order', () => {
  test('takes other proxies and directions', () => {
    const order = rankingOrder(['locality:higher', 'ramanujan-deficit']);
    expect(describeRanking(order)).toBe('scatter (higher), locality (higher), ramanujan-deficit (lower)');
    const compare = compareLexicographic(order);
    const [a, b] = [
      { scatter: 0.5, locality: 1, 'ramanujan-deficit': -1 },
      { scatter: 0.5, locality: 0.2, 'ramanujan-deficit': -2 },
    ];
    expect(compare(a, b)).toBe(-1);
    expect(compareLexicographic(rankingOrder(['locality']))(a, b)).toBe(1);
    expect(compareLexicographic(rankingOrder([]))(a, b)).toBe(0);
  });

  test('every registered proxy can stand in it', () => {
    expect(rankingOrder([...proxies.keys()]).length).toBe(1 + proxies.size);
  });

  test('an unknown name, a repeated one, an unknown direction are refused', () => {
    expect(() => rankingOrder(['ranks'])).toThrow(
      /got "ranks"; expected one of other-scatter, distinct-neighbourhoods/,
    );
    expect(() => rankingOrder(['rank', 'rank:lower'])).toThrow(/got "rank" twice/);
    expect(() => rankingOrder(['rank:upper'])).toThrow(/":higher" or ":lower"/);
    expect(() => rankingOrder(['scatter'])).toThrow(RangeError);
  });
});

describe('the comparator', () => {
  const order = rankingOrder(['spectral-gap']);

  test('lets round-off decide nothing in proxies, and anything in scatter', () => {
    const compare = compareLexicographic(order);
    expect(compare({ scatter: 1, 'spectral-gap': 0.4 }, { scatter: 1, 'spectral-gap': 0.4 + 1e-12 })).toBe(0);
    expect(compare({ scatter: 1, 'spectral-gap': 0.4 }, { scatter: 1, 'spectral-gap': 0.4001 })).toBe(1);
    expect(compare({ scatter: 1, 'spectral-gap': 0 }, { scatter: 1 - 1e-12, 'spectral-gap': 1 })).toBe(-1);
    expect(
      compareLexicographic(order, 0)({ scatter: 1, 'spectral-gap': 0.4 }, { scatter: 1, 'spectral-gap': 0.4 + 1e-12 }),
    ).toBe(1);
  });

  test('ranks what is unknown below any number, in either direction', () => {
    const compare = compareLexicographic(rankingOrder(['four-cycles']));
    expect(compare({ scatter: 1, 'four-cycles': null }, { scatter: 1, 'four-cycles': 1e9 })).toBe(1);
    expect(compare({ scatter: 1, 'four-cycles': null }, { scatter: 1, 'four-cycles': null })).toBe(0);
  });

  test('refuses a candidate without a value, and a tolerance below 0', () => {
    expect(() => compareLexicographic(order)({ scatter: 1 }, { scatter: 1, 'spectral-gap': 1 })).toThrow(
      /spectral-gap/,
    );
    expect(() => compareLexicographic(order)({ scatter: Number.NaN, 'spectral-gap': 1 }, equal)).toThrow(RangeError);
    expect(() => compareLexicographic(order, -1)).toThrow(RangeError);
  });

  test('property: is an order, values a fraction of the tolerance apart included', () => {
    const value = fc.option(fc.integer({ min: 0, max: 12 }).map((steps) => steps * 0.04));
    const candidates = fc.record({ scatter: fc.constantFrom(0.5, 1), 'spectral-gap': value, 'four-cycles': value });
    const compare = compareLexicographic(rankingOrder(['spectral-gap', 'four-cycles']), 0.1);
    fc.assert(
      fc.property(candidates, candidates, candidates, (a, b, c) => {
        expect(compare(a, b)).toBe(0 - compare(b, a));
        if (compare(a, b) <= 0 && compare(b, c) <= 0) expect(compare(a, c)).toBeLessThanOrEqual(0);
        if (compare(a, b) === 0 && compare(b, c) === 0) expect(compare(a, c)).toBe(0);
      }),
      { numRuns: 1000 },
    );
  });
});
