import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { unwrap } from '../../src/base/failure.ts';
import { Random } from '../../src/base/random.ts';
import { type Checkpoint, openStore, type Store } from '../../src/store/index.ts';
import type { StudyRecord } from '../../src/store/records.ts';
import { Child } from './processes.ts';
import { seenBytes } from './sample-rows.ts';
import { temporaryFolder } from './samples.ts';

const KILLS = 26;
/** A child lives until it has reported a random number of trainings up to this one, then for a random time up to this one. */
const MOST_TRAININGS = 6;
const LONGEST_PAUSE_MS = 8;

interface WorkState extends Checkpoint {
  readonly round: number;
}

/** Rounds are whole: candidates, totals and checkpoint agree. */
function expectWholeRounds(store: Store, study: StudyRecord): void {
  const round = store.loadCheckpoint<WorkState>(study.id)?.round ?? 0;
  expect(study.evaluated).toBe(2 * round);
  expect(study.searchSeconds).toBe(round);
  const numbers = store.candidates(study).map(({ number }) => number);
  expect(numbers).toEqual(Array.from({ length: 2 * round }, (_, index) => index + 1));
  if (round > 0) expect(store.loadCheckpoint(study.id)?.seen).toEqual(seenBytes(2 * round));
}

/** Every training whose end was reported is there, once, with all its epochs. */
function expectEveryEvaluation(store: Store, study: StudyRecord, reported: readonly number[]): void {
  const finished = store.evaluations(study.id, { status: 'finished' });
  const candidates = finished.map(({ candidate }) => candidate);
  expect(new Set(candidates).size).toBe(candidates.length);
  expect(candidates).toEqual(expect.arrayContaining([...reported]));
  for (const { candidate, epochs, testAccuracy } of finished) {
    expect(epochs.map(({ epoch }) => epoch)).toEqual([1, 2]);
    expect(testAccuracy).toBe(candidate / 10_000);
  }
}

test('killed at any moment the database opens, rounds are whole and no finished evaluation is lost or doubled', async () => {
  const path = join(temporaryFolder(), 'new', 'a.db');
  const random = Random.fromSeed(11);
  const reported: number[] = [];
  let next = new Child('work');
  for (let kill = 0; kill < KILLS; kill++) {
    const child = next;
    next = new Child('work');
    await child.hear(/^ready$/);
    child.tell(path, 'killed');
    // Some die on opening, the others at any point of their work.
    const trainings = kill % 5 === 0 ? 0 : random.below(MOST_TRAININGS + 1);
    for (let training = 0; training < trainings; training++) await child.hear(/^finished/);
    await pause(random.below(LONGEST_PAUSE_MS));
    await child.kill();
    reported.push(...child.lines.filter((line) => line.startsWith('finished')).map((line) => Number(line.slice(9))));
    const opened = openStore(path, { mode: 'read' });
    if (!opened.ok) {
      expect([opened.reason, reported]).toEqual(['no-database', []]);
      continue;
    }
    const store = opened.value;
    expect(store.integrityFaults()).toEqual([]);
    const study = store.getStudy('killed');
    if (study.ok) {
      expect(study.value.status).toBe('interrupted');
      expectWholeRounds(store, study.value);
      expectEveryEvaluation(store, study.value, reported);
    }
    store.close();
  }
  expect(new Set(reported).size).toBe(reported.length);
  expect(reported.length).toBeGreaterThan(KILLS);
  unwrap(openStore(path, { mode: 'read' })).close();
}, 180_000);
