import { expect, test } from 'vitest';
import type { NewEvaluation, Store } from '../../src/store/index.ts';
import { trainingShown, uncountedText } from '../../src/study/training-shown.ts';
import { finishedWith, newCandidate, newEvaluation } from '../store/sample-rows.ts';
import { studyWith } from './sample-study.ts';

/** Keeps a finished training, different in `changes` from those of `newEvaluation`. */
function keep(store: Store, study: number, seed: number, digest: string, changes: Partial<NewEvaluation> = {}): void {
  const beginning = store.beginEvaluation(study, { ...newEvaluation(1, seed, digest.repeat(32)), ...changes });
  if (beginning.kind === 'known') throw new Error('expected a new evaluation');
  store.finishEvaluation(beginning.id, finishedWith(0.5));
}

test('what is not counted is told by engine, backend and version before settings', () => {
  const { store, study } = studyWith({}, [newCandidate(1)]);
  expect(trainingShown(store, study)).toBeNull();
  for (const seed of [1, 2, 3]) keep(store, study.id, seed, 'aa');
  const shown = { dataset: 'morse', epochs: 2, engine: 'tfjs', sharedFront: null, uncounted: [] };
  expect(trainingShown(store, study)).toEqual(shown);
  keep(store, study.id, 1, 'b1', { trainingSettings: { epochs: 3, learningRate: 0.001 } });
  keep(store, study.id, 1, 'b2', { datasetDigest: 'ee'.repeat(32) });
  keep(store, study.id, 1, 'c1', { backend: 'cpu' });
  keep(store, study.id, 1, 'c2', { backend: 'cpu', trainingSettings: { epochs: 3 } });
  keep(store, study.id, 1, 'c3', { engine: 'sparse' });
  keep(store, study.id, 1, 'd1', { trainingSettings: { learningRate: 0.001, epochs: 2 } });
  expect(uncountedText(trainingShown(store, study)?.uncounted ?? [])).toBe(
    '2 trainings under other settings, 2 trainings by the tfjs engine on cpu, 1 training by the sparse engine on wasm, 1 training by another version of the tfjs engine',
  );
});
