import { expect, test } from 'vitest';
import { bestValidationOf } from '../../src/study/best-validation.ts';
import { finishedWith, newCandidate, newEvaluation } from '../store/sample-rows.ts';
import { studyWith } from './sample-study.ts';

const usual = 'aa'.repeat(32);
const other = 'bb'.repeat(32);

test('by candidate the best epoch of every finished training, its mean over seeds, under the settings that most ran under', () => {
  const { store, study } = studyWith({}, [newCandidate(1), newCandidate(2), newCandidate(3)]);
  const train = (candidate: number, seed: number, digest: string, validation: number[], finish = true) => {
    const beginning = store.beginEvaluation(study.id, newEvaluation(candidate, seed, digest));
    if (beginning.kind !== 'begun') throw new Error('it was trained before');
    for (const [index, validationAccuracy] of validation.entries()) {
      store.recordEpoch(beginning.id, { epoch: index + 1, loss: 1, accuracy: 0.5, validationAccuracy });
    }
    if (finish) store.finishEvaluation(beginning.id, finishedWith(0.25));
    else {
      const reason = 'the loss was no longer finite';
      store.finishEvaluation(beginning.id, { ...finishedWith(0), status: 'diverged', testAccuracy: null, reason });
    }
  };
  train(1, 1, other, [1]);
  train(1, 1, usual, [0.25, 0.75, 0.5]);
  train(1, 2, usual, [0.5, 0.25]);
  train(2, 1, usual, [0.125]);
  train(3, 1, usual, [0.9, 0.8], false);
  expect([1, 2, 3].map(bestValidationOf(store, study))).toEqual([0.625, 0.125, null]);
});

test('a study without trainings has none', () => {
  const { store, study } = studyWith({}, [newCandidate(1)]);
  expect(bestValidationOf(store, study)(1)).toBeNull();
});
