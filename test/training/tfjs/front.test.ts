import { readFileSync } from 'node:fs';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { defineArchitecture } from '../../../src/pattern/architecture.ts';
import { makePattern } from '../../../src/pattern/pattern.ts';
import { type ConvBlock, type Front, frontFeatures, frontOutputs } from '../../../src/training/fronts.ts';
import { trainingSettings } from '../../../src/training/settings.ts';
import type { Session, SessionRequest } from '../../../src/training/tfjs/session.ts';
import type { TrainingSettings } from '../../../src/training/trainer.ts';
import { type BlockWeights, startFront, startWeights } from '../../../src/training/weights.ts';
import { frontGradient, frontLoss, frontValues, type Parameters, parametersOf } from '../front-oracle.ts';
import { somePattern } from '../samples.ts';
import { opened, sessionKinds, startRuntimes } from './sessions.ts';

startRuntimes();

type MakeSession = new (request: SessionRequest) => Session;

async function open(make: MakeSession, backend: string, request: SessionRequest): Promise<Session> {
  await tf.setBackend(backend);
  const session = new make(request);
  opened.push(session);
  return session;
}

const block = (filterSize: number, filters: number, batchNorm: boolean, pool: boolean): ConvBlock => ({
  ...{ filterSize, filters, batchNorm, pool },
});

/** Images too small to be square, with every kind of block. */
const tinyFronts: Readonly<Record<string, Front>> = {
  'one convolution': { input: { height: 3, width: 4, channels: 2 }, blocks: [block(3, 3, false, false)] },
  'filters larger than the image, pooled': {
    input: { height: 4, width: 2, channels: 1 },
    blocks: [block(5, 4, false, true)],
  },
  'batch norm without and with pooling': {
    input: { height: 4, width: 4, channels: 2 },
    blocks: [block(3, 3, true, false), block(3, 2, true, true)],
  },
  'two pooled': {
    input: { height: 4, width: 8, channels: 1 },
    blocks: [block(3, 2, false, true), block(1, 3, true, true)],
  },
};

const wave = (count: number, seed: number) =>
  Float32Array.from({ length: count }, (_, i) => Math.sin(seed + 1.7 * i + 0.01 * i * i));

function tinyNet(front: Front) {
  const outputs = frontOutputs(front);
  const architecture = defineArchitecture({ layers: [outputs, 6, 3], fanOuts: [6, 1] });
  const pattern = somePattern(architecture);
  const images = 5;
  const inputs = wave(images * frontFeatures(front), 1);
  return { architecture, pattern, images, inputs, labels: Uint8Array.from([0, 1, 2, 1, 0]) };
}

function requestOf(front: Front, settings: TrainingSettings): SessionRequest {
  const { architecture, pattern } = tinyNet(front);
  const start = startWeights(pattern, 3, settings);
  return { architecture, pattern, start, settings, front: { front, blocks: startFront(front, 3, settings.biasStart) } };
}

const learned = async (session: Session): Promise<Parameters> =>
  parametersOf(await session.frontWeights(), await session.weights());

/** The largest difference, in units of the largest expected value. */
function distance(got: ArrayLike<number>, expected: ArrayLike<number>): number {
  expect(got.length).toBe(expected.length);
  let worst = 0;
  let largest = 1e-3;
  for (let i = 0; i < expected.length; i++) {
    worst = Math.max(worst, Math.abs(got[i] - expected[i]));
    largest = Math.max(largest, Math.abs(expected[i]));
  }
  return worst / largest;
}

