import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { unwrap } from '../../../src/base/failure.ts';
import { cacheFile } from '../../../src/training/datasets/cache.ts';
import { splitNames } from '../../../src/training/datasets/dataset.ts';
import { fronts } from '../../../src/training/fronts.ts';
import { diskLack, type Features } from '../../../src/training/frozen-front/feature-file.ts';
import {
  type FeatureHost,
  type FeatureRequest,
  type FrontEvent,
  featuresOf,
  frozenFeatures,
} from '../../../src/training/frozen-front/features.ts';
import { startFront } from '../../../src/training/weights.ts';
import { temporaryFolder } from '../../store/samples.ts';
import { frontValues, parametersOf } from '../front-oracle.ts';
import { epochsTold, featureRequest, imageLikeData } from './feature-request.ts';

interface Heard {
  readonly features: Features | null;
  readonly events: readonly FrontEvent[];
  readonly warnings: readonly string[];
}

async function heard(
  request: FeatureRequest,
  cacheFolder: string,
  change: Partial<FeatureHost> | ((event: FrontEvent) => void) = {},
): Promise<Heard> {
  const events: FrontEvent[] = [];
  const warnings: string[] = [];
  const more = typeof change === 'function' ? {} : change;
  const outcome = await frozenFeatures(request, {
    ...{ cacheFolder, signal: new AbortController().signal },
    onWarning: (message) => warnings.push(message),
    ...more,
    onEvent: (event) => {
      events.push(event);
      if (typeof change === 'function') change(event);
    },
  });
  return { features: outcome === null ? null : unwrap(outcome), events, warnings };
}

const filesIn = (folder: string) => readdirSync(join(folder, 'features'));

test('features are what the front makes of the data, to a float64 oracle', async () => {
  // At such a rate no weight moves: the front is the one that the seed starts with.
  const request = featureRequest({ learningRate: 1e-30 }, { epochs: 1, seed: 5 });
  const { features } = await heard(request, temporaryFolder());
  const front = fronts['mnist-conv'];
  const parameters = parametersOf(startFront(front, 5, request.settings.biasStart), []);
  for (const name of splitNames) {
    const { inputs, labels } = features!.dataset[name];
    expect(labels).toEqual(request.dataset[name].labels);
    const last = labels.length - 1;
    const image = request.dataset[name].inputs.slice(784 * last);
    const [expected] = frontValues(front, parameters, image, 1);
    const got = inputs.subarray(3136 * last);
    const worst = Math.max(...expected.map((value, i) => Math.abs(value - got[i])));
    expect(worst).toBeLessThan(1e-4);
    expect(Math.max(...expected)).toBeGreaterThan(1);
  }
  expect(features!.dataset).toMatchObject({ name: 'some data', features: 3136, classes: 4 });
});

test('features are kept: asked for again they are read, and what made them is told', async () => {
  const folder = temporaryFolder();
  const made = await heard(featureRequest(), folder);
  expect(epochsTold(made.events)).toEqual([1, 2]);
  expect(made.events[0]).toMatchObject({ kind: 'started', engine: 'tfjs', backend: 'wasm' });
  expect(made.events.at(-1)).toMatchObject({ kind: 'ready', isKept: false, facts: { seed: 1, backend: 'wasm' } });
  const read = await heard(featureRequest(), folder);
  expect(read.events).toEqual([{ ...made.events.at(-1), isKept: true }]);
  expect(read.features!.dataset).toEqual(made.features!.dataset);
  expect(filesIn(folder)).toEqual([expect.stringMatching(/^mnist-conv-[0-9a-f]{16}\.dataset$/)]);
});

test('what decides features decides their file; what only connected layers have does not', () => {
  const file = (request: FeatureRequest) => cacheFile(featuresOf(request, 'cache').entry);
  const own = file(featureRequest());
  expect(own).toMatch(/^cache.features.mnist-conv-/);
  expect(file(featureRequest({ epochs: 9, fastMath: true }))).toBe(own);
  const others = [
    featureRequest({}, { epochs: 1 }),
    featureRequest({}, { seed: 2 }),
    featureRequest({}, { trainedWith: 'first' }),
    featureRequest({}, { backend: 'cpu' }),
    featureRequest({ l2: 0.1 }),
    featureRequest({}, {}, imageLikeData(16)),
    { ...featureRequest(), seed: 3 },
  ].map(file);
  expect(new Set([own, ...others]).size).toBe(others.length + 1);
  expect(file({ ...featureRequest({}, { seed: 1 }), seed: 3 })).toBe(own);
});

describe('a file of features', () => {
  test('that is damaged is told of, and made again with the same bits', async () => {
    const folder = temporaryFolder();
    const { features } = await heard(featureRequest({}, { epochs: 1 }), folder);
    const path = join(folder, 'features', filesIn(folder)[0]);
    const bytes = readFileSync(path);
    bytes[bytes.length - 100] ^= 1;
    writeFileSync(path, bytes);
    const again = await heard(featureRequest({}, { epochs: 1 }), folder);
    expect(again.warnings).toEqual([expect.stringContaining('its content does not have its digest')]);
    expect(epochsTold(again.events)).toEqual([1]);
    expect(again.features!.dataset).toEqual(features!.dataset);
  });

  test('that would not fit on the disk is refused before anything is trained', async () => {
    const entry = { folder: temporaryFolder(), kind: 'mnist-conv', description: '', within: 'features' } as const;
    expect(await diskLack(entry, 2 ** 50)).toMatchObject({
      reason: 'disk-full',
      message: expect.stringContaining('take 1 PiB'),
    });
    expect(await diskLack(entry, 1000)).toBeNull();
  });

  test('that cannot be written is an error in a sentence', async () => {
    const folder = join(temporaryFolder(), 'a');
    writeFileSync(folder, '');
    const outcome = frozenFeatures(featureRequest(), {
      ...{ cacheFolder: folder, signal: new AbortController().signal, onEvent: () => {}, onWarning: () => {} },
    });
    expect(await outcome).toMatchObject({ ok: false, reason: 'unwritable-file' });
  });
});

test('a training that is interrupted goes on where it stood, to the bits of one that never was', async () => {
  const whole = await heard(featureRequest(), temporaryFolder());
  const folder = temporaryFolder();
  const stop = new AbortController();
  const events: FrontEvent[] = [];
  const host = { cacheFolder: folder, signal: stop.signal, onWarning: () => {} };
  const onEvent = (event: FrontEvent) => {
    events.push(event);
    if (event.kind === 'epoch') stop.abort();
  };
  expect(await frozenFeatures(featureRequest(), { ...host, onEvent })).toBeNull();
  expect(filesIn(folder)).toEqual([expect.stringMatching(/\.snapshot$/)]);
  const last = await heard(featureRequest(), folder);
  const [started] = last.events;
  expect(started.kind === 'started' && started.resumed !== undefined && started.resumed.epoch).toBeGreaterThan(1);
  expect(last.features!.dataset).toEqual(whole.features!.dataset);
  expect(filesIn(folder)).toEqual([expect.stringMatching(/\.dataset$/)]);
});

test('a front that diverges is an error with a next step', async () => {
  const request = featureRequest({ optimizer: 'sgd', learningRate: 1e30 });
  const host = { cacheFolder: temporaryFolder(), signal: new AbortController().signal };
  const outcome = await frozenFeatures(request, { ...host, onEvent: () => {}, onWarning: () => {} });
  expect(outcome).toMatchObject({ reason: 'front-diverged', nextStep: expect.stringContaining('--learning-rate') });
});
