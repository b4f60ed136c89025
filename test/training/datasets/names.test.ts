import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { imageDataName, parseImageName } from '../../../src/training/datasets/images.ts';
import { datasetNames, findDataset } from '../../../src/training/datasets/index.ts';
import { morseName, morseSettings, parseMorseName } from '../../../src/training/datasets/morse-settings.ts';

describe('names of Morse data', () => {
  test.each([
    ['morse', { version: '2018', noise: 0, difficult: false }],
    ['morse-2018', { version: '2018', noise: 0, difficult: false }],
    ['morse-2017', { version: '2017', noise: 1, difficult: false }],
    ['morse-difficult', { version: '2018', noise: 4, difficult: true }],
    ['morse:noise=2.5,seed=3', { version: '2018', noise: 2.5, seed: 3 }],
    ['morse-2017:examples=500/100/50', { examplesPerClass: { train: 500, validation: 100, test: 50 } }],
  ])('%s means what it says', (name, settings) => {
    expect(parseMorseName(name)).toMatchObject(settings);
  });

  test('splits are as published unless said otherwise', () => {
    expect(parseMorseName('morse').examplesPerClass).toEqual({ train: 5000, validation: 1000, test: 1000 });
  });

  test('property: settings survive being named and parsed', () => {
    const count = fc.integer({ min: 1, max: 9999 });
    const settings = fc.record({
      version: fc.constantFrom('2017' as const, '2018' as const),
      noise: fc.integer({ min: 0, max: 400 }).map((hundredths) => hundredths / 100),
      difficult: fc.boolean(),
      examplesPerClass: fc.record({ train: count, validation: count, test: count }),
      seed: fc.nat(),
    });
    fc.assert(
      fc.property(settings, (wanted) => {
        expect(parseMorseName(morseName(morseSettings(wanted)))).toEqual(wanted);
      }),
    );
  });

  test.each([
    ['morse:noise=-1', /noise=-1.*expected noise/],
    ['morse:noise=loud', /expected noise/],
    ['morse:examples=5/5', /expected noise/],
    ['morse:examples=0/1/1', /from 1 to 130000; got 0/],
    ['morse:examples=300000/1/1', /from 1 to 130000; got 300000/],
    ['morse:examples=100000/20000/20000', /at most 130000 in all splits together; got 140000/],
    ['morse:noise=1,noise=2', /the option noise of the Morse data stands twice in "morse:noise=1,noise=2"/],
    ['morse:seed=1,noise=1,seed=1', /the option seed of the Morse data stands twice/],
    ['morse:seed=1.5', /got NaN/],
    ['morse:colour=red', /unknown option "colour=red"/],
    ['morse-2019', /no dataset "morse-2019"; expected one of morse,/],
    ['constructor', /no dataset "constructor"/],
    ['', /no dataset ""/],
  ])('%s is refused with what is expected', (name, message) => {
    expect(() => findDataset(name)).toThrow(RangeError);
    expect(() => findDataset(name)).toThrow(message);
  });

  test('every name that is listed can be found', () => {
    const sizes = datasetNames.map((name) => {
      const { features, classes } = findDataset(name);
      return [name.split('-', 1)[0], features, classes].join(' ');
    });
    expect([...new Set(sizes)]).toEqual([
      'morse 64 64',
      'mnist 784 10',
      'fashion 784 10',
      'cifar 3072 10',
      'cifar 3072 100',
      'letters 256 26',
      'spam 1024 2',
    ]);
    expect(findDataset('morse-2018').name).toBe('morse');
  });
});

describe('names of image data', () => {
  test.each([
    ['mnist', { train: null, validation: 10_000, test: null, seed: 0, scale: 'unit' }],
    ['cifar-10', { train: null, validation: 5000, test: null, seed: 0, scale: 'standard' }],
    ['cifar-100:scale=none', { validation: 5000, scale: 'none' }],
    ['fashion-mnist:train=1000,validation=500,test=200,seed=7', { train: 1000, validation: 500, test: 200, seed: 7 }],
  ])('%s means what it says', (name, settings) => {
    expect(parseImageName(name)).toMatchObject(settings);
    expect(imageDataName(parseImageName(name))).toBe(name);
  });

  test('property: settings survive being named and parsed', () => {
    const settings = fc.record({
      name: fc.constantFrom('mnist', 'fashion-mnist', 'cifar-10', 'cifar-100'),
      train: fc.option(fc.integer({ min: 1, max: 40_000 })),
      validation: fc.integer({ min: 1, max: 10_000 }),
      test: fc.option(fc.integer({ min: 1, max: 10_000 })),
      seed: fc.nat(),
      scale: fc.constantFrom('none' as const, 'unit' as const, 'standard' as const),
    });
    fc.assert(
      fc.property(settings, ({ name, ...rest }) => {
        const wanted = { ...parseImageName(name), ...rest };
        expect(parseImageName(imageDataName(wanted))).toEqual(wanted);
      }),
    );
  });

  test.each([
    ['mnist:train=50001', /training images of mnist, beside 10000 for validation, must be from 1 to 50000; got 50001/],
    ['mnist:validation=60000', /from 1 to 59999; got 60000/],
    ['mnist:test=0', /test images of mnist must be from 1 to 10000; got 0/],
    ['cifar-10:validation=0', /got 0/],
    ['mnist:', /unknown option ""/],
    ['mnist:seed=1,seed=2', /unknown option "seed=2".*each once/],
    ['mnist:classes=10', /unknown option "classes=10"/],
    ['mnist:scale=half', /scale=none\|unit\|standard/],
    ['mnist:seed=1.5', /unknown option/],
  ])('%s is refused with what is expected', (name, message) => {
    expect(() => findDataset(name)).toThrow(RangeError);
    expect(() => findDataset(name)).toThrow(message);
  });
});