describe.each(sessionKinds)('a %s session with a front on %s', (_, backend, make) => {
  test.each(['one convolution', 'filters larger than the image, pooled'])(
    'tells what its front makes of images, to a float64 oracle: %s',
    async (name) => {
      const front = tinyFronts[name];
      const { images, inputs } = tinyNet(front);
      const request = requestOf(front, trainingSettings());
      const session = await open(make, backend, request);
      const parameters = parametersOf(request.front?.blocks ?? [], []);
      const expected = frontValues(front, parameters, inputs, images).flat();
      expect(distance(await session.features(inputs.slice(), images), expected)).toBeLessThan(1e-5);
      expect(expected.some((value) => value > 0.1)).toBe(true);
    },
  );

  test.each(Object.entries(tinyFronts))(
    'descends by the gradient that differences of a float64 loss show: %s',
    async (_name, front) => {
      const { pattern, images, inputs, labels } = tinyNet(front);
      const settings = trainingSettings({ optimizer: 'sgd', learningRate: 1, learningRateDecay: 0 });
      const request = requestOf(front, settings);
      const session = await open(make, backend, request);
      const before = await learned(session);
      session.step(inputs.slice(), labels, images);
      const after = await learned(session);
      const net = { front, pattern };
      expect((await session.sums()).loss / images).toBeCloseTo(frontLoss(net, before, inputs, labels), 5);
      const gradient = frontGradient(net, before, inputs, labels);
      for (const [index, expected] of gradient.entries()) {
        const got = before[index].map((value, i) => value - after[index][i]);
        expect(distance(got, expected)).toBeLessThan(2e-4);
      }
      // Every list moves: none of them is compared with nothing.
      expect(gradient.every((list) => list.length === 0 || list.some((value) => Math.abs(value) > 1e-6))).toBe(true);
    },
  );

  test('lets the L2 penalty pull filters and weights, and neither biases nor batch norm', async () => {
    const front = tinyFronts['batch norm without and with pooling'];
    const { images, inputs, labels } = tinyNet(front);
    const sgd = { optimizer: 'sgd', learningRate: 1, learningRateDecay: 0 } as const;
    const [free, pulled] = await Promise.all(
      [0, 0.25].map(async (l2) => {
        const session = await open(make, backend, requestOf(front, trainingSettings({ ...sgd, l2 })));
        const before = await learned(session);
        session.step(inputs.slice(), labels, images);
        return { before, after: await learned(session) };
      }),
    );
    // λ·Σw² pulls by 2λ·w; of each block and junction the first list is penalised.
    const penalised = [0, 3, 6, 8];
    for (const [index, list] of free.after.entries()) {
      const expected = penalised.includes(index) ? list.map((value, i) => value - 0.5 * free.before[index][i]) : list;
      expect(distance(pulled.after[index], expected)).toBeLessThan(1e-5);
    }
  });

  test('leaves no tensor behind, neither while it trains nor when it ends', async () => {
    const front = tinyFronts['batch norm without and with pooling'];
    const { images, inputs, labels } = tinyNet(front);
    await tf.setBackend(backend);
    const before = tf.memory().numTensors;
    const session = await open(make, backend, requestOf(front, trainingSettings()));
    session.step(inputs.slice(), labels, images);
    const during = tf.memory().numTensors;
    for (let step = 0; step < 3; step++) session.step(inputs.slice(), labels, images);
    await session.sums();
    await session.correct(inputs.slice(), labels, images);
    expect(tf.memory().numTensors).toBe(during);
    session.dispose();
    opened.pop();
    expect(tf.memory().numTensors).toBe(before);
  });

  test('says NaN of guesses once its filters have overflowed', async () => {
    const front = tinyFronts['two pooled'];
    const { images, inputs, labels } = tinyNet(front);
    const settings = trainingSettings({ optimizer: 'sgd', learningRate: 1e30 });
    const session = await open(make, backend, requestOf(front, settings));
    expect(await session.correct(inputs.slice(), labels, images)).toBeGreaterThanOrEqual(0);
    for (let step = 0; step < 4; step++) session.step(inputs.slice(), labels, images);
    expect(await session.correct(inputs.slice(), labels, images)).toBeNaN();
  });

  test('does not change the start weights it was given', async () => {
    const front = tinyFronts['batch norm without and with pooling'];
    const { images, inputs, labels } = tinyNet(front);
    const request = requestOf(front, trainingSettings());
    const session = await open(make, backend, request);
    session.step(inputs.slice(), labels, images);
    expect(request.front!.blocks).toEqual(startFront(front, 3, 0.1));
  });
});

/** Written by test/fixtures/front/make.py with PyTorch, in float64. */
interface TorchSteps {
  readonly losses: number[];
  /** of the unseen images, in evaluation */
  readonly guesses: number[];
  readonly filters: number[][];
  readonly shifts: number[][];
  readonly scales: (number[] | null)[];
  readonly weights: number[][];
  readonly biases: number[][];
  readonly junctions: number[][][];
}

