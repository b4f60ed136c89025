import { Command } from 'commander';
import { describe, expect, test } from 'vitest';
import { trainExitCode } from '../../src/cli/actions/train.ts';
import { UsageError } from '../../src/cli/errors.ts';
import {
  addTrainingOptions,
  describeTraining,
  type TrainingOptions,
  trainingRequestFrom,
  trainingSeeds,
} from '../../src/cli/training-options.ts';
import { presets } from '../../src/pattern/presets.ts';
import { trainingOptions } from '../../src/report/command-words.ts';
import type { TrainOneReport } from '../../src/study/train-one.ts';
import { settingsFor } from '../../src/study/training-plan.ts';
import { defaultTrainingSettings } from '../../src/training/settings.ts';

interface TrainedNet {
  readonly network?: string;
  readonly features: number;
  readonly layers: readonly number[];
}

/** The settings that a plan would have for what was typed. */
function settingsOf(typed: string, trained?: TrainedNet) {
  const command = addTrainingOptions(new Command('train'))
    .exitOverride()
    .configureOutput({ writeErr: () => {} });
  command.parse(typed === '' ? [] : typed.split(' '), { from: 'user' });
  const request = { ...trainingRequestFrom(command.opts<TrainingOptions>()), network: trained?.network };
  const data = trained === undefined ? null : { features: trained.features, firstLayer: trained.layers[0] };
  return settingsFor(request, data);
}

const on = (network: string, features: number): TrainedNet => ({ network, features, layers: presets[network].layers });

test('nothing typed and no network of the paper: the defaults', () => {
  expect(settingsOf('')).toEqual(defaultTrainingSettings);
  expect(settingsOf('', { network: 'my-study', features: 64, layers: [64, 64] })).toEqual(defaultTrainingSettings);
});

describe('a network of the paper', () => {
  test('brings its epochs, optimizer and L2', () => {
    expect(settingsOf('', on('mnist-cl', 784))).toEqual({ ...defaultTrainingSettings, epochs: 100, l2: 8e-5 });
    expect(settingsOf('', on('morse', 64))).toMatchObject({ epochs: 30, optimizer: 'sgd' });
  });

  test('gives way to what is typed', () => {
    expect(settingsOf('--epochs 5 --l2 0', on('mnist-cl', 784))).toMatchObject({ epochs: 5, l2: 0 });
    expect(settingsOf('--learning-rate 0.02', on('morse', 64))).toMatchObject({ optimizer: 'sgd', learningRate: 0.02 });
  });

  test('takes its rate along with its optimizer', () => {
    const { learningRate } = defaultTrainingSettings;
    expect(settingsOf('--optimizer adam', on('morse', 64))).toMatchObject({ optimizer: 'adam', learningRate });
  });
});

describe('a shared front', () => {
  const onConv = on('mnist-conv', 784);

  test('is trained with the dense network, as long as the candidates, unless something else is typed', () => {
    expect(settingsOf('--freeze-front --epochs 4', onConv).frozenFront).toEqual({ trainedWith: 'dense', epochs: 4 });
    expect(settingsOf('--freeze-front first --front-epochs 6 --front-seed 2', onConv)).toMatchObject({
      ...{ epochs: 30, front: 'mnist-conv' },
      frozenFront: { trainedWith: 'first', epochs: 6, seed: 2 },
    });
    expect(settingsOf('', onConv).frozenFront).toBeUndefined();
  });

  test('is refused where there is no front, and so is what is said of one that nobody asked for', () => {
    expect(() => settingsOf('--freeze-front', on('morse', 64))).toThrow(/no front to freeze/);
    expect(() => settingsOf('--freeze-front --front none', onConv)).toThrow(/no front to freeze/);
    expect(() => settingsOf('--front-epochs 3', onConv)).toThrow(/--front-epochs is of a front that is shared/);
    expect(() => settingsOf('--front-seed 3', onConv)).toThrow(/--front-seed is of a front that is shared/);
    expect(() => settingsOf('--freeze-front best', onConv)).toThrow();
  });

  test('is told in words and as options that repeat it', () => {
    const settings = settingsOf('--freeze-front first --front-epochs 6 --front-seed 2', onConv);
    expect(describeTraining(settings)).toContain(
      'front mnist-conv, shared: trained with the first candidate, 6 epochs, once, with seed 2',
    );
    const words = trainingOptions(settings, 'auto', 'auto');
    expect(settingsOf(words.join(' '), onConv)).toEqual(settings);
  });
});

