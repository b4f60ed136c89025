import { crc32, deflateRawSync } from 'node:zlib';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Random } from '../../../src/base/random.ts';
import { packPattern, unpackPattern } from '../../../src/pattern/formats/packed.ts';
import { fingerprint, makePattern } from '../../../src/pattern/pattern.ts';
import { balancedPatterns, examplePattern, patterns, samplePattern } from '../sample-patterns.ts';

/** A blob with a sound frame around whatever it is given. */
function sealed(head: readonly number[], rows: readonly number[]): Uint8Array {
  const body = Buffer.concat([Buffer.from(head), deflateRawSync(Buffer.from(rows))]);
  const frame = Buffer.from([0x53, 0x50, 1, 0, 0, 0, 0]);
  frame.writeUInt32LE(crc32(body), 3);
  return Buffer.concat([frame, body]);
}

test('the packed form is the documented one, written out by hand', () => {
  // 2 junctions, layers 8 4 4, fan-outs 1 2; gaps less one of rows 4 5, 2 3, 1 6, 0 7 and 1 3, 2 3, 0 2, 0 1
  const byHand = sealed([2, 8, 4, 4, 1, 2], [4, 0, 2, 0, 1, 4, 0, 6, 1, 1, 2, 0, 0, 1, 0, 0]);
  expect(unpackPattern(byHand)).toEqual(examplePattern());
  expect(Buffer.from(packPattern(examplePattern()))).toEqual(Buffer.from(byHand));
});

describe('packing', () => {
  test('property: unpacks to the same pattern', () => {
    fc.assert(
      fc.property(patterns, (pattern) => {
        expect(unpackPattern(packPattern(pattern))).toEqual(pattern);
      }),
    );
  });

  test('property: unpacks balanced degrees to the same pattern', () => {
    fc.assert(
      fc.property(balancedPatterns, (pattern) => {
        expect(unpackPattern(packPattern(pattern))).toEqual(pattern);
      }),
    );
  });

  test('keeps large layers and wide gaps, and takes less than 5 bits an edge for the Morse net', () => {
    const order = Random.fromSeed(1).shuffle(Uint32Array.from({ length: 40_000 }, (_, k) => k));
    const wide = makePattern({ layers: [40_000, 4], fanOuts: [1] }, [order]);
    expect(fingerprint(unpackPattern(packPattern(wide)))).toBe(fingerprint(wide));
    const morse = samplePattern([64, 1024, 64], [128, 8], 1);
    const packed = packPattern(morse);
    expect(fingerprint(unpackPattern(packed))).toBe(fingerprint(morse));
    expect(packed.length).toBeLessThan((5 * 16_384) / 8);
  });

  test('works on a view into a longer buffer, as a database hands out', () => {
    const packed = packPattern(examplePattern());
    const longer = new Uint8Array(packed.length + 9);
    longer.set(packed, 5);
    expect(unpackPattern(longer.subarray(5, 5 + packed.length))).toEqual(examplePattern());
  });

  test('refuses a broken pattern', () => {
    const broken = { ...examplePattern(), junctions: [...examplePattern().junctions].reverse() };
    expect(() => packPattern(broken)).toThrow(RangeError);
  });
});

describe('a damaged blob', () => {
  test('is refused whichever byte is changed, to whatever', () => {
    const packed = packPattern(examplePattern());
    for (let at = 0; at < packed.length; at++) {
      for (const flip of [1, 2, 4, 8, 16, 32, 64, 128, 255]) {
        const damaged = packed.slice();
        damaged[at] ^= flip;
        expect(() => unpackPattern(damaged)).toThrow(RangeError);
      }
    }
  });

  test('is refused at whatever length it is cut, and with bytes added', () => {
    const packed = packPattern(examplePattern());
    for (let length = 0; length < packed.length; length++) {
      expect(() => unpackPattern(packed.subarray(0, length))).toThrow(RangeError);
    }
    expect(() => unpackPattern(Buffer.concat([packed, Buffer.from([0])]))).toThrow('checksum');
  });

  const rows = [4, 0, 2, 0, 1, 4, 0, 6, 1, 1, 2, 0, 0, 1, 0, 0];
  const huge = [0xff, 0xff, 0xff, 0xff, 0x07];
  test.each<[string, Uint8Array, string]>([
    ['other bytes', Buffer.from('{"format":"scattershot/pattern"}'), 'expected a packed pattern; got 32 other bytes'],
    [
      'a later version',
      Buffer.from([0x53, 0x50, 3, 0, 0, 0, 0, 0]),
      'expected a packed pattern of version 1 or 2; got 3',
    ],
    ['no junction', sealed([0], rows), 'claims 0 junctions'],
    ['more junctions than bytes', sealed([100, 8, 4], rows), 'claims 100 junctions'],
    ['sizes cut short', sealed([2, 8, 4, 4, 1], []), 'damaged: unexpected end'],
    ['a size above 32 bits', sealed([1, 0xff, 0xff, 0xff, 0xff, 0x7f, 4, 1], rows), 'above 32 bits'],
    ['no edges', sealed([1, 8, 4, 0], []), 'claims 0 edges'],
    ['layers of two billion', sealed([1, ...huge, ...huge, 1], rows), 'edges in 16 bytes'],
    ['fan-outs of two billion', sealed([1, 8, ...huge, ...huge], rows), 'edges in 16 bytes'],
    ['a row too few', sealed([2, 8, 4, 4, 1, 2], rows.slice(0, -2)), 'edges in 14 bytes'],
    ['a row too many', sealed([2, 8, 4, 4, 1, 2], [...rows, 0, 0]), 'bytes after its last edge'],
    ['an endless number', sealed([2, 8, 4, 4, 1, 2], [...rows.slice(0, -1), 0x80]), 'cut short'],
    [
      'a left neuron out of range',
      sealed([2, 8, 4, 4, 1, 2], [...rows.slice(0, -1), 3]),
      'junction 2, right neuron 3: left neuron 4 is out of range',
    ],
    [
      'an uneven fan-out',
      sealed([2, 8, 4, 4, 1, 2], [...rows.slice(0, -1), 2]),
      'left neuron 3 has fan-out 3; expected 2',
    ],
    ['an infeasible fan-out', sealed([1, 4, 6, 2], [0, 0, 0, 0, 0, 0, 0, 0]), '4 to 6 neurons cannot have fan-out 2'],
    ['far more data than edges', sealed([2, 8, 4, 4, 1, 2], new Array<number>(1_000_000).fill(0)), 'damaged'],
  ])('of a sound frame around %s is refused', (_, blob, message) => {
    expect(() => unpackPattern(blob)).toThrow(RangeError);
    expect(() => unpackPattern(blob)).toThrow(message);
  });
});
