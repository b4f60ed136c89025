import { afterEach, expect, test } from 'vitest';
import { unwrap } from '../../../src/base/failure.ts';
import { trainingSettings } from '../../../src/training/settings.ts';
import { fastMathSupported } from '../../../src/training/sparse/fast-math.ts';
import { createSparseTrainer, type SparseOptions } from '../../../src/training/sparse/index.ts';
import type {
  Trainer,
  TrainingEvent,
  TrainingJob,
  TrainingResult,
  TrainingSettings,
} from '../../../src/training/trainer.ts';
import { someDataset, someJob } from '../samples.ts';

const dataset = someDataset({ features: 8, classes: 4 });
const sizes = { layers: [8, 12, 4], fanOuts: [6, 2] };
const settings = trainingSettings({ epochs: 2 });

const trainers: Trainer[] = [];
afterEach(async () => {
  await Promise.all(trainers.splice(0).map((trainer) => trainer.close()));
});

async function create(options: SparseOptions): Promise<Trainer> {
  const trainer = unwrap(await createSparseTrainer(options));
  trainers.push(trainer);
  return trainer;
}

async function trainAll(trainer: Trainer, ids: readonly string[], more: Partial<TrainingSettings> = {}) {
  const jobs = ids.map((id, index) => someJob({ ...sizes, id, seed: index + 1 }, { wantWeights: true }));
  const results = new Map<string, TrainingResult>();
  for await (const event of trainer.train(jobs, dataset, { ...settings, ...more }, new AbortController().signal)) {
    if (event.kind === 'result') results.set(event.job, event);
  }
  return results;
}

test('gives the same bits on one thread and on three', async () => {
  const ids = ['a', 'b', 'c', 'd'];
  const alone = await trainAll(await create({ threads: 1 }), ids);
  const beside = await trainAll(await create({ threads: 3 }), ids);
  for (const id of ids) expect(beside.get(id)!.weights).toEqual(alone.get(id)!.weights);
});

test('takes trainings that load the same examples together, with the bits of each alone', async () => {
  const wide = { layers: [64, 16, 4], fanOuts: [2, 1] };
  const data = someDataset({ features: 64, classes: 4 });
  const jobs = [1, 2, 3, 4, 5].map((candidate) => {
    const { pattern } = someJob({ ...wide, seed: candidate });
    return someJob({ ...wide, id: `${candidate}`, seed: 7 }, { pattern, wantWeights: true });
  });
  const trainer = await create({ threads: 1 });
  const events = async (some: readonly TrainingJob[]) => {
    const all: TrainingEvent[] = [];
    for await (const event of trainer.train(some, data, settings, new AbortController().signal)) all.push(event);
    return all;
  };
  const together = await events(jobs);
  const begun = together.slice(
    0,
    together.findIndex(({ kind }) => kind === 'result'),
  );
  const isNative = trainer.runsOn.device.includes('(native');
  expect(begun.filter(({ kind }) => kind === 'started')).toHaveLength(isNative ? jobs.length : 1);
  for (const job of jobs) {
    const weightsIn = (all: readonly TrainingEvent[]) =>
      all.flatMap((event) => (event.kind === 'result' && event.job === job.id ? [event.weights] : []));
    expect(weightsIn(together)).toEqual(weightsIn(await events([job])));
  }
});

test.each([1, 2])(
  'a worker that dies fails its job with a reason, and the others go on, with %i threads',
  async (threads) => {
    const workerUrl = new URL('./crashing-worker.ts', import.meta.url);
    const results = await trainAll(await create({ threads, workerUrl }), ['before', 'exits', 'after']);
    expect(results.get('exits')).toMatchObject({ status: 'failed', testAccuracy: null, samplesPerSecond: 0 });
    expect(results.get('exits')!.reason).toMatch(/worker thread was lost/);
    for (const id of ['before', 'after']) expect(results.get(id)!.status).toBe('finished');
  },
);

test('stops within a batch: a single one that would take minutes ends at once', async () => {
  const wide = { layers: [512, 2048, 512, 8], fanOuts: [2048, 512, 8] };
  const large = someDataset({ features: 512, classes: 8, examples: { train: 4000, validation: 8, test: 8 } });
  const controller = new AbortController();
  const events: TrainingEvent[] = [];
  const trainer = await create({ threads: 1 });
  const batch = trainingSettings({ epochs: 1000, batchSize: 4000 });
  for await (const event of trainer.train([someJob(wide)], large, batch, controller.signal)) {
    events.push(event);
    if (event.kind === 'started') controller.abort();
  }
  expect(events.map(({ kind }) => kind)).toEqual(['started', 'result']);
  expect(events[1]).toMatchObject({ status: 'stopped', reason: 'it was stopped in epoch 1 of 1000' });
});

test('names its kernels, by how many threads they run, and warns of nothing', async () => {
  const quiet = await create({ threads: 2 });
  expect(quiet.runsOn).toMatchObject({ engine: 'sparse', backend: 'wasm' });
  expect(quiet.runsOn.device).toMatch(/^2 × .* \((wasm, SIMD|native, (avx512|avx2|neon))\)$/);
  expect(quiet.warnings).toEqual([]);
  expect(quiet.capacity(someJob(sizes).architecture)).toBe(2);
});

test('refuses numbers of threads that make no sense', async () => {
  for (const threads of [0, 1.5, Number.NaN]) {
    await expect(createSparseTrainer({ threads })).rejects.toThrow(/threads must be a whole number from 1 to 1024/);
  }
});

test('fast math is one of two things: a training close to the default’s, or a failure with a next step', async () => {
  const outcome = await createSparseTrainer({ threads: 1, fastMath: true });
  expect(outcome.ok).toBe(fastMathSupported());
  if (!outcome.ok) return expect(outcome).toMatchObject({ reason: 'no-relaxed-simd', nextStep: /Node.js 22/ });
  trainers.push(outcome.value);
  const [fast, exact] = [
    await trainAll(outcome.value, ['a'], { fastMath: true }),
    await trainAll(outcome.value, ['a']),
  ];
  for (const [index, { weights }] of fast.get('a')!.weights!.entries()) {
    const expected = exact.get('a')!.weights![index].weights;
    for (const [e, weight] of weights.entries()) expect(Math.abs(weight - expected[e])).toBeLessThan(1e-4);
  }
});
