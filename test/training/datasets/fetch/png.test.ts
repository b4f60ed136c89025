import { crc32, deflateSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodePng } from '../../../../src/training/datasets/fetch/png.ts';
import { chunk, encodePng } from './encode-png.ts';

/**
 * 3 × 2 pixels, RGB, filter 4 (Paeth) then 3 (average): the filtered rows of the samples 10, 20, … 90 and 15, 25, … 95, worked out
 * by hand from the specification.
 */
const byHand = () => {
  const rows = [
    // Paeth of a first row is its left neighbour.
    [4, 10, 20, 30, 30, 30, 30, 30, 30, 30],
    // 15 − ⌊10/2⌋ = 10 …; 45 − ⌊(15 + 40)/2⌋ = 18 …
    [3, 10, 15, 20, 18, 18, 18, 18, 18, 18],
  ];
  return encodeRows(3, 2, rows);
};

function encodeRows(width: number, height: number, rows: readonly (readonly number[])[], colour = 2): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, colour, 0, 0, 0], 8);
  const data = deflateSync(Uint8Array.from(rows.flat()));
  return Buffer.concat([
    Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'),
    chunk('IHDR', header),
    chunk('IDAT', data.subarray(0, 5)),
    chunk('tEXt', Buffer.from('x\0y')),
    chunk('IDAT', data.subarray(5)),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

test('rows worked out by hand are undone: Paeth in the first row, averages in the second', () => {
  expect(decodePng(byHand())).toEqual({
    width: 3,
    height: 2,
    channels: 3,
    samples: Uint8Array.from([10, 20, 30, 40, 50, 60, 70, 80, 90, 15, 25, 35, 45, 55, 65, 75, 85, 95]),
  });
});

test('property: whatever filters the rows have, the samples come back', () => {
  const image = fc
    .record({
      width: fc.integer({ min: 1, max: 6 }),
      height: fc.integer({ min: 1, max: 5 }),
      channels: fc.constantFrom(3 as const, 4 as const),
    })
    .chain(({ width, height, channels }) =>
      fc.record({
        width: fc.constant(width),
        height: fc.constant(height),
        channels: fc.constant(channels),
        samples: fc.uint8Array({ minLength: width * height * channels, maxLength: width * height * channels }),
        filters: fc.array(fc.integer({ min: 0, max: 4 }), { minLength: height, maxLength: height }),
      }),
    );
  fc.assert(
    fc.property(image, ({ filters, ...raster }) => {
      expect(decodePng(encodePng(raster, filters))).toEqual(raster);
    }),
  );
});

describe('what is not such an image is refused:', () => {
  const whole = byHand();
  const broken = Buffer.from(whole);
  broken[20] ^= 1;
  const grey = encodeRows(3, 2, [[0, 1, 2, 3]], 0);
  const filter = encodeRows(1, 1, [[9, 1, 2, 3]]);
  const short = encodeRows(3, 2, [[0, 1, 2, 3]]);
  test.each([
    ['text', Buffer.from('hello, this is text'), /the signature is missing/],
    ['half a file', whole.subarray(0, whole.length - 20), /the end is missing/],
    ['a flipped bit', broken, /chunk \w+ has a wrong checksum/],
    ['grey', grey, /the colour type is 0/],
    ['a filter that is none', filter, /a row has filter 9/],
    ['too few samples', short, /4 bytes of samples instead of 20/],
  ])('%s', (_, png, message) => {
    expect(() => decodePng(png)).toThrow(RangeError);
    expect(() => decodePng(png)).toThrow(message);
  });
});

test('the checksum of a chunk is CRC-32, of "IEND" AE 42 60 82', () => {
  expect(crc32(Buffer.from('IEND')).toString(16)).toBe('ae426082');
});
