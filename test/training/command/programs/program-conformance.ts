import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { unwrap } from '../../../../src/base/failure.ts';
import { meanFanOut } from '../../../../src/pattern/architecture.ts';
import { trainingSettings } from '../../../../src/training/settings.ts';
import { createSparseTrainer } from '../../../../src/training/sparse/index.ts';
import type { EpochResult, Trainer, TrainingJob, TrainingSettings } from '../../../../src/training/trainer.ts';
import { someDataset, someJob } from '../../samples.ts';
import { ProgramHost, type Told } from './program-host.ts';

const sizes = { layers: [8, 24, 4], fanOuts: [6, 2] };
const dataset = someDataset({ features: 8, classes: 4, examples: { train: 120, validation: 40, test: 40 } });
const quick = trainingSettings({ epochs: 2, batchSize: 32, learningRate: 0.01 });

const optimizers: readonly [string, Partial<TrainingSettings>][] = [
  ['Adam', {}],
  ['Adam, L2 and decay', { l2: 0.01, learningRateDecay: 0.05 }],
  [
    'SGD, momentum, L2 and decay',
    { optimizer: 'sgd', learningRate: 0.05, momentum: 0.9, l2: 0.01, learningRateDecay: 0.05 },
  ],
];
const networks = [
  { layers: [8, 12, 10, 4], fanOuts: [3, 5, 2] },
  { layers: [8, 24, 4], fanOuts: [24, 4] },
  { layers: [8, 11, 10, 4], fanOuts: [meanFanOut(8, 11, 3), meanFanOut(11, 10, 5), meanFanOut(10, 4, 7)] },
  // Inputs and outputs that pad the layers.
  { layers: [12, 24, 8], fanOuts: [6, 2], usedInputs: 8, usedOutputs: 4 },
];

const epochsOf = (told: readonly Told[]) => told.filter(({ type }) => type === 'epoch');

