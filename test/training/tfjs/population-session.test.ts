import * as tf from '@tensorflow/tfjs-core';
import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import { unwrap } from '../../../src/base/failure.ts';
import type { PopulationMember } from '../../../src/training/pool/population-learner.ts';
import { trainingSettings } from '../../../src/training/settings.ts';
import { PopulationBatches } from '../../../src/training/tfjs/population-batches.ts';
import { PopulationSession } from '../../../src/training/tfjs/population-session.ts';
import { startRuntime } from '../../../src/training/tfjs/runtime.ts';
import type { TrainingJob, TrainingSettings } from '../../../src/training/trainer.ts';
import { batchOrder, startWeights } from '../../../src/training/weights.ts';
import { trainOracle } from '../oracle.ts';
import { someDataset, someJob } from '../samples.ts';

beforeAll(async () => {
  unwrap(await startRuntime('wasm', false));
  unwrap(await startRuntime('cpu', false));
});

const opened: { dispose(): void }[] = [];
afterEach(() => {
  for (const one of opened.splice(0)) one.dispose();
});

const dataset = someDataset({ features: 10, classes: 4, examples: { train: 50 } });
const BATCH_SIZE = 17;

/** One architecture, wide to narrow and narrow to wide junctions, in densities of its own for each candidate. */
const layers = [10, 15, 12, 4];
const jobs = [
  someJob({ layers, fanOuts: [6, 4, 1], seed: 1 }),
  someJob({ layers, fanOuts: [3, 8, 2], seed: 2 }),
  someJob({ layers, fanOuts: [15, 12, 4], seed: 3 }),
];

const settingsOf: readonly [string, Partial<TrainingSettings>][] = [
  [
    'SGD with momentum, L2 and decay',
    { optimizer: 'sgd', learningRate: 0.05, momentum: 0.9, l2: 0.01, learningRateDecay: 0.1 },
  ],
  ['Adam', { learningRate: 0.01 }],
  ['Adam with L2 and decay', { learningRate: 0.01, l2: 0.01, learningRateDecay: 0.1 }],
];

const memberOf = ({ pattern, seed }: TrainingJob): PopulationMember => ({
  pattern,
  start: startWeights(pattern, seed, { biasStart: 0.1 }),
});

function open(members: readonly PopulationMember[], settings: TrainingSettings): PopulationSession {
  const session = new PopulationSession({ members, usedOutputs: 4, settings });
  opened.push(session);
  return session;
}

function batchesOf(resident: boolean, width = 10): PopulationBatches {
  const batches = new PopulationBatches(dataset.train, width, 10, resident);
  opened.push(batches);
  return batches;
}

const ordersOf = (some: readonly TrainingJob[]) => some.map(({ seed }) => batchOrder(seed, 1, dataset.train.examples));

/** One epoch, a short last batch included. */
function trainEpoch(session: PopulationSession, orders: readonly Uint32Array[], resident = true): void {
  const batches = batchesOf(resident);
  for (let start = 0; start < dataset.train.examples; start += BATCH_SIZE) {
    session.step(batches.gather(orders, start, BATCH_SIZE));
  }
}

const largest = (a: Float32Array, b: ArrayLike<number>) =>
  a.reduce((max, x, e) => Math.max(max, Math.abs(x - b[e])), 0);

/** Places of a candidate's `left × right` kernel without an edge. */
function absentPlaces({ pattern }: TrainingJob, index: number): number[] {
  const [left, right] = layers.slice(index, index + 2);
  const sources = pattern.junctions[index];
  const fanIn = sources.length / right;
  const present = new Set([...sources].map((k, e) => k * right + Math.floor(e / fanIn)));
  return Array.from({ length: left * right }, (_, place) => place).filter((place) => !present.has(place));
}

