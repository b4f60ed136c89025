import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Random } from '../../../src/base/random.ts';
import { dealExamples, spreadOrder } from '../../../src/training/datasets/splits.ts';

const labelsOf = (length: number, classes: number) => Uint8Array.from({ length }, (_, i) => i % classes);
const ascending = (numbers: Uint32Array) => [...numbers].sort((a, b) => a - b);
const whole = (length: number) => Array.from({ length }, (_, i) => i);

test('property: the spread order is a permutation, and any first or last part has each class in proportion, to within one', () => {
  const labels = fc.uint8Array({ minLength: 1, maxLength: 120, max: 4 });
  fc.assert(
    fc.property(labels, fc.nat(), fc.nat(), (all, seed, cut) => {
      const order = spreadOrder(all, Random.fromSeed(seed));
      expect(ascending(order)).toEqual(whole(all.length));
      const length = cut % (all.length + 1);
      for (const part of [order.slice(0, length), order.slice(all.length - length)]) {
        for (let label = 0; label < 5; label++) {
          const share = (all.filter((each) => each === label).length * length) / all.length;
          const count = part.filter((example) => all[example] === label).length;
          expect(Math.abs(count - share)).toBeLessThanOrEqual(2);
        }
      }
    }),
  );
});

test('equal classes are spread to within one', () => {
  const all = labelsOf(300, 10);
  const order = spreadOrder(all, Random.fromSeed(3));
  for (const length of [15, 104, 299]) {
    const counts = whole(10).map((label) => order.slice(0, length).filter((example) => all[example] === label).length);
    expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(1);
  }
});

describe('dealing', () => {
  const all = labelsOf(100, 5);
  const plan = { train: null, validation: 20, test: null, seed: 1 };

  test('with a test set of its own: every example is in training or validation, once; the test set stays as it is', () => {
    const { train, validation, test: tested } = dealExamples(all, { validation: null, test: labelsOf(7, 5) }, plan);
    expect([train.length, validation.length]).toEqual([80, 20]);
    expect(ascending(Uint32Array.of(...train, ...validation))).toEqual(whole(100));
    expect([...tested]).toEqual(whole(7));
    expect([...train]).not.toEqual(ascending(train));
  });

  test('without one: test, validation and training are parts of the same', () => {
    const {
      train,
      validation,
      test: tested,
    } = dealExamples(all, { validation: null, test: null }, { ...plan, test: 30 });
    expect([train.length, validation.length, tested.length]).toEqual([50, 20, 30]);
    expect(ascending(Uint32Array.of(...train, ...validation, ...tested))).toEqual(whole(100));
  });

  test('the same seed deals the same, another seed otherwise', () => {
    expect(dealExamples(all, { validation: null, test: null }, { ...plan, test: 30 })).toEqual(
      dealExamples(all, { validation: null, test: null }, { ...plan, test: 30 }),
    );
    const other = dealExamples(all, { validation: null, test: null }, { ...plan, test: 30, seed: 2 });
    expect(other.validation).not.toEqual(
      dealExamples(all, { validation: null, test: null }, { ...plan, test: 30 }).validation,
    );
  });

  test('a smaller training split is a part of a larger, and leaves validation and test as they are', () => {
    const [small, large] = [10, 40].map((train) =>
      dealExamples(all, { validation: null, test: labelsOf(50, 5) }, { ...plan, train, test: 10 }),
    );
    for (const example of small.train) expect(large.train).toContain(example);
    expect(small.validation).toEqual(large.validation);
    expect(small.test).toEqual(large.test);
    expect([...small.test]).toEqual(ascending(small.test));
  });

  test.each([
    [{ validation: 100 }, /validation split must have from 1 to 99 .*; got 100/],
    [{ validation: 0 }, /got 0/],
    [{ train: 81 }, /train split must have from 1 to 80 .*; got 81/],
    [{ test: 8 }, /test split must have from 1 to 7 .*; got 8/],
  ])('%j is refused', (change, message) => {
    expect(() => dealExamples(all, { validation: null, test: labelsOf(7, 5) }, { ...plan, ...change })).toThrow(
      RangeError,
    );
    expect(() => dealExamples(all, { validation: null, test: labelsOf(7, 5) }, { ...plan, ...change })).toThrow(
      message,
    );
  });
});
