import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { defineArchitecture } from '../../src/pattern/architecture.ts';
import { type EntryOptions, scatterEntries } from '../../src/pattern/entries.ts';
import { makePattern } from '../../src/pattern/pattern.ts';
import { metrics } from '../../src/scatter/metric.ts';
import { referenceScore, windowProduct } from '../../src/scatter/reference.ts';
import { exampleRows } from '../pattern/sample-patterns.ts';
import { scatterCases } from './arbitrary-case.ts';
import { fixtureCases } from './fixture-cases.ts';
import { entryByPaths } from './path-counts.ts';

function vectorOf(
  sizes: { layers: number[]; fanOuts: number[]; usedInputs?: number; usedOutputs?: number },
  junctions: number[][][],
  metric: 'indicator' | 'fair-share',
  options?: EntryOptions,
) {
  const architecture = defineArchitecture(sizes);
  const pattern = makePattern(
    architecture,
    junctions.map((rows) => Uint32Array.from(rows.flat())),
  );
  const entries = scatterEntries(architecture, options);
  const { vector } = referenceScore(pattern, entries, metric);
  return Object.fromEntries(entries.map((entry, i) => [entry.key, vector[i]]));
}

describe('published cases', () => {
  for (const { name, pattern, entries, expected } of fixtureCases()) {
    test(`${name} has the expected vector`, () => {
      const { vector } = referenceScore(pattern, entries, 'fair-share');
      for (const [index, entry] of entries.entries()) {
        expect(Math.abs(vector[index] - expected[entry.key])).toBeLessThan(1e-12);
      }
    });
  }
});

describe('by hand', () => {
  const paperNet = { layers: [8, 4, 4], fanOuts: [1, 2] };

  test('the 8-4-4 example: two of four right neurons see one of two windows, so S_1f is 0.75', () => {
    for (const metric of metrics) {
      expect(vectorOf(paperNet, exampleRows, metric)).toEqual({
        '1:1 forward': 0.75,
        '1:1 backward': 1,
        '2:2 forward': 0.75,
        '2:2 backward': 0.75,
        '1:2 forward': 0.625,
        '1:2 backward': 0.75,
      });
    }
  });

  test('one junction with ideal 3: a window reached 4 times gives nothing for the fourth', () => {
    // 8→8 with fan-out 6 has rate 3/4: windows of 4, ideal 3. Rows leave out two neurons of one window or one of each.
    const rows = [
      [0, 1, 2, 3, 4, 5],
      [0, 1, 2, 3, 6, 7],
      [0, 1, 4, 5, 6, 7],
      [2, 3, 4, 5, 6, 7],
      [0, 1, 2, 4, 5, 6],
      [0, 1, 3, 4, 5, 7],
      [0, 2, 3, 4, 6, 7],
      [1, 2, 3, 5, 6, 7],
    ];
    const got = vectorOf({ layers: [8, 8], fanOuts: [6] }, [rows], 'fair-share');
    // forward: four rows (1 + 2/3)/2, four rows 1; backward: every column has 3 of the first four and 3 of the last four rows
    expect(got['1:1 forward']).toBeCloseTo((4 * (5 / 6) + 4) / 8, 15);
    expect(got['1:1 backward']).toBe(1);
    expect(vectorOf({ layers: [8, 8], fanOuts: [6] }, [rows], 'indicator')['1:1 forward']).toBe(1);
  });

  test('a span with the fractional ideal 1.5 credits one path with 2/3 and two with 1', () => {
    // 4-4-4 with fan-outs 2 and 3: 6 paths into a neuron from 4 neurons, r = 3/2
    const ring = [
      [0, 1],
      [1, 2],
      [2, 3],
      [0, 3],
    ];
    const threes = [
      [0, 1, 2],
      [1, 2, 3],
      [0, 2, 3],
      [0, 1, 3],
    ];
    const got = vectorOf({ layers: [4, 4, 4], fanOuts: [2, 3] }, [ring, threes], 'fair-share');
    // right neuron 0 joins rows {0,1},{1,2},{2,3}: counts 1,2,2,1; the others alike
    expect(got['1:2 forward']).toBeCloseTo((2 * 1 + 2 * (2 / 3)) / 4, 15);
    expect(got['1:2 backward']).toBeCloseTo((2 * 1 + 2 * (2 / 3)) / 4, 15);
  });

  test('three junctions multiply to paths: a net of disjoint chains sees one window of four', () => {
    const chain = [[0], [1], [2], [3]];
    const got = vectorOf({ layers: [4, 4, 4, 4], fanOuts: [1, 1, 1] }, [chain, chain, chain], 'indicator', {
      windows: {
        '1:3 forward': [[0], [1], [2], [3]],
        '1:3 backward': [
          [0, 1],
          [2, 3],
        ],
      },
    });
    expect(got['1:3 forward']).toBe(0.25);
    expect(got['1:3 backward']).toBe(0.5);
  });

  test('padding: only real neurons are averaged over, in spans too, and the window axis is not cut', () => {
    const padded = { ...paperNet, usedInputs: 6, usedOutputs: 3 };
    const got = vectorOf(padded, exampleRows, 'indicator');
    // outputs 0 to 2 see windows {0,1},{2,3} of the hidden layer as 2, 1, 2; of the pairs of inputs 3, 3, 3 of 4
    expect(got['2:2 forward']).toBeCloseTo(5 / 6, 15);
    expect(got['1:1 backward']).toBe(1);
    expect(got['1:2 backward']).toBe(entryByPathsOf(padded, exampleRows));
  });

  function entryByPathsOf(sizes: Parameters<typeof defineArchitecture>[0], junctions: number[][][]): number {
    const architecture = defineArchitecture(sizes);
    const pattern = makePattern(
      architecture,
      junctions.map((rows) => Uint32Array.from(rows.flat())),
    );
    const entry = scatterEntries(architecture).find(({ key }) => key === '1:2 backward');
    if (entry === undefined) throw new Error('no such entry');
    return entryByPaths(pattern, entry, 'indicator');
  }
});

