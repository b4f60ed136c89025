import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { unwrap } from '../../src/base/failure.ts';
import type { TrainingScore } from '../../src/base/score.ts';
import type { Store, StudyRecord } from '../../src/store/index.ts';
import { asked, boardOf, endedAs } from './board/sample-board.ts';
import { finishedWith, newCandidate, newEvaluation } from './sample-rows.ts';
import { openedStore, storeWithStudy, temporaryFolder } from './samples.ts';

const loss: TrainingScore = { name: 'loss', unit: 'nats', better: 'lower' };
const snr: TrainingScore = { name: 'signal to noise', unit: 'dB', better: 'higher' };

function finish(
  store: Store,
  { id }: StudyRecord,
  candidate: number,
  value: number | null,
  score: TrainingScore | null,
) {
  const begun = store.beginEvaluation(id, { ...newEvaluation(candidate, 1), score });
  if (begun.kind === 'known') throw new Error('expected a new evaluation');
  store.recordEpoch(begun.id, { epoch: 1, loss: -3, accuracy: 17, validationAccuracy: -40 });
  store.finishEvaluation(begun.id, value === null ? endedAs('diverged') : finishedWith(value));
}

/** Candidates 1, 2, 3, … with these scores. */
function studyWith(values: readonly (number | null)[], score: TrainingScore) {
  const opened = storeWithStudy();
  const added = values.map((_, index) => newCandidate(index + 1, { family: `family ${index % 2}` }));
  opened.store.recordRound(opened.study.id, { added, evaluated: added.length, seconds: 0, checkpoint: null });
  for (const [index, value] of values.entries()) finish(opened.store, opened.study, index + 1, value, score);
  return { ...opened, board: boardOf(opened.store, opened.study) };
}

test('a score comes back as it was told, of any size and sign, with what it is', () => {
  const { store, study } = studyWith([12.5, -3], loss);
  const [first, second] = store.evaluations(study.id);
  expect(first).toMatchObject({ score: loss, testAccuracy: 12.5, status: 'finished' });
  expect(first.epochs).toEqual([{ epoch: 1, loss: -3, accuracy: 17, validationAccuracy: -40 }]);
  expect(second).toMatchObject({ score: loss, testAccuracy: -3 });
  expect(store.damagedRows(study)).toEqual([]);
  expect(store.accuracyTraining(study.id)).toMatchObject({ score: loss });
  expect(store.candidates(study)[0].accuracy).toEqual({ mean: 12.5, sd: null, n: 1 });
});

test.each([loss, snr])('a board sorts by %j from the best on, diverged candidates last', (score) => {
  const { board } = studyWith([0.7, 12, 0.2, 1e6, null], score);
  const best = score.better === 'lower' ? [3, 1, 2, 4] : [4, 2, 1, 3];
  expect(board.numbers(asked({ sort: 'accuracy' }))).toEqual([...best, 5]);
  expect(board.numbers(asked({ sort: score.name.replaceAll(' ', '-') }))).toEqual([...best, 5]);
  expect(board.numbers(asked({ sort: 'accuracy', filter: 'score<=0.7' }))).toEqual(
    best.filter((n) => n === 1 || n === 3),
  );
  expect(board.score).toEqual(score);
  const bests = Object.fromEntries(board.families().map(({ family, bestAccuracy }) => [family, bestAccuracy]));
  expect(bests).toEqual(
    score.better === 'lower' ? { 'family 0': 0.2, 'family 1': 12 } : { 'family 0': 0.7, 'family 1': 1e6 },
  );
});

test('accuracy stays a fraction, and a score a finite number', () => {
  const { store, study } = studyWith([1], loss);
  const begin = (seed: number, score: TrainingScore | null) => {
    const begun = store.beginEvaluation(study.id, { ...newEvaluation(1, seed), score });
    return begun.kind === 'begun' ? begun.id : 0;
  };
  expect(() => store.finishEvaluation(begin(2, null), finishedWith(1.5))).toThrow(/from 0 to 1; got 1.5/);
  expect(() => store.finishEvaluation(begin(3, loss), finishedWith(Number.NaN))).toThrow(/finite number; got NaN/);
});

test('trainings of a database that knew no scores are of accuracy', () => {
  const path = join(temporaryFolder(), 'v3.db');
  copyFileSync(fileURLToPath(new URL('../fixtures/databases/v3.db', import.meta.url)), path);
  const store = openedStore(path);
  const [study] = store.listStudies();
  const evaluations = store.evaluations(study.id);
  expect(evaluations.every((evaluation) => evaluation.score === undefined)).toBe(true);
  const v1 = join(temporaryFolder(), 'v1.db');
  copyFileSync(fileURLToPath(new URL('../fixtures/databases/v1.db', import.meta.url)), v1);
  const old = openedStore(v1);
  const training = old.accuracyTraining(unwrap(old.getStudy('old')).id);
  expect(training).not.toBeNull();
  expect(training).not.toHaveProperty('score');
});
