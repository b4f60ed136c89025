import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { zipSync } from 'fflate';
import { describe, expect, test } from 'vitest';
import { ScattershotError, unwrap } from '../../../src/base/failure.ts';
import { itemReader } from '../../../src/base/item-reader.ts';
import type { Dataset } from '../../../src/training/datasets/dataset.ts';
import { findDataset } from '../../../src/training/datasets/index.ts';
import { featurePlaces } from '../../../src/training/datasets/numeric-array.ts';
import { checkJobs } from '../../../src/training/jobs.ts';
import { testFolder } from '../../pattern/formats/refusals.ts';
import { tinyIdx } from './tiny-data.ts';

const fixture = (name: string) => fileURLToPath(new URL(`../../fixtures/data/${name}`, import.meta.url));

/** What NumPy wrote as text: label, then six bytes, an example a line. */
const lines = readFileSync(fixture('bytes.csv'), 'utf8').trim().split('\n');
const textRows = lines.map((line) => line.split(',').map(Number));

const load = async (name: string) => unwrap(await findDataset(name).load(null));

function rowsOf(dataset: Dataset, value: (stored: number) => number): string[] {
  return [dataset.train, dataset.validation, dataset.test].flatMap(({ labels, inputs }) =>
    [...labels].map((label, n) =>
      [label, ...[...inputs.slice(6 * n, 6 * n + 6)].map((v) => Math.round(value(v)))].join(),
    ),
  );
}

describe('what NumPy wrote is read, example by example:', () => {
  test.each([
    ['bytes.npz', (v: number) => v * 255],
    ['bytes.npz:scale=none', (v: number) => v],
    ['fortran.npz', (v: number) => v * 255],
    ['split.npz', (v: number) => (v + 0.5) * 255],
    ['half.npz', (v: number) => (v + 0.5) * 255],
  ])('%s', async (name, value) => {
    const dataset = await load(fixture(name));
    checkJobs([], dataset);
    const isBool = name === 'half.npz';
    const rows = textRows.map(([label, ...bytes]) => [isBool ? Math.min(1, label) : label, ...bytes].join());
    expect(dataset.classes).toBe(isBool ? 2 : 3);
    // Half floats of v/255 − ½ are within half a step of a byte's.
    expect(rowsOf(dataset, value).sort()).toEqual(rows.sort());
    expect(dataset.features).toBe(6);
  });
});

test('x and y alone are dealt to splits: a fifth for the test, a tenth of the rest for validation, as asked', async () => {
  const sizes = async (name: string) => {
    const { train, validation, test: tested } = await load(fixture(name));
    return [train.examples, validation.examples, tested.examples];
  };
  expect(await sizes('bytes.npz')).toEqual([22, 2, 6]);
  expect(await sizes('bytes.npz:validation=5,test=10')).toEqual([15, 5, 10]);
  expect(await sizes('bytes.npz:train=9,validation=3,test=3,seed=4')).toEqual([9, 3, 3]);
  expect(await sizes('split.npz')).toEqual([18, 2, 10]);
});

test('a test set of its own stays in its order', async () => {
  const { test: tested } = await load(fixture('split.npz'));
  expect([...tested.labels]).toEqual(textRows.slice(20).map(([label]) => label));
});

test('scale=standard makes each feature mean 0 and deviation 1 over the training split', async () => {
  const { train, normalisation } = await load(`${fixture('split.npz')}:scale=standard`);
  expect(normalisation).toMatch(/each feature/);
  for (let feature = 0; feature < 6; feature++) {
    const values = [...train.inputs].filter((_, i) => i % 6 === feature);
    const mean = values.reduce((a, b) => a + b, 0) / values.length;
    expect(mean).toBeCloseTo(0, 5);
    expect(values.reduce((sum, v) => sum + (v - mean) ** 2, 0) / values.length).toBeCloseTo(1, 5);
  }
});

