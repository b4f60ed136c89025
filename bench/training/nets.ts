import { Random } from '../../src/base/random.ts';
import type { Architecture, ArchitectureRequest } from '../../src/pattern/architecture.ts';
import type { Pattern } from '../../src/pattern/pattern.ts';
import { type Dataset, emptySplit, type Split } from '../../src/training/datasets/dataset.ts';
import { benchPattern } from '../scatter/nets.ts';

export interface TrainingNet {
  readonly name: string;
  readonly request: ArchitectureRequest;
}

export const trainingNets: readonly TrainingNet[] = [
  { name: 'morse-12.5%', request: { layers: [64, 1024, 64], fanOuts: [128, 8] } },
  { name: 'mnist-10%', request: { layers: [784, 112, 10], fanOuts: [11, 5] } },
  { name: 'cifar-0.2%', request: { layers: [4096, 512, 16], fanOuts: [1, 1] } },
  { name: 'cifar-0.4%', request: { layers: [4096, 512, 16], fanOuts: [2, 2] } },
  { name: 'cifar-6%', request: { layers: [4096, 512, 16], fanOuts: [32, 1] } },
  { name: 'morse-dense', request: { layers: [64, 1024, 64], fanOuts: [1024, 64] } },
];

/** One net with something to train on: uniform inputs and random labels, which cost what others cost. */
export interface TrainingCase {
  readonly name: string;
  readonly architecture: Architecture;
  readonly pattern: Pattern;
  readonly dataset: Dataset;
}

export function randomSplit(examples: number, features: number, classes: number, random: Random): Split {
  const split = emptySplit(examples, features);
  for (let i = 0; i < split.inputs.length; i++) split.inputs[i] = random.float();
  for (let i = 0; i < examples; i++) split.labels[i] = random.below(classes);
  return split;
}

/** At most 32 MiB of inputs, whole batches of 256. */
const examplesOf = (features: number) => 256 * Math.min(80, Math.floor(2 ** 23 / features / 256));

export function trainingCase({ name, request }: TrainingNet, seed: number): TrainingCase {
  const { architecture, pattern } = benchPattern(request, seed);
  const [features] = architecture.layers;
  const classes = architecture.usedOutputs;
  const split = (examples: number, number: number) =>
    randomSplit(examples, features, classes, Random.fromSeed(seed).fork(99, number));
  const splits = { train: split(examplesOf(features), 1), validation: split(16, 2), test: split(16, 3) };
  const dataset = { name, digest: name, features, classes, normalisation: 'uniform', ...splits };
  return { name, architecture, pattern, dataset };
}
