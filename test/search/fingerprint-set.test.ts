import { createHash } from 'node:crypto';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { FingerprintSet, hasFingerprint } from '../../src/search/fingerprint-set.ts';

const name = (n: number) => createHash('sha256').update(String(n)).digest('hex');

test('property: it holds what a Set holds, in order, through every growth', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 4000 }), { maxLength: 6000, size: 'max' }), (numbers) => {
      const set = new FingerprintSet();
      const oracle = new Set<string>();
      for (const number of numbers) {
        expect(set.add(name(number))).toBe(!oracle.has(name(number)));
        oracle.add(name(number));
      }
      expect(set.count).toBe(oracle.size);
      expect(Buffer.from(set.bytes()).toString('hex')).toBe([...oracle].join(''));
      for (let n = 0; n < 4001; n += 97) expect(hasFingerprint(set.shared, name(n))).toBe(oracle.has(name(n)));
    }),
    { numRuns: 8, seed: 2 },
  );
});

test('what it gave out before is never changed by what is added later', () => {
  const set = new FingerprintSet();
  for (let n = 0; n < 1500; n++) set.add(name(n));
  const before = set.bytes();
  const copy = before.slice();
  for (let n = 1500; n < 5000; n++) set.add(name(n));
  expect(before).toEqual(copy);
  expect(set.bytes().subarray(0, copy.length)).toEqual(copy);
});

test('its bytes make the same set again', () => {
  const set = new FingerprintSet();
  for (let n = 0; n < 1100; n++) set.add(name(n));
  const again = FingerprintSet.from(set.bytes());
  expect(again.bytes()).toEqual(set.bytes());
  expect(again.add(name(1099))).toBe(false);
  expect(again.add(name(1100))).toBe(true);
});

test('bytes that are cut off, or hold one fingerprint twice, are refused', () => {
  expect(() => FingerprintSet.from(new Uint8Array(33))).toThrow(/32 bytes each; got 33/);
  expect(() => FingerprintSet.from(new Uint8Array(64))).toThrow(/distinct fingerprints; got number 2 twice/);
});
