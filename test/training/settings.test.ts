import { describe, expect, test } from 'vitest';
import { engineRevisions, revisionOf } from '../../src/training/engine-revisions.ts';
import {
  adamRateAt,
  defaultTrainingSettings,
  rateAt,
  settingsDigest,
  trainingSettings,
} from '../../src/training/settings.ts';
import { trainingSettingsSchema } from '../../src/training/settings-schema.ts';
import type { TrainingSettings } from '../../src/training/trainer.ts';

test('what is left out, or undefined, is the default', () => {
  expect(trainingSettings()).toEqual(defaultTrainingSettings);
  expect(trainingSettings({ epochs: undefined, l2: 0.5 })).toEqual({ ...defaultTrainingSettings, l2: 0.5 });
});

test.each([
  [{ epochs: 0 }, /epochs must be a whole number from 1; got 0/],
  [{ epochs: 1.5 }, /got 1.5/],
  [{ batchSize: -1 }, /batch size must be a whole number from 1; got -1/],
  [{ learningRate: 0 }, /learning rate must be a finite number above 0; got 0/],
  [{ learningRate: Number.NaN }, /got NaN/],
  [{ learningRate: Number.POSITIVE_INFINITY }, /got Infinity/],
  [{ learningRateDecay: -1e-5 }, /decay of the learning rate must be a finite number from 0; got -0.00001/],
  [{ momentum: 1 }, /momentum must be from 0 to below 1; got 1/],
  [{ momentum: 0.9 }, /momentum belongs to the optimizer sgd; got momentum 0.9 with adam/],
  [{ l2: -1 }, /L2 penalty must be a finite number from 0; got -1/],
  [{ front: 'lenet' as 'mnist-conv' }, /front must be mnist-conv or cifar-conv; got lenet/],
  [{ biasStart: Number.NaN }, /start of the biases must be a finite number; got NaN/],
  [{ init: 'glorot' as 'dense-fan-in' }, /start weights must be by actual-fan-in or dense-fan-in; got glorot/],
  [{ optimizer: 'rmsprop' as 'adam' }, /optimizer must be adam or sgd; got rmsprop/],
])('%j is refused with what was got and expected', (request, message) => {
  expect(() => trainingSettings(request)).toThrow(RangeError);
  expect(() => trainingSettings(request)).toThrow(message);
});

describe('the learning rate', () => {
  const settings = trainingSettings({ learningRate: 0.1, learningRateDecay: 0.5 });
  test('falls as Keras’s decay: rate/(1 + decay·step)', () => {
    expect([0, 1, 2, 8].map((step) => rateAt(settings, step))).toEqual([0.1, 0.1 / 1.5, 0.05, 0.02]);
  });
  test('under Adam starts at rate·√(1 − β2)/(1 − β1) and loses that factor as means fill', () => {
    expect(adamRateAt(settings, 0)).toBeCloseTo((0.1 * Math.sqrt(0.001)) / 0.1, 12);
    const steady = trainingSettings({ learningRate: 0.1, learningRateDecay: 0 });
    expect(adamRateAt(steady, 50_000)).toBeCloseTo(0.1, 12);
  });
});

describe('the digest of settings', () => {
  const wasm = { engine: 'tfjs', backend: 'wasm' } as const;
  const digest = (settings: Partial<TrainingSettings> = {}, dataset = 'd') =>
    settingsDigest(dataset, trainingSettings(settings), wasm);
  test('is a SHA-256 that never changes for the same settings', () => {
    expect(digest()).toBe('92e948cecb0e5481a9f1d85c1c84601c4f3da44be200dd827b3146aaa4ba0930');
  });
  test('is what it was before there were fronts where there is none, and differs by front', () => {
    expect(digest({ front: undefined })).toBe(digest());
    const fronts = [digest(), digest({ front: 'mnist-conv' }), digest({ front: 'cifar-conv' })];
    expect(new Set(fronts).size).toBe(3);
  });
  test('differs by dense fan-in; actual fan-in, the only one there was, leaves no trace', () => {
    const asked = trainingSettings({ init: 'actual-fan-in' });
    expect(asked).toEqual(defaultTrainingSettings);
    expect(asked).not.toHaveProperty('init');
    expect(settingsDigest('d', { ...defaultTrainingSettings, init: 'actual-fan-in' }, wasm)).toBe(digest());
    expect(trainingSettings({ init: 'dense-fan-in' }).init).toBe('dense-fan-in');
    expect(digest({ init: 'dense-fan-in' })).not.toBe(digest());
  });
  test('differs by fast math, which leaves no trace where it is not asked for', () => {
    expect(digest({ fastMath: false })).toBe(digest());
    expect(digest({ fastMath: true })).not.toBe(digest());
  });
  test('does not depend on the order in which settings were written', () => {
    const turned = Object.fromEntries(Object.entries(defaultTrainingSettings).reverse()) as unknown as TrainingSettings;
    expect(settingsDigest('d', turned, wasm)).toBe(digest());
  });
  test('differs by engine and by backend: a result of one never answers for another', () => {
    const on = [
      wasm,
      { engine: 'tfjs', backend: 'cpu' },
      { engine: 'sparse', backend: 'wasm' },
      { engine: 'sparse', backend: 'webgpu' },
    ] as const;
    expect(new Set(on.map((made) => settingsDigest('d', trainingSettings(), made))).size).toBe(4);
    expect(revisionOf({ engine: 'sparse', backend: 'webgpu' })).toBe(1);
  });
  test('differs from that of the revision before, whose sums had another order', () => {
    const before = '5e5338bf072353c8916613ddbe3ed2a4fb68807f32bedad6c304e5d41d8d472c';
    expect(digest()).not.toBe(before);
    expect(engineRevisions).toEqual({ sparse: 2, tfjs: 1, command: 1 });
  });
  test('differs when anything differs', () => {
    const others: Partial<TrainingSettings>[] = [
      { epochs: 31 },
      { batchSize: 255 },
      { optimizer: 'sgd' },
      { learningRate: 2e-3 },
      { learningRateDecay: 0 },
      { optimizer: 'sgd', momentum: 0.9 },
      { l2: 1e-5 },
      { biasStart: 0 },
    ];
    const digests = [digest(), digest({}, 'e'), ...others.map((other) => digest(other))];
    expect(Object.keys(defaultTrainingSettings)).toHaveLength(others.length);
    expect(new Set(digests).size).toBe(digests.length);
  });
});

test('stored settings may say by what start weights are drawn; those of earlier versions do not', () => {
  const read = (settings: unknown) => trainingSettingsSchema.safeParse(settings);
  expect(read(defaultTrainingSettings)).toMatchObject({ success: true, data: defaultTrainingSettings });
  const dense = { ...defaultTrainingSettings, init: 'dense-fan-in' };
  expect(read(dense)).toMatchObject({ success: true, data: dense });
  expect(read({ ...defaultTrainingSettings, init: 'glorot' }).success).toBe(false);
});
