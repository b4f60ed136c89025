import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Ties } from '../../src/search/candidate.ts';
import { defaultSearchOrder } from '../../src/search/default-order.ts';
import { BestOf, compareCandidates, type RankingFields } from '../../src/search/ranking.ts';

function ranked(number: number, scatter: number, otherScatter: number | null, ties: Ties = {}): RankingFields {
  return { number, scatter, otherScatter, ties };
}

const sorted = (target: number | null, order: readonly string[], ...candidates: RankingFields[]) =>
  [...candidates].sort(compareCandidates(target, order)).map(({ number }) => number);

test('the highest S goes first, then the higher S of the other metric, then the earlier number', () => {
  expect(
    sorted(
      null,
      defaultSearchOrder,
      ranked(1, 0.5, 0.9),
      ranked(2, 0.8, null),
      ranked(3, 0.8, 0.1),
      ranked(4, 0.8, 0.7),
      ranked(5, 0.8, 0.7),
    ),
  ).toEqual([4, 5, 3, 2, 1]);
});

test('with a wanted S the nearest goes first, from either side', () => {
  const candidates = [ranked(1, 0.9, 0), ranked(2, 0.55, 0), ranked(3, 0.61, 0), ranked(4, 0.2, 0)];
  expect(sorted(0.6, defaultSearchOrder, ...candidates)).toEqual([3, 2, 1, 4]);
});

test('between equal scatters the criteria decide one after the other, each in its own direction, the unmeasured last', () => {
  const candidates = [
    ranked(1, 1, 1, { rank: 0.5, 'four-cycles': 0.25 }),
    ranked(2, 1, 1, { rank: 0.75, 'four-cycles': 0.5 }),
    ranked(3, 1, 1, { rank: 0.75, 'four-cycles': 0.25 }),
    ranked(4, 1, 0.5, { rank: 1, 'four-cycles': 0 }),
    ranked(5, 1, 1),
  ];
  expect(sorted(null, ['other-scatter', 'rank', 'four-cycles'], ...candidates)).toEqual([3, 2, 1, 5, 4]);
  expect(sorted(null, ['four-cycles', 'rank'], ...candidates)).toEqual([4, 3, 1, 2, 5]);
  expect(sorted(null, ['four-cycles:higher', 'rank'], ...candidates)).toEqual([2, 3, 1, 4, 5]);
  expect(sorted(null, [], ...candidates)).toEqual([1, 2, 3, 4, 5]);
});

test('property: the best of all are kept, and an offer says whether it was among the best at its time', () => {
  const drawn = fc.record({
    scatter: fc.integer({ min: 0, max: 5 }),
    other: fc.integer({ min: 0, max: 2 }),
    cycles: fc.option(fc.integer({ min: 0, max: 2 })),
  });
  const order = ['other-scatter', 'four-cycles'];
  fc.assert(
    fc.property(fc.array(drawn, { maxLength: 60 }), fc.integer({ min: 1, max: 7 }), (rows, most) => {
      const all = rows.map(({ scatter, other, cycles }, index) =>
        ranked(index + 1, scatter / 5, other / 2, { 'four-cycles': cycles }),
      );
      const best = new BestOf(most, null, order);
      for (const [index, candidate] of all.entries()) {
        const expected = all
          .slice(0, index + 1)
          .sort(compareCandidates(null, order))
          .slice(0, most);
        expect(best.offer(candidate)).toBe(expected.includes(candidate));
        expect(best.members).toEqual(expected);
        expect(best.worst).toBe(expected[most - 1] ?? null);
      }
    }),
    { seed: 4 },
  );
});