describe('bytes in one of training and test sets, floats in the other,', () => {
  const y = npy([4], [0, 1, 0, 1]);
  const bytes = npy([4, 2], [0, 255, 3, 4, 5, 6, 7, 8]);
  const floats = npy([4, 2], [0, 255, 3, 4, 5, 6, 7, 8], '<f8');

  test('are refused, since they would be scaled differently', () => {
    const message = /^x_(train|test) in .* holds bytes, which are divided by 255, and x_(test|train) in .* does not:/;
    for (const arrays of [
      { x_train: bytes, x_test: floats },
      { x_train: floats, x_test: bytes },
    ]) {
      const path = npz({ ...arrays, y_train: y, y_test: y });
      expect(refusalOf(path)).toMatchObject({ reason: 'not-a-dataset', message: expect.stringMatching(message) });
      expect(refusalOf(`${path}:scale=standard`).nextStep).toMatch(/scale=none/);
    }
  });

  test('are taken as they are stored where that is asked for', async () => {
    const path = npz({ x_train: bytes, x_test: floats, y_train: y, y_test: y });
    const { test: tested, normalisation } = await load(`${path}:scale=none,validation=1`);
    expect([...tested.inputs]).toEqual([0, 255, 3, 4, 5, 6, 7, 8]);
    expect(normalisation).toBe('as stored');
  });

  test('are refused of IDX files too', () => {
    const folder = testFolder();
    const [images, labels, testImages, testLabels] = [...tinyIdx].map(([name, content]) => {
      writeFileSync(join(folder, name), content);
      return join(folder, name);
    });
    // The same values as 32-bit floats (type 0x0d).
    const stored = tinyIdx.get('t10k-images-idx3-ubyte')!;
    const values = Buffer.alloc(4 * (stored.length - 16));
    stored.subarray(16).forEach((value, n) => {
      values.writeFloatBE(value, 4 * n);
    });
    const header = Buffer.from(stored.subarray(0, 16));
    header[2] = 0x0d;
    writeFileSync(testImages, Buffer.concat([header, values]));
    const name = `idx:images=${images},labels=${labels},test-images=${testImages},test-labels=${testLabels}`;
    expect(refusalOf(name).message).toMatch(/scaled differently/);
  });
});

test('how values are scaled is known before they are loaded', async () => {
  for (const name of ['bytes.npz', 'bytes.npz:scale=none', 'split.npz', 'split.npz:scale=standard']) {
    const source = findDataset(fixture(name));
    expect(source.normalisation).toBe(unwrap(await source.load(null)).normalisation);
  }
});

test('more classes may be asked for than there are labels', () => {
  expect(findDataset(`${fixture('bytes.npz')}:classes=10`)).toMatchObject({ features: 6, classes: 10, kind: 'own' });
  expect(() => findDataset(`${fixture('bytes.npz')}:classes=2`)).toThrow(/classes must be from 3, .*got 2/);
});

test('the digest is of the data, not of the path', async () => {
  const copy = join(testFolder(), 'elsewhere.npz');
  writeFileSync(copy, readFileSync(fixture('bytes.npz')));
  expect((await load(copy)).digest).toBe((await load(fixture('bytes.npz'))).digest);
  expect((await load(copy)).digest).not.toBe((await load(`${copy}:seed=1`)).digest);
});

