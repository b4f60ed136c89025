import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { defineArchitecture } from '../../src/pattern/architecture.ts';
import { presets } from '../../src/pattern/presets.ts';
import { measureProxies } from '../../src/proxies/index.ts';
import { scoreBoth } from '../../src/scatter/kernel.ts';
import { defaultSearchOrder } from '../../src/search/default-order.ts';
import { BestOf } from '../../src/search/ranking.ts';
import { searchOrder, TieBreakers } from '../../src/search/tie-breakers.ts';
import { makeProblem } from '../conformance/strategy-problems.ts';
import { samplePattern } from '../pattern/sample-patterns.ts';

const problem = makeProblem({ layers: [8, 8, 4], fanOuts: [2, 2] });
const { architecture } = problem;

function sample(seed: number) {
  const pattern = samplePattern(architecture.layers, architecture.fanOuts, seed);
  const { score, other } = scoreBoth(pattern, problem.entries, problem.metric);
  return { pattern, scatter: score.scatter, otherScatter: other?.scatter ?? null };
}

test('with room left everything is measured, in the order asked for', () => {
  const { pattern, ...scatters } = sample(1);
  const order = ['spectral-gap', 'other-scatter', 'rank:lower'];
  const ties = new TieBreakers(order, architecture).measure(pattern, scatters, null, null);
  const expected = measureProxies(pattern, architecture, ['spectral-gap', 'rank']);
  expect(Object.entries(ties)).toEqual([...expected].map(([name, { value }]) => [name, value]));
});

test('nothing is measured once a candidate is behind, and everything once it is ahead', () => {
  const { pattern, ...scatters } = sample(1);
  const breakers = new TieBreakers(['other-scatter', 'rank', 'four-cycles'], architecture);
  const full = breakers.measure(pattern, scatters, null, null);
  const { scatter } = scatters;
  const measure = (changes: object, target: number | null = null) =>
    breakers.measure(pattern, scatters, { ...scatters, ties: full, ...changes }, target);
  const nothing = { rank: null, 'four-cycles': null };
  expect(measure({ scatter: scatter + 0.01 })).toEqual(nothing);
  expect(measure({ otherScatter: 1 })).toEqual(nothing);
  expect(measure({ ties: { ...full, rank: 2 } })).toEqual({ ...full, 'four-cycles': null });
  expect(measure({ ties: { rank: 0, 'four-cycles': -1 } })).toEqual(full);
  expect(measure({})).toEqual(full);
  expect(measure({ scatter: scatter + 0.01 }, scatter)).toEqual(full);
  expect(measure({ scatter }, scatter - 0.01)).toEqual(full);
  expect(measure({ scatter: scatter - 0.01 }, scatter - 0.01)).toEqual(nothing);
});

test('property: what is kept with measuring only as far as it matters is what is kept with everything measured', () => {
  const order = fc.shuffledSubarray([
    'other-scatter',
    'distinct-neighbourhoods',
    'path-evenness',
    'four-cycles',
    'rank',
  ]);
  const target = fc.option(fc.constantFrom(0.5, 0.75));
  const seeds = fc.uniqueArray(fc.nat(10_000), { minLength: 1, maxLength: 24 });
  fc.assert(
    fc.property(order, target, seeds, fc.integer({ min: 1, max: 4 }), (names, wanted, drawn, keep) => {
      const breakers = new TieBreakers(names, architecture);
      const [lazy, whole] = [new BestOf(keep, wanted, names), new BestOf(keep, wanted, names)];
      // rounds of three, held against what was kept before the last of them, as a search does
      for (let start = 0; start < drawn.length; start += 3) {
        const round = drawn.slice(start, start + 3).map((seed, index) => ({ ...sample(seed), number: start + index }));
        const toBeat = lazy.worst;
        for (const one of round) {
          const kept = lazy.offer({ ...one, ties: breakers.measure(one.pattern, one, toBeat, wanted) });
          expect(kept).toBe(whole.offer({ ...one, ties: breakers.measure(one.pattern, one, null, wanted) }));
        }
      }
      expect(lazy.members).toEqual(whole.members);
    }),
    { seed: 5, numRuns: 60 },
  );
});

test('what would take longer than a search can wait is left out, by the sizes alone', () => {
  const big = defineArchitecture({ layers: [25088, 4096, 4096, 1000], fanOuts: [64, 64, 125] });
  const everything = [...defaultSearchOrder, 'rank'];
  const slow = ['path-evenness', 'four-cycles', 'spectral-gap', 'rank'];
  expect(searchOrder(everything, big).leftOut).toEqual(slow);
  expect(searchOrder(everything, big).criteria).toHaveLength(7);
  expect(searchOrder(everything, defineArchitecture(presets.morse)).leftOut).toEqual([]);
  for (const preset of Object.values(presets)) {
    expect(searchOrder(defaultSearchOrder, defineArchitecture(preset)).leftOut).toEqual([]);
  }
});

test('what is left out of a ranking is null, and what comes after it still decides', () => {
  const wide = defineArchitecture({ layers: [2048, 2048], fanOuts: [16] });
  const order = ['rank', 'distinct-neighbourhoods'];
  expect(searchOrder(order, wide).leftOut).toEqual(['rank']);
  const pattern = samplePattern(wide.layers, wide.fanOuts, 1);
  const scores = { scatter: 0.5, otherScatter: null };
  const breakers = new TieBreakers(order, wide);
  const distinct = { rank: null, 'distinct-neighbourhoods': 1 };
  expect(breakers.measure(pattern, scores, null, null)).toEqual(distinct);
  const toBeat = { ...scores, ties: { rank: null, 'distinct-neighbourhoods': 0.5 } };
  expect(breakers.measure(pattern, scores, toBeat, null)).toEqual(distinct);
});
