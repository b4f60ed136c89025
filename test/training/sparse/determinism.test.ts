import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { trainingSettings } from '../../../src/training/settings.ts';
import type { KernelChoice } from '../../../src/training/sparse/native-kernels.ts';
import type { JunctionWeights, TrainingSettings } from '../../../src/training/trainer.ts';
import { someDataset, someJob } from '../samples.ts';
import { openNetwork, takeEpoch } from './open.ts';
import { kernelChoices } from './random-nets.ts';

function digestOf(junctions: readonly JunctionWeights[]): string {
  const hash = createHash('sha256');
  for (const { weights, biases } of junctions) {
    for (const { buffer, byteOffset, byteLength } of [weights, biases]) {
      hash.update(new Uint8Array(buffer, byteOffset, byteLength));
    }
  }
  return hash.digest('hex');
}

const networks = {
  sparse: { layers: [24, 60, 30, 6], fanOuts: [10, 3, 2], usedOutputs: 5 },
  dense: { layers: [20, 33, 5], fanOuts: [33, 5] },
  padded: { layers: [24, 40, 8], fanOuts: [5, 1], usedInputs: 20, usedOutputs: 5 },
};
const optimizers: Readonly<Record<string, Partial<TrainingSettings>>> = {
  Adam: { l2: 1e-4, learningRate: 0.01 },
  'SGD with momentum': { optimizer: 'sgd', learningRate: 0.02, momentum: 0.9 },
};

function trained(
  net: keyof typeof networks,
  optimizer: string,
  more: Partial<TrainingSettings> = {},
  kernels: KernelChoice = kernelChoices[0],
) {
  const sizes = networks[net];
  const features = net === 'sparse' ? 24 : 20;
  const dataset = someDataset({ features, classes: 5, examples: { train: 500 } });
  const settings = trainingSettings({ batchSize: 60, ...optimizers[optimizer], ...more });
  const job = someJob(sizes);
  const network = openNetwork(job, features, settings, undefined, kernels);
  const losses = [1, 2, 3].map((epoch) => takeEpoch(network, job, dataset, settings, epoch));
  return { weights: network.weights(), losses };
}

/**
 * SHA-256 of weights after three epochs, and the last loss to the last digit. They change only with the engine's revision; a
 * runtime or machine on which they differ breaks the promise that equal seeds give equal bits everywhere.
 */
const golden: readonly [keyof typeof networks, string, string, number][] = [
  ['sparse', 'Adam', '666fb5c56234b72a9f880be4d5d7ce4797f9d8b2838ac0e1a0a8918d2c5b173a', 1.447232927187164],
  [
    'sparse',
    'SGD with momentum',
    '3fed74634733f543059524b4f97577236fe73b42932e395771ecdb28bdab3850',
    1.5396349203158775,
  ],
  ['dense', 'Adam', 'fbd213ec4f92520570ce10f248b06676bf952e37c9faf24164806ef71667a3a3', 0.9537601568624315],
  [
    'dense',
    'SGD with momentum',
    'f5a358dd55d6c3800ad4da83c964f464a365d17265395bfa2b7f90fd8c9eb731',
    1.1276395912892396,
  ],
  ['padded', 'Adam', '9629b6c0414904b49954bf074d785ae779d3bd7dbcba1ae63633bab1b94f4c4d', 2.3228323693463255],
  [
    'padded',
    'SGD with momentum',
    'b6e8d0e7c69024d875cbb851c4e59620969a7314b383d96c0f189416680c7e1b',
    1.9478126881914457,
  ],
];

describe.each(kernelChoices.map((choice) => [choice.name, choice] as const))(
  'bit for bit, everywhere, by %s',
  (_, kernels) => {
    test.each(golden)('the %s network by %s is the known one', (net, optimizer, digest, loss) => {
      const { weights, losses } = trained(net, optimizer, {}, kernels);
      expect({ digest: digestOf(weights), loss: losses[2] }).toEqual({ digest, loss });
    });

    test('a network trained after others have used the memory is the same as before', () => {
      const first = digestOf(trained('sparse', 'Adam', {}, kernels).weights);
      trained('dense', 'Adam', {}, kernels);
      trained('sparse', 'SGD with momentum', {}, kernels);
      expect(digestOf(trained('sparse', 'Adam', {}, kernels).weights)).toBe(first);
    });

    test('NaNs of a diverged network have one and the same bits', () => {
      const { weights, losses } = trained('sparse', 'SGD with momentum', { learningRate: 1e30 }, kernels);
      expect(losses[2]).toBeNaN();
      const bits = weights.flatMap((junction) => [...new Uint32Array(junction.weights.buffer)]);
      const isNaNs = bits.filter((word) => (word & 0x7fffffff) > 0x7f800000);
      expect(isNaNs.length).toBeGreaterThan(0);
      expect(new Set(isNaNs)).toEqual(new Set([0x7fc00000]));
    });
  },
);
