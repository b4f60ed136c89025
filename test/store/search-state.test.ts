import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import type { Checkpoint } from '../../src/store/index.ts';
import { openDatabase } from '../../src/store/sqlite.ts';
import { seenBytes } from './sample-rows.ts';
import { openedStore, storeWithStudy } from './samples.ts';

const round = (checkpoint: Checkpoint | null) => ({ added: [], evaluated: 0, seconds: 0, checkpoint });

interface SearchState extends Checkpoint {
  readonly round: number;
  readonly states: readonly unknown[];
}

const state = (number: number, seen: Uint8Array): SearchState => ({
  round: number,
  states: [
    { temperature: 0.1 * number, best: Uint32Array.of(1, 2, number), nothing: undefined },
    null,
    new Map([['a', 1n]]),
  ],
  seen,
});

test('a study without rounds has no checkpoint', () => {
  const { store, study } = storeWithStudy();
  expect(store.loadCheckpoint(study.id)).toBeNull();
  store.recordRound(study.id, round(null));
  expect(store.loadCheckpoint(study.id)).toBeNull();
});

test('the last checkpoint comes back whole, typed arrays, maps and what was seen included', () => {
  const { path, store, study } = storeWithStudy();
  for (const number of [1, 2, 3]) store.recordRound(study.id, round(state(number, seenBytes(10 * number))));
  store.recordRound(study.id, round(null));
  expect(store.loadCheckpoint<SearchState>(study.id)).toEqual(state(3, seenBytes(30)));
  expect(openedStore(path, 'read').loadCheckpoint<SearchState>(study.id)).toEqual(state(3, seenBytes(30)));
});

test('arrays in shared memory are stored by their values', () => {
  const { store, study } = storeWithStudy();
  const shared = new Uint32Array(new SharedArrayBuffer(8)).fill(7);
  store.recordRound(study.id, round({ states: [shared], seen: seenBytes(1) } as Checkpoint));
  expect(store.loadCheckpoint<SearchState>(study.id)?.states).toEqual([Uint32Array.of(7, 7)]);
});

test('arrays of a loaded checkpoint share no memory, so that each can move to a thread of its own', () => {
  const { store, study } = storeWithStudy();
  const views = [Uint32Array.of(1, 2), Float64Array.of(0.5), Uint8Array.of(3), new DataView(Uint8Array.of(4).buffer)];
  store.recordRound(study.id, round({ states: views, seen: seenBytes(1) } as Checkpoint));
  const loaded = store.loadCheckpoint<SearchState>(study.id)?.states as typeof views;
  expect(loaded).toEqual(views);
  for (const view of loaded) expect(view.byteLength).toBe(view.buffer.byteLength);
});

test('only what was added to the seen is written', () => {
  const { path, store, study } = storeWithStudy();
  for (const count of [0, 5, 5, 12]) store.recordRound(study.id, round({ seen: seenBytes(count) }));
  const raw = openDatabase(path, { readonly: true });
  const chunks = raw.prepare('SELECT start_byte, length(fingerprints) AS bytes FROM seen_chunks ORDER BY 1').all();
  raw.close();
  expect(chunks).toEqual([
    { start_byte: 0, bytes: 5 * 32 },
    { start_byte: 5 * 32, bytes: 7 * 32 },
  ]);
  expect(store.loadCheckpoint(study.id)?.seen).toEqual(seenBytes(12));
});

test('what is not remembered any more is removed, chunk by chunk, and the rest comes back', () => {
  const { path, store, study } = storeWithStudy();
  const all = seenBytes(20);
  const save = (from: number, to: number) => {
    const [a, b] = [all.slice(32 * from, 32 * from + 32), all.slice(32 * from + 32, 32 * to)];
    store.recordRound(study.id, round({ seen: [a, b], seenFrom: 32 * from } as Checkpoint));
  };
  for (const [from, to] of [
    [0, 4],
    [0, 8],
    [0, 12],
    [6, 16],
  ] as const)
    save(from, to);
  const raw = openDatabase(path, { readonly: true });
  const starts = raw.prepare('SELECT start_byte FROM seen_chunks ORDER BY 1').pluck().all();
  raw.close();
  expect(starts).toEqual([4 * 32, 8 * 32, 12 * 32]);
  expect(store.loadCheckpoint(study.id)).toEqual({ seen: all.slice(6 * 32, 16 * 32), seenFrom: 6 * 32 });
  save(12, 20);
  expect(store.loadCheckpoint(study.id)).toEqual({ seen: all.slice(12 * 32), seenFrom: 12 * 32 });
  expect(store.check()).toEqual([]);
  expect(() => store.recordRound(study.id, round({ seen: all, seenFrom: 21 * 32 } as Checkpoint))).toThrow(
    /got bytes from 672, and 640 are stored/,
  );
});

test('a checkpoint of another form takes the place of the stored one', () => {
  const { store, study } = storeWithStudy();
  store.recordRound(study.id, round(state(1, seenBytes(5))));
  const newer = { ...state(1, seenBytes(1)), hashBytes: 8 };
  store.replaceCheckpoint(study.id, newer);
  expect(store.loadCheckpoint(study.id)).toEqual(newer);
});

test('what was seen cannot shrink', () => {
  const { store, study } = storeWithStudy();
  store.recordRound(study.id, round({ seen: seenBytes(5) }));
  expect(() => store.recordRound(study.id, round({ seen: seenBytes(4) }))).toThrow(
    /only grows; got 128 bytes, expected at least 160/,
  );
});

test.each([
  ['a changed state', "UPDATE checkpoints SET state = CAST('xx' AS BLOB)"],
  ['a changed chunk', 'UPDATE seen_chunks SET fingerprints = zeroblob(160)'],
  ['a lost chunk', 'DELETE FROM seen_chunks'],
  ['a shortened total', 'UPDATE checkpoints SET seen_bytes = 32'],
])('%s is found instead of resumed from', (_, sql) => {
  const { path, store, study } = storeWithStudy();
  store.recordRound(study.id, round(state(1, seenBytes(5))));
  const raw = openDatabase(path);
  raw.exec(sql);
  raw.close();
  const reason = { failure: expect.objectContaining({ reason: 'corrupt-database' }) };
  expect(() => store.loadCheckpoint(study.id)).toThrow(expect.objectContaining(reason));
});

test('a checkpoint in a form that this Node does not know says so', () => {
  const { path, store, study } = storeWithStudy();
  store.recordRound(study.id, round(state(1, seenBytes(1))));
  const raw = openDatabase(path);
  // Version 255 of V8's format, stored whole.
  const bytes = Buffer.from([0xff, 0xff, 0x7b]);
  const digest = createHash('sha256').update(bytes).digest();
  raw.prepare('UPDATE checkpoints SET state = ?, state_digest = ?').run(bytes, digest);
  raw.close();
  const reason = { failure: expect.objectContaining({ reason: 'unreadable-checkpoint' }) };
  expect(() => store.loadCheckpoint(study.id)).toThrow(expect.objectContaining(reason));
});