describe('IDX files', () => {
  function folderOf(change: (name: string) => string = (name) => name, pack = false): string {
    const folder = testFolder();
    for (const [name, bytes] of tinyIdx) {
      writeFileSync(join(folder, change(name) + (pack ? '.gz' : '')), pack ? gzipSync(bytes) : bytes);
    }
    return folder;
  }

  test.each([
    ['as MNIST names them', () => folderOf(), 'train-images-idx3-ubyte'],
    ['packed by gzip', () => folderOf(undefined, true), 'train-images-idx3-ubyte.gz'],
    ['with other ends', () => folderOf((name) => name.replace('-ubyte', '')), 'train-images-idx3'],
    ['with test- for t10k-', () => folderOf((name) => name.replace('t10k', 'test')), 'train-images-idx3-ubyte'],
  ])('are found by the images’ name, the test set beside them: %s', async (_, folder, name) => {
    const dataset = await load(join(folder(), name));
    expect([dataset.train.examples, dataset.validation.examples, dataset.test.examples]).toEqual([27, 3, 12]);
    expect(dataset).toMatchObject({ features: 6, classes: 3, normalisation: 'divided by 255' });
  });

  test('may be named one by one, and without a test set a part is taken', async () => {
    const folder = folderOf();
    const [images, labels, testImages, testLabels] = [...tinyIdx.keys()].map((name) => join(folder, name));
    const pair = await load(`idx:images=${images},labels=${labels},seed=2`);
    expect([pair.train.examples, pair.validation.examples, pair.test.examples]).toEqual([22, 2, 6]);
    const all = await load(`idx:images=${images},labels=${labels},test-images=${testImages},test-labels=${testLabels}`);
    expect(all.test.examples).toBe(12);
    expect(findDataset(findDataset(images).name).name).toBe(findDataset(images).name);
  });

  test.each([
    ['a prefix before train', (name: string) => `emnist-letters-${name.replace('t10k', 'test')}`],
    ['capitals', (name: string) => `EMNIST-${name.replace('t10k', 'TEST')}`],
    ['dots, as old unpackers spell them', (name: string) => name.replace('-idx', '.idx')],
  ])('are found with %s', async (_, change) => {
    const dataset = await load(join(folderOf(change), change('train-images-idx3-ubyte')));
    expect(dataset.test.examples).toBe(12);
  });

  test('of which half a test set is there are refused, and so is the test set in place of the whole', () => {
    const folder = folderOf();
    expect(refusalOf(join(folder, 't10k-images-idx3-ubyte')).message).toMatch(
      /is the test set of .*train-images-idx3-ubyte/,
    );
    expect(refusalOf(join(folder, 'train-labels-idx1-ubyte')).message).toMatch(/holds labels, not examples/);
    rmSync(join(folder, 't10k-images-idx3-ubyte'));
    const { message, nextStep } = refusalOf(join(folder, 'train-images-idx3-ubyte'));
    expect(message).toMatch(/t10k-labels-idx1-ubyte, half a test set: t10k-images is not there$/);
    expect(nextStep).toMatch(/idx:images=FILE/);
  });

  test('of QMNIST have the class in the first of eight columns', async () => {
    const folder = testFolder();
    writeFileSync(join(folder, 'qmnist-train-images-idx3-ubyte'), tinyIdx.get('train-images-idx3-ubyte')!);
    const rows = Buffer.alloc(12 + 30 * 32);
    rows.set([0, 0, 12, 2]);
    rows.writeInt32BE(30, 4);
    rows.writeInt32BE(8, 8);
    for (let n = 0; n < 30; n++)
      for (let c = 0; c < 8; c++) rows.writeInt32BE(c === 0 ? n % 3 : 1000 * c, 12 + 32 * n + 4 * c);
    writeFileSync(join(folder, 'qmnist-train-labels-idx2-int'), rows);
    const dataset = await load(join(folder, 'qmnist-train-images-idx3-ubyte'));
    expect(dataset.classes).toBe(3);
    expect([0, 1, 2].map((label) => dataset.train.labels.filter((each) => each === label).length)).toEqual([7, 8, 7]);
  });

  test('whose labels are not beside them are refused, with what to give', () => {
    const folder = testFolder();
    const path = join(folder, 'pictures-idx3-ubyte');
    writeFileSync(path, tinyIdx.get('train-images-idx3-ubyte')!);
    expect(refusalOf(path)).toMatchObject({
      reason: 'not-a-dataset',
      nextStep: 'Name both: idx:images=FILE,labels=FILE.',
    });
  });
});

function refusalOf(name: string) {
  try {
    findDataset(name);
  } catch (error) {
    if (error instanceof ScattershotError) return error.failure;
    throw error;
  }
  throw new Error('expected a refusal; got none');
}

/** A .npy file of bytes or float64. */
function npy(shape: readonly number[], values: readonly number[], descr = '|u1'): Uint8Array {
  const header = `{'descr': '${descr}', 'fortran_order': False, 'shape': (${shape.join(', ')}${shape.length === 1 ? ',' : ''}), }\n`;
  const length = Buffer.alloc(2);
  length.writeUInt16LE(header.length);
  const data = descr === '<f8' ? Buffer.from(Float64Array.from(values).buffer) : Buffer.from(values);
  return Buffer.concat([Buffer.from('\x93NUMPY\x01\x00', 'latin1'), length, Buffer.from(header), data]);
}

