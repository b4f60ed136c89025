import { mkdtempSync, readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { unwrap } from '../../src/base/failure.ts';
import { defineArchitecture } from '../../src/pattern/architecture.ts';
import { demoSettings } from '../../src/study/demo.ts';
import type { StudyEvent } from '../../src/study/events.ts';
import { startStudy } from '../../src/study/start-study.ts';
import { trainOne } from '../../src/study/train-one.ts';
import { type TrainingPlanRequest, trainingPlan } from '../../src/study/training-plan.ts';
import { trainingSettings } from '../../src/training/settings.ts';
import { newCandidate } from '../store/sample-rows.ts';
import { somePattern } from '../training/samples.ts';
import { studyWith } from './sample-study.ts';

const bytes = fileURLToPath(new URL('../fixtures/data/bytes.npz', import.meta.url));
const morse = defineArchitecture({ layers: [64, 1024, 64], fanOuts: [128, 8] });

const plan = (change: Partial<TrainingPlanRequest> = {}, memoryBytes?: number) =>
  trainingPlan(
    { architecture: morse, dataset: 'morse', settings: {}, ...change },
    { cacheFolder: mkdtempSync(join(tmpdir(), 'scattershot-')), workers: 8, ...(memoryBytes && { memoryBytes }) },
  );

describe('a plan', () => {
  test('holds the whole settings, the data and the engine that will run', async () => {
    const made = unwrap(await plan({ settings: { epochs: 3 }, backend: 'wasm' }));
    expect(made).toMatchObject({ engine: 'tfjs', backend: 'wasm', settings: trainingSettings({ epochs: 3 }) });
    expect(made.source.name).toBe('morse');
  });

  test('knows the front that leads from the data to the first layer, and asks for its data', async () => {
    const conv = defineArchitecture({ layers: [4096, 512, 16], fanOuts: [1, 1] });
    expect(await plan({ architecture: conv, dataset: 'cifar-10', front: 'auto' })).toMatchObject({
      ...{ ok: false, reason: 'not-fetched' },
    });
    const onSparse = plan({ architecture: conv, dataset: 'cifar-10', front: 'auto', engine: 'sparse' });
    await expect(onSparse).rejects.toThrow(/connected layers only; got the front cifar-conv/);
  });

  test('trains as many at once as memory holds', async () => {
    expect(unwrap(await plan()).threads).toBe(8);
    const small = unwrap(await plan({ dataset: 'morse:examples=1/1/1' }, 2 ** 20 * 8)).threads;
    expect(small).toBeGreaterThanOrEqual(1);
    expect(small).toBeLessThan(8);
  });
});

describe('refused, before anything is made, is', () => {
  test.each<[string, Partial<TrainingPlanRequest>, RegExp]>([
    ['an unknown engine', { engine: 'torch' }, /engine must be one of .*; got torch/],
    ['an unknown backend', { backend: 'cuda' }, /backend must be .*; got cuda/],
    ['a front on the sparse engine', { engine: 'sparse', front: 'mnist-conv' }, /connected layers only/],
    ['fast math on TF.js', { engine: 'tfjs', settings: { fastMath: true } }, /fast math belongs to the sparse engine/],
    ['unknown data', { dataset: 'nothing-known' }, /no dataset "nothing-known"/],
    ['settings that cannot be', { settings: { epochs: 0 } }, /epochs must be a whole number from 1; got 0/],
    [
      'a network with too few inputs',
      { architecture: defineArchitecture({ layers: [32, 64], fanOuts: [64] }) },
      /64 features; the network must have at least as many inputs, got 32/,
    ],
  ])('%s', async (_, change, message) => {
    await expect(plan(change)).rejects.toThrow(RangeError);
    await expect(plan(change)).rejects.toThrow(message);
  });

  test('data that are not there yet, with how to get them', async () => {
    const net = defineArchitecture({ layers: [784, 10], fanOuts: [10] });
    expect(await plan({ architecture: net, dataset: 'mnist' })).toMatchObject({
      ...{ ok: false, reason: 'not-fetched', nextStep: expect.stringMatching(/scattershot data fetch mnist/) },
    });
  });

  test('data that memory cannot hold, with the estimate', async () => {
    expect(await plan({ dataset: 'morse:examples=100000/10000/10000' }, 2 ** 30)).toMatchObject({
      ...{ ok: false, reason: 'data-too-large' },
      message: 'morse:examples=100000/10000/10000 takes 1.84 GiB of memory, and 1 GiB can be had',
    });
    expect(await plan({ dataset: 'morse:examples=50000/1000/1000' }, 2 ** 30)).toMatchObject({ ok: true });
  });

  test('a network that memory cannot hold, with the estimate', async () => {
    const wide = defineArchitecture({ layers: [40_000, 40_000], fanOuts: [40_000] });
    expect(await plan({ architecture: wide }, 2 ** 40)).toMatchObject({
      ...{ ok: false, reason: 'network-too-large' },
      message: expect.stringMatching(/takes about \d+(\.\d+)? GiB of memory, and 4.00 GiB can be had/),
    });
    for (const engine of ['sparse', 'tfjs']) {
      expect(await plan({ engine, dataset: 'morse:examples=1/1/1' }, 2 ** 18)).toMatchObject({
        ok: false,
        reason: 'network-too-large',
      });
    }
  });
});

describe('what trains goes through the plan, so that a refusal leaves no trace', () => {
  function host() {
    const cacheFolder = mkdtempSync(join(tmpdir(), 'scattershot-'));
    const { store, study } = studyWith({}, [newCandidate(1)]);
    const events: StudyEvent[] = [];
    const listener = (event: StudyEvent) => void events.push(event);
    return { events, study, store, cacheFolder, workers: 1, listener, signal: new AbortController().signal };
  }
  const settings = trainingSettings({ epochs: 1, front: 'mnist-conv' });

  test('trainOne with an engine that cannot do the front', async () => {
    const own = host();
    const call = trainOne(
      { study: own.study, candidate: 1 },
      { dataset: bytes, seeds: [1], settings, engine: 'sparse', backend: 'auto' },
      own,
    );
    await expect(call).rejects.toThrow(/sparse engine has connected layers only; got the front mnist-conv/);
    expect(own.events).toEqual([]);
  });

  test('trainOne with a file’s pattern, of which no study is made', async () => {
    const own = host();
    const before = own.store.listStudies().length;
    const pattern = somePattern({ layers: [8, 4], fanOuts: [2] });
    const architecture = defineArchitecture({ layers: [8, 4], fanOuts: [2] });
    const file = { pattern, architecture, metric: 'indicator', entries: { windows: 'integral', spans: 'io' } } as const;
    const call = trainOne(file, { dataset: 'morse', seeds: [1], settings: {} }, own);
    await expect(call).rejects.toThrow(/morse has 64 features/);
    expect(own.store.listStudies()).toHaveLength(before);
    expect(readdirSync(own.cacheFolder)).toEqual([]);
  });

  test('startStudy with an engine that cannot do the front', async () => {
    const own = host();
    const before = own.store.listStudies().length;
    const demo = demoSettings();
    const training = { ...demo.training!, engine: 'sparse', settings };
    await expect(startStudy({ ...demo, training }, null, own)).rejects.toThrow(/connected layers only/);
    expect(own.store.listStudies()).toHaveLength(before);
  });
});
