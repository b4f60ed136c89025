import { expect, test } from 'vitest';
import { batchFromStrip, cifarAssembly } from '../../../src/training/datasets/cifar-strips.ts';
import { encodePng } from './encode-png.ts';
import { cifarBatch, cifarPixel } from './tiny-data.ts';

test('CIFAR-10 in PNG strips is put back into its binary form', () => {
  const batches = new Map(
    [
      'data_batch_1.bin',
      'data_batch_2.bin',
      'data_batch_3.bin',
      'data_batch_4.bin',
      'data_batch_5.bin',
      'test_batch.bin',
    ].map((name, batch) => [name, cifarBatch(batch, 20, 1)]),
  );
  for (const [index, batch] of [...batches.values()].entries()) {
    const samples = Uint8Array.from({ length: 20 * 3072 }, (_, i) => {
      const pixel = Math.floor(i / 3);
      return cifarPixel(index, Math.floor(pixel / 1024), i % 3, pixel % 1024);
    });
    const png = encodePng(
      { width: 1024, height: 20, channels: 3, samples },
      Array.from({ length: 20 }, (_, row) => row % 5),
    );
    expect(
      batchFromStrip(
        png,
        Array.from({ length: 20 }, (_, n) => n % 10),
      ).equals(batch),
    ).toBe(true);
    expect(() => batchFromStrip(png, [1, 2, 3])).toThrow(/expected a PNG image of 3 rows of 1024 RGB pixels; got 20/);
    expect(() => batchFromStrip(png, Array(20).fill(10))).toThrow(/labels 0 to 9; got 10/);
  }
});

/** One row of a strip: the pixels of one image, all of one class. */
const strip = (shade: number, channels: 3 | 4 = 3) =>
  encodePng({ width: 1024, height: 1, channels, samples: new Uint8Array(channels * 1024).fill(shade) }, [1]);

test('a damaged strip, one of other colours and one of no image are refused', () => {
  const damaged = strip(7);
  damaged[50] ^= 1;
  expect(() => batchFromStrip(damaged, [1])).toThrow(/got one that is damaged \(CRC mismatch/);
  expect(() => batchFromStrip(strip(7, 4), [1])).toThrow(/got 4 channels of 8 bits/);
  expect(() => batchFromStrip(Buffer.from('text'), [1])).toThrow(/got 4 bytes/);
  expect(() => batchFromStrip(Buffer.alloc(100), [1])).toThrow(RangeError);
});

test('a batch is made of its strip and its labels, wherever they lie; without one of them there is none', async () => {
  const parts = new Map([
    ['package/x/test_batch.png', strip(9)],
    ['package/test_lables.json', Buffer.from('[4]')],
  ]);
  expect([...parts.keys(), 'package/readme.md'].map(cifarAssembly.isPart)).toEqual([true, true, false]);
  const batch = await cifarAssembly.assemble('test_batch.bin', parts);
  expect(batch?.equals(Buffer.concat([Buffer.from([4]), Buffer.alloc(3072, 9)]))).toBe(true);
  expect(await cifarAssembly.assemble('data_batch_1.bin', parts)).toBeNull();
});