function npz(arrays: Readonly<Record<string, Uint8Array>>): string {
  const path = join(testFolder(), 'data.npz');
  const files = Object.fromEntries(Object.entries(arrays).map(([name, bytes]) => [`${name}.npy`, bytes]));
  writeFileSync(path, zipSync(files));
  return path;
}

/** A data set loaded, with what was said of it. */
async function loadNoted(name: string) {
  const notes: string[] = [];
  const dataset = unwrap(await findDataset(name).load(null, { onNote: (note) => notes.push(note) }));
  return { dataset, notes };
}

/** Labels as the arrays of one feature that they are the values of, too. */
const sets = (named: Readonly<Record<string, readonly number[]>>) =>
  npz(
    Object.fromEntries(
      Object.entries(named).flatMap(([ending, labels]) => [
        [`x${ending}`, npy([labels.length, 1], labels)],
        [`y${ending}`, npy([labels.length], labels)],
      ]),
    ),
  );

describe('sets that come apart stay what they are:', () => {
  const labels = { train: [0, 1, 0, 1, 0, 1], val: [1, 1, 0], test: [0, 0, 1, 0] };
  const valuesOf = ({ inputs }: { readonly inputs: Float32Array }) =>
    [...inputs].map((value) => Math.round(255 * value));

  test.each([
    ['', '_val', '_test'],
    ['_train', '_dev', '_test'],
    ['Train', 'Valid', 'Test'],
  ])('x%s, x%s and x%s', async (train, validation, tested) => {
    const { dataset, notes } = await loadNoted(
      sets({ [train]: labels.train, [validation]: labels.val, [tested]: labels.test }),
    );
    expect(notes).toEqual([]);
    expect(dataset.train.examples).toBe(6);
    expect([...dataset.validation.labels]).toEqual(labels.val);
    expect(valuesOf(dataset.validation)).toEqual(labels.val);
    expect([...dataset.test.labels]).toEqual(labels.test);
    expect(valuesOf(dataset.test)).toEqual(labels.test);
  });

  test('a validation set alone leaves a fifth of the training examples for the test', async () => {
    const path = sets({ _train: [0, 1, 0, 1, 0, 1, 0, 1, 0, 1], _val: labels.val });
    const { dataset } = await loadNoted(path);
    expect([dataset.train, dataset.validation, dataset.test].map(({ examples }) => examples)).toEqual([8, 3, 2]);
    expect((await loadNoted(`${path}:validation=2,test=5`)).dataset).toMatchObject({
      ...{ train: { examples: 5 }, validation: { examples: 2 }, test: { examples: 5 } },
    });
    await expect(findDataset(`${path}:validation=4`).load(null)).rejects.toThrow(
      /from 1 to 3 of 3 validation examples/,
    );
  });
});

