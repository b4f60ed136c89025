import { expect, test } from 'vitest';
import type { Store } from '../../src/store/index.ts';
import { finishedWith, madeBy, newCandidate, newEvaluation } from './sample-rows.ts';
import { openedStore, storeWithStudy } from './samples.ts';

function storeWithCandidates() {
  const opened = storeWithStudy();
  const added = [newCandidate(1), newCandidate(2)];
  opened.store.recordRound(opened.study.id, { added, evaluated: 2, seconds: 0, checkpoint: null });
  return { ...opened, id: opened.study.id };
}

function begun(store: Store, study: number, candidate: number, seed: number): number {
  const beginning = store.beginEvaluation(study, newEvaluation(candidate, seed));
  if (beginning.kind === 'known') throw new Error('expected a new evaluation');
  return beginning.id;
}

const epoch = (number: number) => ({ epoch: number, loss: 1 / number, accuracy: 0.25, validationAccuracy: 0.125 });

test('an evaluation comes back with its epochs and what made it', () => {
  const { store, id } = storeWithCandidates();
  const evaluation = begun(store, id, 1, 5);
  store.recordEpoch(evaluation, epoch(1));
  store.recordEpoch(evaluation, epoch(2));
  store.finishEvaluation(evaluation, { ...finishedWith(0.1 + 0.2), backend: 'cpu' });
  expect(store.evaluations(id)).toEqual([
    {
      ...newEvaluation(1, 5),
      ...finishedWith(0.1 + 0.2),
      ...madeBy,
      id: evaluation,
      backend: 'cpu',
      startedAt: expect.stringMatching(/Z$/),
      finishedAt: expect.stringMatching(/Z$/),
      epochs: [epoch(1), epoch(2)],
    },
  ]);
});

test.each(['finished', 'diverged'] as const)('an evaluation that is %s is told, not begun again', (status) => {
  const { store, id } = storeWithCandidates();
  const evaluation = begun(store, id, 1, 5);
  store.recordEpoch(evaluation, epoch(1));
  const end = status === 'finished' ? finishedWith(0.5) : { ...finishedWith(0), status, testAccuracy: null };
  store.finishEvaluation(evaluation, end);
  const again = store.beginEvaluation(id, newEvaluation(1, 5));
  expect(again).toMatchObject({ kind: 'known', evaluation: { id: evaluation, status, epochs: [epoch(1)] } });
  expect(store.evaluations(id)).toHaveLength(1);
});

test.each(['running', 'stopped', 'failed'] as const)(
  'an evaluation that was left %s is begun anew, its epochs gone',
  (status) => {
    const { store, id } = storeWithCandidates();
    const left = begun(store, id, 1, 5);
    store.recordEpoch(left, epoch(1));
    if (status !== 'running') {
      store.finishEvaluation(left, { ...finishedWith(0), status, reason: 'the engine stopped', testAccuracy: null });
    }
    const anew = begun(store, id, 1, 5);
    store.recordEpoch(anew, epoch(1));
    store.finishEvaluation(anew, finishedWith(0.5));
    expect(store.evaluations(id)).toMatchObject([{ id: anew, status: 'finished', epochs: [epoch(1)] }]);
    expect(() => store.recordEpoch(left, epoch(2))).toThrow(/not there; expected it running/);
  },
);

test('other seeds, candidates and settings are other evaluations', () => {
  const { store, id } = storeWithCandidates();
  begun(store, id, 1, 1);
  begun(store, id, 1, 2);
  begun(store, id, 2, 1);
  store.beginEvaluation(id, newEvaluation(1, 1, 'other settings'));
  expect(store.evaluations(id)).toHaveLength(4);
  expect(store.evaluations(id, { candidate: 1 })).toHaveLength(3);
  expect(store.evaluations(id, { candidate: 1, settingsDigest: 'other settings' })).toHaveLength(1);
  expect(store.evaluations(id, { status: 'finished' })).toEqual([]);
});

test('an evaluation ends once', () => {
  const { store, id } = storeWithCandidates();
  const evaluation = begun(store, id, 1, 1);
  store.finishEvaluation(evaluation, finishedWith(0.5));
  expect(() => store.finishEvaluation(evaluation, finishedWith(0.75))).toThrow(RangeError);
  expect(() => store.recordEpoch(evaluation, epoch(1))).toThrow(/is finished; expected it running/);
  expect(store.evaluations(id)[0].testAccuracy).toBe(0.5);
});

test('an accuracy that is none, or that does not fit the status, is refused', () => {
  const { store, id } = storeWithCandidates();
  const evaluation = begun(store, id, 1, 1);
  for (const accuracy of [-0.1, 1.1, Number.NaN]) {
    expect(() => store.finishEvaluation(evaluation, finishedWith(accuracy))).toThrow(RangeError);
  }
  expect(() => store.finishEvaluation(evaluation, { ...finishedWith(0.5), status: 'stopped' })).toThrow(/got 0.5/);
  expect(() => store.finishEvaluation(evaluation, { ...finishedWith(0), testAccuracy: null })).toThrow(/got null/);
});

test('a loss that is no longer a number is kept as such', () => {
  const { store, id } = storeWithCandidates();
  const evaluation = begun(store, id, 1, 1);
  store.recordEpoch(evaluation, { ...epoch(1), loss: Number.NaN });
  store.recordEpoch(evaluation, { ...epoch(2), loss: Number.POSITIVE_INFINITY });
  expect(store.evaluations(id)[0].epochs.map(({ loss }) => loss)).toEqual([Number.NaN, Number.POSITIVE_INFINITY]);
});

test('an epoch is recorded once', () => {
  const { store, id } = storeWithCandidates();
  const evaluation = begun(store, id, 1, 1);
  store.recordEpoch(evaluation, epoch(1));
  expect(() => store.recordEpoch(evaluation, epoch(1))).toThrow(/UNIQUE/);
});

test('a candidate that is not kept cannot be evaluated', () => {
  const { store, id } = storeWithCandidates();
  expect(() => store.beginEvaluation(id, newEvaluation(9, 1))).toThrow(/FOREIGN KEY/);
});

test('an evaluation reads as running while its study has a living owner, else as stopped', () => {
  const { path, store, id } = storeWithCandidates();
  begun(store, id, 1, 1);
  const reader = openedStore(path, 'read');
  expect(reader.evaluations(id)).toMatchObject([{ status: 'running', reason: null }]);
  store.releaseStudy(id);
  expect(reader.evaluations(id)).toMatchObject([{ status: 'stopped', reason: expect.stringContaining('ended') }]);
  expect(reader.evaluations(id, { status: 'running' })).toEqual([]);
});