test('entries of another architecture are refused with what was expected', () => {
  const pattern = makePattern({ layers: [4, 4], fanOuts: [1] }, [Uint32Array.of(0, 1, 2, 3)]);
  const foreign = scatterEntries(defineArchitecture({ layers: [8, 4], fanOuts: [1] }));
  expect(() => referenceScore(pattern, foreign, 'indicator')).toThrow(/expected windows over 4 neurons.*got 8/);
  expect(() => referenceScore(pattern, [], 'indicator')).toThrow(/at least one entry/);
});

test('property: window products count paths, and entries equal those walked path by path', () => {
  fc.assert(
    fc.property(scatterCases, ({ pattern, entries }) => {
      for (const metric of metrics) {
        const { vector, scatter } = referenceScore(pattern, entries, metric);
        for (const [index, entry] of entries.entries()) {
          expect(vector[index]).toBeCloseTo(entryByPaths(pattern, entry, metric), 12);
          if (entry.vacuous) expect(vector[index]).toBe(1);
        }
        expect(scatter).toBe(Math.min(...vector));
      }
    }),
    { numRuns: 150 },
  );
});

test('property: where every ideal is at most 1 the two metrics agree exactly', () => {
  fc.assert(
    fc.property(scatterCases, ({ pattern, entries }) => {
      const [indicator, fairShare] = metrics.map((metric) => referenceScore(pattern, entries, metric).vector);
      for (const [index, { windows, rate }] of entries.entries()) {
        const most = Math.max(...windows.sizes) * rate.numerator;
        if (most <= rate.denominator) expect(fairShare[index]).toBe(indicator[index]);
        else expect(fairShare[index]).toBeLessThanOrEqual(indicator[index]);
      }
    }),
    { numRuns: 100 },
  );
});

test('a window product is right neurons by windows forward, windows by left neurons backward', () => {
  const pattern = makePattern({ layers: [4, 2], fanOuts: [1] }, [Uint32Array.of(0, 1, 2, 3)]);
  const [forward, backward] = scatterEntries(defineArchitecture(pattern), {
    windows: { '1:1 forward': [[0, 2], [1], [3]], '1:1 backward': [[0], [1]] },
  });
  expect(windowProduct(pattern, forward).to2DArray()).toEqual([
    [1, 1, 0],
    [1, 0, 1],
  ]);
  expect(windowProduct(pattern, backward).to2DArray()).toEqual([
    [1, 1, 0, 0],
    [0, 0, 1, 1],
  ]);
});
