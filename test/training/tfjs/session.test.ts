import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { trainingSettings } from '../../../src/training/settings.ts';
import { BatchReader } from '../../../src/training/tfjs/batches.ts';
import type { Session, SessionRequest } from '../../../src/training/tfjs/session.ts';
import type { TrainingJob, TrainingSettings } from '../../../src/training/trainer.ts';
import { batchOrder, startWeights } from '../../../src/training/weights.ts';
import { trainOracle } from '../oracle.ts';
import { someDataset, someJob } from '../samples.ts';
import { opened, sessionKinds, startRuntimes } from './sessions.ts';

startRuntimes();

const stepsOf: readonly [string, Partial<TrainingSettings>][] = [
  ['SGD', { optimizer: 'sgd', learningRate: 0.1 }],
  ['SGD with momentum', { optimizer: 'sgd', learningRate: 0.05, momentum: 0.9 }],
  [
    'SGD with momentum, L2 and decay',
    { optimizer: 'sgd', learningRate: 0.05, momentum: 0.9, l2: 0.01, learningRateDecay: 0.1 },
  ],
  ['Adam', { optimizer: 'adam', learningRate: 0.01 }],
  ['Adam with L2', { optimizer: 'adam', learningRate: 0.01, l2: 0.01 }],
  ['Adam with L2 and decay', { optimizer: 'adam', learningRate: 0.01, l2: 0.01, learningRateDecay: 0.1 }],
];

/** Wide to narrow and narrow to wide junctions take different paths backwards; a dense one and a lone one too. */
const networks = [
  { layers: [10, 15, 12, 4], fanOuts: [6, 4, 1] },
  { layers: [10, 4], fanOuts: [2] },
  { layers: [10, 20, 4], fanOuts: [20, 4] },
];
const dataset = someDataset({ features: 10, classes: 4, examples: { train: 50 } });

async function open(
  make: new (request: SessionRequest) => Session,
  backend: string,
  job: TrainingJob,
  settings: TrainingSettings,
) {
  await tf.setBackend(backend);
  const { architecture, pattern, seed } = job;
  const session = new make({ architecture, pattern, settings, start: startWeights(pattern, seed, settings) });
  opened.push(session);
  return session;
}

/** Where there is no edge, in `left × right` matrices. */
function absentPlaces({ pattern }: TrainingJob): number[][] {
  return pattern.junctions.map((sources, index) => {
    const [left, right] = pattern.layers.slice(index, index + 2);
    const fanIn = sources.length / right;
    const present = new Set([...sources].map((k, e) => k * right + Math.floor(e / fanIn)));
    return Array.from({ length: left * right }, (_, place) => place).filter((place) => !present.has(place));
  });
}

