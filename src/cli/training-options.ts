import { type Command, Option } from 'commander';
import { defaultTrainingSettings, trainingSettings } from '../training/settings.ts';
import type { TrainingSettings } from '../training/trainer.ts';
import { notNegative, oneOf, positiveNumber, wholeNumber } from './parse.ts';

export interface TrainingOptions {
  readonly data: string;
  readonly engine: string;
  readonly backend: string;
  readonly epochs?: number;
  readonly seeds: number;
  readonly batchSize?: number;
  readonly optimizer?: 'adam' | 'sgd';
  readonly learningRate?: number;
  readonly decay?: number;
  readonly momentum?: number;
  readonly l2?: number;
}

export const backends = ['auto', 'tensorflow', 'webgpu', 'wasm', 'cpu'] as const;

export function addTrainingOptions(command: Command): Command {
  const settings = defaultTrainingSettings;
  return command
    .option(
      '--data <name>',
      'morse, morse-2017, morse-difficult; with options: morse:noise=1,examples=500/100/100',
      'morse',
    )
    .addOption(new Option('--engine <engine>', 'auto or tfjs').argParser(oneOf(['auto', 'tfjs'])).default('auto'))
    .addOption(new Option('--backend <backend>', backends.join(', ')).argParser(oneOf(backends)).default('auto'))
    .addOption(new Option('--epochs <n>', `default: ${settings.epochs}`).argParser(wholeNumber(1)))
    .addOption(
      new Option('--seeds <n>', 'trainings of the candidate, with --seed and those that follow it')
        .argParser(wholeNumber(1, 1000))
        .default(1),
    )
    .addOption(new Option('--batch-size <n>', `default: ${settings.batchSize}`).argParser(wholeNumber(1)))
    .addOption(new Option('--optimizer <name>', 'adam or sgd').argParser(oneOf(['adam', 'sgd'])))
    .addOption(new Option('--learning-rate <rate>', `default: ${settings.learningRate}`).argParser(positiveNumber))
    .addOption(
      new Option('--decay <decay>', `of the rate, by step (default: ${settings.learningRateDecay})`).argParser(
        notNegative,
      ),
    )
    .addOption(new Option('--momentum <m>', 'of sgd (default: 0)').argParser(notNegative))
    .addOption(new Option('--l2 <lambda>', 'penalty on weights (default: 0)').argParser(notNegative));
}

export function trainingSettingsFrom(options: TrainingOptions): TrainingSettings {
  const { epochs, batchSize, optimizer, learningRate, decay, momentum, l2 } = options;
  return trainingSettings({ epochs, batchSize, optimizer, learningRate, learningRateDecay: decay, momentum, l2 });
}
