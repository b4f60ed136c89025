import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { ScattershotError, unwrap } from '../../src/base/failure.ts';
import type { Store, StudyRecord } from '../../src/store/index.ts';
import { openDatabase } from '../../src/store/sqlite.ts';
import { rankedCandidates } from '../../src/study/leaderboard.ts';
import { searchEndOf } from '../../src/study/search-end.ts';
import { searchResult } from '../../src/study/search-result.ts';
import { orderOf, storedSettings, targetOf } from '../../src/study/settings.ts';
import { resumeStudy } from '../../src/study/start-study.ts';
import { trainingShown } from '../../src/study/training-shown.ts';
import { storedValidation } from '../../src/study/validation-result.ts';
import { openedStore, temporaryFolder } from '../store/samples.ts';

function copyOf(fixture: string): string {
  const path = join(temporaryFolder(), fixture);
  copyFileSync(fileURLToPath(new URL(`../fixtures/databases/${fixture}`, import.meta.url)), path);
  return path;
}

const hostOf = (store: Store) => ({
  ...{ store, cacheFolder: temporaryFolder(), workers: 1 },
  ...{ listener: () => {}, signal: new AbortController().signal },
});

/** The fixture's study with one part of its settings or result changed. */
function changed(study: string, column: 'settings' | 'result', path: string, value: unknown) {
  const file = copyOf('v2-studies.db');
  const raw = openDatabase(file);
  raw
    .prepare(`UPDATE studies SET ${column} = json_set(${column}, ?, json(?)) WHERE name = ?`)
    .run(path, JSON.stringify(value), study);
  raw.close();
  const store = openedStore(file);
  return { store, study: unwrap(store.getStudy(study)) };
}

test('studies that were stored before there were schemas are read whole', () => {
  const store = openedStore(copyOf('v2-studies.db'));
  const read = (name: string) => {
    const study = unwrap(store.getStudy(name));
    const settings = unwrap(storedSettings(study));
    expect(settings).toEqual(study.settings);
    return study;
  };
  const interrupted = read('interrupted');
  expect([orderOf(interrupted), targetOf(interrupted)]).toEqual([['other-scatter', 'four-cycles'], null]);
  const constrained = read('constrained');
  expect(searchEndOf(constrained)).toBe('optimal');
  expect(searchResult(store, constrained, 3)).toMatchObject({ study: 'constrained', ended: 'optimal' });
  const demo = read('demo-1');
  // Its verdict was of another rule: told as such, and by which version.
  expect(storedValidation(demo)).toMatchObject({
    reason: 'unreadable-document',
    nextStep: expect.stringContaining('0.1.0-test'),
  });
  expect(trainingShown(store, demo)).toMatchObject({ dataset: 'morse:examples=64/64/64', epochs: 2, engine: 'sparse' });
});

test('a study that was stored before there were schemas goes on', async () => {
  const store = openedStore(copyOf('v2-studies.db'));
  const study = unwrap(store.getStudy('interrupted'));
  const ended = await resumeStudy(study, hostOf(store), { budget: { kind: 'candidates', candidates: 12 } });
  expect(ended).toMatchObject({ status: 'finished', study: { evaluated: 12 } });
});

test('settings of version 1 have the order and target that their version had', () => {
  const { store, study } = changed('interrupted', 'settings', '$.seed', 7);
  const { order: _, target: __, ...former } = study.settings as Record<string, unknown>;
  const older: StudyRecord = { ...study, settings: former };
  expect(unwrap(storedSettings(older))).toMatchObject({ order: ['other-scatter'], target: null });
  expect(rankedCandidates(store, older).length).toBeGreaterThan(0);
});

test.each([
  ['$.budget', { kind: 'time', seconds: 'ten' }, /budget\.seconds: /],
  ['$.budget', null, /budget: /],
  ['$.islands[1].strategy', 3, /islands\.1\.strategy: expected string, received number/],
  ['$.islands', [], /islands: /],
  ['$.architecture.fanOuts', [5, 2], /architecture: .*fan-out/],
  ['$.architecture.layers', [8], /architecture/],
  ['$.metric', 'best', /metric: /],
  ['$.degrees', 'balanced', /Unrecognized key: "degrees"/],
])('settings with %s %j are refused where they are read, before the study is touched', async (path, value, why) => {
  const { store, study } = changed('interrupted', 'settings', path, value);
  const refused = await resumeStudy(study, hostOf(store)).catch((error: unknown) => error);
  expect(refused).toBeInstanceOf(ScattershotError);
  const { reason, message, nextStep } = refused as ScattershotError;
  expect(reason).toBe('unreadable-document');
  expect(message).toMatch(why);
  expect(message).toContain('the settings of study "interrupted"');
  expect(message).toContain('as stored by Scattershot 0.1.0-test');
  expect(nextStep).toContain('0.1.0-test');
  expect(unwrap(store.getStudy('interrupted')).status).toBe('interrupted');
});

const result = {
  ...{
    study: 'demo-1',
    plan: { candidates: 30, margin: 0.5, epochs: 3 },
    dataset: 'morse',
    engine: 'sparse',
    candidates: 30,
  },
  ...{
    verdict: 'misleads',
    why: 'noise',
    meaning: 'More is less.',
    questions: [{ name: 'all candidates', answer: 'misleads' }],
  },
  ...{ ceiling: { value: 0.7, low: 0.5, high: 0.9 }, spearman: { value: -0.5 }, families: [{ family: 'anneal' }] },
  ...{ control: { answer: 'unsaid' }, proxies: [{ name: 'rank' }], later: 'fields of later versions are kept' },
};

test('a verdict is read as it was stored', () => {
  const { study } = changed('demo-1', 'result', '$', result);
  expect(unwrap(storedValidation(study))).toEqual(result);
});

test.each([
  [{ verdict: 'perhaps' }, /verdict: /],
  [{ ceiling: null }, /ceiling: /],
  [{ families: [{ family: 3 }] }, /families\.0\.family: /],
])('a result with %j is refused', (change, why) => {
  const { study } = changed('demo-1', 'result', '$', { ...result, ...change });
  expect(storedValidation(study)).toMatchObject({ reason: 'unreadable-document', message: expect.stringMatching(why) });
});

test('a result of another kind, and none at all, are refused', () => {
  const store = openedStore(copyOf('v1.db'));
  const study = unwrap(store.getStudy('old'));
  expect(storedValidation(study)).toMatchObject({ reason: 'unreadable-document' });
  expect(storedValidation({ ...study, result: null })).toMatchObject({ reason: 'unreadable-document' });
  expect(storedSettings(study)).toMatchObject({ reason: 'unreadable-document' });
  expect(rankedCandidates(store, study)).toHaveLength(2);
});

test('an ending that no search has is refused', () => {
  const { study } = changed('constrained', 'result', '$.ended', 'bored');
  expect(() => searchEndOf(study)).toThrow(/the result of study "constrained" cannot be read \(ended: /);
});
