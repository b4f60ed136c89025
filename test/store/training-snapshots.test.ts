import { existsSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { unwrap } from '../../src/base/failure.ts';
import type { Store } from '../../src/store/index.ts';
import { MOST_BYTES_IN_DATABASE } from '../../src/store/training-snapshots.ts';
import { finishedWith, newCandidate, newEvaluation, newStudy } from './sample-rows.ts';
import { openedStore, temporaryFolder } from './samples.ts';

const key = { candidate: 1, seed: 1, settingsDigest: newEvaluation(1, 1).settingsDigest };
const small = Uint8Array.of(1, 2, 3);
const large = new Uint8Array(MOST_BYTES_IN_DATABASE + 1).fill(7);

interface Running {
  readonly store: Store;
  readonly study: number;
  readonly evaluation: number;
  /** where large ones lie */
  readonly folder: string;
}

function running(): Running {
  const store = openedStore(join(temporaryFolder(), 'snapshots.db'));
  const study = unwrap(store.createStudy(newStudy)).id;
  store.recordRound(study, { added: [newCandidate(1)], evaluated: 1, seconds: 1, checkpoint: null });
  const begun = store.beginEvaluation(study, newEvaluation(1, 1));
  if (begun.kind !== 'begun') throw new Error('expected a new evaluation');
  return { store, study, evaluation: begun.id, folder: `${store.path}-trainings` };
}

const filesIn = (folder: string) => (existsSync(folder) ? readdirSync(folder) : []);
const stopped = { ...finishedWith(0.5), status: 'stopped', reason: 'asked', testAccuracy: null } as const;
const failed = { ...stopped, status: 'failed' } as const;

test('a small snapshot lies in the database, the newest alone', () => {
  const { store, study, folder } = running();
  expect(store.trainingSnapshot(study, key)).toBeNull();
  store.saveTrainingSnapshot(study, key, small);
  store.saveTrainingSnapshot(study, key, Uint8Array.of(4));
  expect(store.trainingSnapshot(study, key)).toMatchObject({ value: Uint8Array.of(4) });
  expect(filesIn(folder)).toEqual([]);
});

test('a large one lies in a file, of which there is one; a small one after it leaves none', async () => {
  const { store, study, folder } = running();
  await store.saveTrainingSnapshot(study, key, large);
  await store.saveTrainingSnapshot(
    study,
    key,
    large.map((byte) => byte + 1),
  );
  expect(filesIn(folder)).toHaveLength(1);
  expect(unwrap(store.trainingSnapshot(study, key)!)[0]).toBe(8);
  store.saveTrainingSnapshot(study, key, small);
  expect(filesIn(folder)).toEqual([]);
  expect(existsSync(folder)).toBe(false);
});

test.each([
  ['finished', finishedWith(0.5), false],
  ['failed', failed, false],
  ['failed with its worker', { ...failed, keepsSnapshot: true }, true],
  ['stopped', stopped, true],
])('one that %s keeps its snapshot: %s', async (_, end, keeps) => {
  for (const bytes of [small, large]) {
    const { store, study, evaluation, folder } = running();
    await store.saveTrainingSnapshot(study, key, bytes);
    store.finishEvaluation(evaluation, end);
    expect(store.trainingSnapshot(study, key) !== null).toBe(keeps);
    expect(filesIn(folder)).toHaveLength(keeps && bytes === large ? 1 : 0);
  }
});

test('one that comes after the end is dropped, and one that comes after a stop is kept', async () => {
  const { store, study, evaluation, folder } = running();
  const late = store.saveTrainingSnapshot(study, key, large);
  store.finishEvaluation(evaluation, finishedWith(0.5));
  await late;
  store.saveTrainingSnapshot(study, key, small);
  expect(store.trainingSnapshot(study, key)).toBeNull();
  expect(filesIn(folder)).toEqual([]);
  const other = { ...key, seed: 2 };
  const begun = store.beginEvaluation(study, newEvaluation(1, 2));
  const atStop = store.saveTrainingSnapshot(study, other, large);
  if (begun.kind === 'begun') store.finishEvaluation(begun.id, stopped);
  await atStop;
  expect(store.trainingSnapshot(study, other)).toMatchObject({ ok: true });
});

test('a very large one is let go of when the study is stopped, and the one before stays', async () => {
  const { store, study, folder } = running();
  await store.saveTrainingSnapshot(study, key, large);
  const controller = new AbortController();
  const saving = store.saveTrainingSnapshot(study, key, new Uint8Array(2 ** 26), controller.signal);
  controller.abort();
  await saving;
  expect(unwrap(store.trainingSnapshot(study, key)!)).toHaveLength(large.length);
  expect(filesIn(folder)).toHaveLength(1);
});

test('one whose file is gone is told as missing; one that cannot be written says so and leaves the database as it is', async () => {
  const { store, study, folder } = running();
  await store.saveTrainingSnapshot(study, key, large);
  rmSync(folder, { recursive: true });
  expect(store.trainingSnapshot(study, key)).toMatchObject({ ok: false, reason: 'snapshot-missing' });
  writeFileSync(folder, 'a file where the folder should be');
  await expect(store.saveTrainingSnapshot(study, key, large)).rejects.toMatchObject({ reason: 'snapshot-not-written' });
  expect(store.integrityFaults()).toEqual([]);
});

test('the files of a study go with it, and no others', async () => {
  const { store, study, folder } = running();
  await store.saveTrainingSnapshot(study, key, large);
  writeFileSync(join(folder, `${study}1-1-1-aa-bb.state`), 'of another study');
  unwrap(store.removeStudy(study));
  expect(filesIn(folder)).toEqual([`${study}1-1-1-aa-bb.state`]);
});
