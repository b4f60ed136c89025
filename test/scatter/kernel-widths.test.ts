import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Random } from '../../src/base/random.ts';
import { type ArchitectureRequest, defineArchitecture } from '../../src/pattern/architecture.ts';
import { type EntryOptions, scatterEntries } from '../../src/pattern/entries.ts';
import { auditScore } from '../../src/scatter/audit.ts';
import { scoreBoth, scorePattern } from '../../src/scatter/kernel.ts';
import { metrics } from '../../src/scatter/metric.ts';
import { referenceScore } from '../../src/scatter/reference.ts';
import { bitRowBytes } from '../../src/scatter/wasm/bit-kernels.ts';
import { randomPattern } from './random-pattern.ts';

function expectEqualToReference(request: ArchitectureRequest, options: EntryOptions, seed: number): void {
  const architecture = defineArchitecture(request);
  const entries = scatterEntries(architecture, options);
  const pattern = randomPattern(architecture, Random.fromSeed(seed));
  for (const metric of metrics) {
    expect(scorePattern(pattern, entries, metric)).toEqual(referenceScore(pattern, entries, metric));
  }
}

describe('rows of every width equal the reference', () => {
  // left windows of the span; one junction each of 2 right neurons a window would be vacuous or trivial
  const windowCounts = [...bitRowBytes.flatMap((bytes) => [8 * bytes - 1, 8 * bytes, 8 * bytes + 1]), 2048, 2100];
  for (const count of windowCounts) {
    test(`${count} overlapping windows, in one junction and in a span`, () => {
      const random = Random.fromSeed(count);
      const windows = () =>
        Array.from({ length: count }, () => {
          const neurons = random.shuffle(Array.from({ length: 24 }, (_, n) => n));
          return neurons.slice(0, 1 + random.below(6));
        });
      expectEqualToReference(
        { layers: [24, 12, 24], fanOuts: [2, 4], usedInputs: 21, usedOutputs: 20 },
        { windows: { '1:1 forward': windows(), '1:2 forward': windows(), '1:2 backward': windows() } },
        count,
      );
    });
  }

  for (const [left, fanOut] of [
    [120, 2],
    [126, 2],
    [250, 2],
    [516, 2],
    [1020, 2],
    [1020, 3],
    [2100, 2],
  ]) {
    test(`a partition of ${left} neurons with fan-out ${fanOut} of 4, by table and, above a row, by list`, () => {
      expectEqualToReference({ layers: [left, 4], fanOuts: [fanOut] }, {}, left + fanOut);
    });
  }

  test('spans of single neurons, more than one block of them, with ideals 1 and 3/2', () => {
    expectEqualToReference({ layers: [1100, 22, 22], fanOuts: [2, 11] }, {}, 1);
    expectEqualToReference({ layers: [300, 30, 30], fanOuts: [3, 15] }, {}, 2);
  });

  test('box windows, whose numbers do not ascend with the neurons', () => {
    expectEqualToReference({ layers: [2304, 6], fanOuts: [3], shapes: [[48, 48], undefined] }, {}, 3);
    expectEqualToReference(
      {
        layers: [64, 96],
        fanOuts: [12],
        shapes: [
          [4, 4, 4],
          [8, 12],
        ],
      },
      {},
      4,
    );
  });
});

describe('ideals of every size equal the reference', () => {
  for (const [layers, fanOuts, ideal] of [
    [[4, 32, 4], [16, 2], 8],
    [[4, 64, 64, 4], [32, 32, 2], 512],
    [[6, 64, 96, 4], [32, 36, 2], 576],
    [[2, 128, 128, 128, 2], [64, 64, 64, 1], 131072],
  ] as [number[], number[], number][]) {
    test(`ideal ${ideal} in ${layers.join('-')}`, () => {
      const architecture = defineArchitecture({ layers, fanOuts });
      const span = scatterEntries(architecture).find(({ from, to }) => to > from);
      expect(span?.ideal).toBe(ideal);
      for (const windows of ['integral', 'balanced'] as const)
        expectEqualToReference({ layers, fanOuts }, { windows }, ideal);
    });
  }

  test('windows of many ideals in one entry, 8 and 16 bits wide', () => {
    const lists = Array.from({ length: 200 }, (_, w) => Array.from({ length: 1 + (w % 7) }, (_, n) => (n + w) % 8));
    const windows = { '1:2 forward': lists, '1:2 backward': lists };
    expectEqualToReference({ layers: [8, 16, 8], fanOuts: [8, 4], usedOutputs: 5 }, { windows }, 1);
    expectEqualToReference({ layers: [8, 128, 8], fanOuts: [96, 6], usedOutputs: 5 }, { windows }, 2);
    expectEqualToReference(
      { layers: [8, 128, 128, 8], fanOuts: [64, 64, 4] },
      { windows: { '1:3 forward': lists } },
      3,
    );
  });
});

test('a net that makes the kernel’s memory grow passes a sampled audit in both metrics', () => {
  const architecture = defineArchitecture({ layers: [4096, 1024, 2048], fanOuts: [16, 64] });
  const entries = scatterEntries(architecture);
  const pattern = randomPattern(architecture, Random.fromSeed(6));
  const { score, other } = scoreBoth(pattern, entries, 'indicator');
  for (const each of [score, other]) {
    if (each === null) throw new Error('expected both scores');
    const result = auditScore(pattern, entries, each, Random.fromSeed(7));
    expect(result).toEqual({ audit: 'sampled', agrees: true, message: null });
  }
});

test('a fair-share score that would take too many additions is left out, with the reason', () => {
  const architecture = defineArchitecture({ layers: [8, 16, 8], fanOuts: [8, 4] });
  const entries = scatterEntries(architecture);
  const pattern = randomPattern(architecture, Random.fromSeed(1));
  const { score, other, otherReason } = scoreBoth(pattern, entries, 'indicator', 3);
  expect(score).toEqual(referenceScore(pattern, entries, 'indicator'));
  expect(other).toBeNull();
  // 64 edges of the second junction times 8 windows of 8 bits in vectors of 128; backward is the same computation
  expect(otherReason).toBe('fair-share would take 32 additions of path counts, above the limit of 3.0');
  expect(scoreBoth(pattern, entries, 'fair-share', 3).other).toEqual(score);
});

test('a span with more paths than can be counted has an indicator score, and fair-share is left out with the reason', () => {
  const layers = [64, ...new Array(9).fill(64), 64];
  const architecture = defineArchitecture({ layers, fanOuts: new Array(10).fill(48) });
  const entries = scatterEntries(architecture);
  const pattern = randomPattern(architecture, Random.fromSeed(1));
  const { score, other, otherReason } = scoreBoth(pattern, entries, 'indicator');
  expect(score.vector.slice(-2)).toEqual([1, 1]);
  expect(other).toBeNull();
  expect(otherReason).toMatch(/1:10 forward: fair-share counts paths, and here are too many/);
  expect(() => scorePattern(pattern, entries, 'fair-share')).toThrow(RangeError);
});

test('property: any number of windows, overlapping or not, equals the reference', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 1200 }), fc.integer({ min: 0, max: 1e6 }), (count, seed) => {
      const random = Random.fromSeed(seed);
      const lists = Array.from({ length: count }, () => [random.below(12)]);
      expectEqualToReference(
        { layers: [12, 8, 12], fanOuts: [4, 6], usedInputs: 7 },
        { windows: { '1:2 forward': lists, '1:2 backward': lists, '2:2 backward': lists } },
        seed,
      );
    }),
    { numRuns: 40 },
  );
});
