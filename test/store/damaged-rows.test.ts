import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ScattershotError, unwrap } from '../../src/base/failure.ts';
import { openStore, type Store } from '../../src/store/index.ts';
import { openDatabase } from '../../src/store/sqlite.ts';
import { asked, boardOf } from './board/sample-board.ts';
import { finishedWith, madeBy, newCandidate, newEvaluation, newStudy, seenBytes, tinyPattern } from './sample-rows.ts';
import { openedStore, temporaryFolder } from './samples.ts';

const STUDIES = ['first', 'second'] as const;

/** Two studies by two makers, each with one row in every table. */
function twoStudies(): string {
  const path = join(temporaryFolder(), 'whole.db');
  for (const [index, name] of STUDIES.entries()) {
    const store = unwrap(openStore(path, { mode: 'write', madeBy: { ...madeBy, version: `0.1.${index}` } }));
    const study = unwrap(store.createStudy({ ...newStudy, name }));
    const checkpoint = { seen: seenBytes(3), round: 1 } as never;
    store.recordRound(study.id, { added: [newCandidate(index + 1)], evaluated: 3, seconds: 1, checkpoint });
    const begun = store.beginEvaluation(study.id, newEvaluation(index + 1, 1));
    if (begun.kind === 'known') throw new Error('expected a new evaluation');
    store.recordEpoch(begun.id, { epoch: 1, loss: 1.5, accuracy: 0.25, validationAccuracy: 0.125 });
    store.finishEvaluation(begun.id, finishedWith(0.5));
    store.finishStudy(study.id, { status: 'finished', result: { ended: 'budget' } });
    store.close();
  }
  return path;
}

interface TableColumn {
  readonly table: string;
  readonly column: string;
  readonly type: string;
}

/** In every table, the row of the first study. */
const ROW_OF_FIRST: Readonly<Record<string, string>> = {
  makers: 'id = 1',
  studies: 'id = 1',
  candidates: 'study_id = 1',
  patterns: 'study_id = 1',
  evaluations: 'study_id = 1',
  epochs: 'evaluation_id = 1',
  checkpoints: 'study_id = 1',
  seen_chunks: 'study_id = 1',
};

function columnsOf(path: string): TableColumn[] {
  const raw = openDatabase(path);
  const found = Object.keys(ROW_OF_FIRST).flatMap((table) =>
    (raw.pragma(`table_info(${table})`) as { name: string; type: string }[]).map(({ name, type }) => ({
      ...{ table, column: name, type },
    })),
  );
  raw.close();
  return found;
}

/** What a column of the type cannot hold, though SQLite lets it. */
const wrong: Readonly<Record<string, string>> = { TEXT: "''", INTEGER: '-1', REAL: '-1.0', BLOB: "x'00'" };

function damage(path: string, { table, column }: TableColumn, value: string): void {
  const raw = openDatabase(path);
  raw.pragma('foreign_keys = OFF');
  raw.pragma('ignore_check_constraints = ON');
  raw.exec(`UPDATE ${table} SET ${column} = ${value} WHERE ${ROW_OF_FIRST[table]}`);
  raw.close();
}

let bytes: Buffer | null = null;

/** A copy of the two studies, for the test to damage. */
function whole(): string {
  bytes ??= readFileSync(twoStudies());
  const path = join(temporaryFolder(), 'a.db');
  writeFileSync(path, bytes);
  return path;
}

/** All that is known of the second study. */
function readSecond(store: Store): unknown {
  const study = unwrap(store.getStudy('second'));
  return {
    study,
    candidates: store.candidates(study),
    evaluations: store.evaluations(study.id),
    pattern: store.loadPattern(study.id, 2),
    checkpoint: store.loadCheckpoint(study.id),
    damaged: store.damagedRows(study),
  };
}

/** Whatever a command may ask of the first study; what cannot be read must be told, never break. */
function readFirst(store: Store, name: string | number): void {
  const told = (look: () => unknown) => {
    try {
      look();
    } catch (error) {
      if (!(error instanceof ScattershotError)) throw error;
    }
  };
  told(() => unwrap(store.getStudy(name)));
  const study = store.getStudy(name);
  if (!study.ok) return;
  told(() => boardOf(store, study.value).rows(boardOf(store, study.value).numbers(asked({ sort: 'accuracy' }))));
  told(() => unwrap(store.findCandidate(study.value, '1')));
  told(() => store.evaluations(study.value.id));
  told(() => store.accuracyTraining(study.value.id));
  told(() => store.loadCheckpoint(study.value.id));
  for (const { number } of store.candidates(study.value)) {
    told(() => expect(store.loadPattern(study.value.id, number)).toEqual(tinyPattern(1)));
  }
}

/** Free text, who owns a study at the moment, and a time that nobody reads: any value will do. */
const FREE = [
  ...['evaluations.reason', 'evaluations.device', 'checkpoints.updated_at'],
  ...['token', 'pid', 'host', 'space', 'started', 'seen_ms'].map((name) => `studies.owner_${name}`),
];

