import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { Random } from '../../src/base/random.ts';
import { feasibleFanOuts, junctionSizes } from '../../src/pattern/architecture.ts';
import { fingerprint, makePattern, patternFault } from '../../src/pattern/pattern.ts';
import { presets } from '../../src/pattern/presets.ts';
import { scorePattern } from '../../src/scatter/kernel.ts';
import { undoDoubles } from '../../strategies/sobol/double-edges.ts';
import { netQualities, netQuality } from '../../strategies/sobol/net-quality.ts';
import { neuronsOfPoints } from '../../strategies/sobol/neurons.ts';
import { SOBOL_DIMENSIONS, sobolCoordinates } from '../../strategies/sobol/sequence.ts';
import { drawLayers, sobol, sobolPattern } from '../../strategies/sobol.ts';
import { makeProblem } from '../conformance/strategy-problems.ts';
import { networks } from '../pattern/sample-patterns.ts';

/** ⌊2^20·x⌋ of dimensions 1 to 16, from scipy 1.10.1 (scipy.stats.qmc.Sobol, whose point i is the sequence's i ⊕ ⌊i/2⌋). */
const published: readonly (readonly [number, readonly number[]])[] = [
  [
    5,
    [
      655360, 131072, 917504, 655360, 655360, 917504, 131072, 131072, 131072, 393216, 131072, 655360, 131072, 917504,
      655360, 655360,
    ],
  ],
  [
    131071,
    [
      1048568, 524312, 362488, 403400, 923688, 823576, 306520, 745528, 170776, 1038040, 656968, 409320, 477624, 299912,
      1023544, 389000,
    ],
  ],
  [
    74565,
    [
      666696, 551112, 730568, 439352, 925752, 728648, 142280, 777992, 852584, 706920, 739736, 273656, 939560, 867576,
      402024, 304568,
    ],
  ],
];

test('all dimensions are those of another implementation', () => {
  for (const [point, expected] of published) {
    const own = expected.map((_, index) => sobolCoordinates(index + 1, point + 1)[point] >>> 12);
    expect(own).toEqual(expected);
  }
  expect(() => sobolCoordinates(SOBOL_DIMENSIONS + 1, 4)).toThrow(RangeError);
});

test('a path visits neuron ⌊N·x⌋ where N is a power of two', () => {
  for (const dimension of [1, 2, 7, 16]) {
    for (const neurons of [1, 2, 8, 32]) {
      const points = sobolCoordinates(dimension, 96);
      const expected = Array.from(points, (x) => Math.floor((neurons * x) / 2 ** 32));
      expect([...neuronsOfPoints(dimension, 96, neurons, null)]).toEqual(expected);
    }
  }
});

test('scrambling keeps intervals whole: points that share their first digits still do, for any number of points', () => {
  const plain = neuronsOfPoints(3, 64, 64, null);
  for (let seed = 0; seed < 20; seed++) {
    const scrambled = neuronsOfPoints(3, 64, 64, Random.fromSeed(seed));
    for (const digits of [32, 16, 8, 4, 2]) {
      const groups = new Set(
        Array.from(plain, (n, p) => `${Math.floor(n / digits)} ${Math.floor(scrambled[p] / digits)}`),
      );
      expect(groups.size).toBe(64 / digits);
    }
    const more = neuronsOfPoints(3, 256, 64, Random.fromSeed(seed));
    expect([...more.subarray(0, 64)]).toEqual([...scrambled]);
  }
  const starts = Array.from({ length: 50 }, (_, seed) => neuronsOfPoints(3, 64, 64, Random.fromSeed(seed))[0]);
  expect(new Set(starts).size).toBeGreaterThan(25);
});

const powers = fc.integer({ min: 0, max: 6 }).map((bits) => 2 ** bits);

test('property: the first two dimensions, a (0, 2)-sequence, give layers of powers of two exact patterns as they are', () => {
  fc.assert(
    fc.property(powers, powers, fc.nat(), fc.nat(), fc.boolean(), (left, right, choice, seed, swapped) => {
      const feasible = feasibleFanOuts(left, right);
      const fanOut = feasible[choice % feasible.length];
      const [a, b] = swapped ? [2, 1] : [1, 2];
      const from = neuronsOfPoints(a, left * fanOut, left, Random.fromSeed(seed));
      const to = neuronsOfPoints(b, left * fanOut, right, Random.fromSeed(seed + 1));
      const rows: number[][] = Array.from({ length: right }, () => []);
      for (const [p, j] of to.entries()) rows[j].push(from[p]);
      const pattern = makePattern({ layers: [left, right], fanOuts: [fanOut] }, [Uint32Array.from(rows.flat())]);
      expect(patternFault(pattern)).toBeNull();
    }),
    { numRuns: 300, seed: 4 },
  );
});

test('the first two dimensions reach every window: scatter 1 without a search', () => {
  const problem = makeProblem({ layers: [64, 128], fanOuts: [16] });
  const layers = [1, 2].map((dimension) => ({ dimension, scramble: Random.fromSeed(dimension) }));
  expect(scorePattern(sobolPattern(problem, layers), problem.entries, 'fair-share').scatter).toBe(1);
});