describe('trained by PyTorch', () => {
  const fixture = new URL('../../fixtures/front/steps.json', import.meta.url);
  const torch = JSON.parse(readFileSync(fixture, 'utf8')) as TorchSteps;
  const front: Front = {
    input: { height: 8, width: 8, channels: 3 },
    blocks: [block(3, 4, true, false), block(3, 6, true, true), block(5, 4, false, true)],
  };
  const start = (count: number, seed: number, scale: number, offset = 0) =>
    Float32Array.from({ length: count }, (_, i) => Math.sin(seed + 1.7 * i + 0.01 * i * i) * scale + offset);
  const brighter = (count: number, seed: number, sessionKinds: number, contrast: number) =>
    Float32Array.from({ length: count * 192 }, (_, i) => {
      const kind = (Math.floor(i / 192) % sessionKinds) - (sessionKinds - 1) / 2;
      return Math.sin(seed + 1.7 * i + 0.01 * i * i) + contrast * kind;
    });

  test.each(sessionKinds)('the same net takes the same steps in a %s session on %s', async (_, backend, make) => {
    const architecture = defineArchitecture({ layers: [16, 12, 4], fanOuts: [3, 1], usedOutputs: 3 });
    const pattern = makePattern(
      architecture,
      torch.junctions.map((sources) => Uint32Array.from(sources.flat())),
    );
    const blocks: BlockWeights[] = torch.filters.map(({ length }, index) => {
      const { filters, batchNorm } = front.blocks[index];
      const scale = batchNorm ? start(filters, 21 + index, 0.3, 1) : null;
      return { filter: start(length, 1 + index, 0.4), shift: start(filters, 11 + index, 0.2), scale };
    });
    const junctions = torch.weights.map(({ length }, index) => ({
      weights: start(length, 31 + index, 0.8),
      biases: start(torch.biases[index].length, 41 + index, 0.1),
    }));
    const rates = { learningRate: 0.05, learningRateDecay: 0, momentum: 0.9, l2: 0.01 };
    const settings = trainingSettings({ optimizer: 'sgd', ...rates });
    const request = { architecture, pattern, start: junctions, settings, front: { front, blocks } };
    const session = await open(make, backend, request);
    const labels = Uint8Array.from({ length: 8 }, (_, i) => i % 3);
    for (const loss of torch.losses) {
      session.step(brighter(8, 50, 3, 0.8), labels, 8);
      expect((await session.sums()).loss / 8).toBeCloseTo(loss, 5);
    }
    const got = await learned(session);
    const expected = [
      ...torch.filters.flatMap((filter, index) => [filter, torch.shifts[index], torch.scales[index] ?? []]),
      ...torch.weights.flatMap((weights, index) => [weights, torch.biases[index]]),
    ];
    for (const [index, list] of expected.entries()) expect(distance(got[index], list)).toBeLessThan(5e-5);
    const unseen = brighter(torch.guesses.length, 60, 24, 0.2);
    expect(await session.correct(unseen, Uint8Array.from(torch.guesses), torch.guesses.length)).toBe(24);
  });
});

describe.each(sessionKinds)('a %s session on %s', (_, backend, make) => {
  test.each(Object.entries(tinyFronts))('goes on from its state bit for bit: %s', async (__, front) => {
    const settings = trainingSettings({ learningRate: 0.01, l2: 0.01 });
    const { inputs, labels, images } = tinyNet(front);
    const take = (session: Session, steps: number) => {
      for (let step = 0; step < steps; step++) session.step(inputs, labels, images);
    };
    const endOf = async (session: Session) => ({
      weights: await session.weights(),
      front: await session.frontWeights(),
      sums: await session.sums(),
      correct: await session.correct(inputs, labels, images),
      state: await session.state(),
    });
    const whole = await open(make, backend, requestOf(front, settings));
    take(whole, 3);
    const state = structuredClone(await whole.state());
    if (whole.stepsPerSums === 1) await whole.sums();
    take(whole, 4);
    const goneOn = await open(make, backend, requestOf(front, settings));
    goneOn.restore(state);
    take(goneOn, 4);
    expect(await endOf(goneOn)).toEqual(await endOf(whole));
    const other = tinyFronts['one convolution'] === front ? 'two pooled' : 'one convolution';
    const another = await open(make, backend, requestOf(tinyFronts[other], settings));
    const before = await another.state();
    expect(() => another.restore(state)).toThrow(/does not fit/);
    expect(await another.state()).toEqual(before);
  });
});
