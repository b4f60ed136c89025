import { createRequire } from 'node:module';
import { afterEach, describe, expect, test } from 'vitest';
import { unwrap } from '../../../src/base/failure.ts';
import { PoolTrainer } from '../../../src/training/pool/pool-trainer.ts';
import { populationSize } from '../../../src/training/pool/population-size.ts';
import { TrainingPool } from '../../../src/training/pool/training-pool.ts';
import { trainingSettings } from '../../../src/training/settings.ts';
import { createTfjsTrainer } from '../../../src/training/tfjs/index.ts';
import type { Trainer, TrainingEvent } from '../../../src/training/trainer.ts';
import { someDataset, someJob } from '../samples.ts';

const dataset = someDataset({ features: 8, classes: 4 });
const sizes = { layers: [8, 12, 4], fanOuts: [6, 2] };
const settings = trainingSettings({ epochs: 1 });

const trainers: Trainer[] = [];
afterEach(async () => {
  await Promise.all(trainers.splice(0).map((trainer) => trainer.close()));
});

async function trainAll(trainer: Trainer, ids: readonly string[], epochs = 1): Promise<TrainingEvent[]> {
  const jobs = ids.map((id, index) => someJob({ ...sizes, id, seed: index + 1 }));
  const events: TrainingEvent[] = [];
  for await (const event of trainer.train(jobs, dataset, { ...settings, epochs }, new AbortController().signal)) {
    events.push(event);
  }
  return events;
}

const resultsOf = (events: readonly TrainingEvent[]) =>
  new Map(events.flatMap((event) => (event.kind === 'result' ? [[event.job, event] as const] : [])));

describe('when a worker dies', () => {
  const fragile = (threads: number): Trainer => {
    const workerUrl = new URL('./crashing-worker.ts', import.meta.url);
    const pool = new TrainingPool({ backend: 'cpu', softwareAllowed: false, threads, workerUrl, otherwise: '' });
    const trainer = new PoolTrainer(pool, threads, { engine: 'tfjs', backend: 'cpu', device: 'test' }, []);
    trainers.push(trainer);
    return trainer;
  };

  test.each([
    ['exits', 1],
    ['throws', 1],
    ['throws later', 1],
    ['exits', 2],
    ['throws later', 2],
  ])('because it %s, its job fails with a reason and the others go on, with %i threads', async (how, threads) => {
    const events = await trainAll(fragile(threads), ['before', how, 'after', 'last']);
    const results = resultsOf(events);
    expect(events.filter(({ kind }) => kind === 'result')).toHaveLength(4);
    expect(results.get(how)).toMatchObject({ status: 'failed', testAccuracy: null, samplesPerSecond: 0 });
    expect(results.get(how)!.reason).toMatch(how === 'exits' ? /worker thread was lost/ : /on purpose/);
    for (const id of ['before', 'after', 'last']) expect(results.get(id)!.status).toBe('finished');
  });
});

describe('when a worker does not answer', () => {
  test('a training that is stopped ends all the same, and so does its thread', async () => {
    const workerUrl = new URL('./stubborn-worker.ts', import.meta.url);
    const pool = new TrainingPool({ backend: 'cpu', softwareAllowed: false, threads: 1, workerUrl, otherwise: '' });
    const trainer = new PoolTrainer(pool, 1, { engine: 'tfjs', backend: 'cpu', device: 'test' }, []);
    trainers.push(trainer);
    const controller = new AbortController();
    const jobs = ['running', 'waiting'].map((id) => someJob({ ...sizes, id }));
    const results: TrainingEvent[] = [];
    let begun = 0;
    for await (const event of trainer.train(jobs, dataset, settings, controller.signal)) {
      if (event.kind === 'result') results.push(event);
      else {
        begun = performance.now();
        controller.abort();
      }
    }
    await trainer.close();
    const tookMs = performance.now() - begun;
    console.info(`answered and closed ${Math.round(tookMs)} ms after the stop`);
    expect(tookMs).toBeLessThan(5000);
    expect(results).toMatchObject([
      { job: 'running', status: 'stopped', reason: 'it was stopped in the middle of a step' },
      { job: 'waiting', status: 'stopped' },
    ]);
  });
});

