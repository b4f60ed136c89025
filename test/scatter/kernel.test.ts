import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Random } from '../../src/base/random.ts';
import { defineArchitecture } from '../../src/pattern/architecture.ts';
import { scatterEntries } from '../../src/pattern/entries.ts';
import { presets } from '../../src/pattern/presets.ts';
import { entryShares, scoreBoth, scorePattern, sharesValue } from '../../src/scatter/kernel.ts';
import { metrics, otherMetric } from '../../src/scatter/metric.ts';
import { referenceEntry, referenceScore } from '../../src/scatter/reference.ts';
import { scatterCases } from './arbitrary-case.ts';
import { fixtureCases } from './fixture-cases.ts';
import { randomPattern } from './random-pattern.ts';

describe('published cases', () => {
  for (const { name, pattern, entries, expected } of fixtureCases()) {
    test(`${name} has the expected vector`, () => {
      const { vector } = scorePattern(pattern, entries, 'fair-share');
      for (const [index, entry] of entries.entries()) {
        expect(Math.abs(vector[index] - expected[entry.key])).toBeLessThan(1e-12);
      }
    });
  }
});

test('property: the kernel equals the reference bit for bit, in both metrics, with any windows and padding', () => {
  fc.assert(
    fc.property(scatterCases, ({ pattern, entries }) => {
      for (const metric of metrics) {
        expect(scorePattern(pattern, entries, metric)).toEqual(referenceScore(pattern, entries, metric));
      }
    }),
    { numRuns: 300 },
  );
});

test('property: shares of single neurons add up to the entry, vacuous ones too', () => {
  fc.assert(
    fc.property(scatterCases, ({ pattern, entries }) => {
      for (const metric of metrics) {
        for (const entry of entries) {
          const shares = entryShares(pattern, entry, metric);
          expect(sharesValue(pattern, entry, metric, shares)).toBe(referenceEntry(pattern, entry, metric));
        }
      }
    }),
    { numRuns: 100 },
  );
});

test('property: both scores at once are the two scores', () => {
  fc.assert(
    fc.property(scatterCases, ({ pattern, entries }) => {
      for (const metric of metrics) {
        const { score, other, otherReason } = scoreBoth(pattern, entries, metric);
        expect(score).toEqual(scorePattern(pattern, entries, metric));
        expect(other).toEqual(scorePattern(pattern, entries, otherMetric(metric)));
        expect(otherReason).toBeNull();
      }
    }),
    { numRuns: 50 },
  );
});

test('the nets of the paper equal the reference where it is affordable, one kernel call after the other', () => {
  const random = Random.fromSeed(11);
  for (const name of ['morse', 'mnist-cl', 'mnist-single']) {
    const architecture = defineArchitecture(presets[name]);
    const entries = scatterEntries(architecture);
    const pattern = randomPattern(architecture, random.fork(name.length));
    for (const metric of metrics) {
      expect(scorePattern(pattern, entries, metric)).toEqual(referenceScore(pattern, entries, metric));
    }
  }
});

test('shaped layers: 28x28 inputs in windows of 7x7 equal the reference', () => {
  const architecture = defineArchitecture({
    layers: [784, 112, 10],
    fanOuts: [4, 5],
    shapes: [[28, 28], [8, 14], undefined],
  });
  const entries = scatterEntries(architecture);
  const pattern = randomPattern(architecture, Random.fromSeed(5));
  expect(scorePattern(pattern, entries, 'indicator')).toEqual(referenceScore(pattern, entries, 'indicator'));
});
