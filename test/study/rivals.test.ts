import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { unwrap } from '../../src/base/failure.ts';
import { defineArchitecture } from '../../src/pattern/architecture.ts';
import type { Emit } from '../../src/study/host.ts';
import { ownProxies } from '../../src/study/own-proxies.ts';
import { rivalsOf } from '../../src/study/rivals.ts';
import { planStudy, resumeStudy } from '../../src/study/start-study.ts';
import { validationSettings } from '../../src/study/validation-settings.ts';
import { trainingSettings } from '../../src/training/settings.ts';
import { openedStore, temporaryFolder } from '../store/samples.ts';
import { someDataset } from '../training/samples.ts';

const architecture = defineArchitecture({ layers: [64, 64, 64], fanOuts: [8, 8] });
const training = trainingSettings({ epochs: 1 });
const untrained = ['snip', 'synflow', 'path-kernel-trace', 'ntk-condition'];

async function plannedStudy(files: readonly string[] = []) {
  const asked = { dataset: 'morse:examples=8/4/8', settings: training, engine: 'sparse', backend: 'auto' };
  const proxies = unwrap(await ownProxies(files));
  const settings = unwrap(validationSettings(architecture, asked, { candidates: 6, seed: 3, proxies }));
  const store = openedStore(`${temporaryFolder()}/a.db`);
  const controller = new AbortController();
  const host = { store, cacheFolder: temporaryFolder(), workers: 1, listener: () => {}, signal: controller.signal };
  const { study } = await planStudy(settings, null, host);
  const dataset = someDataset({ features: 64, classes: 64 });
  const candidates = store.candidates(study);
  const warnings: string[] = [];
  const emit: Emit = (event) => {
    if (event.kind === 'warning') warnings.push(event.message);
  };
  return { work: { study, settings, host, dataset, training, emit }, candidates, controller, warnings };
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

const moduleOf = (name: string, body: string) =>
  `export default { name: '${name}', better: 'higher', compute: (pattern, architecture) => { ${body} } };\n`;

/** @returns its path */
function written(name: string, text: string): string {
  const path = join(temporaryFolder(), name);
  writeFileSync(path, text);
  return path;
}

test('proxies of the user’s own stand last; one that fails is told once and left out, and the others go on', async () => {
  const first = written(
    'first.mjs',
    moduleOf('first-source', 'return pattern.junctions[0][0] + architecture.usedInputs;'),
  );
  const bad = written('bad.mjs', moduleOf('bad-one', 'throw new Error("lost");'));
  const { work, candidates, warnings } = await plannedStudy([bad, first]);
  const rivals = (await rivalsOf(work, candidates)) ?? [];
  const [failing, good] = rivals.slice(-2);
  expect(good.name).toBe('first-source');
  expect(good.values).toEqual(
    candidates.map(({ number }) => work.host.store.loadPattern(work.study.id, number).junctions[0][0] + 64),
  );
  expect(failing).toEqual({
    name: 'bad-one',
    values: candidates.map(() => null),
    reason: `Left out: the proxy file ${bad}:1 failed: lost.`,
  });
  expect(warnings).toEqual([`proxy bad-one is left out: the proxy file ${bad}:1 failed: lost`]);
});

test('a study is not resumed with a proxy that is not what it was', async () => {
  const path = written('mine.mjs', moduleOf('mine', 'return 1;'));
  const { work } = await plannedStudy([path]);
  writeFileSync(path, moduleOf('mine', 'return 2;'));
  const before = work.host.store.getStudy(work.study.name);
  await expect(resumeStudy(work.study, work.host)).rejects.toMatchObject({ reason: 'proxy-file-changed' });
  expect(work.host.store.getStudy(work.study.name)).toEqual(before);
});

test('names of ours are no proxies of one’s own', async () => {
  await expect(ownProxies(['rank'])).rejects.toThrow(RangeError);
  await expect(ownProxies(['rank'])).rejects.toThrow('got "rank"');
  for (const name of ['rank', 'snip', 'scatter']) {
    const path = written('taken.mjs', moduleOf(name, 'return 1;'));
    expect(await ownProxies([path])).toMatchObject({ ok: false, reason: 'proxy-name-taken' });
  }
  const twins = ['a.mjs', 'b.mjs'].map((file) => written(file, moduleOf('mine', 'return 1;')));
  expect(await ownProxies(twins)).toMatchObject({ ok: false, reason: 'proxy-name-taken' });
});
