import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Random } from '../../src/base/random.ts';
import {
  type Architecture,
  defineArchitecture,
  describeArchitecture,
  isExact,
  junctionSizes,
  leastFanIn,
  meanFanOut,
} from '../../src/pattern/architecture.ts';
import { type Entry, scatterEntries } from '../../src/pattern/entries.ts';
import { auditScore } from '../../src/scatter/audit.ts';
import { entryBound, scoreBound } from '../../src/scatter/bound.ts';
import { entryShares, scoreBoth, scorePattern, sharesValue } from '../../src/scatter/kernel.ts';
import { type Metric, metrics, otherMetric } from '../../src/scatter/metric.ts';
import { referenceEntry, referenceScore } from '../../src/scatter/reference.ts';
import { allJunctions, allPatterns } from './all-patterns.ts';
import { balancedCases } from './arbitrary-case.ts';
import { entryByPaths } from './path-counts.ts';
import { randomPattern } from './random-pattern.ts';

/** A net by its fan-ins. */
const net = (layers: number[], fanIns: number[], more: Partial<Architecture> = {}) =>
  defineArchitecture({
    layers,
    fanOuts: fanIns.map((fanIn, i) => meanFanOut(layers[i], layers[i + 1], fanIn)),
    ...more,
  });

test('property: entries equal those walked path by path, by reference and by kernel, which are bit-equal', () => {
  fc.assert(
    fc.property(balancedCases, ({ pattern, entries }) => {
      for (const metric of metrics) {
        const reference = referenceScore(pattern, entries, metric);
        expect(scorePattern(pattern, entries, metric)).toEqual(reference);
        for (const [index, entry] of entries.entries()) {
          expect(reference.vector[index], entry.key).toBeCloseTo(entryByPaths(pattern, entry, metric), 12);
        }
      }
    }),
    { numRuns: 400 },
  );
});

test('property: both scores at once are the two scores; shares of single neurons add up to each entry', () => {
  fc.assert(
    fc.property(balancedCases, ({ pattern, entries }) => {
      for (const metric of metrics) {
        const { score, other } = scoreBoth(pattern, entries, metric);
        expect(score).toEqual(referenceScore(pattern, entries, metric));
        expect(other).toEqual(referenceScore(pattern, entries, otherMetric(metric)));
        for (const entry of entries) {
          const shares = entryShares(pattern, entry, metric);
          expect(sharesValue(pattern, entry, metric, shares)).toBe(referenceEntry(pattern, entry, metric));
        }
      }
    }),
    { numRuns: 150 },
  );
});

test('property: audits believe right scores and no others, whole and sampled', () => {
  fc.assert(
    fc.property(balancedCases, fc.nat(), ({ pattern, entries }, seed) => {
      const score = scorePattern(pattern, entries, 'indicator');
      for (const wholeUpTo of [0, 1e9]) {
        const audit = (vector: readonly number[]) =>
          auditScore(pattern, entries, { ...score, vector }, Random.fromSeed(seed), { wholeUpTo });
        expect(audit(score.vector).message).toBeNull();
        expect(audit(score.vector.with(0, score.vector[0] + 1e-12)).agrees).toBe(false);
      }
    }),
    { numRuns: 100 },
  );
});

test('property: no pattern beats the bound', () => {
  fc.assert(
    fc.property(balancedCases, ({ architecture, entries, pattern }) => {
      for (const metric of metrics) {
        const { vector, scatter } = scorePattern(pattern, entries, metric);
        for (const [index, entry] of entries.entries()) {
          expect(vector[index]).toBeLessThanOrEqual(entryBound(entry, architecture, metric) + 1e-12);
        }
        expect(scatter).toBeLessThanOrEqual(scoreBound(entries, architecture, metric) + 1e-12);
      }
    }),
    { numRuns: 400 },
  );
});

describe('larger nets equal the reference, in registers of every width:', () => {
  test.each([
    ['200-75-25-10, padded', net([200, 75, 25, 10], [20, 8, 3], { usedInputs: 190, usedOutputs: 9 })],
    ['784-300-10, the images 28×28', net([784, 300, 10], [16, 40], { shapes: [[28, 28], [300], [10]] })],
    ['more left windows than one row holds', net([1100, 60], [1030])],
    ['more right windows than one row holds', net([60, 1100], [56])],
    [
      'padded, of one exact and one balanced junction',
      net([100, 60, 30], [15, 20], { usedInputs: 91, usedOutputs: 28 }),
    ],
    ['many paths between few neurons', net([40, 300, 33], [37, 290])],
  ])('%s', (_, architecture) => {
    const entries = scatterEntries(architecture, { spans: 'all' });
    const pattern = randomPattern(architecture, Random.fromSeed(4));
    for (const metric of metrics) {
      const score = scorePattern(pattern, entries, metric);
      expect(score).toEqual(referenceScore(pattern, entries, metric));
      expect(auditScore(pattern, entries, score, Random.fromSeed(1), { wholeUpTo: 0 }).message).toBeNull();
    }
  });
});

