import { createHash } from 'node:crypto';
import type { Origin, PublishedFile } from '../../../src/downloads/published-files.ts';
import { type PublishedData, publishedData } from '../../../src/training/datasets/published.ts';

/** The sum of small numbers, spread over a byte: no two neighbours alike. */
const byteAt = (...numbers: readonly number[]) => numbers.reduce((hash, n) => (hash * 31 + n + 7) % 251, 1);

function idx(shape: readonly number[], bytes: Uint8Array): Buffer {
  const header = Buffer.alloc(4 + 4 * shape.length);
  header.set([0, 0, 8, shape.length]);
  for (const [dimension, side] of shape.entries()) header.writeUInt32BE(side, 4 + 4 * dimension);
  return Buffer.concat([header, bytes]);
}

const bytesOf = (length: number, at: (index: number) => number) => Uint8Array.from({ length }, (_, index) => at(index));

/** Files named as MNIST's, of 2×3 pixels: 30 and 12 images, image n of class n mod 3. */
export const tinyIdx: ReadonlyMap<string, Buffer> = new Map([
  [
    'train-images-idx3-ubyte',
    idx(
      [30, 2, 3],
      bytesOf(180, (i) => byteAt(i)),
    ),
  ],
  [
    'train-labels-idx1-ubyte',
    idx(
      [30],
      bytesOf(30, (i) => i % 3),
    ),
  ],
  [
    't10k-images-idx3-ubyte',
    idx(
      [12, 2, 3],
      bytesOf(72, (i) => byteAt(i, 5)),
    ),
  ],
  [
    't10k-labels-idx1-ubyte',
    idx(
      [12],
      bytesOf(12, (i) => i % 3),
    ),
  ],
]);

/** Pixel `p` of channel `c` of image `n` of a batch. */
export const cifarPixel = (batch: number, n: number, c: number, p: number) => byteAt(batch, n, c, p);

/** A batch in CIFAR's binary form, image n of class n mod 10 (and coarse class n mod 3, where it has two labels). */
export function cifarBatch(batch: number, images: number, labelBytes: 1 | 2): Buffer {
  const records = Array.from({ length: images }, (_, n) => [
    ...(labelBytes === 1 ? [n % 10] : [n % 3, n % 10]),
    ...[0, 1, 2].flatMap((c) => Array.from({ length: 1024 }, (__, p) => cifarPixel(batch, n, c, p))),
  ]);
  return Buffer.from(records.flat());
}

/** The table's entry of a data set made of these files. */
export function published(
  name: PublishedData['name'],
  format: PublishedData['format'],
  files: ReadonlyMap<string, Uint8Array>,
  origins: readonly Origin[] = [],
): PublishedData {
  const entries = [...files].map(
    ([file, bytes]): PublishedFile => ({
      name: file,
      sizeBytes: bytes.length,
      digest: { algorithm: 'sha256', hex: createHash('sha256').update(bytes).digest('hex') },
    }),
  );
  const features = format === 'idx' ? 6 : 3072;
  const classes = format === 'idx' ? 3 : 10;
  const { assembly, otherVersion } = publishedData[name];
  return {
    assembly,
    otherVersion,
    name,
    title: 'for tests',
    features,
    classes,
    format,
    files: entries,
    origins,
    source: 'these tests',
  };
}
