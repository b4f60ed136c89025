import { copyFileSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { ScattershotError, unwrap } from '../../src/base/failure.ts';
import type { Store } from '../../src/store/index.ts';
import { finishedWith, newCandidate, newEvaluation, newStudy, seenBytes } from './sample-rows.ts';
import { openedStore, storeWithStudy, temporaryFolder } from './samples.ts';

const round = (number: number) => ({
  ...{ added: [newCandidate(number)], evaluated: number, seconds: number },
  checkpoint: { round: number, seen: seenBytes(number) } as never,
});

/** A store with candidates 1 and 2 of a claimed study; the second is in the log alone. */
function storeAtWork() {
  const opened = storeWithStudy('at-work');
  opened.store.recordRound(opened.study.id, round(1));
  opened.store.recordRound(opened.study.id, round(2));
  expect(statSync(`${opened.path}-wal`).size).toBeGreaterThan(0);
  return opened;
}

function failureOf(work: () => unknown) {
  try {
    work();
  } catch (error) {
    if (error instanceof ScattershotError) return error.failure;
    throw error;
  }
  throw new Error('expected a failure');
}

/** All that `storeAtWork` wrote is there, and the study goes on. */
function expectWhole(store: Store): void {
  expect(store.check()).toEqual([]);
  const study = unwrap(store.getStudy('at-work'));
  expect(store.candidates(study).map(({ number }) => number)).toEqual([1, 2]);
  expect(store.loadCheckpoint(study.id)).toEqual({ round: 2, seen: seenBytes(2) });
}

const ways: [string, RegExp, (path: string) => void][] = [
  ['deleted', /was deleted or moved/, (path) => rmSync(path)],
  ['deleted with its log', /was deleted or moved/, (path) => ['', '-wal', '-shm'].map((part) => rmSync(path + part))],
  ['moved', /was deleted or moved/, (path) => renameSync(path, `${path}.old`)],
  ['deleted with its folder', /was deleted or moved/, (path) => rmSync(dirname(path), { recursive: true })],
  ['replaced', /another file has taken the place of/, (path) => replace(path)],
];

/** Another database, as a backup that is put back would be. */
function replace(path: string): void {
  const other = join(temporaryFolder(), 'other.db');
  const store = openedStore(other);
  unwrap(store.createStudy({ ...newStudy, name: 'other' }));
  store.close();
  rmSync(path);
  copyFileSync(other, path);
}

test.each(ways)('a database that is %s stops its writer, and all it held is saved beside it', (_, message, vanish) => {
  const { store, study, path } = storeAtWork();
  vanish(path);
  const told = failureOf(() => store.heartbeat(study.id));
  const saved = path.replace('.db', '-rescued.db');
  expect(told).toMatchObject({
    ...{ reason: 'database-vanished', message: expect.stringMatching(message) },
    nextStep: `Run the same command with --db ${saved}`,
  });
  expect(store.rescuedTo).toBe(saved);
  expect(failureOf(() => store.recordRound(study.id, round(3)))).toEqual(told);
  expect(existsSync(saved.replace('.db', '-2.db'))).toBe(false);
  store.close();
  const rescued = openedStore(saved);
  expectWhole(rescued);
});

test('a file that took its place is not touched, and no log lies beside it', () => {
  const { store, study, path } = storeAtWork();
  replace(path);
  const bytes = readFileSync(path);
  expect(failureOf(() => store.recordRound(study.id, round(3))).reason).toBe('database-vanished');
  store.close();
  expect(readFileSync(path).equals(bytes)).toBe(true);
  expect([`${path}-wal`, `${path}-shm`].filter((file) => existsSync(file))).toEqual([]);
  const other = openedStore(path);
  expect(other.listStudies().map(({ name }) => name)).toEqual(['other']);
  expect(other.check()).toEqual([]);
});

test('the log of another process that took the place is left alone', () => {
  const { store, study, path } = storeAtWork();
  mkdirSync(join(dirname(path), 'away'));
  for (const part of ['', '-wal', '-shm']) renameSync(path + part, join(dirname(path), 'away', `a.db${part}`));
  const other = openedStore(path);
  const { id } = unwrap(other.createStudy({ ...newStudy, name: 'other' }));
  other.recordRound(id, round(1));
  expect(failureOf(() => store.heartbeat(study.id)).reason).toBe('database-vanished');
  store.close();
  other.recordRound(id, round(2));
  other.close();
  expect(openedStore(path).listStudies()).toMatchObject([{ name: 'other', candidates: 2 }]);
  const moved = openedStore(join(dirname(path), 'away', 'a.db'));
  expectWhole(moved);
});

test('what is promised to be on the disk is not said to be there when the file vanished meanwhile', () => {
  const { store, study, path } = storeAtWork();
  const begun = store.beginEvaluation(study.id, newEvaluation(1, 1));
  if (begun.kind === 'known') throw new Error('expected a new evaluation');
  rmSync(path);
  expect(failureOf(() => store.finishEvaluation(begun.id, finishedWith(0.5))).reason).toBe('database-vanished');
});
