import { expect, test } from 'vitest';
import { unwrap } from '../../src/base/failure.ts';
import { defineArchitecture } from '../../src/pattern/architecture.ts';
import { rivalsOf } from '../../src/study/rivals.ts';
import { planStudy } from '../../src/study/start-study.ts';
import { validationSettings } from '../../src/study/validation-settings.ts';
import { trainingSettings } from '../../src/training/settings.ts';
import { openedStore, temporaryFolder } from '../store/samples.ts';
import { someDataset } from '../training/samples.ts';

const architecture = defineArchitecture({ layers: [64, 64, 64], fanOuts: [8, 8] });
const training = trainingSettings({ epochs: 1 });
const untrained = ['snip', 'synflow', 'path-kernel-trace', 'ntk-condition'];

async function plannedStudy() {
  const asked = { dataset: 'morse:examples=8/4/8', settings: training, engine: 'sparse', backend: 'auto' };
  const settings = unwrap(validationSettings(architecture, asked, { candidates: 6, seed: 3 }));
  const store = openedStore(`${temporaryFolder()}/a.db`);
  const controller = new AbortController();
  const host = { store, cacheFolder: temporaryFolder(), workers: 1, listener: () => {}, signal: controller.signal };
  const { study } = await planStudy(settings, null, host);
  const dataset = someDataset({ features: 64, classes: 64 });
  const candidates = store.candidates(study, { sort: 'number' });
  return { work: { study, settings, host, dataset, training }, candidates, controller };
}

test('rivals have a value for every candidate, the same each time; where there are none they say why', async () => {
  const { work, candidates, controller } = await plannedStudy();
  const rivals = (await rivalsOf(work, candidates)) ?? [];
  expect(rivals.map(({ name }) => name)).toEqual(expect.arrayContaining(['scatter', 'rank', ...untrained]));
  for (const { name, values, reason } of rivals) {
    expect(values, name).toHaveLength(candidates.length);
    expect(values.every(Number.isFinite), name).toBe(true);
    expect(reason, name).toBeUndefined();
  }
  expect(await rivalsOf(work, candidates)).toEqual(rivals);

  const behindFront = await rivalsOf({ ...work, training: { ...training, front: 'mnist-conv' } }, candidates);
  for (const name of untrained) {
    const rival = behindFront?.find((own) => own.name === name);
    expect(rival?.values).toEqual(candidates.map(() => null));
    expect(rival?.reason).toContain('convolutional layers');
  }
  controller.abort();
  expect(await rivalsOf(work, candidates)).toBeNull();
});
