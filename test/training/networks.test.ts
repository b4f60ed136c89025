import { describe, expect, test } from 'vitest';
import { defineArchitecture } from '../../src/pattern/architecture.ts';
import { presets } from '../../src/pattern/presets.ts';
import { frontBetween, frontFeatures, frontOutputs, fronts } from '../../src/training/fronts.ts';
import { paperNetwork, paperNetworks } from '../../src/training/networks.ts';
import { trainingSettings } from '../../src/training/settings.ts';

test('every network that can be named has hyperparameters, and no other', () => {
  expect(Object.keys(paperNetworks).sort()).toEqual(Object.keys(presets).sort());
  for (const { training } of Object.values(paperNetworks)) expect(() => trainingSettings(training)).not.toThrow();
});

test('epochs are the paper’s: 100 for connected layers on MNIST, 30 for all others', () => {
  const epochs = Object.entries(paperNetworks).map(([name, { training }]) => [name, training.epochs]);
  expect(Object.fromEntries(epochs)).toEqual({
    ...{ morse: 30, 'mnist-cl': 100, 'mnist-single': 100, 'mnist-conv': 30 },
    ...{ 'cifar10-2cl': 30, 'cifar10-3cl': 30, 'cifar100-2cl': 30, 'cifar100-3cl': 30 },
  });
});

test('SGD is for Morse alone, the L2 penalty for MNIST alone', () => {
  for (const [name, { training }] of Object.entries(paperNetworks)) {
    expect(training.optimizer).toBe(name === 'morse' ? 'sgd' : 'adam');
    expect(training.l2! > 0).toBe(name.startsWith('mnist'));
  }
});

test('a name that is no network of the paper has none, inherited ones neither', () => {
  expect(paperNetwork(undefined)).toBeNull();
  expect(paperNetwork('lenet')).toBeNull();
  expect(paperNetwork('toString')).toBeNull();
});

describe('fronts', () => {
  const images: Readonly<Record<string, number>> = { mnist: 784, cifar: 3072 };
  const between = (name: string) => {
    const features = images[name.slice(0, 5)] ?? 64;
    return frontBetween(features, defineArchitecture(presets[name]).layers[0]);
  };

  test('stand before those networks of the paper that have convolutional layers', () => {
    const found = Object.keys(presets).map((name) => [name, between(name)]);
    expect(Object.fromEntries(found)).toEqual({
      ...{ morse: null, 'mnist-cl': null, 'mnist-single': null, 'mnist-conv': 'mnist-conv' },
      ...{ 'cifar10-2cl': 'cifar-conv', 'cifar10-3cl': 'cifar-conv' },
      ...{ 'cifar100-2cl': 'cifar-conv', 'cifar100-3cl': 'cifar-conv' },
    });
  });

  /** Filters, shifts and scales, and batch norm's running moments, which the paper's figures seem to count too. */
  const parameters = (name: keyof typeof fronts) => {
    let channels = fronts[name].input.channels;
    let sum = 0;
    for (const { filterSize, filters, batchNorm } of fronts[name].blocks) {
      sum += filterSize ** 2 * channels * filters + (batchNorm ? 4 : 1) * filters;
      channels = filters;
    }
    return sum;
  };

  test('have as many parameters as the paper’s table 2 counts: 0.05 and 1.15 million', () => {
    expect((parameters('mnist-conv') / 1e6).toFixed(2)).toBe('0.05');
    expect((parameters('cifar-conv') / 1e6).toFixed(2)).toBe('1.15');
  });

  test('take whole images and give the first layer of the paper', () => {
    expect([frontFeatures(fronts['mnist-conv']), frontOutputs(fronts['mnist-conv'])]).toEqual([784, 7 * 7 * 64]);
    expect([frontFeatures(fronts['cifar-conv']), frontOutputs(fronts['cifar-conv'])]).toEqual([3072, 4 * 4 * 256]);
  });
});
