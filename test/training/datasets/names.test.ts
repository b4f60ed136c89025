import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
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
    ['morse:examples=0/1/1', /from 1 to 1000000; got 0/],
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
    for (const name of datasetNames) expect(findDataset(name)).toMatchObject({ features: 64, classes: 64 });
    expect(findDataset('morse-2018').name).toBe('morse');
  });
});
