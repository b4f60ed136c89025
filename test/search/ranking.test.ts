import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { BestOf, byRank, type Ranked } from '../../src/search/ranking.ts';

function ranked(number: number, scatter: number, other: number | null): Ranked {
  return {
    number,
    score: { metric: 'indicator', scatter, vector: [scatter] },
    other: other === null ? null : { metric: 'fair-share', scatter: other, vector: [other] },
  };
}

const order = (target: number | null, ...candidates: Ranked[]) =>
  [...candidates].sort(byRank(target)).map(({ number }) => number);

test('the highest S goes first, then the higher S of the other metric, then the earlier number', () => {
  expect(
    order(
      null,
      ranked(1, 0.5, 0.9),
      ranked(2, 0.8, null),
      ranked(3, 0.8, 0.1),
      ranked(4, 0.8, 0.7),
      ranked(5, 0.8, 0.7),
    ),
  ).toEqual([4, 5, 3, 2, 1]);
});

test('with a wanted S the nearest goes first, from either side', () => {
  expect(order(0.6, ranked(1, 0.9, 0), ranked(2, 0.55, 0), ranked(3, 0.61, 0), ranked(4, 0.2, 0))).toEqual([
    3, 2, 1, 4,
  ]);
});

test('property: the best of many rounds are the best of all, and each offer names those of its own that got in', () => {
  const candidates = fc.array(fc.tuple(fc.integer({ min: 0, max: 5 }), fc.integer({ min: 0, max: 2 })), {
    maxLength: 60,
  });
  fc.assert(
    fc.property(candidates, fc.integer({ min: 1, max: 7 }), fc.integer({ min: 1, max: 9 }), (pairs, most, size) => {
      const all = pairs.map(([s, o], index) => ranked(index + 1, s / 5, o / 2));
      const best = new BestOf(most, null);
      for (let start = 0; start < all.length; start += size) {
        const round = all.slice(start, start + size);
        const admitted = best.offer(round);
        expect(admitted).toEqual(round.filter((candidate) => best.members.includes(candidate)));
      }
      expect(best.members).toEqual([...all].sort(byRank(null)).slice(0, most));
    }),
    { seed: 4 },
  );
});
