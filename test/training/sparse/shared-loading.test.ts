import { expect, test } from 'vitest';
import { trainingSettings } from '../../../src/training/settings.ts';
import { encodeSnapshot } from '../../../src/training/snapshot.ts';
import { loadedTogether } from '../../../src/training/sparse/shared-loading.ts';
import type { TrainingJob, TrainingSettings } from '../../../src/training/trainer.ts';
import { someDataset, someJob } from '../samples.ts';

const dataset = someDataset({ features: 64, classes: 4, examples: { train: 5000, validation: 1, test: 1 } });
const settings = trainingSettings({});

/** Jobs of one or two edges an input, or of many. */
const jobsOf = (candidates: number, seeds: number, fanOuts: readonly number[] = [2, 1]): TrainingJob[] =>
  Array.from({ length: candidates * seeds }, (_, i) => {
    const seed = 1 + (i % seeds);
    return someJob({ layers: [64, 32, 8], fanOuts, seed, id: `${Math.floor(i / seeds)}/${seed}` });
  });

const idsOf = (jobs: readonly TrainingJob[], threads: number, more: Partial<TrainingSettings> = {}, data = dataset) =>
  loadedTogether(threads)(jobs, data, { ...settings, ...more }).map((group) => group.map(({ id }) => id));

const sizesOf = (...request: Parameters<typeof idsOf>) => idsOf(...request).map(({ length }) => length);

test('trainings that load the same examples are taken together, those of each seed apart', () => {
  expect(idsOf(jobsOf(3, 2), 1)).toEqual([
    ['0/1', '1/1', '2/1'],
    ['0/2', '1/2', '2/2'],
  ]);
});

test('at most eight, in groups of about equal size, every job in one of them', () => {
  expect(sizesOf(jobsOf(20, 1), 1)).toEqual([6, 7, 7]);
  const jobs = jobsOf(25, 3);
  const groups = idsOf(jobs, 2);
  expect(groups.flat().sort()).toEqual(jobs.map(({ id }) => id).sort());
  expect(Math.max(...groups.map(({ length }) => length))).toBeLessThanOrEqual(8);
});

test('no thread is left without work for it', () => {
  expect(sizesOf(jobsOf(4, 1), 4)).toEqual([1, 1, 1, 1]);
  expect(sizesOf(jobsOf(8, 1), 4)).toEqual([2, 2, 2, 2]);
  expect(sizesOf(jobsOf(16, 1), 2)).toEqual([8, 8]);
  expect(sizesOf(jobsOf(1, 3), 2)).toEqual([1, 1, 1]);
});

test('with many edges an input every training is alone, in the order of the jobs', () => {
  const dense = jobsOf(3, 2, [32, 8]);
  expect(idsOf(dense, 1)).toEqual(dense.map(({ id }) => [id]));
});

test('a batch that is more than what is kept of one is loaded in parts, and nothing of it could be shared', () => {
  const layers = [4096, 64, 16];
  const jobs = [1, 2].map((candidate) => someJob({ layers, fanOuts: [1, 1], seed: 1, id: `${candidate}` }));
  const wide = { ...dataset, features: 4096 };
  expect(sizesOf(jobs, 1, { batchSize: 400 }, wide)).toEqual([2]);
  expect(sizesOf(jobs, 1, { batchSize: 1000 }, wide)).toEqual([1, 1]);
});

test('no more than fit in a cache beside one another, however little work they are', () => {
  const sizes = (hidden: number) => {
    const jobs = [1, 2, 3, 4].map((candidate) =>
      someJob({ layers: [4096, hidden, 16], fanOuts: [1, 1], seed: 1, id: `${candidate}` }),
    );
    return sizesOf(jobs, 1, { batchSize: 256 }, { ...dataset, features: 4096 });
  };
  expect([512, 1024, 2048, 4096].map(sizes)).toEqual([[4], [4], [2, 2], [1, 1, 1, 1]]);
});

test.each([
  ['4096-512-16 at .2 %', [4096, 512, 16], [1, 1], 8],
  ['4096-512-16 at .4 %', [4096, 512, 16], [2, 2], 8],
  ['784-112-10 at 10 %', [784, 112, 10], [11, 5], 8],
  ['4096-512-16 at 1.6 %', [4096, 512, 16], [8, 2], 4],
  ['2000-2000-20', [2000, 2000, 20], [8, 1], 2],
  ['4096-512-16 at 6 %', [4096, 512, 16], [32, 1], 1],
  ['64-1024-64 at 12.5 %', [64, 1024, 64], [128, 8], 1],
])('of eight alike, %s is taken as docs/findings/training.md says', (_, layers, fanOuts, size) => {
  const jobs = Array.from({ length: 8 }, (_, id) => someJob({ layers, fanOuts, seed: 1, id: `${id}` }));
  const data = { ...dataset, features: layers[0] };
  expect(sizesOf(jobs, 1, { batchSize: 256 }, data)).toEqual(Array.from({ length: 8 / size }, () => size));
});

test('jobs of other degrees are apart, and each kind is taken by its own edges', () => {
  const [sparse] = jobsOf(1, 1);
  const dense = jobsOf(3, 1, [32, 8]).map((job, index) => ({ ...job, id: `dense ${index}` }));
  const other = jobsOf(2, 1, [3, 1]).map((job, index) => ({ ...job, id: `other ${index}` }));
  expect(idsOf([sparse, ...dense, ...other], 1)).toEqual([
    ['0/1'],
    ['dense 0'],
    ['dense 1'],
    ['dense 2'],
    ['other 0', 'other 1'],
  ]);
});

test('jobs that go on from different places are together all the same', () => {
  const at = (epoch: number, batches: number) => {
    const [job] = jobsOf(1, 1);
    const progress = { epoch, batches, sums: { loss: 0, correct: 0 }, epochs: [], elapsedMs: 0 };
    const snapshot = encodeSnapshot('a key', { progress, learner: { numbers: [], arrays: [] } });
    return { ...job, id: `${epoch}.${batches}`, snapshot };
  };
  expect(idsOf([at(3, 4), at(3, 5), at(2, 0)], 1)).toEqual([['3.4', '3.5', '2.0']]);
});

test('no jobs are no groups', () => {
  expect(idsOf([], 2)).toEqual([]);
});
