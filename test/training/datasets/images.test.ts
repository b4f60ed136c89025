import { mkdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { unwrap } from '../../../src/base/failure.ts';
import { parseIdx } from '../../../src/training/datasets/idx.ts';
import { cifarImages, idxImages, pixelMoments } from '../../../src/training/datasets/image-sets.ts';
import { type ImageSettings, loadImages } from '../../../src/training/datasets/images.ts';
import { checkJobs } from '../../../src/training/jobs.ts';
import { failureOf, testFolder } from '../../pattern/formats/refusals.ts';
import { cifarBatch, cifarPixel, published, tinyIdx } from './tiny-data.ts';

let cache: string;
beforeEach(() => {
  cache = testFolder();
});

function store(name: string, files: ReadonlyMap<string, Uint8Array>): string {
  const folder = join(cache, 'datasets', name);
  mkdirSync(folder, { recursive: true });
  for (const [file, bytes] of files) writeFileSync(join(folder, file), bytes);
  return folder;
}

const settings: ImageSettings = {
  data: published('mnist', 'idx', tinyIdx),
  ...{ train: null, validation: 6, test: null, seed: 0, scale: 'unit' },
};

/** Every example of the splits as "label: bytes", found again in the file's own bytes. */
const rowsIn = (inputs: Float32Array, labels: Uint8Array, features: number, factor: number) =>
  [...labels].map(
    (label, n) => `${label}: ${[...inputs.slice(n * features, (n + 1) * features)].map((v) => Math.round(v * factor))}`,
  );

const rowsOfFile = (images: string, labels: string) => {
  const pixels = tinyIdx.get(images)!.subarray(16);
  return [...tinyIdx.get(labels)!.subarray(8)].map((label, n) => `${label}: ${[...pixels.subarray(6 * n, 6 * n + 6)]}`);
};

describe('MNIST’s files', () => {
  test('become splits in shared memory: images over 255, each of the training file in training or validation', async () => {
    store('mnist', tinyIdx);
    const dataset = unwrap(await loadImages(settings, cache));
    expect(dataset).toMatchObject({ features: 6, classes: 3, normalisation: 'pixels divided by 255' });
    checkJobs([], dataset);
    const { train, validation, test: tested } = dataset;
    expect([train.examples, validation.examples, tested.examples]).toEqual([24, 6, 12]);
    const rows = [train, validation].flatMap(({ inputs, labels }) => rowsIn(inputs, labels, 6, 255));
    expect(rows.sort()).toEqual(rowsOfFile('train-images-idx3-ubyte', 'train-labels-idx1-ubyte').sort());
    expect(rowsIn(tested.inputs, tested.labels, 6, 255)).toEqual(
      rowsOfFile('t10k-images-idx3-ubyte', 't10k-labels-idx1-ubyte'),
    );
    expect(tested.inputs[0]).toBe(Math.fround(tinyIdx.get('t10k-images-idx3-ubyte')![16] / 255));
    expect([0, 1, 2].map((label) => validation.labels.filter((each) => each === label).length)).toEqual([2, 2, 2]);
  });

  test('keep their bytes with scale=none; with scale=standard have mean 0 and deviation 1 over the training file', async () => {
    store('mnist', tinyIdx);
    const plain = unwrap(await loadImages({ ...settings, scale: 'none' }, cache));
    expect(rowsIn(plain.test.inputs, plain.test.labels, 6, 1)).toEqual(
      rowsOfFile('t10k-images-idx3-ubyte', 't10k-labels-idx1-ubyte'),
    );
    const { train, validation } = unwrap(await loadImages({ ...settings, scale: 'standard' }, cache));
    const values = [...train.inputs, ...validation.inputs];
    const mean = values.reduce((a, b) => a + b, 0) / values.length;
    expect(mean).toBeCloseTo(0, 6);
    expect(Math.sqrt(values.reduce((sum, v) => sum + (v - mean) ** 2, 0) / values.length)).toBeCloseTo(1, 6);
  });

  test('the same settings give the same digest; another seed, split or scale another', async () => {
    store('mnist', tinyIdx);
    const changes = [{}, {}, { seed: 1 }, { validation: 5 }, { scale: 'none' as const }, { train: 10 }, { test: 4 }];
    const digests = await Promise.all(
      changes.map(async (change) => unwrap(await loadImages({ ...settings, ...change }, cache)).digest),
    );
    expect(digests[1]).toBe(digests[0]);
    expect(new Set(digests).size).toBe(changes.length - 1);
  });
});

describe('CIFAR’s files', () => {
  const cifar10 = new Map([
    ...[1, 2, 3, 4, 5].map((batch) => [`data_batch_${batch}.bin`, cifarBatch(batch, 6, 1)] as const),
    ['test_batch.bin', cifarBatch(9, 10, 1)] as const,
  ]);

  test('become rows of pixels, the channel fastest', async () => {
    store('cifar-10', cifar10);
    const data = published('cifar-10', 'cifar-10', cifar10);
    const dataset = unwrap(await loadImages({ ...settings, data, scale: 'none' }, cache));
    checkJobs([], dataset);
    expect([dataset.train.examples, dataset.test.examples]).toEqual([24, 10]);
    const { inputs, labels } = dataset.test;
    expect([...labels]).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    for (const [n, c, p] of [
      [0, 0, 0],
      [3, 1, 500],
      [9, 2, 1023],
    ] as const) {
      expect(inputs[n * 3072 + p * 3 + c]).toBe(cifarPixel(9, n, c, p));
    }
  });

  test('are standardised channel by channel', async () => {
    store('cifar-10', cifar10);
    const data = published('cifar-10', 'cifar-10', cifar10);
    const { train, validation } = unwrap(await loadImages({ ...settings, data, scale: 'standard' }, cache));
    for (const channel of [0, 1, 2]) {
      const values = [...train.inputs, ...validation.inputs].filter((_, i) => i % 3 === channel);
      const mean = values.reduce((a, b) => a + b, 0) / values.length;
      expect(mean).toBeCloseTo(0, 5);
      expect(values.reduce((sum, v) => sum + (v - mean) ** 2, 0) / values.length).toBeCloseTo(1, 5);
    }
  });

  test('of 100 classes give the fine label', () => {
    const images = cifarImages([cifarBatch(1, 7, 2)], 2);
    expect([...images.labels]).toEqual([0, 1, 2, 3, 4, 5, 6]);
    expect(images.at(6, 2, 1023)).toBe(cifarPixel(1, 6, 2, 1023));
  });

  test('must be whole records', () => {
    expect(() => cifarImages([Buffer.alloc(3072)], 1)).toThrow(/records of 3073 bytes; got 3072/);
  });
});

test('moments are those of the pixels over 255, channel by channel', () => {
  const images = cifarImages([cifarBatch(2, 4, 1)], 1);
  for (const [channel, { mean, deviation }] of pixelMoments(images).entries()) {
    const values = [0, 1, 2, 3].flatMap((n) =>
      Array.from({ length: 1024 }, (_, p) => cifarPixel(2, n, channel, p) / 255),
    );
    const expected = values.reduce((a, b) => a + b, 0) / values.length;
    expect(mean).toBeCloseTo(expected, 12);
    expect(deviation ** 2).toBeCloseTo(values.reduce((sum, v) => sum + (v - expected) ** 2, 0) / values.length, 12);
  }
});

describe('a failure with a next step:', () => {
  test('not fetched yet', async () => {
    const failure = failureOfLoad(await loadImages(settings, cache));
    expect(failure).toMatchObject({ reason: 'not-fetched', nextStep: 'Fetch it with: scattershot data fetch mnist' });
    expect(failure.message).toContain(join(cache, 'datasets', 'mnist', 'train-images-idx3-ubyte'));
  });

  test('one file missing', async () => {
    rmSync(join(store('mnist', tinyIdx), 't10k-labels-idx1-ubyte'));
    expect(failureOfLoad(await loadImages(settings, cache))).toMatchObject({ reason: 'not-fetched' });
  });

  test('half a file', async () => {
    truncateSync(join(store('mnist', tinyIdx), 't10k-labels-idx1-ubyte'), 10);
    const failure = failureOfLoad(await loadImages(settings, cache));
    expect(failure).toMatchObject({ reason: 'broken-data', nextStep: 'Fetch it with: scattershot data fetch mnist' });
    expect(failure.message).toMatch(/t10k-labels-idx1-ubyte is broken: it has 10 bytes instead of 20$/);
  });

  test('one bit wrong', async () => {
    const path = join(store('mnist', tinyIdx), 'train-images-idx3-ubyte');
    const bytes = readFileSync(path);
    bytes[60] ^= 8;
    writeFileSync(path, bytes);
    expect(failureOfLoad(await loadImages(settings, cache)).message).toMatch(/is broken: it has the SHA-256/);
  });

  test('interrupted', async () => {
    store('mnist', tinyIdx);
    const outcome = await loadImages(settings, cache, { signal: AbortSignal.abort() });
    expect(failureOf(outcome).reason).toBe('aborted');
  });

  test('no cache at all', async () => {
    expect(failureOfLoad(await loadImages(settings, null))).toMatchObject({ reason: 'not-fetched' });
  });
});

/** Next steps that end in a command have no full stop, which would be copied with it. */
function failureOfLoad(outcome: Awaited<ReturnType<typeof loadImages>>) {
  if (outcome.ok) throw new Error('expected a failure; got success');
  return outcome;
}

describe('IDX', () => {
  const header = (type: number, ...sides: number[]) => [
    0,
    0,
    type,
    sides.length,
    ...sides.flatMap((side) => [0, 0, 0, side]),
  ];
  test('names type and shape', () => {
    expect(parseIdx(Uint8Array.from([...header(11, 2, 1), 1, 2, 3, 4]))).toMatchObject({
      kind: 'i',
      bytes: 2,
      shape: [2, 1],
      bigEndian: true,
    });
  });

  test.each([
    ['too short', [0, 0, 8], /not in the IDX format/],
    ['text', [...Buffer.from('hello, text')], /not in the IDX format/],
    ['a type that is none', header(10, 1), /not in the IDX format/],
    ['half a header', [0, 0, 8, 3, 0, 0, 0, 1], /cut short in its header/],
    ['half its data', [...header(8, 5), 1, 2], /2 bytes of data; 5 items need 5/],
    ['more than its data', [...header(8, 1), 1, 2], /2 bytes of data; 1 items need 1/],
  ])('%s is refused', (_, bytes, message) => {
    expect(() => parseIdx(Uint8Array.from(bytes))).toThrow(RangeError);
    expect(() => parseIdx(Uint8Array.from(bytes))).toThrow(message);
  });

  test('labels that do not fit the images are refused', () => {
    const images = Uint8Array.from([...header(8, 2, 1), 1, 2]);
    expect(() => idxImages(images, Uint8Array.from([...header(8, 1), 1]))).toThrow(/one label for each of 2 images/);
  });
});
