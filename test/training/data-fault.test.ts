import { expect, test } from 'vitest';
import { defineArchitecture } from '../../src/pattern/architecture.ts';
import { dataFault } from '../../src/training/data-fault.ts';

const net = (layers: number[], padding: { usedInputs?: number; usedOutputs?: number } = {}) =>
  defineArchitecture({ layers, fanOuts: layers.slice(1), ...padding });
const data = (features: number, classes = 4) => ({ name: 'some data', features, classes });

test('what fits has no fault: as many features and classes as there are used neurons, or fewer', () => {
  expect(dataFault(data(8), net([8, 4]))).toBeNull();
  expect(dataFault(data(7, 3), net([8, 4]))).toBeNull();
  expect(dataFault(data(8), net([12, 6], { usedInputs: 8, usedOutputs: 4 }))).toBeNull();
});

test('features and classes that have no neuron are told with both numbers, padding not counted', () => {
  expect(dataFault(data(9), net([8, 4]))).toBe(
    'some data has 9 features; the network must have at least as many inputs, got 8',
  );
  expect(dataFault(data(9), net([12, 6], { usedInputs: 8 }))).toMatch(/got 8$/);
  expect(dataFault(data(8, 5), net([12, 6], { usedOutputs: 4 }))).toBe(
    'some data has 5 classes; the network must have at least as many outputs, got 4',
  );
});

test('a front must lead from the data to the first layer', () => {
  expect(dataFault(data(784), net([3136, 4]), 'mnist-conv')).toBeNull();
  expect(dataFault(data(784), net([4096, 4]), 'mnist-conv')).toBe(
    'some data has 784 features and the first layer 4096 neurons; the front mnist-conv makes 3136 from 784',
  );
  expect(dataFault(data(784), net([4096, 4]), 'cifar-conv')).toMatch(/cifar-conv makes 4096 from 3072/);
  expect(dataFault(data(784, 5), net([3136, 4]), 'mnist-conv')).toMatch(/has 5 classes/);
});