describe.each(sessionKinds)('a %s session on %s', (_, backend, make) => {
  describe.each(stepsOf)('by %s', (_name, request) => {
    test('keeps absent weights and their optimiser state at exactly 0, step after step, and moves the others', async () => {
      for (const sizes of networks) {
        const job = someJob(sizes);
        const session = await open(make, backend, job, trainingSettings(request));
        const absent = absentPlaces(job);
        const before = await session.weights();
        for (let step = 0; step < 5; step++) {
          session.step(
            dataset.train.inputs.slice(10 * 7 * step, 10 * 7 * (step + 1)),
            dataset.train.labels.slice(7 * step),
            7,
          );
          for (const [index, matrices] of (await session.matrices()).entries()) {
            expect(matrices).toHaveLength(request.optimizer === 'adam' ? 3 : 2);
            for (const matrix of matrices) {
              expect(absent[index].filter((place) => matrix[place] !== 0)).toEqual([]);
              expect(matrix.some((value) => value !== 0)).toBe(true);
            }
          }
        }
        const after = await session.weights();
        for (const [index, { weights }] of after.entries()) expect(weights).not.toEqual(before[index].weights);
      }
    });

    test('takes the steps that the float64 oracle takes over edges, a short last batch included', async () => {
      for (const sizes of networks) {
        const job = someJob(sizes);
        const settings = trainingSettings({ ...request, epochs: 1, batchSize: 17 });
        const oracle = trainOracle(job, dataset, settings);
        const session = await open(make, backend, job, settings);
        const { train } = dataset;
        const reader = new BatchReader(17, 10, 10);
        const order = batchOrder(job.seed, 1, train.examples);
        for (let start = 0; start < train.examples; start += 17) {
          const rows = reader.gather(train, order, start);
          session.step(reader.inputs, reader.labels, rows);
        }
        const sums = await session.sums();
        expect(sums.loss / 50).toBeCloseTo(oracle.epochs[0].loss, 5);
        expect(sums.correct / 50).toBe(oracle.epochs[0].accuracy);
        for (const [index, { weights, biases }] of (await session.weights()).entries()) {
          expectClose(weights, oracle.junctions[index].weights);
          expectClose(biases, oracle.junctions[index].biases);
        }
      }
    });
  });

  test('holds in its kernels the weights of its edges, right-major read as left × right', async () => {
    const job = someJob(networks[0]);
    const session = await open(make, backend, job, trainingSettings());
    const weights = await session.weights();
    for (const [index, [kernel]] of (await session.matrices()).entries()) {
      const right = job.pattern.layers[index + 1];
      const sources = job.pattern.junctions[index];
      const fanIn = sources.length / right;
      const read = [...sources].map((k, e) => kernel[k * right + Math.floor(e / fanIn)]);
      expect(read).toEqual([...weights[index].weights]);
    }
  });

  test('does not change the start weights it was given', async () => {
    const job = someJob(networks[0]);
    const start = startWeights(job.pattern, 1, { biasStart: 0.1 });
    await tf.setBackend(backend);
    const session = new make({
      architecture: job.architecture,
      pattern: job.pattern,
      settings: trainingSettings(),
      start,
    });
    opened.push(session);
    session.step(dataset.train.inputs.slice(), dataset.train.labels.slice(), 50);
    expect(start).toEqual(startWeights(job.pattern, 1, { biasStart: 0.1 }));
  });

  test('sums begin anew after they were read', async () => {
    const job = someJob(networks[0]);
    const session = await open(make, backend, job, trainingSettings());
    session.step(dataset.train.inputs.slice(), dataset.train.labels.slice(), 50);
    expect((await session.sums()).loss).toBeGreaterThan(0);
    expect(await session.sums()).toEqual({ loss: 0, correct: 0 });
  });

  test('counts correct guesses as the oracle does, and NaN once the network has overflowed', async () => {
    const job = someJob(networks[0]);
    const settings = trainingSettings({ optimizer: 'sgd', learningRate: 1e30, epochs: 1, batchSize: 50 });
    const session = await open(make, backend, job, settings);
    const { inputs, labels, examples } = dataset.train;
    const sums = trainOracle(job, dataset, settings).epochs[0];
    expect(await session.correct(inputs.slice(), labels.slice(), examples)).toBe(sums.accuracy * examples);
    for (let step = 0; step < 3; step++) session.step(inputs.slice(), labels.slice(), examples);
    expect(await session.correct(inputs.slice(), labels.slice(), examples)).toBeNaN();
  });

  test('leaves no tensor behind, neither while it trains nor when it ends', async () => {
    await tf.setBackend(backend);
    const before = tf.memory().numTensors;
    const job = someJob(networks[0]);
    const session = await open(make, backend, job, trainingSettings());
    const step = () => session.step(dataset.train.inputs.slice(), dataset.train.labels.slice(), 50);
    step();
    const during = tf.memory().numTensors;
    for (let i = 0; i < 5; i++) step();
    await session.sums();
    await session.correct(dataset.train.inputs.slice(), dataset.train.labels.slice(), 50);
    expect(tf.memory().numTensors).toBe(during);
    session.dispose();
    opened.pop();
    expect(tf.memory().numTensors).toBe(before);
  });
});

/** Within 2e-4: what float32 makes of Adam's first step, whose size hardly depends on the gradient's. */
function expectClose(got: Float32Array, expected: Float64Array): void {
  expect(got).toHaveLength(expected.length);
  for (const [e, value] of expected.entries()) expect(Math.abs(got[e] - value)).toBeLessThan(2e-4);
}
