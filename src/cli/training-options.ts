import { type Command, Option } from 'commander';
import { plural } from '../base/plural.ts';
import type { TrainingPlanRequest } from '../study/training-plan.ts';
import { engineNames } from '../training/engines.ts';
import { frontFeatures, frontNames, frontOutputs, fronts } from '../training/fronts.ts';
import { sharedFront, sharedFrontText } from '../training/frozen-front/shared-front.ts';
import { DEFAULT_INIT, defaultTrainingSettings, frontNetworks, initNames } from '../training/settings.ts';
import type { FrontName, FrontNetwork, InitName, TrainingSettings } from '../training/trainer.ts';
import { UsageError } from './errors.ts';
import { notNegative, oneOf, positiveNumber, wholeNumber } from './parse.ts';
import { addTrainerOptions, ownTrainerFrom, type TypedTrainer } from './trainer-options.ts';

export interface TrainingOptions extends TypedTrainer {
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
  readonly init?: InitName;
  readonly fastMath?: boolean;
  readonly front?: FrontName | 'auto' | 'none';
  readonly freezeFront?: FrontNetwork;
  readonly frontEpochs?: number;
  readonly frontSeed?: number;
}

export const backends = ['auto', 'tensorflow', 'webgpu', 'wasm', 'cpu'] as const;

export const engineOption = (help: string): Option =>
  new Option('--engine <engine>', help).argParser(oneOf(engineNames)).default('auto');

function addEngineOptions(command: Command): Command {
  return command
    .addOption(
      engineOption(
        'auto, sparse (connected layers, existing connections only; on a GPU with --backend webgpu), tfjs (fronts, GPUs) or command (a trainer of your own: --trainer); auto is sparse unless a backend or a front is asked for or a GPU is found',
      ),
    )
    .addOption(new Option('--backend <backend>', backends.join(', ')).argParser(oneOf(backends)).default('auto'))
    .option(
      '--fast-math',
      'sparse engine: fused products (by native kernels, or from Node.js 22 on); faster, but no longer bit-equal on every machine',
    );
}

const ONE_CANDIDATE_SEEDS = {
  help: 'trainings of the candidate, with --seed and those that follow it',
  default: 1,
} as const;

interface SeedsOption {
  readonly help: string;
  readonly default: number | null;
}

function seedsOption({ help, default: value }: SeedsOption): Option {
  const option = new Option('--seeds <n>', help).argParser(wholeNumber(1, 1000));
  return value === null ? option : option.default(value);
}

const initHelp = `deviation of start weights: ${initNames.join(', ')}, that is √(2/edges into a neuron) or √(2/neurons of the layer before) as in the paper's authors' code (default: ${DEFAULT_INIT})`;

function addHyperparameters(command: Command, seeds: SeedsOption): Command {
  const { epochs, batchSize, learningRate, learningRateDecay } = defaultTrainingSettings;
  const decay = `of the rate, by step (default: ${learningRateDecay})`;
  return command
    .addOption(new Option('--epochs <n>', `default: ${epochs}`).argParser(wholeNumber(1)))
    .addOption(seedsOption(seeds))
    .addOption(new Option('--batch-size <n>', `default: ${batchSize}`).argParser(wholeNumber(1)))
    .addOption(new Option('--optimizer <name>', 'adam or sgd').argParser(oneOf(['adam', 'sgd'])))
    .addOption(new Option('--learning-rate <rate>', `default: ${learningRate}`).argParser(positiveNumber))
    .addOption(new Option('--decay <decay>', decay).argParser(notNegative))
    .addOption(new Option('--momentum <m>', 'of sgd (default: 0)').argParser(notNegative))
    .addOption(new Option('--l2 <lambda>', 'penalty on weights (default: 0)').argParser(notNegative))
    .addOption(new Option('--init <kind>', initHelp).argParser(oneOf(initNames)));
}

