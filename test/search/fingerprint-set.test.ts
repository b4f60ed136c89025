import { createHash } from 'node:crypto';
import { performance } from 'node:perf_hooks';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { FingerprintSet, fingerprintReader, MOST_REMEMBERED, withHashes } from '../../src/search/fingerprint-set.ts';

const name = (n: number) => createHash('sha256').update(String(n)).digest('hex');

/** Segments of 8, 32 and 64, at most 256 candidates. */
const small = { first: 8, largest: 64, most: 256 };

const hashes = (set: FingerprintSet): string => {
  const { seen } = set.remembered();
  return Buffer.concat(seen instanceof Uint8Array ? [seen] : [...seen]).toString('hex');
};

/** As they lie in memory: two words of eight digits. */
const hashOf = (n: number) => {
  const words = Uint32Array.of(Number.parseInt(name(n).slice(0, 8), 16), Number.parseInt(name(n).slice(8, 16), 16));
  return Buffer.from(words.buffer).toString('hex');
};

test('property: it holds what a Set holds, in order, through every growth', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 4000 }), { maxLength: 6000, size: 'max' }), (numbers) => {
      const set = new FingerprintSet({ first: 16, largest: 1024, most: 2 ** 20 });
      const oracle = new Set<number>();
      for (const number of numbers) {
        expect(set.add(name(number))).toBe(!oracle.has(number));
        oracle.add(number);
      }
      expect([set.count, set.forgotten]).toEqual([oracle.size, 0]);
      expect(hashes(set)).toBe([...oracle].map(hashOf).join(''));
      const isKnown = fingerprintReader(set.shared);
      for (let n = 0; n < 4001; n += 97) expect(isKnown(name(n))).toBe(oracle.has(n));
    }),
    { numRuns: 8, seed: 2 },
  );
});

test('beyond its end it forgets the oldest segment, and what was forgotten is new again', () => {
  const set = new FingerprintSet(small);
  const most: number[] = [];
  for (let n = 0; n < 1000; n++) {
    expect(set.add(name(n))).toBe(true);
    most.push(set.count - set.forgotten);
  }
  expect(Math.max(...most)).toBe(256);
  expect(Math.min(...most.slice(256))).toBeGreaterThan(256 - 64);
  const { forgotten } = set;
  expect(set.count).toBe(1000);
  const isKnown = fingerprintReader(set.shared);
  for (let n = 0; n < 1000; n++) expect(isKnown(name(n))).toBe(n >= forgotten);
  expect(set.add(name(forgotten))).toBe(false);
  expect(set.add(name(forgotten - 1))).toBe(true);
  expect(set.count).toBe(1001);
});

test('a set that is made of what another remembers goes on as that one does, wherever it was stored', () => {
  for (const stored of [0, 3, 8, 40, 104, 105, 300, 744, 745]) {
    const whole = new FingerprintSet(small);
    for (let n = 0; n < stored; n++) whole.add(name(n));
    const again = FingerprintSet.from(structuredClone(whole.remembered()), small);
    for (let n = stored; n < stored + 300; n++) {
      expect(again.add(name(n))).toBe(whole.add(name(n)));
      expect([again.count, again.forgotten]).toEqual([whole.count, whole.forgotten]);
    }
    expect(hashes(again)).toBe(hashes(whole));
  }
});

test('what it gave out before is not changed by what is added later, until it is forgotten', () => {
  const set = new FingerprintSet(small);
  for (let n = 0; n < 150; n++) set.add(name(n));
  const before = hashes(set);
  const { seen } = set.remembered();
  for (let n = 150; n < 256; n++) set.add(name(n));
  expect(Buffer.concat(seen as Uint8Array[]).toString('hex')).toBe(before);
});

test('memory of what is forgotten is used again', () => {
  const set = new FingerprintSet(small);
  const memories = new Set<SharedArrayBuffer>();
  for (let n = 0; n < 5000; n++) {
    set.add(name(n));
    for (const { memory } of set.shared) memories.add(memory);
  }
  // 8, 32, and four of 64 with one more before the first is dropped
  expect(memories.size).toBe(6);
});

test('whole fingerprints of an older version become hashes, and are the same set', () => {
  const seen = Buffer.concat(Array.from({ length: 100 }, (_, n) => Buffer.from(name(n), 'hex')));
  const set = FingerprintSet.from({ seen });
  expect(hashes(set)).toBe(Array.from({ length: 100 }, (_, n) => hashOf(n)).join(''));
  expect([set.add(name(99)), set.add(name(100))]).toEqual([false, true]);
  const older = { seen, round: 3 } as never as Parameters<typeof withHashes>[0];
  const newer = withHashes(older);
  expect(newer).toMatchObject({ round: 3, hashBytes: 8, seenFrom: 0 });
  expect(withHashes(newer)).toBe(newer);
});

test('hashes that are cut off, occur twice, are of another width or begin within a segment are refused', () => {
  expect(() => FingerprintSet.from({ seen: new Uint8Array(33) })).toThrow(/32 bytes each; got 33/);
  expect(() => FingerprintSet.from({ seen: new Uint8Array(9), hashBytes: 8 })).toThrow(/8 bytes each; got 9/);
  expect(() => FingerprintSet.from({ seen: new Uint8Array(16), hashBytes: 8 })).toThrow(
    /distinct hashes; got number 2/,
  );
  expect(() => FingerprintSet.from({ seen: new Uint8Array(16), hashBytes: 16 })).toThrow(/8 or 32 bytes; got 16/);
  const remembrance = { seen: new Uint8Array(0), hashBytes: 8 };
  expect(() => FingerprintSet.from({ ...remembrance, seenFrom: 72 }, small)).toThrow(/begin with a segment; got 9/);
  expect(FingerprintSet.from({ ...remembrance, seenFrom: 64 }, small).count).toBe(8);
});

test('14 bytes a candidate at most beyond the first few, no two segments alike in memory, and no long pause while it grows', () => {
  const set = new FingerprintSet();
  let longest = 0;
  const count = 1_500_000;
  const hex = (n: number) => (Math.imul(n, 0x9e3779b1) >>> 0).toString(16).padStart(8, '0');
  for (let n = 0; n < count; n++) {
    const text = hex(n) + hex(n + 1);
    const begun = performance.now();
    set.add(text);
    longest = Math.max(longest, performance.now() - begun);
  }
  const bytes = set.shared.reduce((sum, { memory }) => sum + memory.byteLength, 0);
  const room = set.shared.reduce((sum, { capacity }) => sum + capacity, 0);
  expect(set.count).toBe(count);
  expect(bytes / room).toBeLessThanOrEqual(14.001);
  expect((bytes / room) * MOST_REMEMBERED).toBeLessThan(120e6);
  // It was 14 s where the whole table was built anew; a pause of the machine's own may be among these.
  expect(longest).toBeLessThan(1000);
});
