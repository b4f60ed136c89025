import { expect, test } from 'vitest';
import { searchText } from '../../src/report/search.ts';
import type { SearchResult } from '../../src/study/search-result.ts';

const found = (candidate: number, scatter: number, certificate: 'optimal' | null) => ({
  ...{ candidate, scatter, certificate, bound: 1, strategy: 'anneal', otherScatter: 0.9, invariant: null },
  fingerprint: '0123456789abcdef'.repeat(4),
  vector: [scatter, 1],
  ties: { rank: 0.25 },
});

const report: SearchResult = {
  ...{ study: 'morse-1', evaluated: 1200, seconds: 10.04, order: 'scatter (higher), rank (higher)' },
  vacuous: [],
  ended: 'budget',
  endedBecause: null,
  target: null,
  best: found(7, 0.95, null),
  top: [found(7, 0.95, null), found(3, 0.9, null)],
};
const options = { width: 200, color: false, unicode: true };

test('the best is told with how far it is from the best possible, the top as a table, and what ranks', () => {
  const text = searchText(report, options);
  expect(text).toContain(
    'morse-1: best S = 0.9500 (candidate 7, anneal); at most 1.0000 is possible with these degrees.',
  );
  expect(text).toContain('1200 candidates in 10.0 s.');
  expect(text).toMatch(/\n3 {2}anneal +0\.9000 .* 0\.2500\n/);
  expect(text).toContain('Ranked by scatter (higher), rank (higher).');
  expect(text).toContain('scattershot export 7 --study morse-1');
});

test('where a scatter was wanted, it is told how far the nearest is off, reached or not', () => {
  const target = { wanted: 0.3, tolerance: 0.005, offBy: 0.65, reached: false };
  const missed = searchText({ ...report, target }, options);
  expect(missed).toContain(
    'morse-1: nearest to 0.3: S = 0.9500 (candidate 7, anneal), off by 0.6500, not within 0.005 of it.',
  );
  expect(missed).not.toContain('is possible');
  const best = found(7, 0.302, null);
  const met = searchText({ ...report, best, target: { ...target, offBy: 0.002, reached: true } }, options);
  expect(met).toContain('S = 0.3020 (candidate 7, anneal), off by 0.0020, within 0.005 of it.');
});

test('a certified best says that nothing scores higher; no candidate says that', () => {
  const best = found(2, 1, 'optimal');
  expect(searchText({ ...report, best, top: [best] }, options)).toContain('certified: no pattern with these degrees');
  expect(searchText({ ...report, best: null, top: [] }, options)).toBe(
    'morse-1: 1200 candidates in 10.0 s, none found.\n',
  );
});

test('entries that every pattern fills are named, and a scatter made of nothing else is called what it is', () => {
  expect(searchText({ ...report, vacuous: ['2:2 forward'] }, options)).toContain(
    'Vacuous, 1 for every pattern: 2:2 forward.',
  );
  const best = found(7, 1, null);
  const pointless = searchText({ ...report, best, vacuous: ['1:1 forward', '1:1 backward'] }, options);
  expect(pointless).toContain('nothing is certified and scatter tells nothing here');
  expect(pointless).not.toContain('certified:');
});

test('no line is wider than the terminal', () => {
  for (const width of [30, 60, 80]) {
    for (const line of searchText(report, { ...options, width }).split('\n'))
      expect(line.length).toBeLessThanOrEqual(width);
  }
});
