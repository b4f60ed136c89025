import { expect, test } from 'vitest';
import { seedsOf } from '../../src/validation/design.ts';

/** Candidates of each family that have two seeds, in a plan whose families take turns. */
function repeated(candidates: number, families: number): number[] {
  const counts = new Array<number>(families).fill(0);
  for (let place = 0; place < candidates; place++) {
    if (seedsOf(place, 1, 2, families).length === 2) counts[place % families]++;
  }
  return counts;
}

test.each([2, 3, 4, 5, 6, 9])('every third candidate has a second seed, spread over all of %i families', (families) => {
  const counts = repeated(6 * families, families);
  expect(counts.every((count) => count === 2)).toBe(true);
});

test('seeds asked for are never fewer', () => {
  expect(seedsOf(1, 3, 3, 6)).toEqual([1, 2, 3]);
  expect(seedsOf(0, 1, 2, 5)).toEqual([1, 2]);
  expect(seedsOf(1, 1, 2, 5)).toEqual([1]);
});
