import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { defineArchitecture, feasibleFanOuts, junctionSizes, type LayerShape } from '../../src/pattern/architecture.ts';
import { fingerprint, patternFault } from '../../src/pattern/pattern.ts';
import { presets } from '../../src/pattern/presets.ts';
import { Random } from '../../src/pattern/random.ts';
import { scorePattern } from '../../src/scatter/kernel.ts';
import { localPattern } from '../../strategies/local.ts';
import { makeProblem } from '../conformance/strategy-problems.ts';

/** Whether numbers are successive, going round after `length − 1`. */
function isRun(numbers: Iterable<number>, length: number): boolean {
  const sorted = [...new Set(numbers)].sort((a, b) => a - b);
  const gaps = sorted.filter((number, i) => sorted[(i + 1) % sorted.length] !== (number + 1) % length);
  return gaps.length <= 1;
}

function rows(sources: Uint32Array, fanIn: number): number[][] {
  return Array.from({ length: sources.length / fanIn }, (_, j) => [...sources.subarray(j * fanIn, (j + 1) * fanIn)]);
}

test('every right neuron of an unshaped layer sees one run of neighbours, round the end at most', () => {
  const problem = makeProblem({ layers: [30, 20, 8], fanOuts: [4, 2] });
  for (let seed = 0; seed < 20; seed++) {
    const pattern = localPattern(problem, Random.fromSeed(seed), 0);
    for (const { number, left, fanIn } of junctionSizes(pattern)) {
      for (const row of rows(pattern.junctions[number - 1], fanIn)) expect(isRun(row, left)).toBe(true);
    }
  }
});

test('every right neuron of a picture sees a box of neighbouring rows and columns', () => {
  const problem = makeProblem({ layers: [96, 12], fanOuts: [2], shapes: [[8, 12], [12]] });
  for (let seed = 0; seed < 20; seed++) {
    for (const row of rows(localPattern(problem, Random.fromSeed(seed), 0).junctions[0], 16)) {
      const down = new Set(row.map((neuron) => Math.floor(neuron / 12)));
      const across = new Set(row.map((neuron) => neuron % 12));
      expect(down.size * across.size).toBe(16);
      expect(isRun(down, 8) && isRun(across, 12)).toBe(true);
    }
  }
});

const sides = fc.array(fc.integer({ min: 1, max: 6 }), { minLength: 2, maxLength: 3 });
const shapedJunctions = fc.tuple(sides, fc.integer({ min: 1, max: 24 })).chain(([shape, right]) => {
  const left = shape.reduce((a, b) => a * b, 1);
  return fc.record({
    layers: fc.constant([left, right]),
    fanOuts: fc.constantFrom(...feasibleFanOuts(left, right)).map((fanOut) => [fanOut]),
    shapes: fc.constant([shape as unknown as LayerShape, undefined]),
  });
});

test('property: degrees are exact on layers of any shape, whether boxes fit or not', () => {
  fc.assert(
    fc.property(shapedJunctions, fc.nat(), (request, seed) => {
      const problem = {
        architecture: defineArchitecture(request),
        entries: [],
        metric: 'indicator',
        target: null,
      } as const;
      expect(patternFault(localPattern(problem, Random.fromSeed(seed)))).toBeNull();
    }),
    { numRuns: 200, seed: 3 },
  );
});

test('on the Morse network it gives many candidates that cover a range of low scatter', () => {
  const problem = makeProblem(presets.morse);
  const patterns = Array.from({ length: 60 }, (_, seed) => localPattern(problem, Random.fromSeed(seed)));
  const scatter = patterns.map((pattern) => scorePattern(pattern, problem.entries, 'indicator').scatter);
  expect(new Set(patterns.map(fingerprint)).size).toBeGreaterThan(50);
  expect(new Set(scatter).size).toBeGreaterThan(5);
  expect(Math.min(...scatter)).toBeLessThan(0.14);
  expect(Math.max(...scatter)).toBeGreaterThan(0.25);
  expect(Math.max(...scatter)).toBeLessThan(0.4);
});
