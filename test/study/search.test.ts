import { execFile } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { ScattershotError, unwrap } from '../../src/base/failure.ts';
import { defineArchitecture } from '../../src/pattern/architecture.ts';
import { readPatternFile, writePatternFile } from '../../src/pattern/formats/index.ts';
import type { StudyEvent } from '../../src/study/events.ts';
import { score } from '../../src/study/score.ts';
import { search } from '../../src/study/search.ts';
import { searchResult } from '../../src/study/search-result.ts';
import { searchSettings } from '../../src/study/search-settings.ts';
import { startStudy } from '../../src/study/start-study.ts';
import { openedStore, temporaryFolder } from '../store/samples.ts';

const architecture = defineArchitecture({ layers: [16, 32, 16], fanOuts: [8, 4] });
const forty = { budget: { kind: 'candidates', candidates: 40 }, seed: 7, workers: 1 } as const;

test('a program finds what a study of the same settings finds, with the same events', async () => {
  const events: StudyEvent[] = [];
  const found = await search(architecture, { ...forty, top: 5, onEvent: (event) => events.push(event) });
  const folder = temporaryFolder();
  const store = openedStore(`${folder}/a.db`);
  const heard: StudyEvent[] = [];
  const signal = new AbortController().signal;
  const settings = unwrap(await searchSettings(architecture, { budget: forty.budget, seed: forty.seed, top: 5 }));
  const host = { store, cacheFolder: folder, workers: 1, signal, listener: (event: StudyEvent) => heard.push(event) };
  const { study } = await startStudy(settings, null, host);
  const stored = searchResult(store, study, 5);
  expect(found.top.map(({ pattern: _, ...rest }) => rest)).toEqual(stored.top);
  expect(found).toMatchObject({ evaluated: 40, ended: 'budget', target: null, order: stored.order, vacuous: [] });
  expect(found.best).toBe(found.top[0]);
  const kinds = (list: readonly StudyEvent[]) => list.map(({ kind }) => kind);
  expect(kinds(events)).toEqual(kinds(heard));
  expect(events[0]).toMatchObject({ kind: 'study-started', id: null, database: null, settings });
});

test('what is written is scored the same when it is read: shapes, padding, spans and metric travel along', async () => {
  const own = { layers: [16, 32, 16], fanOuts: [8, 4], shapes: [[4, 4], [32], [4, 4]], usedOutputs: 10 } as const;
  const found = await search(own, { ...forty, metric: 'fair-share', spans: 'all' });
  const path = join(temporaryFolder(), 'best.npz');
  unwrap(await writePatternFile(path, found.best.pattern));
  const { pattern } = unwrap(await readPatternFile(path));
  const report = score(pattern);
  expect(report).toMatchObject({ scatter: found.best.scatter, metric: 'fair-share' });
  expect(report.vector.map(({ value }) => value)).toEqual(found.best.vector);
});

test('a search for a certain scatter says how near it came', async () => {
  const found = await search(architecture, { ...forty, target: 0.7, budget: { kind: 'candidates', candidates: 400 } });
  expect(found.target).toMatchObject({ wanted: 0.7, reached: true });
  expect(Math.abs(found.best.scatter - 0.7)).toBeLessThanOrEqual(0.005);
  expect(found.ended).toBe('target');
});

test('stopped on its way, a search resolves with what it had found; stopped at once, with nothing', async () => {
  const stop = new AbortController();
  const budget = { kind: 'candidates', candidates: 1_000_000 } as const;
  const onEvent = ({ kind }: StudyEvent) => (kind === 'candidates-kept' ? stop.abort() : undefined);
  const found = await search(architecture, { ...forty, budget, signal: stop.signal, onEvent });
  expect(found.ended).toBe('aborted');
  expect(found.evaluated).toBeGreaterThan(0);
  expect(found.best?.scatter).toBeGreaterThan(0);
  const none = await search(architecture, { ...forty, signal: AbortSignal.abort() });
  expect(none).toMatchObject({ ended: 'aborted', best: null, top: [], evaluated: 0 });
});

test('what the caller did wrong is thrown as RangeError or TypeError, what the world did as ScattershotError', async () => {
  await expect(search(architecture, { ...forty, workers: 0 })).rejects.toThrow(RangeError);
  await expect(search({ layers: [16, 32], fanOuts: [3.5] }, forty)).rejects.toThrow(RangeError);
  await expect(search(undefined as unknown as typeof architecture)).rejects.toThrow(TypeError);
  const refused = search(architecture, { ...forty, strategies: ['radix'], constraints: { forced: [[[0, 0]], []] } });
  await expect(refused).rejects.toThrow(ScattershotError);
  await expect(refused).rejects.toMatchObject({ reason: 'strategies-refused', nextStep: expect.stringMatching(/\w/) });
  const missing = search(architecture, { ...forty, strategies: ['./no-such-strategy.mjs'] });
  await expect(missing).rejects.toThrow(ScattershotError);
});

test('what a listener throws ends the search and comes out of it', async () => {
  const onEvent = ({ kind }: StudyEvent) => {
    if (kind === 'candidates-kept') throw new Error('the listener had enough');
  };
  await expect(search(architecture, { ...forty, onEvent })).rejects.toThrow('the listener had enough');
});

test('a program that searched ends by itself, and leaves no file behind', async () => {
  const cwd = temporaryFolder();
  const child = fileURLToPath(new URL('./search-child.ts', import.meta.url));
  const tsx = import.meta.resolve('tsx');
  const { stdout } = await promisify(execFile)(process.execPath, ['--import', tsx, child], { cwd, timeout: 170_000 });
  expect(JSON.parse(stdout)).toMatchObject({ evaluated: 40, ended: 'budget' });
  expect(readdirSync(cwd)).toEqual([]);
});
