import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type Database from 'better-sqlite3';
import { expect, onTestFinished, test } from 'vitest';
import { unwrap } from '../../src/base/failure.ts';
import { candidateKey, compareCandidates } from '../../src/search/ranking.ts';
import { type Checkpoint, openStore } from '../../src/store/index.ts';
import { migrate, migrations, schemaVersion } from '../../src/store/migrations.ts';
import { SCHEMA_1 } from '../../src/store/schema.ts';
import { openDatabase } from '../../src/store/sqlite.ts';
import { rankedCandidates } from '../../src/study/leaderboard.ts';
import { orderOf, targetOf } from '../../src/study/settings.ts';
import { boardOf } from './board/sample-board.ts';
import {
  architecture,
  finishedWith,
  madeBy,
  newCandidate,
  newEvaluation,
  newStudy,
  seenBytes,
  tinyPattern,
} from './sample-rows.ts';
import { openedStore, temporaryFolder } from './samples.ts';

function copyOf(fixture: string): string {
  const path = join(temporaryFolder(), fixture);
  copyFileSync(fileURLToPath(new URL(`../fixtures/databases/${fixture}`, import.meta.url)), path);
  return path;
}

function rawDatabase(path: string): Database.Database {
  const database = openDatabase(path);
  onTestFinished(() => {
    database.close();
  });
  return database;
}

const schemaOf = (path: string) =>
  rawDatabase(path).prepare('SELECT type, name, sql FROM sqlite_schema ORDER BY type, name').all();

test('a database of version 1 keeps all it held', () => {
  const store = openedStore(copyOf('v1.db'));
  const study = unwrap(store.getStudy('old'));
  const { name: _, baseName: __, ...asked } = newStudy;
  expect(study).toMatchObject({
    ...asked,
    ...madeBy,
    architecture,
    status: 'interrupted',
    evaluated: 40,
    searchSeconds: 1.5,
  });
  expect(study.result).toEqual({ verdict: 'too-few-to-tell' });
  const { pattern: ___, ...candidate } = newCandidate(1);
  const accuracy = { mean: 0.375, sd: expect.closeTo(Math.sqrt(1 / 32), 15), n: 2 };
  expect(store.candidates(study)).toMatchObject([
    { ...candidate, accuracy },
    { number: 2, strategy: 'local', otherScatter: null, otherVector: null, accuracy: null },
  ]);
  expect([1, 2].map((number) => store.loadPattern(study.id, number))).toEqual([tinyPattern(1), tinyPattern(2)]);
  const epochs = [{ epoch: 1, loss: 1.5, accuracy: 0.25, validationAccuracy: 0.125 }];
  expect(store.evaluations(study.id)).toMatchObject([
    { ...newEvaluation(1, 1), ...finishedWith(0.25), ...madeBy, epochs },
    { ...newEvaluation(1, 2), ...finishedWith(0.5), ...madeBy, epochs },
    { ...newEvaluation(2, 1), status: 'stopped', testAccuracy: null, epochs: [] },
  ]);
  const checkpoint = store.loadCheckpoint<Checkpoint>(study.id);
  const states = [Uint32Array.of(1, 2, 3), { temperature: 0.5 }, null];
  expect(checkpoint).toEqual({ round: 1, states, seen: seenBytes(40) });
});

test('a database of version 2 keeps what its candidates are told apart by', () => {
  const store = openedStore(copyOf('v2.db'));
  const study = unwrap(store.getStudy('old'));
  expect(study.settings).toMatchObject({ order: ['other-scatter', 'four-cycles', 'spectral-gap'] });
  expect(store.candidates(study)).toMatchObject([
    {
      number: 1,
      family: 'anneal',
      ties: { 'four-cycles': 1.25, 'spectral-gap': null },
      accuracy: { mean: 0.25, n: 1 },
    },
    { number: 2, ties: { 'four-cycles': 0.5, 'spectral-gap': null }, accuracy: null },
  ]);
  expect(store.loadPattern(study.id, 2)).toEqual(tinyPattern(2));
  expect(store.integrityFaults()).toEqual([]);
});

test('a database of version 3 keeps its families, and has no snapshots of trainings', () => {
  const store = openedStore(copyOf('v3.db'));
  const study = unwrap(store.claimStudy(1));
  expect(store.candidates(study)).toMatchObject([
    { number: 1, family: 'local', strategy: 'anneal', accuracy: { mean: 0.25, n: 1 } },
    { number: 2, family: 'anneal', accuracy: null },
  ]);
  const key = { candidate: 2, seed: 1, settingsDigest: newEvaluation(2, 1).settingsDigest };
  expect(store.trainingSnapshot(study.id, key)).toBeNull();
  store.beginEvaluation(study.id, newEvaluation(2, 1));
  store.saveTrainingSnapshot(study.id, key, Uint8Array.of(1, 2, 3));
  expect(store.trainingSnapshot(study.id, key)).toMatchObject({ ok: true, value: Uint8Array.of(1, 2, 3) });
  expect(store.integrityFaults()).toEqual([]);
});