describe('a trainer on wasm', () => {
  const create = async (threads: number, onWarning?: (warning: string) => void) => {
    const trainer = unwrap(await createTfjsTrainer({ backend: 'wasm', threads, onWarning }));
    trainers.push(trainer);
    return trainer;
  };

  test('gives the same results on one thread and on three', async () => {
    const accuracies = [];
    for (const threads of [1, 3]) {
      const results = resultsOf(await trainAll(await create(threads), ['a', 'b', 'c', 'd']));
      accuracies.push(['a', 'b', 'c', 'd'].map((id) => results.get(id)!.testAccuracy));
    }
    expect(accuracies[0]).toEqual(accuracies[1]);
  });

  test('names processor and threads, and does not say in every run that it is no GPU', async () => {
    const heard: string[] = [];
    const trainer = await create(2, (warning) => heard.push(warning));
    expect([heard, trainer.warnings]).toEqual([[], []]);
    expect(trainer.runsOn.device).toMatch(/^2 × .* \(wasm, SIMD\)$/);
    expect(trainer.capacity(someJob(sizes).architecture)).toBe(2);
  });

  test('keeps TF.js out of this thread', async () => {
    const { cache } = createRequire(import.meta.url);
    await trainAll(await create(1), ['job']);
    const loaded = () => Object.keys(cache).filter((path) => path.includes('@tensorflow'));
    expect(loaded()).toEqual([]);
    await import('@tensorflow/tfjs-core');
    expect(loaded()).not.toEqual([]);
  });

  test('closed in the middle of a training, ends its jobs as stopped', async () => {
    const trainer = await create(1);
    const results = new Map<string, string>();
    const jobs = ['running', 'waiting'].map((id) => someJob({ ...sizes, id }));
    const endless = { ...settings, epochs: 1_000_000 };
    for await (const event of trainer.train(jobs, dataset, endless, new AbortController().signal)) {
      if (event.kind === 'epoch') void trainer.close();
      if (event.kind === 'result') results.set(event.job, event.status);
    }
    expect(Object.fromEntries(results)).toEqual({ running: 'stopped', waiting: 'stopped' });
  });
});

describe('a trainer on a device', () => {
  const { architecture } = someJob(sizes);
  const limits = { maxTensorBytes: 2 ** 30, memoryBytes: 2 ** 30 };
  const create = (size?: number) => {
    const workerUrl = new URL('./crashing-worker.ts', import.meta.url);
    const pool = new TrainingPool({ backend: 'cpu', softwareAllowed: false, threads: 1, workerUrl, otherwise: '' });
    const runsOn = { engine: 'tfjs', backend: 'cpu', device: 'test' } as const;
    const trainer = new PoolTrainer(pool, 1, runsOn, [], { limits, size });
    trainers.push(trainer);
    return trainer;
  };

  test('likes as many jobs at once as its memory holds, or as it is told', () => {
    expect(create().capacity(architecture)).toBe(populationSize(architecture, 256, limits));
    expect(create(3).capacity(architecture)).toBe(3);
  });
});

describe('asking for what there is not', () => {
  test('a backend whose package is not there is a failure with a next step', async () => {
    const outcome = await createTfjsTrainer({ backend: 'tensorflow', threads: 1 });
    if (outcome.ok) return trainers.push(outcome.value);
    expect(outcome.reason).toMatch(/^[a-z-]+$/);
    expect(outcome.nextStep).not.toBe('');
  });
  test('unknown backends and senseless numbers of threads or candidates are refused', async () => {
    for (const population of [0, 1.5, -1, 5000]) {
      await expect(createTfjsTrainer({ backend: 'cpu', population })).rejects.toThrow(
        /population must be a whole number/,
      );
    }
    await expect(createTfjsTrainer({ backend: 'cuda' })).rejects.toThrow(
      /backend must be auto, tensorflow, webgpu, wasm, cpu; got cuda/,
    );
    for (const threads of [0, 1.5, -1, Number.NaN]) {
      await expect(createTfjsTrainer({ backend: 'cpu', threads })).rejects.toThrow(/threads must be a whole number/);
    }
  });
});
