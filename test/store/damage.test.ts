import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Outcome, ScattershotError } from '../../src/base/failure.ts';
import { openStore, type Store } from '../../src/store/index.ts';
import { seenBytes, tinyPattern } from './sample-rows.ts';
import { openedStore, temporaryFolder } from './samples.ts';

const fixture = fileURLToPath(new URL('../fixtures/databases/v1.db', import.meta.url));
const PAGE_BYTES = 4096;

/** A sound database of the newest version. */
function wholeFile(folder: string): Buffer {
  const path = join(folder, 'whole.db');
  copyFileSync(fixture, path);
  openedStore(path).close();
  return readFileSync(path);
}

/** Everything a resume or a leaderboard reads. */
function readAll(store: Store): void {
  const study = store.getStudy('old');
  if (!study.ok) return;
  store.listStudies();
  store.evaluations(study.value.id);
  for (const { number } of store.candidates(study.value)) {
    expect([tinyPattern(1), tinyPattern(2)]).toContainEqual(store.loadPattern(study.value.id, number));
  }
  expect(store.loadCheckpoint(study.value.id)?.seen).toEqual(seenBytes(40));
}

/** The reason why a damaged file is not read, or null where the damage lies where it does no harm. */
function refusal(path: string): string | null {
  const opened: Outcome<Store> = openStore(path, { mode: 'read' });
  if (!opened.ok) return opened.reason;
  try {
    readAll(opened.value);
    return null;
  } catch (error) {
    if (error instanceof ScattershotError) return error.failure.reason;
    throw error;
  } finally {
    opened.value.close();
  }
}

test('a file with a broken page is told as damaged, whichever page it is', () => {
  const folder = temporaryFolder();
  const whole = wholeFile(folder);
  const refusals = Array.from({ length: whole.length / PAGE_BYTES }, (_, page) => {
    const path = join(folder, `${page}.db`);
    const broken = Buffer.from(whole);
    broken.fill(0xff, page * PAGE_BYTES, (page + 1) * PAGE_BYTES);
    writeFileSync(path, broken);
    return refusal(path);
  });
  expect(refusals[0]).toBe('not-a-database');
  const told = refusals.slice(1).filter((reason) => reason !== null);
  expect(new Set(told)).toEqual(new Set(['corrupt-database']));
  expect(told.length).toBeGreaterThan(refusals.length / 2);
});

test('a file that was cut short is told as damaged', () => {
  const folder = temporaryFolder();
  const path = join(folder, 'a.db');
  const whole = wholeFile(folder);
  writeFileSync(path, whole.subarray(0, 5 * PAGE_BYTES));
  expect(refusal(path)).toBe('corrupt-database');
});

test('property: no damage to a few bytes gives a wrong pattern, a wrong list of the seen, or an unexplained error', () => {
  const folder = temporaryFolder();
  const whole = wholeFile(folder);
  const change = fc.tuple(fc.nat(whole.length - 1), fc.integer({ min: 1, max: 255 }));
  const known = [null, 'corrupt-database', 'not-a-database', 'newer-database', 'older-database', 'no-database'];
  fc.assert(
    fc.property(fc.array(change, { minLength: 1, maxLength: 40 }), (changes) => {
      const path = join(folder, 'a.db');
      const broken = Buffer.from(whole);
      for (const [offset, flip] of changes) broken[offset] ^= flip;
      writeFileSync(path, broken);
      expect(known).toContain(refusal(path));
    }),
    { numRuns: 300, seed: 1 },
  );
});
