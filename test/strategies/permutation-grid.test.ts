import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { Random } from '../../src/base/random.ts';
import { type ArchitectureRequest, meanFanOut } from '../../src/pattern/architecture.ts';
import { fingerprint } from '../../src/pattern/pattern.ts';
import { presets } from '../../src/pattern/presets.ts';
import { entryBound } from '../../src/scatter/bound.ts';
import { scorePattern } from '../../src/scatter/kernel.ts';
import { permutationGrid } from '../../strategies/permutation-grid.ts';
import { permutationGridPattern } from '../../strategies/shared/permutation-grid-pattern.ts';
import { makeProblem, strategyProblems } from '../conformance/strategy-problems.ts';
import { networks } from '../pattern/sample-patterns.ts';
import { chiSquareDeviation } from './chi-square.ts';

/** Values of the entries of single junctions, in both metrics. */
function singleEntries(problem: ReturnType<typeof makeProblem>, seed: number): number[] {
  const entries = problem.entries.filter(({ from, to }) => from === to);
  const pattern = permutationGridPattern(problem, Random.fromSeed(seed));
  return (['indicator', 'fair-share'] as const).flatMap((metric) => [...scorePattern(pattern, entries, metric).vector]);
}

test('both entries of every junction of the Morse network are exactly 1', () => {
  expect(singleEntries(makeProblem(presets.morse), 1)).toEqual(new Array(8).fill(1));
});

test('so are they where a window of 4 should have 3 connections, and where windows are boxes of a picture', () => {
  expect(singleEntries(strategyProblems['an ideal of 3 in windows of 4'], 2)).toEqual([1, 1, 1, 1]);
  expect(singleEntries(strategyProblems['a picture of 8x8'], 3)).toEqual(new Array(8).fill(1));
});

test('property: so are they on every network with derived windows, in both metrics', () => {
  fc.assert(
    fc.property(networks, fc.nat(), (network, seed) => {
      const problem = makeProblem(network);
      expect(permutationGrid.accepts(problem)).toBe(true);
      expect(singleEntries(problem, seed).every((value) => value === 1)).toBe(true);
    }),
    { numRuns: 60, seed: 5 },
  );
});

test('all 16 grids of 2x2 permutations come out equally often', () => {
  const problem = makeProblem({ layers: [4, 4], fanOuts: [2] });
  const random = Random.fromSeed(7);
  const counts = new Map<string, number>();
  for (let n = 0; n < 1600; n++) {
    const name = fingerprint(permutationGridPattern(problem, random.fork(n)));
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  expect(counts.size).toBe(16);
  expect(Math.abs(chiSquareDeviation([...counts.values()]))).toBeLessThan(4);
});

const spanLevels: [string, ArchitectureRequest, number][] = [
  ['4096-512-16 (1,1)', { layers: [4096, 512, 16], fanOuts: [1, 1] }, 0.66],
  ['4096-512-16 (2,8)', { layers: [4096, 512, 16], fanOuts: [2, 8] }, 0.75],
  ['1024-64-16 (1,4)', { layers: [1024, 64, 16], fanOuts: [1, 4] }, 0.7],
  ['784-112-10 (4,5)', { layers: [784, 112, 10], fanOuts: [4, 5] }, 0.94],
];
test.each(spanLevels)('the span of %s is left to chance, at the level of the definitions', (_, request, level) => {
  const problem = makeProblem(request);
  const scores = Array.from({ length: 5 }, (_, n) => {
    const pattern = permutationGridPattern(problem, Random.fromSeed(n));
    return scorePattern(pattern, problem.entries, 'indicator').scatter;
  });
  expect(scores.reduce((a, b) => a + b) / scores.length).toBeCloseTo(level, 1.5);
});

test('windows that are no equal partition are refused, naming the junction', () => {
  const unequal = permutationGrid.accepts(makeProblem({ layers: [20, 12], fanOuts: [6] }, { windows: 'balanced' }));
  const overlapping = permutationGrid.accepts(strategyProblems['overlapping windows given by hand']);
  const fine = permutationGrid.accepts(
    makeProblem({ layers: [4, 4], fanOuts: [2] }, { windows: { '1:1 forward': [[0], [1], [2], [3]] } }),
  );
  expect(unequal).toBe(true);
  expect(overlapping).toBe('the left windows of junction 1 do not hold every neuron once');
  expect(fine).toMatch(/^the windows of junction 1 are not of a size/);
});

test('windows of equal size that are no runs of neurons are followed too', () => {
  const windows = {
    '1:1 forward': [
      [0, 7],
      [1, 6],
      [2, 5],
      [3, 4],
    ],
    '1:1 backward': [
      [0, 2],
      [1, 3],
    ],
  };
  expect(singleEntries(makeProblem({ layers: [8, 4], fanOuts: [2] }, { windows }), 4)).toEqual([1, 1, 1, 1]);
});

test('property: a balanced grid is at the bound of forward, in both metrics, as soon as it is built', () => {
  const cases = fc.tuple(fc.integer({ min: 2, max: 40 }), fc.integer({ min: 2, max: 40 })).chain(([left, right]) =>
    fc.record({
      layers: fc.constant([left, right]),
      fanIn: fc.integer({ min: Math.ceil(left / right), max: left }),
      metric: fc.constantFrom('indicator' as const, 'fair-share' as const),
      seed: fc.nat(),
    }),
  );
  const gaps: number[] = [];
  fc.assert(
    fc.property(cases, ({ layers, fanIn, metric, seed }) => {
      const fanOut = meanFanOut(layers[0], layers[1], fanIn);
      fc.pre(!Number.isInteger(fanOut));
      const problem = makeProblem({ layers, fanOuts: [fanOut] }, { metric });
      expect(permutationGrid.accepts(problem)).toBe(true);
      const { vector } = scorePattern(permutationGridPattern(problem, Random.fromSeed(seed)), problem.entries, metric);
      const [forward, backward] = problem.entries.map((entry) => entryBound(entry, problem.architecture, metric));
      expect(vector[0]).toBeCloseTo(forward, 12);
      gaps.push(backward - vector[1]);
    }),
    { numRuns: 300, seed: 3 },
  );
  expect(gaps.filter((gap) => gap < 1e-12).length).toBeGreaterThan(gaps.length * 0.8);
  expect(Math.max(...gaps)).toBeLessThan(0.06);
});