describe.each(['cpu', 'wasm'])('a population on %s', (backend) => {
  beforeAll(() => tf.setBackend(backend));

  test.each(settingsOf)('by %s takes, candidate by candidate, the steps of the float64 oracle', async (_, request) => {
    const settings = trainingSettings({ ...request, epochs: 1, batchSize: BATCH_SIZE });
    const session = open(jobs.map(memberOf), settings);
    trainEpoch(session, ordersOf(jobs));
    const sums = await session.sums();
    for (const [c, job] of jobs.entries()) {
      const oracle = trainOracle(job, dataset, settings);
      expect(sums.loss[c] / 50).toBeCloseTo(oracle.epochs[0].loss, 5);
      expect(sums.correct[c] / 50).toBe(oracle.epochs[0].accuracy);
      for (const [index, { weights, biases }] of (await session.weights(c)).entries()) {
        expect(weights).toHaveLength(oracle.junctions[index].weights.length);
        expect(largest(weights, oracle.junctions[index].weights)).toBeLessThan(2e-4);
        expect(largest(biases, oracle.junctions[index].biases)).toBeLessThan(2e-4);
      }
    }
  });

  test.each(settingsOf)(
    'by %s keeps every candidate’s absent weights and their state at exactly 0',
    async (_, request) => {
      const session = open(jobs.map(memberOf), trainingSettings(request));
      trainEpoch(session, ordersOf(jobs));
      for (const [c, job] of jobs.entries()) {
        const matrices = await session.matrices(c);
        for (const [index, ofJunction] of matrices.entries()) {
          expect(ofJunction).toHaveLength(request.optimizer === 'sgd' ? 2 : 3);
          const absent = absentPlaces(job, index);
          for (const matrix of ofJunction) {
            expect(absent.filter((place) => matrix[place] !== 0)).toEqual([]);
            expect(matrix.some((value) => value !== 0)).toBe(true);
          }
        }
      }
    },
  );

  test('gives each candidate the same numbers as alone, bit for bit', async () => {
    const settings = trainingSettings();
    const together = open(jobs.map(memberOf), settings);
    trainEpoch(together, ordersOf(jobs));
    const sums = await together.sums();
    for (const [c, job] of jobs.entries()) {
      const alone = open([memberOf(job)], settings);
      trainEpoch(alone, ordersOf([job]));
      expect(await together.matrices(c)).toEqual(await alone.matrices(0));
      expect((await alone.sums()).loss[0]).toBe(sums.loss[c]);
    }
  });

  test('may have one order of batches for all', async () => {
    const settings = trainingSettings();
    const [order] = ordersOf(jobs);
    const shared = open(jobs.map(memberOf), settings);
    trainEpoch(shared, [order]);
    const own = open(jobs.map(memberOf), settings);
    trainEpoch(own, [order, order, order]);
    for (const c of jobs.keys()) expect(await shared.matrices(c)).toEqual(await own.matrices(c));
    expect(await shared.sums()).toEqual(await own.sums());
  });

  test('goes on unharmed when one of its candidates overflows', async () => {
    const settings = trainingSettings();
    const members = jobs.map(memberOf);
    const broken = members[1].start.map(({ weights, biases }) => ({ weights: weights.map((w) => 1e38 * w), biases }));
    const session = open([members[0], { ...members[1], start: broken }, members[2]], settings);
    trainEpoch(session, ordersOf(jobs));
    const { loss } = await session.sums();
    expect([...loss].map(Number.isFinite)).toEqual([true, false, true]);
    const healthy = open(members, settings);
    trainEpoch(healthy, ordersOf(jobs));
    for (const c of [0, 2]) expect(await session.matrices(c)).toEqual(await healthy.matrices(c));
    const counted = session.correct(batchesOf(true).gather(ordersOf(jobs), 0, 50), null);
    expect([...(await counted.data())].map(Number.isFinite)).toEqual([true, false, true]);
    counted.dispose();
  });

  test('counts correct guesses over batches as the oracle does', async () => {
    const settings = trainingSettings({ epochs: 1, batchSize: 50, optimizer: 'sgd', learningRate: 1e-30 });
    const session = open(jobs.map(memberOf), settings);
    const batches = batchesOf(false);
    const [order] = ordersOf(jobs);
    let counted = session.correct(batches.gather([order], 0, 20), null);
    for (const start of [20, 40]) counted = session.correct(batches.gather([order], start, 20), counted);
    const expected = jobs.map((job) => trainOracle(job, dataset, settings).epochs[0].accuracy * 50);
    expect([...(await counted.data())]).toEqual(expected);
    counted.dispose();
  });

  test('sums begin anew after they were read', async () => {
    const session = open(jobs.map(memberOf), trainingSettings());
    trainEpoch(session, ordersOf(jobs));
    expect((await session.sums()).loss.every((loss) => loss > 0)).toBe(true);
    expect(await session.sums()).toEqual({ loss: new Float32Array(3), correct: new Float32Array(3) });
  });

  test('leaves no tensor behind, neither while it trains nor when it ends', async () => {
    const before = tf.memory().numTensors;
    const session = open(jobs.map(memberOf), trainingSettings());
    const batches = batchesOf(true);
    const step = () => session.step(batches.gather(ordersOf(jobs), 0, BATCH_SIZE));
    step();
    const during = tf.memory().numTensors;
    for (let i = 0; i < 3; i++) step();
    await session.sums();
    session.correct(batches.gather(ordersOf(jobs), 0, BATCH_SIZE), null).dispose();
    await session.weights(1);
    expect(tf.memory().numTensors).toBe(during);
    for (const one of opened.splice(0)) one.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });
});

describe('batches of a population', () => {
  test('are the same kept on the device or sent one by one, padded with zeros to the width of the first layer', async () => {
    const orders = ordersOf(jobs);
    for (const width of [10, 13]) {
      const [kept, sent] = [true, false].map((resident) => batchesOf(resident, width).gather(orders, 34, BATCH_SIZE));
      expect(kept.rows).toBe(16);
      expect([kept.labels, kept.inputs.shape]).toEqual([sent.labels, [3, 16, width]]);
      expect(await kept.inputs.data()).toEqual(await sent.inputs.data());
      const values = await kept.inputs.data();
      const example = orders[2][34 + 5];
      const row = values.subarray((2 * 16 + 5) * width, (2 * 16 + 6) * width);
      expect([...row.subarray(0, 10)]).toEqual([...dataset.train.inputs.subarray(10 * example, 10 * (example + 1))]);
      expect(row.subarray(10).every((value) => value === 0)).toBe(true);
      expect(kept.labels[2 * 16 + 5]).toBe(dataset.train.labels[example]);
      opened.push(kept.inputs, sent.inputs);
    }
  });
});
