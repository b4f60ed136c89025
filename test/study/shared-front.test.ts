import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { unwrap } from '../../src/base/failure.ts';
import { Random } from '../../src/base/random.ts';
import { defineArchitecture } from '../../src/pattern/architecture.ts';
import { scatterEntries } from '../../src/pattern/entries.ts';
import type { StudyEvent } from '../../src/study/events.ts';
import { storedSettings } from '../../src/study/settings.ts';
import { resumeStudy, startStudy } from '../../src/study/start-study.ts';
import { type TrainOptions, train } from '../../src/study/train.ts';
import { trainingPlan } from '../../src/study/training-plan.ts';
import { trainingShown } from '../../src/study/training-shown.ts';
import { validationSettings } from '../../src/study/validation-settings.ts';
import { uniformRandomPattern } from '../../strategies/uniform-random.ts';
import { openedStore, temporaryFolder } from '../store/samples.ts';

const IMAGES = 40;
const CLASSES = 4;

function idxFile(shape: readonly number[], values: Uint8Array): Buffer {
  const header = Buffer.alloc(4 + 4 * shape.length);
  header.set([0, 0, 8, shape.length]);
  for (const [dimension, side] of shape.entries()) header.writeUInt32BE(side, 4 + 4 * dimension);
  return Buffer.concat([header, values]);
}

/** Images of 28 × 28, each class bright in a quarter of its own; their name as a data set. */
function imageFiles(folder: string): string {
  const random = Random.fromSeed(1);
  const pixels = Uint8Array.from({ length: IMAGES * 784 }, (_, at) => {
    const image = Math.floor(at / 784);
    const isBright = Math.floor((at % 784) / 196) === image % CLASSES;
    return isBright ? 128 + random.below(128) : random.below(128);
  });
  const [images, labels] = [join(folder, 'images-idx3-ubyte'), join(folder, 'labels-idx1-ubyte')];
  writeFileSync(images, idxFile([IMAGES, 28, 28], pixels));
  writeFileSync(
    labels,
    idxFile(
      [IMAGES],
      Uint8Array.from({ length: IMAGES }, (_, image) => image % CLASSES),
    ),
  );
  return `idx:images=${images},labels=${labels}`;
}

const architecture = defineArchitecture({ layers: [3136, 8, 4], fanOuts: [2, 2] });

function somePatternBy(seed: number) {
  const problem = { architecture, entries: scatterEntries(architecture), metric: 'indicator', target: null } as const;
  return uniformRandomPattern(problem, Random.fromSeed(seed));
}

const quick = { epochs: 2, batchSize: 8 } as const;

/** Trainings of one pattern, in one database and one cache. */
function bench() {
  const folder = temporaryFolder();
  const data = imageFiles(folder);
  const store = openedStore(join(folder, 'a.db'));
  const pattern = somePatternBy(1);
  const run = async (options: Partial<TrainOptions> = {}) => {
    const events: StudyEvent[] = [];
    const base = { data, settings: quick, seeds: [1, 2], store, cacheFolder: folder, workers: 1, backend: 'wasm' };
    const onEvent = (event: StudyEvent) => void events.push(event);
    const report = await train(pattern, { ...base, onEvent, ...options });
    return { report, fronts: frontsOf(events) };
  };
  return { run, folder, store };
}

/** Of each front its seed, and whether it came from the cache. */
const frontsOf = (events: readonly StudyEvent[]) =>
  events.flatMap((event) =>
    event.kind === 'front' && event.event.kind === 'ready' ? [[event.seed, event.event.isKept]] : [],
  );

const shared = { front: 'auto', freezeFront: { epochs: 1 } } as const;

test('connected layers are trained by the sparse engine on a front of each seed, and never answer for networks trained whole', async () => {
  const { run, folder, store } = bench();
  const { report, fronts } = await run(shared);
  expect(fronts).toEqual([
    [1, false],
    [2, false],
  ]);
  const sharedFront = { front: 'mnist-conv', trainedWith: 'dense', epochs: 1, backend: 'wasm' };
  expect(report).toMatchObject({ engine: 'sparse', backend: 'wasm', finished: 2, trainedBefore: 0, sharedFront });
  const study = unwrap(store.getStudy(report.study));
  expect(trainingShown(store, study)).toMatchObject({ engine: 'sparse', sharedFront });

  const whole = await run({ front: 'auto', seeds: [1] });
  expect(whole.report).toMatchObject({ engine: 'tfjs', trainedBefore: 0, sharedFront: null });
  expect(whole.fronts).toEqual([]);

  // What is trained needs no front, whether its features are there or not.
  rmSync(join(folder, 'features'), { recursive: true });
  const again = await run(shared);
  expect(again).toMatchObject({ fronts: [], report: { trainedBefore: 2, testAccuracy: report.testAccuracy } });
  const more = await run({ ...shared, seeds: [1, 2, 3] });
  expect(more).toMatchObject({ fronts: [[3, false]], report: { trainedBefore: 2, finished: 3 } });
});

test('fronts that were trained with another network, longer or once for all seeds are others', async () => {
  const { run } = bench();
  const kinds = [{ epochs: 1 }, { epochs: 1, trainedWith: 'first' }, { epochs: 2 }, { epochs: 1, seed: 2 }] as const;
  for (const freezeFront of kinds) {
    const { report, fronts } = await run({ front: 'auto', freezeFront, seeds: [2] });
    expect(report).toMatchObject({ trainedBefore: 0, finished: 1 });
    // The one front for all seeds, if it is that of seed 2, is seed 2's own front, whose features are there.
    expect(fronts).toEqual([[2, 'seed' in freezeFront]]);
  }
  const all = await run({ front: 'auto', freezeFront: { epochs: 1, seed: 2 }, seeds: [2, 3] });
  expect(all).toMatchObject({ fronts: [[2, true]], report: { trainedBefore: 1, finished: 2 } });
});