/** What both ready programs must do. @param command words that start the program */
export function programConformance(name: string, command: readonly string[]): void {
  describe(`${name}: a ready trainer program`, () => {
    let host: ProgramHost;
    let sparse: Trainer;
    beforeAll(async () => {
      sparse = unwrap(await createSparseTrainer({ threads: 1 }));
      host = new ProgramHost(command);
      await host.hello();
      host.data(dataset);
    });
    afterAll(async () => {
      await sparse?.close();
      expect(await host.end()).toBe(0);
    });

    const sparseEpochs = async (job: TrainingJob, settings: TrainingSettings) => {
      const epochs: EpochResult[] = [];
      let testAccuracy: number | null = null;
      for await (const event of sparse.train([job], dataset, settings, new AbortController().signal)) {
        if (event.kind === 'epoch') epochs.push(event);
        if (event.kind === 'result') testAccuracy = event.testAccuracy;
      }
      return { epochs, testAccuracy };
    };

    test('says hello: protocol 1, accuracy, and room for jobs', () => {
      expect(host.told[0]).toMatchObject({
        type: 'hello',
        protocol: 1,
        epochs: true,
        score: { name: 'accuracy', better: 'higher' },
      });
      expect(host.told[0].concurrent).toBeGreaterThanOrEqual(1);
    });

    describe.each(optimizers)('by %s', (optimizer, change) => {
      test.each(networks)('gives the losses of the sparse engine to 1e-5 on %j', async (net) => {
        const settings = trainingSettings({ ...quick, epochs: 4, ...change });
        const id = `${optimizer} ${net.layers.join('-')}`.replaceAll(/\W+/g, '-');
        const job = someJob({ ...net, id });
        const told = (await host.train([job], dataset, settings, true)).get(id)!;
        const { epochs, testAccuracy } = await sparseEpochs(job, settings);
        expect(told.map(({ type }) => type)).toEqual(['started', ...epochs.map(() => 'epoch'), 'result']);
        for (const [index, { loss, accuracy, validationAccuracy }] of epochs.entries()) {
          const theirs = epochsOf(told)[index];
          expect(Math.abs(theirs.loss! - loss)).toBeLessThan(1e-5);
          expect(Math.abs(theirs.accuracy! - accuracy)).toBeLessThan(1.5 / 120);
          expect(Math.abs(theirs.validationAccuracy! - validationAccuracy)).toBeLessThan(1.5 / 40);
        }
        const result = told.at(-1)!;
        expect(result).toMatchObject({
          status: 'finished',
          validationAccuracy: epochsOf(told).at(-1)!.validationAccuracy,
        });
        expect(Math.abs(result.testAccuracy! - testAccuracy!)).toBeLessThan(1.5 / 40);
        expect(result.samplesPerSecond).toBeGreaterThan(0);
      });
    });

    test.each(['actual-fan-in', 'dense-fan-in'] as const)('learns from weights of its own, by %s', async (init) => {
      const data = {
        ...someDataset({ features: 8, classes: 4, examples: { train: 600, validation: 200 } }),
        digest: init,
      };
      host.data(data);
      const settings = trainingSettings({ epochs: 10, batchSize: 32, learningRate: 0.02, init });
      const told = (await host.train([someJob({ ...sizes, id: `learns ${init}` })], data, settings)).get(
        `learns ${init}`,
      )!;
      const epochs = epochsOf(told);
      expect(epochs.at(-1)!.loss).toBeLessThan(0.5 * epochs[0].loss!);
      expect(told.at(-1)!.validationAccuracy).toBeGreaterThan(0.7);
    });

    test('gives equal results for equal seeds, whatever is trained beside, and others for others', async () => {
      const jobs = ['one', 'other', 'again'].map((id) => someJob({ ...sizes, id, seed: 1 }));
      jobs[1] = { ...jobs[1], seed: 2 };
      const losses = ([, told]: readonly [string, readonly Told[]]) =>
        epochsOf(told).map(({ loss }) => loss!.toFixed(5));
      const [one, other, again] = [...(await host.train(jobs, dataset, quick))].map(losses);
      const [alone] = [...(await host.train([{ ...jobs[0], id: 'alone' }], dataset, quick))].map(losses);
      expect(again).toEqual(one);
      expect(alone).toEqual(one);
      expect(other).not.toEqual(one);
    });

    test('ends a diverging job with a reason, and goes on', async () => {
      const settings = trainingSettings({ ...quick, optimizer: 'sgd', learningRate: 1e36 });
      const told = (await host.train([someJob({ ...sizes, id: 'wild' })], dataset, settings, true)).get('wild')!;
      expect(told.at(-1)).toMatchObject({
        status: 'diverged',
        reason: expect.stringMatching(/no longer finite in epoch [12]/),
      });
      const far = { weights: new Float32Array(48).fill(1e4), biases: new Float32Array(24) };
      const start = [far, { weights: new Float32Array(48).fill(1e4), biases: new Float32Array(4) }];
      const job = { ...someJob({ ...sizes, id: 'far' }), startWeights: start };
      expect((await host.train([job], dataset, quick, true)).get('far')!.at(-1)).toMatchObject({ status: 'diverged' });
    });

    test('fails a job that it cannot read, with a reason, and goes on', async () => {
      host.say({
        type: 'job',
        id: 'lost',
        dataset: dataset.digest,
        masks: '/nowhere.npz',
        layers: [8, 4],
        seed: 1,
        usedInputs: 8,
        usedOutputs: 4,
        settings: quick,
        start: null,
      });
      expect(await host.result('lost')).toMatchObject({ status: 'failed', reason: expect.stringMatching(/nowhere/) });
      expect(
        (await host.train([someJob({ ...sizes, id: 'after' })], dataset, quick)).get('after')!.at(-1),
      ).toMatchObject({ status: 'finished' });
    });

    test('cancels what runs and what waits, and goes on', async () => {
      const endless = trainingSettings({ ...quick, epochs: 1_000_000 });
      const concurrent = host.told[0].concurrent as number;
      const jobs = Array.from({ length: concurrent + 2 }, (_, index) =>
        someJob({ ...sizes, id: `endless ${index}`, seed: index }),
      );
      for (const [index, job] of jobs.entries()) host.job(job, dataset, endless, { more: index < jobs.length - 1 });
      expect(await host.heard(({ type, id }) => /epoch|result/.test(type) && id === 'endless 0')).toMatchObject({
        epoch: 1,
      });
      for (const { id } of jobs) host.say({ type: 'cancel', id });
      for (const { id } of jobs) expect(await host.result(id)).toMatchObject({ status: 'cancelled' });
      expect((await host.train([someJob({ ...sizes, id: 'next' })], dataset, quick)).get('next')!.at(-1)).toMatchObject(
        { status: 'finished' },
      );
    });

    test('lets garbage and messages that it does not know pass', async () => {
      host.babble('this is no message\n[]\n17\n');
      host.say({ type: 'a word of a later version', id: 'after garbage' });
      expect(
        (await host.train([someJob({ ...sizes, id: 'after garbage' })], dataset, quick)).get('after garbage')!.at(-1),
      ).toMatchObject({ status: 'finished' });
    });

    test('ends when stdin does, in the middle of a training', async () => {
      const other = new ProgramHost(command);
      await other.hello();
      other.data(dataset);
      other.job(someJob({ ...sizes, id: 'cut' }), dataset, trainingSettings({ ...quick, epochs: 1_000_000 }));
      expect(await other.heard(({ type }) => /epoch|result/.test(type))).toMatchObject({ epoch: 1 });
      expect(await other.end(false)).toBe(0);
    });
  });
}