describe('classes are counted from the labels that are there:', () => {
  test.each([
    ['from 0', [0, 1, 2, 0], 3, [], [0, 1, 2]],
    ['from 1', [1, 2, 3, 1], 3, [/^Labels run from 1 to 3: label 1 is taken as class 0/], [0, 1, 2]],
    ['with a gap', [0, 1, 4, 0], 5, [/^Labels 2, 3 do not occur: 5 classes, 3 of them there\.$/], [0, 1, 4]],
    ['from 2', [2, 3, 2, 3], 2, [/^Labels run from 2 to 3: label 2 is taken as class 0/], [0, 1]],
    ['far apart', [10, 20, 30, 10], 3, [/^The labels 10, 20, 30 are taken as the classes 0 to 2/], [0, 1, 2]],
    [
      'from 1 with a gap',
      [1, 2, 4, 1],
      4,
      [/^Labels run from 1 to 4/, /^Label 3 does not occur: 4 classes, 3 /],
      [0, 1, 3],
    ],
  ] as const)('labels %s', async (_, labels, classes, said, numbers) => {
    const { dataset, notes } = await loadNoted(sets({ _train: labels, _test: labels }));
    expect(dataset.classes).toBe(classes);
    expect([...new Set(dataset.test.labels)].sort()).toEqual(numbers);
    expect(notes).toHaveLength(said.length);
    for (const [n, message] of said.entries()) expect(notes[n]).toMatch(message);
  });

  test('labels from 1 keep their numbers where there are classes enough for that', async () => {
    const path = sets({ '': [1, 2, 3, 1, 2, 3] });
    expect(findDataset(path).classes).toBe(3);
    expect(findDataset(`${path}:classes=3`).classes).toBe(3);
    const { dataset, notes } = await loadNoted(`${path}:classes=4`);
    expect(Math.max(...dataset.train.labels)).toBe(3);
    expect(notes).toEqual([]);
    expect(() => findDataset(`${path}:classes=2`)).toThrow(/classes must be from 3, .* got 2/);
  });

  test('a class that no training example has is told, with its share of the test set', async () => {
    const path = sets({ _train: [0, 1, 2, 0], _test: [0, 3, 3, 1, 2], _val: [0, 1] });
    const { notes } = await loadNoted(path);
    expect(notes).toEqual([
      `label 3 of y_test in ${path} has no training example: 40 % of its examples cannot be got right.`,
    ]);
  });

  test('one class among the training examples is refused, whatever its number and the test set say', () => {
    expect(refusalOf(sets({ '': [1, 1, 1, 1] })).message).toMatch(/^y in .* has one class only \(label 1\)/);
    expect(refusalOf(sets({ _train: [3, 3, 3], _test: [0, 3] })).message).toMatch(/one class only \(label 3\)/);
  });
});

describe('sets on two scales are told, with both ranges:', () => {
  const y = npy([16], [0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1]);
  const x = (value: (n: number) => number) =>
    npy(
      [16, 4],
      Array.from({ length: 64 }, (_, n) => value((n * 37) % 64)),
      '<f8',
    );
  const unit = (n: number) => n / 63;
  test.each([
    [
      '0 to 1 against 0 to 255',
      unit,
      (n: number) => Math.round(255 * unit(n)),
      /from 0 to 1 and x_test .* from 0 to 255/,
    ],
    [
      'standardised against 0 to 1',
      (n: number) => (unit(n) - 0.5) / 0.15,
      unit,
      /from -3\.33 to 3\.33 and .* from 0 to 1:/,
    ],
    ['shifted', unit, (n: number) => unit(n) - 5, /from 0 to 1 and .* from -5 to -4:/],
    ['the same', unit, (n: number) => 1.2 * unit(n) + 0.1, null],
    ['large and nearly constant', (n: number) => 1e7 + n, (n: number) => 1e7 + n, null],
  ])('%s', async (_, trained, tested, said) => {
    const { notes } = await loadNoted(npz({ x_train: x(trained), y_train: y, x_test: x(tested), y_test: y }));
    if (said === null) expect(notes).toEqual([]);
    else expect(notes).toEqual([expect.stringMatching(said)]);
    for (const note of notes) expect(note).toMatch(/\. Scale both alike before saving\.$/);
  });
});

