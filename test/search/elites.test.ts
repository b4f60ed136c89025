import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { Random } from '../../src/base/random.ts';
import { defaultSearchOrder } from '../../src/search/default-order.ts';
import { Elites } from '../../src/search/elites.ts';
import { compareCandidates } from '../../src/search/ranking.ts';
import { scored } from './sample-candidates.ts';

function member(number: number, strategy: string) {
  const { pattern, score, other, ties } = scored(number);
  const { scatter, vector } = score;
  return { number, strategy, pattern, scatter, vector, otherScatter: other?.scatter ?? null, ties };
}

/** The numbers of the chosen, by their patterns. */
const chosen = (elites: Elites, of: readonly ReturnType<typeof member>[]) =>
  elites.members.map(
    ({ pattern }) => of.find((each) => `${each.pattern.junctions}` === `${pattern.junctions}`)?.number,
  );

test('four strategies or more send their best, fewer fill up with their seconds', () => {
  const ranked = Array.from({ length: 12 }, (_, index) => member(index + 1, 'any')).sort(compareCandidates(null));
  const of = (...strategies: string[]) => strategies.map((strategy, index) => ({ ...ranked[index], strategy }));
  const elitesOf = (candidates: ReturnType<typeof of>) => {
    const elites = new Elites('indicator', null, defaultSearchOrder);
    for (const candidate of candidates) elites.offer(candidate);
    return chosen(elites, candidates);
  };
  const places = (...indexes: number[]) => indexes.map((index) => ranked[index].number);
  expect(elitesOf(of('a', 'a', 'a', 'a', 'b', 'c', 'd', 'e'))).toEqual(places(0, 4, 5, 6));
  expect(elitesOf(of('a', 'a', 'a', 'a', 'a', 'b'))).toEqual(places(0, 1, 2, 5));
  expect(elitesOf(of('a', 'a', 'a', 'a', 'a'))).toEqual(places(0, 1, 2, 3));
});

test('property: the elites do not depend on the order of the offers, and the best is the first of all', () => {
  const drawn = fc.array(fc.tuple(fc.nat(40), fc.constantFrom('a', 'b', 'c', 'd', 'e')), {
    minLength: 1,
    maxLength: 30,
  });
  fc.assert(
    fc.property(drawn, fc.nat(), fc.option(fc.constantFrom(0.4, 0.6)), (rows, seed, target) => {
      const all = rows.map(([number, strategy], index) => ({ ...member(number, strategy), number: index }));
      const [forward, shuffled] = [new Elites('indicator', target, []), new Elites('indicator', target, [])];
      for (const one of all) forward.offer(one);
      for (const one of Random.fromSeed(seed).shuffle([...all])) shuffled.offer(one);
      expect(shuffled.members).toEqual(forward.members);
      expect(shuffled.best).toEqual([...all].sort(compareCandidates(target, []))[0]);
    }),
    { seed: 3, numRuns: 60 },
  );
});
