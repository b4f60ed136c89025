import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Random } from '../../src/base/random.ts';
import { LinearComplexity } from '../../src/proxies/linear-complexity.ts';
import { dotProduct, invert, multiplyResidues, PRIME, randomResidue, reduce } from '../../src/proxies/prime-field.ts';

const P = BigInt(PRIME);
const residue = fc.oneof(fc.constantFrom(0, 1, 2, 65535, 65536, PRIME - 2, PRIME - 1), fc.nat(PRIME - 1));
const whole = fc.oneof(fc.constantFrom(PRIME, PRIME + 1, Number.MAX_SAFE_INTEGER), fc.maxSafeNat());

describe('arithmetic modulo 2³¹ − 1', () => {
  test('property: reduces, multiplies and inverts as big integers do', () => {
    fc.assert(
      fc.property(whole, residue, residue, (x, a, b) => {
        expect(reduce(x)).toBe(Number(BigInt(x) % P));
        expect(multiplyResidues(a, b)).toBe(Number((BigInt(a) * BigInt(b)) % P));
        if (a !== 0) expect(multiplyResidues(a, invert(a))).toBe(1);
      }),
      { numRuns: 1000 },
    );
  });

  test('property: a dot product of any length, forwards and backwards, is that of big integers', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(residue, residue), { maxLength: 200 }), (pairs) => {
        const x = Float64Array.from(pairs, ([a]) => a);
        const y = Float64Array.from(pairs, ([, b]) => b);
        const expected = Number(pairs.reduce((sum, [a, b]) => sum + BigInt(a) * BigInt(b), 0n) % P);
        expect(dotProduct(x, y, pairs.length)).toBe(expected);
        expect(dotProduct(x, y.toReversed(), pairs.length, pairs.length - 1, -1)).toBe(expected);
      }),
    );
  });

  test('the largest residues do not overflow a long dot product', () => {
    const most = new Float64Array(10_000).fill(PRIME - 1);
    // (−1)·(−1), ten thousand times
    expect(dotProduct(most, most, 10_000)).toBe(10_000);
  });

  test('0 has no inverse', () => {
    expect(() => invert(0)).toThrow(RangeError);
  });
});

describe('linear complexity', () => {
  const complexity = (terms: readonly number[]) => {
    const sequence = new LinearComplexity(terms.length);
    for (const term of terms) sequence.push(term);
    return sequence.length;
  };

  test('of zeros is 0, of powers 1, of the Fibonacci numbers 2, of 0 0 0 1 it is 4', () => {
    expect(complexity([0, 0, 0, 0])).toBe(0);
    expect(complexity([3, 6, 12, 24, 48])).toBe(1);
    expect(complexity([1, 1, 2, 3, 5, 8, 13])).toBe(2);
    expect(complexity([0, 0, 0, 1])).toBe(4);
  });

  test('property: of a random recurrence is its length', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 12 }), fc.nat(), (length, seed) => {
        const random = Random.fromSeed(seed);
        const factors = Float64Array.from({ length }, () => randomResidue(random));
        const terms = Array.from({ length }, () => randomResidue(random));
        while (terms.length < 3 * length) {
          terms.push(dotProduct(factors, Float64Array.from(terms.slice(-length)), length));
        }
        expect(complexity(terms)).toBe(length);
      }),
    );
  });
});
