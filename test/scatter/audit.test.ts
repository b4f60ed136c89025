import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Random } from '../../src/base/random.ts';
import { defineArchitecture } from '../../src/pattern/architecture.ts';
import { scatterEntries } from '../../src/pattern/entries.ts';
import { auditScore } from '../../src/scatter/audit.ts';
import { entryShares, scorePattern, sharesValue } from '../../src/scatter/kernel.ts';
import { metrics } from '../../src/scatter/metric.ts';
import { windowProduct } from '../../src/scatter/reference.ts';
import { SparseJunctions, windowProductRows } from '../../src/scatter/row-products.ts';
import { scatterCases } from './arbitrary-case.ts';
import { randomPattern } from './random-pattern.ts';

const always = { wholeUpTo: Number.POSITIVE_INFINITY };
const never = { wholeUpTo: -1 };

test('property: right scores pass, whole and sampled', () => {
  fc.assert(
    fc.property(scatterCases, fc.integer({ min: 0, max: 1e6 }), ({ pattern, entries }, seed) => {
      for (const metric of metrics) {
        const score = scorePattern(pattern, entries, metric);
        const whole = auditScore(pattern, entries, score, Random.fromSeed(seed), always);
        const sampled = auditScore(pattern, entries, score, Random.fromSeed(seed), never);
        expect(whole).toEqual({ audit: 'whole', agrees: true, message: null });
        expect(sampled).toEqual({ audit: 'sampled', agrees: true, message: null });
      }
    }),
    { numRuns: 60 },
  );
});

test('property: chosen rows of the window product are its rows', () => {
  fc.assert(
    fc.property(scatterCases, fc.integer({ min: 0, max: 1e6 }), ({ pattern, entries }, seed) => {
      const random = Random.fromSeed(seed);
      for (const entry of entries) {
        const chosen = [random.below(entry.averaged), random.below(entry.averaged)];
        const all = { first: 0, limit: entry.windows.count };
        const rows = windowProductRows(new SparseJunctions(pattern), entry, chosen, all);
        const whole = windowProduct(pattern, entry);
        for (const [r, n] of chosen.entries()) {
          expect(rows.getColumn(r)).toEqual(entry.direction === 'forward' ? whole.getRow(n) : whole.getColumn(n));
        }
      }
    }),
    { numRuns: 60 },
  );
});

describe('a wrong score', () => {
  const architecture = defineArchitecture({ layers: [16, 32, 8], fanOuts: [8, 2] });
  const entries = scatterEntries(architecture);
  const pattern = randomPattern(architecture, Random.fromSeed(3));
  const score = scorePattern(pattern, entries, 'fair-share');

  for (const [name, options] of Object.entries({ whole: always, sampled: never })) {
    test(`one entry off in the last place is caught by the ${name} audit, which names it`, () => {
      const index = score.vector.findIndex((value) => value < 1);
      const vector = score.vector.with(index, score.vector[index] + Number.EPSILON / 2);
      const result = auditScore(pattern, entries, { ...score, vector }, Random.fromSeed(1), options);
      expect(result.agrees).toBe(false);
      expect(result.message).toContain(entries[index].key);
      expect(result.message).toContain(String(vector[index]));
    });

    test(`an S that is not the least entry is caught by the ${name} audit`, () => {
      const result = auditScore(pattern, entries, { ...score, scatter: 1 }, Random.fromSeed(1), options);
      expect(result.message).toMatch(/S must be the least entry/);
    });

    test(`the score of another pattern is caught by the ${name} audit`, () => {
      const other = scorePattern(randomPattern(architecture, Random.fromSeed(4)), entries, 'fair-share');
      expect(other.vector).not.toEqual(score.vector);
      expect(auditScore(pattern, entries, other, Random.fromSeed(1), options).agrees).toBe(false);
    });
  }

  /** The kernel with its shares changed. */
  const tampered =
    (change: (shares: Float64Array) => void) =>
    (...parameters: Parameters<typeof entryShares>) => {
      const pieces = entryShares(...parameters);
      for (const { shares } of pieces) change(shares);
      return pieces;
    };

  test('a kernel that credits every row too much is caught by sampled rows, though its sums agree', () => {
    const generous = tampered((shares) => {
      for (let n = 0; n < shares.length; n++) shares[n] += 1;
    });
    const vector = entries.map((entry) =>
      sharesValue(pattern, entry, 'fair-share', generous(pattern, entry, 'fair-share')),
    );
    const claimed = { metric: 'fair-share' as const, scatter: Math.min(...vector), vector };
    const result = auditScore(pattern, entries, claimed, Random.fromSeed(1), { ...never, shares: generous });
    expect(result.agrees).toBe(false);
    expect(result.message).toMatch(/share of neuron/);
  });

  test('two rows whose errors cancel are caught once one of them is drawn', () => {
    const cancelling = tampered((shares) => {
      shares[0] += 1;
      shares[1] -= 1;
    });
    const caught = Array.from({ length: 20 }, (_, seed) =>
      auditScore(pattern, entries, score, Random.fromSeed(seed), { ...never, shares: cancelling }),
    ).filter(({ agrees }) => !agrees);
    expect(caught.length).toBeGreaterThan(0);
  });

  test('a score with too few entries is the caller’s error', () => {
    const short = { ...score, vector: score.vector.slice(1) };
    expect(() => auditScore(pattern, entries, short, Random.fromSeed(1))).toThrow(
      /expected a score of 6 entries; got 5/,
    );
  });
});

test('64-128-64 is audited whole, 64-1024-64 and larger nets by sampled rows', () => {
  const small = defineArchitecture({ layers: [64, 128, 64], fanOuts: [16, 8] });
  const morse = defineArchitecture({ layers: [64, 1024, 64], fanOuts: [128, 8] });
  const large = defineArchitecture({ layers: [1024, 512, 256], fanOuts: [4, 4] });
  for (const [architecture, kind] of [
    [small, 'whole'],
    [morse, 'sampled'],
    [large, 'sampled'],
  ] as const) {
    const entries = scatterEntries(architecture);
    const pattern = randomPattern(architecture, Random.fromSeed(8));
    const score = scorePattern(pattern, entries, 'indicator');
    expect(auditScore(pattern, entries, score, Random.fromSeed(2))).toEqual({
      audit: kind,
      agrees: true,
      message: null,
    });
  }
});
