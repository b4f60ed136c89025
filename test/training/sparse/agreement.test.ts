import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { unwrap } from '../../../src/base/failure.ts';
import { meanFanOut } from '../../../src/pattern/architecture.ts';
import { trainingSettings } from '../../../src/training/settings.ts';
import { BatchReader } from '../../../src/training/tfjs/batches.ts';
import { HostSession } from '../../../src/training/tfjs/host-session.ts';
import { startRuntime } from '../../../src/training/tfjs/runtime.ts';
import type { TrainingSettings } from '../../../src/training/trainer.ts';
import { batchOrder, startWeights } from '../../../src/training/weights.ts';
import { someDataset, someJob } from '../samples.ts';
import { openNetwork, takeEpoch } from './open.ts';

beforeAll(async () => {
  unwrap(await startRuntime('wasm', false));
});

const dataset = someDataset({ features: 32, classes: 8, examples: { train: 1500 } });
const networks = [
  { layers: [32, 64, 8], fanOuts: [16, 2] },
  { layers: [32, 48, 24, 8], fanOuts: [12, 6, 8] },
  // Balanced degrees: fan-ins 7, 11 and, dense, 25.
  { layers: [32, 45, 25, 8], fanOuts: [meanFanOut(32, 45, 7), meanFanOut(45, 25, 11), 8] },
];
const optimizers: readonly [string, Partial<TrainingSettings>][] = [
  ['Adam', { learningRate: 0.003 }],
  ['SGD with momentum and L2', { optimizer: 'sgd', learningRate: 0.02, momentum: 0.9, l2: 1e-4 }],
];

describe.each(optimizers)('by %s', (_, change) => {
  test.each(networks)(
    'from equal weights, by equal batches, losses and weights are those of the TF.js engine: %j',
    async (net) => {
      const settings = trainingSettings({ batchSize: 100, ...change });
      const job = someJob(net);
      const { architecture, pattern, seed } = job;
      await tf.setBackend('wasm');
      const session = new HostSession({
        architecture,
        pattern,
        settings,
        start: startWeights(pattern, seed, { biasStart: 0.1 }),
      });
      const network = openNetwork(job, 32, settings);
      const reader = new BatchReader(100, 32, 32);
      for (let epoch = 1; epoch <= 6; epoch++) {
        const order = batchOrder(seed, epoch, dataset.train.examples);
        for (let start = 0; start < order.length; start += 100) {
          session.step(...batchOf(reader, reader.gather(dataset.train, order, start)));
        }
        const loss = takeEpoch(network, job, dataset, settings, epoch);
        expect(Math.abs(loss / ((await session.sums()).loss / order.length) - 1)).toBeLessThan(1e-4);
      }
      const theirs = await session.weights();
      for (const [index, { weights, biases }] of network.weights().entries()) {
        expect(largestDifference(weights, theirs[index].weights)).toBeLessThan(2e-3);
        expect(largestDifference(biases, theirs[index].biases)).toBeLessThan(2e-3);
      }
      session.dispose();
    },
  );
});

const batchOf = (reader: BatchReader, rows: number): [Float32Array, Uint8Array, number] => [
  reader.inputs,
  reader.labels,
  rows,
];

const largestDifference = (a: Float32Array, b: Float32Array) =>
  a.reduce((largest, value, i) => Math.max(largest, Math.abs(value - b[i])), 0);