/** The highest each entry gets over every pattern there is. */
function bestByBruteForce(architecture: Architecture, entries: readonly Entry[], metric: Metric): number[] {
  const best = entries.map(() => 0);
  for (const pattern of allPatterns(architecture)) {
    const { vector } = scorePattern(pattern, entries, metric);
    for (const [index, value] of vector.entries()) best[index] = Math.max(best[index], value);
  }
  return best;
}

const countPatterns = ({ layers, fanOuts }: Architecture) =>
  fanOuts.reduce((count, fanOut, i) => count * allJunctions(layers[i], layers[i + 1], fanOut).length, 1);

/** Every balanced net of one junction up to `most` neurons a layer, and some of two and three, padded and not. */
function* tinyNets(most: number, mostPatterns: number): Generator<Architecture> {
  const lists: [number[], number[]][] = [];
  for (let left = 2; left <= most; left++) {
    for (let right = 2; right <= most; right++) {
      for (let fanIn = leastFanIn(left, right); fanIn < left; fanIn++) lists.push([[left, right], [fanIn]]);
    }
  }
  lists.push(
    [
      [4, 3, 2],
      [2, 2],
    ],
    [
      [3, 4, 2],
      [2, 3],
    ],
    [
      [4, 3, 3],
      [3, 2],
    ],
    [
      [5, 3, 2],
      [2, 2],
    ],
    [
      [3, 4, 3],
      [1, 3],
    ],
  );
  lists.push(
    [
      [3, 2, 3],
      [2, 1],
    ],
    [
      [3, 2, 3, 2],
      [2, 1, 2],
    ],
    [
      [2, 3, 2, 3],
      [1, 2, 1],
    ],
    [
      [3, 3, 2, 2],
      [2, 2, 1],
    ],
  );
  for (const [layers, fanIns] of lists) {
    const plain = net(layers, fanIns);
    if (junctionSizes(plain).every(isExact) || countPatterns(plain) > mostPatterns) continue;
    yield plain;
    yield net(layers, fanIns, { usedInputs: layers[0] - 1, usedOutputs: Math.max(1, (layers.at(-1) as number) - 1) });
  }
}

test('the bound is never below the best of all patterns of a tiny net, and mostly just it', () => {
  const told = { tight: 0, loose: 0 };
  for (const architecture of tinyNets(5, 3000)) {
    const entries = scatterEntries(architecture, { spans: 'all' });
    for (const metric of metrics) {
      const best = bestByBruteForce(architecture, entries, metric);
      for (const [index, entry] of entries.entries()) {
        const bound = entryBound(entry, architecture, metric);
        const what = `${architecture.layers} (${architecture.fanOuts}), ${architecture.usedInputs}, ${architecture.usedOutputs}: ${entry.key} ${metric} ${entry.windows.members}, ${best[index]} ${bound}`;
        expect(bound, what).toBeGreaterThanOrEqual(best[index] - 1e-12);
        if (bound < best[index] + 1e-12) told.tight++;
        else told.loose++;
      }
    }
  }
  expect(told.loose).toBeLessThan(0.02 * told.tight);
});

/** Nets and how many patterns they have; in `test:full` 1.8 million in all, each scored under both metrics. */
const largeNets: readonly (readonly [Architecture, number])[] = [
  [net([6, 5], [2]), 67_950],
  ...(process.env.SCATTERSHOT_TESTS === 'full'
    ? ([
        [net([7, 5], [3]), 777_000],
        [net([5, 7], [2], { usedInputs: 4, usedOutputs: 6 }), 466_200],
        [net([5, 4, 5], [3, 3]), 489_600],
      ] as const)
    : []),
];

test.each(largeNets.map(([architecture, count]) => [describeArchitecture(architecture), architecture, count] as const))(
  'over all patterns of %s the best of every entry of one junction is its bound, and of a span not above it',
  { timeout: 600_000 },
  (_, architecture, count) => {
    expect(countPatterns(architecture)).toBe(count);
    const entries = scatterEntries(architecture, { spans: 'all' });
    for (const metric of metrics) {
      const best = bestByBruteForce(architecture, entries, metric);
      for (const [index, entry] of entries.entries()) {
        const bound = entryBound(entry, architecture, metric);
        const what = `${entry.key} ${metric}`;
        if (entry.from === entry.to) expect(best[index], what).toBeCloseTo(bound, 12);
        else expect(best[index], what).toBeLessThanOrEqual(bound + 1e-12);
      }
    }
  },
);
