import { statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { unwrap } from '../../src/base/failure.ts';
import { openStore } from '../../src/store/index.ts';
import { openDatabase } from '../../src/store/sqlite.ts';
import { architecture, finishedWith, madeBy, newCandidate, newEvaluation, newStudy, seenBytes } from './sample-rows.ts';
import { openedStore, storeWithStudy, temporaryFolder } from './samples.ts';

test('a study comes back as it was made, with what made it', () => {
  const { path, study } = storeWithStudy();
  const read = unwrap(openedStore(path, 'read').getStudy('tiny-1'));
  expect(read).toEqual(study);
  expect(read).toMatchObject({
    ...madeBy,
    name: 'tiny-1',
    kind: 'search',
    status: 'running',
    architecture,
    metric: 'indicator',
    entryKeys: newStudy.entryKeys,
    seed: 7,
    settings: newStudy.settings,
    evaluated: 0,
    searchSeconds: 0,
    result: null,
  });
});

test('seeds up to 2^53 − 1 come back exactly', () => {
  const { store } = storeWithStudy();
  const study = unwrap(store.createStudy({ ...newStudy, seed: Number.MAX_SAFE_INTEGER }));
  expect(unwrap(store.getStudy(study.name)).seed).toBe(Number.MAX_SAFE_INTEGER);
});

test('studies without a name are numbered on from the highest', () => {
  const { store } = storeWithStudy();
  expect(unwrap(store.createStudy(newStudy)).name).toBe('tiny-2');
  unwrap(store.createStudy({ ...newStudy, name: 'Tiny-9' }));
  unwrap(store.createStudy({ ...newStudy, name: 'tiny-10a' }));
  expect(unwrap(store.createStudy(newStudy)).name).toBe('tiny-10');
});

test('a name is taken once, whatever its case', () => {
  const { store, study } = storeWithStudy('First');
  expect(store.createStudy({ ...newStudy, name: 'first' })).toMatchObject({ ok: false, reason: 'name-taken' });
  const other = unwrap(store.createStudy({ ...newStudy, name: 'other' }));
  expect(store.renameStudy(other.id, 'FIRST')).toMatchObject({ ok: false, reason: 'name-taken' });
  expect(unwrap(store.renameStudy(study.id, 'FIRST')).name).toBe('FIRST');
  expect(unwrap(store.renameStudy(other.id, 'Überblick_2.1')).name).toBe('Überblick_2.1');
});

test.each([
  '',
  '..',
  '.hidden',
  'a/b',
  'a\\b',
  'a b',
  'end.',
  '-x',
  'a'.repeat(101),
  'a\n',
  '7',
  '0012',
  '１２',
  'best',
  'Best',
])('the name %j, which cannot be a folder, is a number or means a candidate, is refused', (name) => {
  const { store, study } = storeWithStudy();
  expect(() => store.createStudy({ ...newStudy, name })).toThrow(RangeError);
  expect(() => store.renameStudy(study.id, name)).toThrow(RangeError);
  expect(store.listStudies()).toHaveLength(1);
});

test('a study is found by its name or by its number', () => {
  const { path, store, study } = storeWithStudy('first');
  const second = unwrap(store.createStudy({ ...newStudy, name: 'second' }));
  for (const given of ['second', 'SECOND', second.id, String(second.id)]) {
    expect(unwrap(store.getStudy(given)).name).toBe('second');
  }
  expect(store.getStudy(99)).toMatchObject({ reason: 'no-such-study' });
  expect(store.getStudy('99')).toMatchObject({ reason: 'no-such-study' });
  expect(store.getStudy('2x')).toMatchObject({ reason: 'no-such-study' });
  // Older versions let a name be a number.
  const raw = openDatabase(path);
  raw.prepare('UPDATE studies SET name = ? WHERE id = ?').run(String(second.id), study.id);
  raw.close();
  expect(unwrap(store.getStudy(String(second.id))).id).toBe(study.id);
  expect(unwrap(store.getStudy(second.id)).id).toBe(second.id);
  expect(unwrap(store.getStudy('second')).id).toBe(second.id);
  expect(unwrap(store.getStudy(String(study.id))).id).toBe(study.id);
});

test('without a name the newest study is meant', () => {
  const { store } = storeWithStudy();
  unwrap(store.createStudy({ ...newStudy, name: 'later' }));
  expect(unwrap(store.getStudy(null)).name).toBe('later');
});

test('a study that is not there, and a database without any, are told with a next step', () => {
  const store = openedStore(join(temporaryFolder(), 'a.db'));
  expect(store.getStudy(null)).toMatchObject({
    ok: false,
    reason: 'no-study',
    nextStep: expect.stringContaining('demo'),
  });
  expect(store.getStudy('x')).toMatchObject({ ok: false, reason: 'no-such-study' });
  expect(store.claimStudy(5)).toMatchObject({ ok: false, reason: 'no-such-study' });
  expect(store.renameStudy(5, 'x')).toMatchObject({ ok: false, reason: 'no-such-study' });
  expect(store.removeStudy(5)).toMatchObject({ ok: false, reason: 'no-such-study' });
});

test('the list counts candidates and the trained among them once each', () => {
  const { store, study } = storeWithStudy();
  const added = [1, 2, 3].map((number) => newCandidate(number));
  store.recordRound(study.id, { added, evaluated: 40, seconds: 1.5, checkpoint: null });
  for (const seed of [1, 2]) {
    const begun = store.beginEvaluation(study.id, newEvaluation(2, seed));
    if (begun.kind === 'begun') store.finishEvaluation(begun.id, finishedWith(0.5));
  }
  store.beginEvaluation(study.id, newEvaluation(3, 1));
  unwrap(store.createStudy(newStudy));
  const [first, second] = store.listStudies();
  expect(first).toMatchObject({ name: 'tiny-1', candidates: 3, trained: 1, evaluated: 40, searchSeconds: 1.5 });
  expect(second).toMatchObject({ name: 'tiny-2', candidates: 0, trained: 0 });
});

test('a finished study keeps its result, and one that is ended again without a result keeps the old', () => {
  const { store, study } = storeWithStudy();
  store.finishStudy(study.id, { status: 'finished', result: { verdict: 'no-link-found', rho: 0.1 } });
  expect(unwrap(store.getStudy('tiny-1'))).toMatchObject({ status: 'finished', result: { rho: 0.1 } });
  unwrap(store.claimStudy(study.id, 'add'));
  expect(unwrap(store.getStudy('tiny-1')).status).toBe('finished');
  store.finishStudy(study.id, { status: 'finished' });
  expect(unwrap(store.getStudy('tiny-1'))).toMatchObject({ status: 'finished', result: { rho: 0.1 } });
});

test('a study that nobody claimed, or whose claim was given back, is not written to', () => {
  const { store, study } = storeWithStudy();
  store.finishStudy(study.id, { status: 'interrupted' });
  const round = { added: [], evaluated: 1, seconds: 1, checkpoint: null };
  expect(() => store.recordRound(study.id, round)).toThrow(TypeError);
  expect(() => store.heartbeat(study.id)).toThrow(/claimed/);
  expect(unwrap(store.claimStudy(study.id)).status).toBe('running');
  store.recordRound(study.id, round);
  store.releaseStudy(study.id);
  expect(() => store.recordRound(study.id, round)).toThrow(TypeError);
  expect(unwrap(store.getStudy(null)).status).toBe('interrupted');
});

test('a round that breaks on the way leaves nothing of itself', () => {
  const { store, study } = storeWithStudy();
  store.recordRound(study.id, {
    added: [newCandidate(1)],
    evaluated: 1,
    seconds: 1,
    checkpoint: { seen: seenBytes(1) },
  });
  const twice = {
    added: [newCandidate(2), newCandidate(1)],
    evaluated: 9,
    seconds: 9,
    checkpoint: { seen: seenBytes(9) },
  };
  expect(() => store.recordRound(study.id, twice)).toThrow(/UNIQUE/);
  expect(store.candidates(study).map(({ number }) => number)).toEqual([1]);
  expect(unwrap(store.getStudy(null))).toMatchObject({ evaluated: 1, searchSeconds: 1 });
  expect(store.loadCheckpoint(study.id)?.seen).toEqual(seenBytes(1));
});

test('a removed study takes all its rows along and gives its space back', () => {
  const { path, store, study } = storeWithStudy();
  const checkpoint = { state: new Uint8Array(2 ** 21).fill(7), seen: seenBytes(10) };
  store.recordRound(study.id, { added: [newCandidate(1)], evaluated: 1, seconds: 1, checkpoint });
  const begun = store.beginEvaluation(study.id, newEvaluation(1, 1));
  if (begun.kind === 'begun') store.recordEpoch(begun.id, { epoch: 1, loss: 1, accuracy: 0, validationAccuracy: 0 });
  const kept = unwrap(store.createStudy({ ...newStudy, name: 'kept' }));
  unwrap(store.removeStudy(study.id));
  store.close();
  expect(statSync(path).size).toBeLessThan(2 ** 20);
  const raw = openDatabase(path);
  const rowsOf = (table: string) => raw.prepare(`SELECT count(*) FROM ${table}`).pluck().get();
  const tables = ['candidates', 'patterns', 'evaluations', 'epochs', 'checkpoints', 'seen_chunks'];
  expect(tables.map(rowsOf)).toEqual([0, 0, 0, 0, 0, 0]);
  raw.close();
  expect(openedStore(path, 'read').listStudies()).toMatchObject([{ id: kept.id, name: 'kept' }]);
});

test('a store that was opened for reading refuses to write', () => {
  const { path, study } = storeWithStudy();
  const reader = openedStore(path, 'read');
  expect(() => reader.createStudy(newStudy)).toThrow(TypeError);
  expect(() => reader.removeStudy(study.id)).toThrow(/open for reading/);
});

test('settings that are not JSON are refused', () => {
  const { store } = storeWithStudy();
  expect(() => store.createStudy({ ...newStudy, settings: undefined })).toThrow(TypeError);
});

test('the file of a sound store has no faults', () => {
  const { store } = storeWithStudy();
  expect(store.integrityFaults()).toEqual([]);
});

test('opening again what is open is harmless', () => {
  const { path, store } = storeWithStudy();
  const second = unwrap(openStore(path, { mode: 'write', madeBy }));
  unwrap(second.createStudy({ ...newStudy, name: 'second' }));
  second.close();
  expect(store.listStudies().map(({ name }) => name)).toEqual(['tiny-1', 'second']);
});
