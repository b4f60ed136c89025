import { InvalidValueError } from '../../base/caller-errors.ts';
import { type Outcome, success } from '../../base/failure.ts';
import { type DataOptions, type InputScale, parseDataOptions, showDataOptions } from './data-options.ts';
import { type Dataset, digestOf } from './dataset.ts';
import { imageSetOf, scaledExamples } from './image-sets.ts';
import { imageNames, type PublishedData, publishedData } from './published.ts';
import { type ReadOptions, readingAborted, readPublished } from './read-published.ts';
import { makeSplits } from './splits.ts';

/** A published image data set, and how it is dealt and scaled. */
export interface ImageSettings {
  readonly data: PublishedData;
  /** null: all that validation leaves */
  readonly train: number | null;
  readonly validation: number;
  /** null: all */
  readonly test: number | null;
  readonly seed: number;
  readonly scale: InputScale;
}

/**
 * Where nothing is said: 10 000 of the 60 000 (28×28), 5000 of the 50 000 (32×32) training images are for validation; grey pixels are
 * divided by 255, coloured ones standardised by channel. The paper says neither.
 */
const usualOf = ({ format }: PublishedData) =>
  format === 'idx' ? { validation: 10_000, scale: 'unit' as const } : { validation: 5000, scale: 'standard' as const };

const allowed = ['train', 'validation', 'test', 'seed', 'scale'] as const;

const trainImages = ({ format }: PublishedData) => (format === 'idx' ? 60_000 : 50_000);
const TEST_IMAGES = 10_000;

function requireWithin(value: number | null, most: number, what: string): void {
  if (value !== null && (value < 1 || value > most))
    throw new InvalidValueError(`${what} must be from 1 to ${most}; got ${value}`);
}

/** "mnist", "cifar-10:train=10000,validation=1000,seed=3,scale=unit". @throws RangeError */
export function parseImageName(text: string): ImageSettings {
  const [name, options = null] = text.split(/:(.*)/s, 2);
  const data = publishedData[imageNames.find((each) => each === name) ?? 'mnist'];
  if (data.name !== name)
    throw new InvalidValueError(`unknown image data "${name}"; expected ${imageNames.join(', ')}`);
  const given = options === null ? {} : parseDataOptions(options, allowed);
  const usual = usualOf(data);
  const settings = { data, train: null, test: null, seed: 0, ...usual, ...given };
  const left = trainImages(data) - settings.validation;
  requireWithin(settings.validation, trainImages(data) - 1, `validation images of ${name}`);
  requireWithin(settings.train, left, `training images of ${name}, beside ${settings.validation} for validation,`);
  requireWithin(settings.test, TEST_IMAGES, `test images of ${name}`);
  return settings;
}

/** The shortest name that `parseImageName` reads back as these settings. */
export function imageDataName(settings: ImageSettings): string {
  const { data, train, test, validation, seed, scale } = settings;
  const usual = usualOf(data);
  const options: DataOptions = {
    ...(train === null ? {} : { train }),
    ...(validation === usual.validation ? {} : { validation }),
    ...(test === null ? {} : { test }),
    ...(seed === 0 ? {} : { seed }),
    ...(scale === usual.scale ? {} : { scale }),
  };
  const shown = showDataOptions(options);
  return shown === '' ? data.name : `${data.name}:${shown}`;
}

/** What digests of the data start from. */
function describe({ data, train, validation, test, seed, scale }: ImageSettings): string {
  return `images 1, ${data.name}, train ${train ?? 'rest'}, validation ${validation}, test ${test ?? 'all'}, seed ${seed}, scale ${scale}`;
}

/** Images in all splits together. */
export const imagesOf = ({ data, train, validation, test }: ImageSettings) =>
  (train ?? trainImages(data) - validation) + validation + (test ?? TEST_IMAGES);

/** How images are scaled. */
export const scaleInWords: Readonly<Record<InputScale, string>> = {
  none: 'pixels from 0 to 255',
  unit: 'pixels divided by 255',
  standard: 'each channel to mean 0 and deviation 1 of the training images, validation among them',
};

/**
 * A published image data set from the cache, its files checked by digest, dealt to splits and scaled. Features are row-major, the
 * channel fastest. Memory: 4 bytes a feature and image, so 220 MB for 70 000 of 28×28, 737 MB for 60 000 of 32×32×3.
 * @param cacheFolder null: there is nowhere to look
 * @returns Failures: 'not-fetched', 'broken-data', 'aborted', and what the system says
 */
export async function loadImages(
  settings: ImageSettings,
  cacheFolder: string | null,
  options: ReadOptions = {},
): Promise<Outcome<Dataset>> {
  const { data, scale } = settings;
  const read = await readPublished(data, cacheFolder, options);
  if (!read.ok) return read;
  const { train, test } = scaledExamples(imageSetOf(data.format, read.value), scale);
  const splits = await makeSplits(train, { validation: null, test }, data.features, settings, options.signal);
  if (splits === null) return readingAborted(data.name);
  options.onProgress?.(1);
  return success({
    name: imageDataName(settings),
    digest: digestOf(describe(settings), splits),
    features: data.features,
    classes: data.classes,
    normalisation: scaleInWords[scale],
    ...splits,
  });
}
