import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { trainingSettings } from '../../../src/training/settings.ts';
import type { JunctionWeights, TrainingSettings } from '../../../src/training/trainer.ts';
import { someDataset, someJob } from '../samples.ts';
import { openNetwork, takeEpoch } from './open.ts';

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

function trained(net: keyof typeof networks, optimizer: string, more: Partial<TrainingSettings> = {}) {
  const sizes = networks[net];
  const features = net === 'sparse' ? 24 : 20;
  const dataset = someDataset({ features, classes: 5, examples: { train: 500 } });
  const settings = trainingSettings({ batchSize: 60, ...optimizers[optimizer], ...more });
  const job = someJob(sizes);
  const network = openNetwork(job, features, settings);
  const losses = [1, 2, 3].map((epoch) => takeEpoch(network, job, dataset, settings, epoch));
  return { weights: network.weights(), losses };
}

/**
 * SHA-256 of weights after three epochs, and the last loss to the last digit. They were the same under Node.js 20, 22 and 24; a
 * runtime or machine on which they differ breaks the promise that equal seeds give equal bits everywhere.
 */
const golden: readonly [keyof typeof networks, string, string, number][] = [
  ['sparse', 'Adam', '8ce6a90327ce660c2c9a5256d05005c662ae67413f6fd3eeddc1e517368c7e82', 1.4472329329140823],
  [
    'sparse',
    'SGD with momentum',
    '49c79b2ff46df95a061d302c25d5fc6e3fb33e1eb23b9bea9d25117c3a430517',
    1.5396349289353413,
  ],
  ['dense', 'Adam', 'e46c2d710a02e4cd0afcf31a52f4ec355e0bb088bd587c81469a8140aad24338', 0.9537601473664125],
  [
    'dense',
    'SGD with momentum',
    'a976c1a63feeabe61f3445bb3efcfc0a2ba718b9508601f41352a181ac6d4480',
    1.1276395979382972,
  ],
  ['padded', 'Adam', 'bf9bedcbe8d713ecdc2271a80bcd97de04c9721d8049f361351a96878e543b0e', 2.3228323810235834],
  [
    'padded',
    'SGD with momentum',
    'dd7b0cef16ff583edab662766bc0635d8d993408be033ce67ea57580b7ac7404',
    1.9478127005311154,
  ],
];

describe('bit for bit, everywhere', () => {
  test.each(golden)('the %s network by %s is the known one', (net, optimizer, digest, loss) => {
    const { weights, losses } = trained(net, optimizer);
    expect({ digest: digestOf(weights), loss: losses[2] }).toEqual({ digest, loss });
  });

  test('a network trained after others have used the memory is the same as before', () => {
    const first = digestOf(trained('sparse', 'Adam').weights);
    trained('dense', 'Adam');
    trained('sparse', 'SGD with momentum');
    expect(digestOf(trained('sparse', 'Adam').weights)).toBe(first);
  });

  test('NaNs of a diverged network have one and the same bits', () => {
    const { weights, losses } = trained('sparse', 'SGD with momentum', { learningRate: 1e30 });
    expect(losses[2]).toBeNaN();
    const bits = weights.flatMap((junction) => [...new Uint32Array(junction.weights.buffer)]);
    const isNaNs = bits.filter((word) => (word & 0x7fffffff) > 0x7f800000);
    expect(isNaNs.length).toBeGreaterThan(0);
    expect(new Set(isNaNs)).toEqual(new Set([0x7fc00000]));
  });
});