describe('the front', () => {
  test('is the one that leads from the data to the first layer', () => {
    expect(settingsOf('', on('mnist-conv', 784)).front).toBe('mnist-conv');
    expect(settingsOf('', on('cifar100-3cl', 3072)).front).toBe('cifar-conv');
    expect(settingsOf('', { features: 784, layers: [3136, 196, 10] }).front).toBe('mnist-conv');
  });
  test('is none where the data reach the first layer by themselves', () => {
    expect(settingsOf('', on('mnist-single', 784))).not.toHaveProperty('front');
    expect(settingsOf('', on('cifar10-2cl', 4096))).not.toHaveProperty('front');
  });
  test('is what is typed, none included', () => {
    expect(settingsOf('--front none', on('mnist-conv', 784))).not.toHaveProperty('front');
    expect(settingsOf('--front cifar-conv', on('mnist-cl', 784)).front).toBe('cifar-conv');
    expect(() => settingsOf('--front lenet')).toThrow(/mnist-conv/);
  });
});

test('momentum is refused unless the optimizer is sgd', () => {
  expect(() => settingsOf('--momentum 0.9')).toThrow(
    /momentum belongs to the optimizer sgd; got momentum 0.9 with adam/,
  );
  expect(() => settingsOf('--momentum 0.9 --optimizer adam', on('morse', 64))).toThrow(RangeError);
  expect(settingsOf('--momentum 0.9', on('morse', 64))).toMatchObject({ optimizer: 'sgd', momentum: 0.9 });
});

test('seeds follow the first one, and are refused where they are no longer exact', () => {
  expect(trainingSeeds(5, 3)).toEqual([5, 6, 7]);
  expect(trainingSeeds(Number.MAX_SAFE_INTEGER, 1)).toEqual([Number.MAX_SAFE_INTEGER]);
  expect(() => trainingSeeds(Number.MAX_SAFE_INTEGER, 2)).toThrow(
    new UsageError(
      '--seed 9007199254740991 leaves no room for 2 seeds: they end at 9007199254740991',
      'Use --seed 9007199254740990 or lower.',
    ),
  );
});

test('a training of which a seed failed or diverged exits with 1', () => {
  const run = (status: 'finished' | 'diverged' | 'failed') => ({ status }) as TrainOneReport['runs'][number];
  const code = (...runs: ReturnType<typeof run>[]) =>
    trainExitCode({ runs, testAccuracy: runs.some(({ status }) => status === 'finished') ? 0.5 : null }, false);
  expect(code(run('finished'), run('failed'))).toBe(1);
  expect(code(run('finished'), run('diverged'))).toBe(1);
  expect(code(run('finished'), run('finished'))).toBe(0);
  expect(code(run('diverged'))).toBe(1);
  expect(trainExitCode({ runs: [run('failed')], testAccuracy: null }, true)).toBe(130);
});

test('start weights are drawn as typed; what is the default anyway leaves no trace', () => {
  expect(settingsOf('--init dense-fan-in').init).toBe('dense-fan-in');
  expect(settingsOf('--init dense-fan-in', on('mnist-cl', 784))).toMatchObject({ epochs: 100, init: 'dense-fan-in' });
  expect(settingsOf('--init actual-fan-in')).toEqual(defaultTrainingSettings);
  expect(() => settingsOf('--init glorot')).toThrow(/actual-fan-in.*dense-fan-in/);
});

test('settings are told in words that can be typed back', () => {
  expect(describeTraining(settingsOf('', on('mnist-conv', 784)))).toBe(
    '30 epochs, batches of 256, adam at rate 0.001 with decay 0.00001, L2 0.00008, front mnist-conv',
  );
  expect(describeTraining(settingsOf('--optimizer sgd --momentum 0.9 --epochs 2'))).toBe(
    '2 epochs, batches of 256, sgd at rate 0.001 with decay 0.00001, momentum 0.9, L2 0',
  );
  expect(describeTraining(settingsOf('--epochs 1 --fast-math'))).toBe(
    '1 epoch, batches of 256, adam at rate 0.001 with decay 0.00001, L2 0, fast math',
  );
  expect(describeTraining(settingsOf('--epochs 1 --init dense-fan-in'))).toBe(
    '1 epoch, batches of 256, adam at rate 0.001 with decay 0.00001, L2 0, start weights by dense-fan-in',
  );
});
