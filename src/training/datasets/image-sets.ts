import { InvalidValueError } from '../../base/caller-errors.ts';
import { product } from '../../base/numbers.ts';
import type { InputScale } from './data-options.ts';
import { parseIdx } from './idx.ts';
import type { PublishedData } from './published.ts';
import type { Examples } from './splits.ts';

/** Images of one published split, in the bytes of their files. */
export interface Images {
  readonly count: number;
  readonly labels: Uint8Array;
  readonly pixels: number;
  readonly channels: number;
  /** channel `c` of pixel `p` (row-major) of an image */
  readonly at: (image: number, channel: number, pixel: number) => number;
}

interface ImageSet {
  readonly train: Images;
  readonly test: Images;
}

/** From an IDX file of grey images and one of labels, as MNIST has them. @throws RangeError */
export function idxImages(images: Uint8Array, labels: Uint8Array): Images {
  const picture = parseIdx(images);
  const names = parseIdx(labels);
  const [count, ...sides] = picture.shape;
  if (names.shape.length !== 1 || names.shape[0] !== count) {
    throw new InvalidValueError(
      `expected one label for each of ${count} images; got labels of shape ${names.shape.join('×')}`,
    );
  }
  const pixels = product(sides);
  const { data } = picture;
  return { count, labels: names.data, pixels, channels: 1, at: (image, _, pixel) => data[image * pixels + pixel] };
}

const CIFAR_PIXELS = 1024;

/**
 * From batches in CIFAR's binary form: records of label bytes, then 1024 bytes of red, of green, of blue.
 * @param labelBytes 1 for CIFAR-10; 2 for CIFAR-100, whose second is the fine label, which is taken
 * @throws RangeError for files that are not whole records
 */
export function cifarImages(batches: readonly Uint8Array[], labelBytes: 1 | 2): Images {
  const record = labelBytes + 3 * CIFAR_PIXELS;
  const records = batches.flatMap((batch) => {
    if (batch.length % record !== 0)
      throw new InvalidValueError(`expected records of ${record} bytes; got ${batch.length}`);
    return Array.from({ length: batch.length / record }, (_, index) =>
      batch.subarray(index * record, (index + 1) * record),
    );
  });
  return {
    count: records.length,
    labels: Uint8Array.from(records, (bytes) => bytes[labelBytes - 1]),
    pixels: CIFAR_PIXELS,
    channels: 3,
    at: (image, channel, pixel) => records[image][labelBytes + channel * CIFAR_PIXELS + pixel],
  };
}

/** @param files in the order of the data set's table. @throws RangeError */
export function imageSetOf(format: PublishedData['format'], files: readonly Uint8Array[]): ImageSet {
  if (format === 'idx') return { train: idxImages(files[0], files[1]), test: idxImages(files[2], files[3]) };
  const labelBytes = format === 'cifar-10' ? 1 : 2;
  return { train: cifarImages(files.slice(0, -1), labelBytes), test: cifarImages(files.slice(-1), labelBytes) };
}

export interface Moments {
  readonly mean: number;
  /** over all values, not a sample's */
  readonly deviation: number;
}

/** Mean and deviation of each channel, of pixels divided by 255. Sums are of whole numbers, so exact: the same bits everywhere. */
export function pixelMoments({ count, channels, pixels, at }: Images): readonly Moments[] {
  return Array.from({ length: channels }, (_, channel) => {
    let sum = 0;
    let squares = 0;
    for (let image = 0; image < count; image++) {
      for (let pixel = 0; pixel < pixels; pixel++) {
        const value = at(image, channel, pixel);
        sum += value;
        squares += value * value;
      }
    }
    const values = count * pixels;
    const mean = sum / values;
    return { mean: mean / 255, deviation: Math.sqrt(squares / values - mean * mean) / 255 };
  });
}

/** What each of 256 values becomes, a table a channel. */
function tablesFor(scale: InputScale, train: Images): readonly Float32Array[] {
  const moments = scale === 'standard' ? pixelMoments(train) : [];
  return Array.from({ length: train.channels }, (_, channel) =>
    Float32Array.from({ length: 256 }, (__, value) => {
      if (scale === 'none') return value;
      if (scale === 'unit') return value / 255;
      const { mean, deviation } = moments[channel];
      // A channel that never changes carries nothing.
      return deviation === 0 ? 0 : (value / 255 - mean) / deviation;
    }),
  );
}

function examplesOf({ count, labels, pixels, channels, at }: Images, tables: readonly Float32Array[]): Examples {
  return {
    count,
    labels,
    write: (image, out, start) => {
      for (let channel = 0; channel < channels; channel++) {
        const table = tables[channel];
        for (let pixel = 0; pixel < pixels; pixel++) {
          out[start + pixel * channels + channel] = table[at(image, channel, pixel)];
        }
      }
    },
  };
}

/** Both splits scaled, by the training images' moments where moments are needed; features row-major, the channel fastest. */
export function scaledExamples(
  { train, test }: ImageSet,
  scale: InputScale,
): { readonly train: Examples; readonly test: Examples } {
  const tables = tablesFor(scale, train);
  return { train: examplesOf(train, tables), test: examplesOf(test, tables) };
}