describe('refused, and named:', () => {
  const x = npy([4, 2], [1, 2, 3, 4, 5, 6, 7, 8]);
  const y = npy([4], [0, 1, 0, 1]);
  const flipped = () => {
    const bytes = readFileSync(fixture('bytes.npz'));
    bytes[120] ^= 16;
    const path = join(testFolder(), 'flipped.npz');
    writeFileSync(path, bytes);
    return path;
  };
  test.each([
    ['no labels', () => npz({ x }), /has no array y \(arrays: x\)/],
    ['arrays of other names', () => npz({ picture: x, y }), /has no array x \(arrays: picture, y\)/],
    ['no test labels', () => npz({ x_train: x, y_train: y, x_test: x }), /has no array y_test/],
    [
      'labels that do not fit',
      () => npz({ x, y: npy([3], [0, 1, 0]) }),
      /y in .* has 3 labels for the 4 examples of x in/,
    ],
    ['one-hot labels', () => fixture('one-hot.npz'), /the shape \(30, 3\); expected one class number an example/],
    ['arrays by number', () => npz({ arr_0: x, arr_1: y }), /has no array x \(arrays: arr_0, arr_1\)/],
    ['half a validation set', () => npz({ x, y, x_dev: x }), /has no array y_val/],
    [
      'test examples under a name of their own',
      () => npz({ x, y, holdout: x }),
      /an array holdout of the shape \(4, 2\), which is not read/,
    ],
    ['labels under a name of their own', () => npz({ x, y, y_true: y }), /an array y_true of the shape \(4,\)/],
    ['examples twice', () => npz({ x, y, x_train: x }), /has the arrays x and x_train, which both would be read as/],
    ['a test set twice', () => npz({ x, y, x_test: x, y_test: y, X_test: x }), /x_test and X_test, .* test examples/],
    [
      'features before examples',
      () => npz({ x: npy([2, 4], [1, 2, 3, 4, 5, 6, 7, 8]), y }),
      /the shape \(2, 4\) for 4 labels/,
    ],
    ['labels that are text', () => npz({ x, y: npy([4], [97, 98, 97, 98], '|S1') }), /y in .* holds text, not numbers/],
    ['labels that are fractions', () => npz({ x, y: npy([4], [0, 1, 0.5, 1], '<f8') }), /got 0\.5 at 2/],
    ['negative labels', () => npz({ x, y: npy([4], [0, 1, -1, 1], '<f8') }), /got -1 at 2/],
    ['one class', () => npz({ x, y: npy([4], [0, 0, 0, 0]) }), /one class only/],
    [
      'a value that is not finite',
      () => npz({ x: npy([2, 2], [1, 2, 3, Number.NaN], '<f8'), y: npy([2], [0, 1]) }),
      /not finite at example 1, feature 1/,
    ],
    [
      'a value beyond 32-bit floats',
      () => npz({ x: npy([2, 1], [1, 1e300], '<f8'), y: npy([2], [0, 1]) }),
      /not finite at example 1, feature 0/,
    ],
    ['a number for x', () => npz({ x: npy([], [1]), y }), /the shape \(\)/],
    ['no examples', () => npz({ x: npy([0, 2], []), y: npy([0], []) }), /the shape \(0, 2\)/],
    [
      'test examples of another width',
      () => npz({ x_train: x, y_train: y, x_test: npy([4, 1], [1, 2, 3, 4]), y_test: y }),
      /has 1 features; .* has 2/,
    ],
    ['a damaged file', () => flipped(), /cannot read .* as data: /],
    ['a .npy', () => join(testFolder(), 'x.npy'), /no such file/],
  ] as const)('%s', (_, path, message) => {
    const failure = refusalOf(path());
    expect(failure.message).toMatch(message);
    expect(failure.nextStep).toMatch(/\.$/);
    expect(failure.message).not.toMatch(/pattern|junction/);
    expect(failure.nextStep).not.toMatch(/pattern|junction/);
  });

  test('a file packed out of all proportion, before it fills the memory', () => {
    const folder = testFolder();
    const zeros = Buffer.alloc(200_000_008);
    zeros.set([0, 0, 8, 1]);
    zeros.writeUInt32BE(200_000_000, 4);
    writeFileSync(join(folder, 'train-images-idx3-ubyte.gz'), gzipSync(zeros));
    writeFileSync(join(folder, 'train-labels-idx1-ubyte'), tinyIdx.get('train-labels-idx1-ubyte')!);
    const { message } = refusalOf(join(folder, 'train-images-idx3-ubyte.gz'));
    expect(message).toMatch(/unpacks to more than \d+ times/);
  });

  test('rows of labels, with advice for one-hot rows alone', () => {
    expect(refusalOf(fixture('one-hot.npz')).nextStep).toMatch(/numpy\.argmax\(y, 1\)/);
    const rows = npz({ x, y: npy([4, 2], [0, 1, 1, 1, 0, 1, 1, 0]) });
    expect(refusalOf(rows).nextStep).toBe('Save one class number for each example.');
    const text = npz({ x, y: npy([4], [97, 98, 97, 98], '|S1') });
    expect(refusalOf(text).nextStep).toMatch(/numpy\.unique\(y, return_inverse=True\)/);
  });

  test('too few examples for three splits', async () => {
    const path = npz({ x: npy([2, 1], [1, 2]), y: npy([2], [0, 1]) });
    expect(refusalOf(path).message).toMatch(
      /^x in .* holds 2 of at least 3 examples, one each for training, validation and test$/,
    );
    const three = npz({ x: npy([3, 1], [1, 2, 3]), y: npy([3], [0, 1, 0]) });
    expect((await load(three)).train.examples).toBe(1);
    await expect(findDataset(`${three}:test=2`).load(null)).rejects.toThrow(
      /test split must have from 1 to 1 of 3 examples \(all but two\); got 2/,
    );
  });

  test('a file that is not there, a folder, options that are none', () => {
    expect(refusalOf('no/such/data.npz')).toMatchObject({ reason: 'no-such-file' });
    const folder = join(testFolder(), 'folder.npz');
    mkdirSync(folder);
    expect(refusalOf(folder)).toMatchObject({
      reason: 'not-a-file',
      message: `cannot read ${folder}: it is a folder`,
    });
    expect(() => findDataset(`${fixture('bytes.npz')}:seed=x`)).toThrow(/unknown option "seed=x"/);
    expect(() => findDataset(`${fixture('split.npz')}:scale=unit`)).toThrow(/scale=unit is for arrays of bytes/);
    expect(() => findDataset('idx:images=a')).toThrow(/expected idx:images=FILE,labels=FILE/);
  });
});

