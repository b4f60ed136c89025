import { readdirSync } from 'node:fs';
import { expect, test, vi } from 'vitest';
import { unwrap } from '../../src/base/failure.ts';
import { defineArchitecture } from '../../src/pattern/architecture.ts';
import { runStudy } from '../../src/study/run-study.ts';
import { searchSettings } from '../../src/study/search-settings.ts';
import { openedStore, temporaryFolder } from '../store/samples.ts';

const architecture = defineArchitecture({ layers: [16, 32, 16], fanOuts: [8, 4] });
const choices = { budget: { kind: 'candidates', candidates: 20 }, top: 3 } as const;

test('a study runs with a store of the caller’s and without one, finds the same, and leaves nothing behind', async () => {
  const settings = unwrap(await searchSettings(architecture, choices));
  const folder = temporaryFolder();
  vi.stubEnv('TMPDIR', folder);
  const free = await runStudy(settings, { workers: 1 });
  vi.unstubAllEnvs();
  expect(readdirSync(folder).filter((name) => name.startsWith('scattershot-'))).toEqual([]);
  const store = openedStore(`${temporaryFolder()}/a.db`);
  const kept = await runStudy(settings, { store, name: 'mine', workers: 1 });
  expect(kept.study).toMatchObject({ name: 'mine', status: 'finished', evaluated: 20 });
  expect(unwrap(store.getStudy('mine')).id).toBe(kept.study.id);
  expect(free.found.top).toEqual(kept.found.top);
  expect(free).toMatchObject({ status: 'finished', result: null, found: { evaluated: 20, ended: 'budget' } });
});

test('a study that is stopped resolves as interrupted, and one that fails throws', async () => {
  const settings = unwrap(await searchSettings(architecture, choices));
  expect(await runStudy(settings, { workers: 1, signal: AbortSignal.abort() })).toMatchObject({
    status: 'interrupted',
  });
  await expect(runStudy({ ...settings, islands: [] }, { workers: 1 })).rejects.toThrow(RangeError);
});
