import { describe, expect, test } from 'vitest';
import { couldBeData, readArrayName } from '../../../src/training/datasets/array-names.ts';

describe('a name is read in any case, order and spelling', () => {
  test.each([
    [['x', 'X', 'images', 'data', 'Features'], { role: 'x', split: null }],
    [['y', 'Y', 'labels', 'target'], { role: 'y', split: null }],
    [['x_train', 'X_train', 'trainX', 'XTrain', 'train_images', 'x-train'], { role: 'x', split: 'train' }],
    [['x_test', 'X_test', 'Xtest', 'testX', 'test_x', 'test_images', 'TEST.X', 'test/x'], { role: 'x', split: 'test' }],
    [['y_test', 'Ytest', 'test_y', 'test_labels', 'testTargets'], { role: 'y', split: 'test' }],
    [['x_val', 'x_valid', 'x_dev', 'X_validation', 'valX', 'dev_x', 'val_images'], { role: 'x', split: 'validation' }],
    [['y_val', 'devY', 'labels_dev'], { role: 'y', split: 'validation' }],
  ] as const)('%j', (names, meaning) => {
    expect(names.map(readArrayName)).toEqual(names.map(() => meaning));
  });

  test('and every other name is not', () => {
    const others = ['x2', 'x_test_2', 'arr_0', 'train', 'test', 'xx', 'x_holdout', 'sample_weight', 'x_тест', ''];
    expect(others.map(readArrayName)).toEqual(others.map(() => null));
  });
});

test('what is not read could be data where it is a table, or a vector that is called so', () => {
  const look = (name: string, shape: readonly number[], kind: 'f' | 'i' | 'b' | null = 'f') =>
    couldBeData({ name, shape, kind });
  expect(look('holdout', [80, 16])).toBe(true);
  expect(look('arr_1', [80, 4, 4])).toBe(true);
  expect(look('y_holdout', [80], 'i')).toBe(true);
  expect(look('labels2', [80, 1], 'i')).toBe(true);
  expect(look('test_idx', [80], 'i')).toBe(true);
  expect(look('is_test', [240], 'b')).toBe(true);
  expect(look('sample_weight', [240])).toBe(false);
  expect(look('x_mean', [16])).toBe(false);
  expect(look('ids', [240], 'i')).toBe(false);
  expect(look('test_size', [])).toBe(false);
  expect(look('seed', [1, 1], 'i')).toBe(false);
  expect(look('class_names', [10], null)).toBe(false);
  expect(look('x_old', [0, 16])).toBe(false);
});
