import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { Random } from '../../src/base/random.ts';
import { defineArchitecture, feasibleFanOuts, junctionSizes, type LayerShape } from '../../src/pattern/architecture.ts';
import { fingerprint, patternFault } from '../../src/pattern/pattern.ts';
import { presets } from '../../src/pattern/presets.ts';
import { scorePattern } from '../../src/scatter/kernel.ts';
import { local, localPattern } from '../../strategies/local.ts';
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

/** Patterns of one junction, from right neurons in order of their place, without blur: their distinct rows. */
function distinctRows(request: Parameters<typeof makeProblem>[0], fanIn: number): number[][][] {
  const problem = makeProblem(request);
  return Array.from({ length: 60 }, (_, seed) => {
    const all = rows(localPattern(problem, Random.fromSeed(seed), 0).junctions[0], fanIn);
    return [...new Map(all.map((row) => [String(row), row])).values()];
  });
}

test('block-diagonal groups, evenly sliding windows and windows at random places all occur', () => {
  const kinds = distinctRows({ layers: [32, 16], fanOuts: [4] }, 8).map((distinct) => {
    const starts = distinct.map((row) => row.find((neuron) => !row.includes((neuron + 31) % 32)) ?? 0);
    const gaps = starts.sort((a, b) => a - b).map((start, i) => (starts[(i + 1) % starts.length] - start + 32) % 32);
    if (distinct.length === 4) return new Set(distinct.flat()).size === 32 ? 'blocks' : 'other';
    return distinct.length === 16 && gaps.every((gap) => gap === 2) ? 'sliding' : 'jitter';
  });
  for (const kind of ['blocks', 'sliding', 'jitter']) expect(kinds).toContain(kind);
  expect(kinds).not.toContain('other');
});

test('feature maps are seen in boxes, some cut in all three sides and some with all channels', () => {
  const kinds = distinctRows({ layers: [256, 64], fanOuts: [4], shapes: [[8, 8, 4], undefined] }, 16).map(
    (distinct) => {
      const channels = distinct.map((row) => {
        const [down, across, deep] = [
          new Set(row.map((neuron) => Math.floor(neuron / 32))),
          new Set(row.map((neuron) => Math.floor(neuron / 4) % 8)),
          new Set(row.map((neuron) => neuron % 4)),
        ];
        expect(down.size * across.size * deep.size).toBe(16);
        expect(isRun(down, 8) && isRun(across, 8) && isRun(deep, 4)).toBe(true);
        return deep.size;
      });
      return Math.max(...channels);
    },
  );
  expect(kinds).toContain(4);
  expect(kinds).toContain(2);
});

test('constraints are refused with the reason', () => {
  const problem = makeProblem({ layers: [16, 64, 16], fanOuts: [16, 4] });
  expect(local.accepts(problem)).toBe(true);
  expect(local.accepts({ ...problem, constraints: { distinctNeighbourhoods: true } })).toMatch(/cannot keep/);
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