test('a damaged value in any column of any table is found, takes no other study away, and can be removed', () => {
  const columns = columnsOf(whole());
  expect(columns.length).toBeGreaterThan(70);
  const sound = readSecond(openedStore(whole(), 'read'));
  const unnoticed: string[] = [];
  for (const column of columns) {
    const path = whole();
    damage(path, column, wrong[column.type]);
    // A token with the number of this process would be a claim that counts.
    if (column.column === 'owner_token') damage(path, { ...column, column: 'owner_pid' }, '-1');
    const store = openedStore(path);
    const place = `${column.table}.${column.column}`;
    const listed = [...store.listStudies(), ...store.damagedStudies()].sort((a, b) => a.id - b.id);
    expect(listed, place).toHaveLength(2);
    expect(readSecond(store), place).toEqual(sound);
    const first = listed.find(({ name }) => name !== 'second') as { id: number; name: string };
    readFirst(store, first.name);
    readFirst(store, first.id);
    if (store.check().length === 0) unnoticed.push(place);
    unwrap(store.removeStudy(unwrap(store.findStudy(first.id)).id));
    expect(
      store.listStudies().map(({ name }) => name),
      place,
    ).toEqual(['second']);
    expect(store.damagedStudies(), place).toEqual([]);
    expect(readSecond(store), place).toEqual(sound);
    store.close();
  }
  expect(unnoticed.toSorted()).toEqual(FREE.toSorted());
});

test('text that is no JSON, and JSON of another kind, is told with its column', () => {
  const told = (table: string, column: string, value: string) => {
    const path = whole();
    damage(path, { table, column, type: 'TEXT' }, value);
    return openedStore(path)
      .check()
      .map(({ study, what, why }) => `${study?.name} ${what}: ${why}`);
  };
  expect(told('studies', 'architecture', "'{'")).toEqual(['first the study: architecture: not JSON text']);
  expect(told('studies', 'entry_keys', `'{"a":1}'`)).toEqual([
    'first the study: entry_keys: expected array, received object',
  ]);
  expect(told('studies', 'result', "'{]'")).toEqual(['first the study: result: not JSON text']);
  expect(told('candidates', 'vector', "'[0.5]'")).toEqual(['first candidate 1: vector: 1 entries; expected 2']);
  expect(told('candidates', 'vector', "'[0.5,2]'")).toEqual([expect.stringMatching(/^first candidate 1: vector\.1: /)]);
  expect(told('candidates', 'ties', "'[]'")).toEqual([expect.stringMatching(/^first candidate 1: ties: /)]);
  expect(told('evaluations', 'training_settings', "'x'")).toEqual([
    'first evaluation 1 (candidate 1, seed 1): trainingSettings: not JSON text',
  ]);
  expect(told('evaluations', 'test_accuracy', 'NULL')).toContainEqual(
    expect.stringContaining('a finished evaluation, and no other, has a test accuracy'),
  );
});

test('a fingerprint that is not the pattern’s, and a pattern that is not the fingerprint’s, are told', () => {
  const path = whole();
  damage(path, { table: 'candidates', column: 'fingerprint', type: 'TEXT' }, `'${'ab'.repeat(32)}'`);
  expect(openedStore(path).check()).toEqual([
    {
      study: { id: 1, name: 'first' },
      what: 'the pattern of candidate 1',
      why: expect.stringContaining('the pattern of candidate 1 is not what was stored'),
    },
  ]);
});

test('what was asked of a damaged study or candidate says so, with what to do', () => {
  const path = whole();
  damage(path, { table: 'studies', column: 'status', type: 'TEXT' }, "'asleep'");
  const store = openedStore(path);
  const refusal = {
    ...{ ok: false, reason: 'damaged-study', message: expect.stringMatching(/^study "first" is damaged \(status: /) },
    nextStep: expect.stringContaining('scattershot studies remove 1'),
  };
  expect(store.getStudy('first')).toEqual(refusal);
  expect(store.getStudy(1)).toEqual(refusal);
  expect(store.claimStudy(1)).toEqual(refusal);
  expect(store.findStudy('first')).toEqual({ ok: true, value: { id: 1, name: 'first' } });
  expect(unwrap(store.renameStudy(1, 'odd')).name).toBe('odd');
  expect(store.damagedStudies()).toMatchObject([{ id: 1, name: 'odd' }]);

  const other = whole();
  damage(other, { table: 'candidates', column: 'scatter', type: 'REAL' }, '7.5');
  const sound = openedStore(other);
  const study = unwrap(sound.getStudy('first'));
  expect(sound.candidates(study)).toEqual([]);
  expect(sound.findCandidate(study, '1')).toMatchObject({ reason: 'damaged-candidate' });
  expect(sound.damagedRows(study)).toMatchObject([{ row: 'candidate 1', why: expect.stringMatching(/^scatter: /) }]);
});

test('a damaged evaluation counts in no mean, and is trained again', () => {
  const path = whole();
  damage(path, { table: 'evaluations', column: 'test_accuracy', type: 'REAL' }, '7.5');
  const store = openedStore(path);
  const study = unwrap(store.claimStudy(1, 'add'));
  expect(store.candidates(study)[0]).toMatchObject({ accuracy: null, diverged: 0 });
  expect(store.evaluations(study.id)).toEqual([]);
  expect(store.beginEvaluation(study.id, newEvaluation(1, 1)).kind).toBe('begun');
  expect(store.damagedRows(study)).toEqual([]);
});

test('an owner who was last seen far in the future keeps nobody out', () => {
  const path = whole();
  const raw = openDatabase(path);
  raw.exec(
    `UPDATE studies SET owner_token = 'x', owner_pid = 1, owner_host = 'elsewhere', owner_space = 'other', owner_seen_ms = 9e15 WHERE id = 1`,
  );
  raw.close();
  expect(openedStore(path).removeStudy(1)).toMatchObject({ ok: true, value: 1 });
});

test('a sound database has no faults', () => {
  expect(openedStore(whole()).check()).toEqual([]);
});