test('without a database a front is shared all the same', async () => {
  const { run } = bench();
  const stored = await run({ ...shared, seeds: [2] });
  const free = await run({ ...shared, seeds: [2], store: undefined });
  expect(free.fronts).toEqual([[2, true]]);
  const { study: _, candidate: __, ...same } = stored.report;
  const lasting = ({ runs }: Pick<typeof same, 'runs'>) => runs.map(({ samplesPerSecond: _, ...run }) => run);
  expect(lasting(free.report)).toEqual(lasting(same));
  expect(free.report.sharedFront).toEqual(stored.report.sharedFront);
});

describe('a plan', () => {
  const plan = (request: object, net: object = architecture, dataset = 'mnist') =>
    trainingPlan(
      { architecture: net as typeof architecture, dataset, settings: quick, backend: 'wasm', ...shared, ...request },
      { cacheFolder: temporaryFolder(), workers: 1 },
    );
  const withData = (request: object) => plan(request, architecture, imageFiles(temporaryFolder()));

  test('names the backend of the front, and leaves connected layers to the sparse engine unless tfjs is asked for', async () => {
    expect(unwrap(await withData({}))).toMatchObject({
      ...{ engine: 'sparse', backend: 'auto' },
      settings: { front: 'mnist-conv', frozenFront: { trainedWith: 'dense', epochs: 1, backend: 'wasm' } },
    });
    expect(unwrap(await withData({ engine: 'tfjs', backend: 'cpu' }))).toMatchObject({
      ...{ engine: 'tfjs', backend: 'cpu' },
      settings: { frozenFront: { backend: 'cpu' } },
    });
    const { settings } = unwrap(await withData({ front: undefined, freezeFront: {} }));
    expect(settings).toMatchObject({ front: 'mnist-conv', frozenFront: { trainedWith: 'dense', epochs: 2 } });
  });

  test('keeps the backend that a study began with', async () => {
    const { settings } = unwrap(await withData({ backend: 'cpu' }));
    const again = unwrap(await withData({ settings, front: undefined, freezeFront: undefined, backend: 'auto' }));
    expect(again.settings).toEqual(settings);
  });

  test('is refused where there is no front, or nothing that could train behind it', async () => {
    const morse = defineArchitecture({ layers: [64, 64, 64], fanOuts: [8, 8] });
    await expect(plan({}, morse, 'morse')).rejects.toThrow(/no front to freeze/);
    await expect(withData({ engine: 'command' })).rejects.toThrow(/the engine sparse or tfjs; got command/);
    await expect(withData({ freezeFront: { trainedWith: 'best' } })).rejects.toThrow(/dense or first; got best/);
    await expect(withData({ freezeFront: { epochs: 0 } })).rejects.toThrow(/epochs of a frozen front/);
    await expect(withData({ freezeFront: { seed: -1 } })).rejects.toThrow(/seed of a frozen front/);
  });

  test('counts the memory that features take', async () => {
    const host = { cacheFolder: temporaryFolder(), workers: 1, memoryBytes: 2 ** 19 };
    const request = { architecture, dataset: imageFiles(temporaryFolder()), settings: quick, backend: 'wasm' };
    expect(await trainingPlan({ ...request, ...shared }, host)).toMatchObject({ reason: 'data-too-large' });
  });
});

test('a validation that is interrupted while its front trains goes on there, and says in its meaning that the front was shared', async () => {
  const folder = temporaryFolder();
  const store = openedStore(join(folder, 'a.db'));
  const dataset = imageFiles(folder);
  const asked = { architecture, dataset, settings: quick, backend: 'wasm', front: 'auto' } as const;
  const freezeFront = { epochs: 2, trainedWith: 'first' } as const;
  const plan = unwrap(await trainingPlan({ ...asked, freezeFront }, { cacheFolder: folder, workers: 1 }));
  const training = { dataset, settings: plan.settings, engine: 'auto', backend: 'wasm' };
  const choices = { candidates: 4, seeds: 1, twins: 0 };
  const settings = unwrap(validationSettings(architecture, training, choices, 'shared'));
  const stop = new AbortController();
  const host = { store, cacheFolder: folder, workers: 1, signal: stop.signal };
  const first = await startStudy(settings, null, {
    ...host,
    listener: (event) => {
      if (event.kind === 'front' && event.event.kind === 'epoch') stop.abort();
    },
  });
  expect(first.status).toBe('interrupted');
  expect(unwrap(storedSettings(first.study)).training?.settings).toEqual(plan.settings);
  const events: StudyEvent[] = [];
  const { status, result, study } = await resumeStudy(first.study, {
    ...{ ...host, signal: new AbortController().signal },
    listener: (event) => void events.push(event),
  });
  const [begun] = events.flatMap((event) => (event.kind === 'front' ? [event.event] : []));
  expect(begun).toMatchObject({ kind: 'started', resumed: { epoch: expect.any(Number) } });
  expect(status).toBe('finished');
  expect(result?.plan.sharedFront).toEqual({ front: 'mnist-conv', ...freezeFront, backend: 'wasm' });
  expect(result).toMatchObject({ engine: 'sparse', candidates: 4 });
  expect(result?.meaning).toContain('connected layers alone: front mnist-conv, shared: trained on wasm with the first');
  // The scores of networks that are not trained are measured on what their connected layers see.
  const untrained = result?.measured?.proxies.find(({ name }) => name === 'snip');
  expect(untrained?.values.every((value) => value !== null && Number.isFinite(value))).toBe(true);
  expect(store.evaluations(study.id).map(({ status }) => status)).toEqual(Array(4).fill('finished'));
});