/** @param seeds what `--seeds` says of itself, and its default; null: none */
export function addTrainingOptions(command: Command, seeds: SeedsOption = ONE_CANDIDATE_SEEDS): Command {
  command.option(
    '--data <name>',
    'a name from "scattershot data", or a .npz or IDX file; with options: morse:noise=1, mnist:train=10000,seed=1',
    'morse',
  );
  return addHyperparameters(addTrainerOptions(addEngineOptions(command)), seeds)
    .addOption(
      new Option(
        '--front <front>',
        `convolutional layers before the junctions: ${[...frontNames, 'none'].join(', ')} (default: by the sizes of data and first layer)`,
      ).argParser(oneOf(['auto', 'none', ...frontNames])),
    )
    .addOption(
      new Option(
        '--freeze-front [network]',
        'train the front once a seed, beforehand, and share it: with the dense network (default), or with the first candidate of the study',
      )
        .argParser(oneOf(frontNetworks))
        .preset('dense'),
    )
    .addOption(
      new Option('--front-epochs <n>', 'epochs of a front that is shared (default: as --epochs)').argParser(
        wholeNumber(1),
      ),
    )
    .addOption(
      new Option(
        '--front-seed <n>',
        'one shared front for all seeds, trained with this one (default: one a seed)',
      ).argParser(wholeNumber(0)),
    )
    .addHelpText('after', frontHelp);
}

const frontHelp = `
Candidates of a network of the paper are trained as there: epochs, optimizer, rate, L2. Options that are given come first.
With --freeze-front candidates differ in their connected layers only, which the sparse engine trains on the front's features (kept in
cache/features, which may be removed); --backend is then the front's.
Fronts: ${frontNames.map((name) => `${name} makes ${frontOutputs(fronts[name])} from ${frontFeatures(fronts[name])} features`).join(', ')}.`;

/** @throws UsageError where something is said of a shared front that nobody asked for */
function freezeFrom({
  freezeFront,
  frontEpochs: epochs,
  frontSeed: seed,
}: Omit<TrainingOptions, 'seeds'>): Pick<TrainingPlanRequest, 'freezeFront'> {
  if (freezeFront !== undefined) {
    return { freezeFront: { trainedWith: freezeFront, epochs, seed } };
  }
  const alone = epochs !== undefined ? '--front-epochs' : seed !== undefined ? '--front-seed' : null;
  if (alone !== null) throw new UsageError(`${alone} is of a front that is shared`, 'Give --freeze-front with it.');
  return {};
}

/** The training that was typed, for `trainingPlan`. */
export function trainingRequestFrom(
  options: Omit<TrainingOptions, 'seeds'>,
): Omit<TrainingPlanRequest, 'architecture' | 'network'> {
  const { data, engine, backend, front = 'auto' } = options;
  const { epochs, batchSize, optimizer, learningRate, decay, momentum, l2, init, fastMath } = options;
  const typed = { epochs, batchSize, optimizer, learningRate, learningRateDecay: decay, momentum, l2, init, fastMath };
  const settings = Object.fromEntries(Object.entries(typed).filter(([, value]) => value !== undefined));
  const trainer = ownTrainerFrom(options);
  return { dataset: data, engine, backend, front, ...freezeFrom(options), settings, ...(trainer && { trainer }) };
}

/** `count` seeds in a row, beginning with `first`. @throws UsageError where they go beyond the numbers that are exact */
export function trainingSeeds(first: number, count: number): number[] {
  const most = Number.MAX_SAFE_INTEGER - (count - 1);
  if (first > most) {
    throw new UsageError(
      `--seed ${first} leaves no room for ${count} seeds: they end at ${Number.MAX_SAFE_INTEGER}`,
      `Use --seed ${most} or lower.`,
    );
  }
  return Array.from({ length: count }, (_, index) => first + index);
}

/** "30 epochs, batches of 256, adam at rate 0.001 with decay 0.00001, L2 0.00008, front mnist-conv" */
export function describeTraining(settings: TrainingSettings): string {
  const { epochs, batchSize, optimizer, learningRate, learningRateDecay, momentum, l2, init, front, fastMath } =
    settings;
  const shared = sharedFront(settings);
  return [
    plural(epochs, 'epoch'),
    `batches of ${batchSize}`,
    `${optimizer} at rate ${learningRate} with decay ${decimal(learningRateDecay)}`,
    ...(optimizer === 'sgd' ? [`momentum ${momentum}`] : []),
    `L2 ${decimal(l2)}`,
    ...(init === undefined ? [] : [`start weights by ${init}`]),
    ...(front === undefined ? [] : [shared === null ? `front ${front}` : sharedFrontText(shared)]),
    ...(fastMath ? ['fast math'] : []),
  ].join(', ');
}

/** Without an exponent, so that it can be typed back. */
const decimal = (value: number) => (value < 1e-12 ? String(value) : value.toFixed(12).replace(/\.?0+$/, ''));