test('property: exchanges make any rows simple and keep all degrees', () => {
  const sizes = fc.tuple(fc.integer({ min: 1, max: 12 }), fc.integer({ min: 1, max: 12 }), fc.nat(), fc.nat());
  fc.assert(
    fc.property(sizes, ([left, right, choice, seed]) => {
      const feasible = feasibleFanOuts(left, right);
      const fanOut = feasible[choice % feasible.length];
      const [{ fanIn, edges }] = junctionSizes({ layers: [left, right], fanOuts: [fanOut] });
      const dealt = Uint32Array.from({ length: edges }, (_, e) => e % left);
      Random.fromSeed(seed).shuffle(dealt);
      for (let j = 0; j < right; j++) dealt.subarray(j * fanIn, (j + 1) * fanIn).sort();
      undoDoubles(dealt, fanIn, left);
      expect(patternFault(makePattern({ layers: [left, right], fanOuts: [fanOut] }, [dealt]))).toBeNull();
    }),
    { numRuns: 1000, seed: 8 },
  );
});

test('a simple junction is left as it is, and a double edge goes to a neighbour', () => {
  const simple = Uint32Array.of(0, 1, 2, 3, 0, 1, 2, 3);
  undoDoubles(simple, 2, 4);
  expect([...simple]).toEqual([0, 1, 2, 3, 0, 1, 2, 3]);
  const double = Uint32Array.of(0, 0, 1, 1, 2, 3, 2, 3);
  undoDoubles(double, 2, 4);
  expect([...double]).toEqual([0, 1, 0, 1, 2, 3, 2, 3]);
});

test('property: any feasible network gets exact degrees', () => {
  fc.assert(
    fc.property(networks, fc.nat(), (network, seed) => {
      const problem = makeProblem(network);
      expect(patternFault(sobolPattern(problem, drawLayers(problem, Random.fromSeed(seed))))).toBeNull();
    }),
    { numRuns: 200, seed: 9 },
  );
});

test('neighbouring layers have different dimensions, even in a network deeper than the sequence', () => {
  const problem = makeProblem({ layers: new Array(20).fill(4), fanOuts: new Array(19).fill(2) });
  for (let seed = 0; seed < 12; seed++) {
    const dimensions = drawLayers(problem, Random.fromSeed(seed)).map(({ dimension }) => dimension);
    for (let l = 1; l < dimensions.length; l++) expect(dimensions[l]).not.toBe(dimensions[l - 1]);
    expect(new Set(dimensions.slice(0, SOBOL_DIMENSIONS)).size).toBe(SOBOL_DIMENSIONS);
  }
});

test('on the Morse network dimensions 1, 2 and 5 reach every fair share, and draws give many candidates', () => {
  const problem = makeProblem(presets.morse);
  const chosen = [1, 2, 5].map((dimension) => ({ dimension, scramble: Random.fromSeed(dimension) }));
  expect(scorePattern(sobolPattern(problem, chosen), problem.entries, 'fair-share').scatter).toBe(1);
  const drawn = Array.from({ length: 24 }, (_, seed) =>
    sobolPattern(problem, drawLayers(problem, Random.fromSeed(seed))),
  );
  for (const pattern of drawn) expect(patternFault(pattern)).toBeNull();
  expect(new Set(drawn.map(fingerprint)).size).toBeGreaterThan(16);
});

/** The least t by counting points in every interval, as the definition is written. */
function countedQuality(first: number, second: number, bits: number): number {
  const [x, y] = [first, second].map((dimension) => sobolCoordinates(dimension, 2 ** bits));
  const isNet = (t: number) =>
    Array.from({ length: bits - t + 1 }, (_, a) => a).every((a) => {
      const counts = new Map<string, number>();
      for (let p = 0; p < x.length; p++) {
        const cell = `${Math.floor(x[p] / 2 ** (32 - a))} ${Math.floor(y[p] / 2 ** (32 - (bits - t - a)))}`;
        counts.set(cell, (counts.get(cell) ?? 0) + 1);
      }
      return counts.size === 2 ** (bits - t) && [...counts.values()].every((count) => count === 2 ** t);
    });
  return Array.from({ length: bits + 1 }, (_, t) => t).findIndex(isNet);
}

test('the quality parameter is that of counting points in intervals; dimensions 1 and 2 have 0', () => {
  const random = Random.fromSeed(1);
  for (let trial = 0; trial < 60; trial++) {
    const [first, second, bits] = [1 + random.below(16), 1 + random.below(16), 1 + random.below(6)];
    expect(netQuality(first, second, bits)).toBe(countedQuality(first, second, bits));
  }
  for (const bits of [1, 5, 13, 22]) expect(netQualities(bits)[1][2]).toBe(0);
  expect(netQualities(6)[7][7]).toBe(6);
});

test('constraints are refused with the reason', () => {
  const problem = makeProblem({ layers: [16, 64, 16], fanOuts: [16, 4] });
  expect(sobol.accepts(problem)).toBe(true);
  expect(sobol.accepts({ ...problem, constraints: { distinctNeighbourhoods: true } })).toMatch(/cannot keep/);
});
