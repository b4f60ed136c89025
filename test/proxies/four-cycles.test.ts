import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { junctionSizes } from '../../src/pattern/architecture.ts';
import { countFourCycles, expectedFourCycles, fourCycles } from '../../src/proxies/four-cycles.ts';
import { patterns, samplePattern } from '../pattern/sample-patterns.ts';
import { allJunctions } from '../scatter/all-patterns.ts';
import {
  architectureOf,
  complete,
  degenerateMorse,
  fanoPlane,
  type Junction,
  junctionsOf,
  numbers,
  patternOf,
  ring,
} from './known-junctions.ts';

/** By looking at every pair of right neurons with every pair of left ones. */
function bruteCount({ sources, size }: Junction): number {
  const has = (j: number, k: number) => sources.subarray(j * size.fanIn, (j + 1) * size.fanIn).includes(k);
  let cycles = 0;
  for (let j = 0; j < size.right; j++)
    for (let i = 0; i < j; i++)
      for (let k = 0; k < size.left; k++)
        for (let h = 0; h < k; h++) if (has(i, h) && has(i, k) && has(j, h) && has(j, k)) cycles++;
  return cycles;
}

const count = ({ sources, size }: Junction) => countFourCycles(sources, size);

describe('4-cycles', () => {
  test('known graphs have the known number', () => {
    expect(count(complete(5, 3))).toBe(10 * 3);
    expect(count(ring(2))).toBe(1);
    expect(count(ring(3))).toBe(0);
    expect(count(fanoPlane())).toBe(0);
  });

  test('8 groups of 128 like neurons with 8 sources make C(128,2)·C(8,2) each', () => {
    for (const junction of junctionsOf(degenerateMorse())) expect(count(junction)).toBe(8 * 8128 * 28);
  });

  test('property: the count is that of a trial of all pairs of pairs', () => {
    fc.assert(
      fc.property(patterns, (pattern) => {
        for (const junction of junctionsOf(pattern)) expect(count(junction)).toBe(bruteCount(junction));
      }),
      { numRuns: 60 },
    );
  });
});

describe('the expected number', () => {
  test('is exact where all patterns have the same', () => {
    expect(expectedFourCycles(complete(5, 3).size)).toBeCloseTo(30, 10);
    expect(expectedFourCycles(junctionSizes({ layers: [12, 4], fanOuts: [1] })[0])).toBe(0);
  });

  test.each([
    [4, 4, 2],
    [6, 4, 2],
    [5, 5, 2],
    [5, 5, 3],
  ])(
    'is at most a third above the mean over all junctions of %i to %i neurons with fan-out %i',
    (left, right, fanOut) => {
      const size = junctionSizes({ layers: [left, right], fanOuts: [fanOut] })[0];
      const all = allJunctions(left, right, fanOut);
      const mean = all.reduce((sum, sources) => sum + countFourCycles(sources, size), 0) / all.length;
      expect(expectedFourCycles(size) / mean).toBeGreaterThan(1);
      expect(expectedFourCycles(size) / mean).toBeLessThan(4 / 3);
    },
  );

  test.each([
    [40, 40, 6],
    [64, 48, 36],
    [96, 24, 8],
  ])('is within 5 % of the mean over samples of %i to %i neurons with fan-out %i', (left, right, fanOut) => {
    const samples = numbers(60).map((seed) => junctionsOf(samplePattern([left, right], [fanOut], seed))[0]);
    const mean = samples.reduce((sum, junction) => sum + count(junction), 0) / samples.length;
    expect(Math.abs(expectedFourCycles(samples[0].size) / mean - 1)).toBeLessThan(0.05);
  });
});

describe('the proxy', () => {
  test('a random pattern has a ratio of about 1, the degenerate one of 9', () => {
    const random = samplePattern([64, 1024, 64], [128, 8], 3);
    expect(fourCycles.compute(random, architectureOf(random))).toBeCloseTo(1, 1);
    const degenerate = degenerateMorse();
    const [first] = junctionSizes(degenerate);
    const ratio = (8 * 8128 * 28) / expectedFourCycles(first);
    expect(fourCycles.compute(degenerate, architectureOf(degenerate))).toBe(ratio);
    expect(ratio).toBeCloseTo(9.06, 2);
  });

  test('a dense junction does not hide what the other one says', () => {
    const sparse = numbers(7).map((line) => [0, 1, 3].map((point) => (line + point) % 7));
    const pattern = patternOf([7, 7, 2], [sparse, [numbers(7), numbers(7)]]);
    const { value, junctions } = fourCycles.measure(pattern, architectureOf(pattern));
    expect(junctions[1]).toBeCloseTo(1, 10);
    expect(value).toBe(0);
  });

  test('a junction with too many paths of two edges is left out, with the reason', () => {
    const sizes = { layers: [65536, 65536], fanOuts: [4096] };
    const { value, reason } = fourCycles.measure(
      { ...sizes, junctions: [new Uint32Array(0)] },
      architectureOf({ ...sizes, junctions: [] }),
    );
    expect(value).toBeNull();
    expect(reason).toMatch(/junction 1 would take 5\.5e\+11 additions/);
  });
});