test('a database of version 3 is ranked as it was, with keys for what comes after', () => {
  const store = openedStore(copyOf('v3.db'));
  const study = unwrap(store.claimStudy(1));
  const ranking = { order: orderOf(study) };
  expect(boardOf(store, study, ranking).numbers()).toEqual([2, 1]);
  const added = [newCandidate(41, { ties: { 'four-cycles': 1, 'spectral-gap': null } })];
  const rankingKey = candidateKey(null, orderOf(study));
  store.recordRound(study.id, { added, evaluated: 41, seconds: 2, checkpoint: null, rankingKey });
  expect(boardOf(store, study, ranking).numbers()).toEqual([2, 41, 1]);
  expect(boardOf(store, study, ranking).rows([1])).toMatchObject([
    { state: 'trained', record: { accuracy: { mean: 0.25, n: 1 } } },
  ]);
  expect(store.integrityFaults()).toEqual([]);
});

test.each(['v1.db', 'v2.db', 'v2-studies.db', 'v3.db'])(
  'the studies of %s are ranked as candidates are compared',
  (file) => {
    const path = copyOf(file);
    const studies = openedStore(path).listStudies();
    expect(studies.length).toBeGreaterThan(0);
    const store = openedStore(path, 'read');
    for (const study of studies) {
      const compare = compareCandidates(targetOf(study), orderOf(study));
      const expected = store
        .candidates(study)
        .toSorted(compare)
        .map(({ number }) => number);
      expect(rankedCandidates(store, study).map(({ number }) => number)).toEqual(expected);
    }
  },
);

test('a study of version 1 goes on', () => {
  const store = openedStore(copyOf('v1.db'));
  const study = unwrap(store.claimStudy(1));
  const checkpoint = { round: 2, states: [], seen: seenBytes(41) } as Checkpoint;
  const added = [newCandidate(41, { ties: { 'four-cycles': 0.5 } })];
  store.recordRound(study.id, { added, evaluated: 41, seconds: 2, checkpoint });
  expect(store.beginEvaluation(study.id, newEvaluation(1, 1)).kind).toBe('known');
  expect(store.beginEvaluation(study.id, newEvaluation(2, 1)).kind).toBe('begun');
  expect(store.candidates(study).map(({ ties }) => ties)).toEqual([{}, {}, { 'four-cycles': 0.5 }]);
  expect(store.integrityFaults()).toEqual([]);
});

test('a database of version 1 is not read before something has brought it up to date', () => {
  const path = copyOf('v1.db');
  expect(openStore(path, { mode: 'read' })).toMatchObject({
    reason: 'older-database',
    message: expect.stringContaining(`(its schema is 1; this version uses ${migrations.length})`),
  });
  openedStore(path).close();
  expect(openedStore(path, 'read').listStudies()).toMatchObject([{ name: 'old', candidates: 2 }]);
});

test('a migrated database has the schema of a new one', () => {
  const migrated = copyOf('v1.db');
  openedStore(migrated).close();
  const fresh = join(temporaryFolder(), 'fresh.db');
  openedStore(fresh).close();
  expect(schemaOf(migrated)).toEqual(schemaOf(fresh));
  expect(schemaVersion(rawDatabase(migrated))).toBe(migrations.length);
});

test('each migration is applied once, in order', () => {
  const database = rawDatabase(copyOf('v1.db'));
  const list = [SCHEMA_1, 'CREATE TABLE two (a); INSERT INTO two VALUES (1)', 'UPDATE two SET a = a + 1'];
  migrate(database, list);
  migrate(database, list);
  expect(schemaVersion(database)).toBe(3);
  expect(database.prepare('SELECT a FROM two').pluck().all()).toEqual([2]);
});

test.each([
  ['fails', 'CREATE TABLE three (a); SELECT * FROM nowhere', /nowhere/],
  [
    'leaves rows without what they refer to',
    'CREATE TABLE three (a); DELETE FROM studies',
    /without what they refer to/,
  ],
])('a migration that %s changes nothing', (_, step, message) => {
  const path = copyOf('v1.db');
  const before = schemaOf(path);
  const database = rawDatabase(path);
  expect(() => migrate(database, [SCHEMA_1, 'CREATE TABLE two (a)', step])).toThrow(message);
  expect(schemaVersion(database)).toBe(1);
  database.close();
  expect(schemaOf(path)).toEqual(before);
  expect(openedStore(path).listStudies()).toHaveLength(1);
});