test('property: an array in either memory order has the same examples', () => {
  const shape = fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 4 });
  fc.assert(
    fc.property(shape, (sides) => {
      const count = sides.reduce((a, b) => a * b, 1);
      // The value at an index is its row-major number; where Fortran puts it is worked out index by index.
      const data = new Uint8Array(2 * count);
      const view = new DataView(data.buffer);
      for (let number = 0; number < count; number++) {
        let rest = number;
        const index = [...sides].reverse().map((side) => {
          const at = rest % side;
          rest = (rest - at) / side;
          return at;
        });
        index.reverse();
        const place = index.reduceRight((sum, at, dimension) => sum * sides[dimension] + at, 0);
        view.setUint16(2 * place, number, true);
      }
      const array = { shape: sides, kind: 'u', bytes: 2, bigEndian: false, fortran: true, data } as const;
      const { exampleStep, places } = featurePlaces(array);
      const read = itemReader(array);
      const values = Array.from({ length: sides[0] }, (_, example) =>
        [...places].map((place) => read(example * exampleStep + place)),
      );
      expect(values.flat()).toEqual(Array.from({ length: count }, (_, number) => number));
    }),
  );
});

test.each([
  ['i', 1, [-128, 127], new Int8Array([-128, 127])],
  ['u', 2, [0, 65_535], new Uint16Array([0, 65_535])],
  ['i', 2, [-32_768, 5], new Int16Array([-32_768, 5])],
  ['u', 4, [4_294_967_295, 1], new Uint32Array([4_294_967_295, 1])],
  ['i', 4, [-2_147_483_648, 1], new Int32Array([-2_147_483_648, 1])],
  ['i', 8, [-(2 ** 40), 3], new BigInt64Array([-(2n ** 40n), 3n])],
  ['u', 8, [2 ** 52, 3], new BigUint64Array([2n ** 52n, 3n])],
  ['f', 4, [0.5, -3], new Float32Array([0.5, -3])],
  ['f', 8, [0.1, -3], new Float64Array([0.1, -3])],
  // 1, −2, the largest and the smallest half float, infinity
  ['f', 2, [1, -2, 65_504, 2 ** -24, Infinity], new Uint16Array([0x3c00, 0xc000, 0x7bff, 0x0001, 0x7c00])],
] as const)('items of kind %s and %i bytes are read in both byte orders', (kind, bytes, values, array) => {
  const data = new Uint8Array(array.buffer.slice(0));
  const common = { shape: [values.length], kind, bytes, fortran: false } as const;
  const little = itemReader({ ...common, bigEndian: false, data });
  expect(values.map((_, i) => little(i))).toEqual(values);
  const swapped = Uint8Array.from(data, (_, i) => data[i - (i % bytes) + bytes - 1 - (i % bytes)]);
  const big = itemReader({ ...common, bigEndian: true, data: swapped });
  expect(values.map((_, i) => big(i))).toEqual(values);
});
