import { expect, test } from 'vitest';
import {
  initialTrainingState,
  meanAccuracies,
  reduceTraining,
  trainingShare,
} from '../../src/terminal/training-state.ts';
import { scriptedStudy } from './scripted-study.ts';

const events = scriptedStudy().filter((event) => event.kind === 'training');
const whole = events.reduce(reduceTraining, initialTrainingState);

test('the mean accuracy of a candidate is over its finished trainings alone', () => {
  const means = meanAccuracies(whole);
  const of = (candidate: number) =>
    whole.jobs.filter((job) => job.candidate === candidate).map((job) => job.testAccuracy);
  const [first, second] = of(7) as [number, number];
  expect(means.get(7)).toBeCloseTo((first + second) / 2, 12);
  // one of its two trainings diverged
  expect(of(16).filter((accuracy) => accuracy !== null)).toEqual([means.get(16)]);
  expect(means.has(999)).toBe(false);
});

test('an ended training counts whole, a running one by its epochs', () => {
  expect(trainingShare(initialTrainingState, 24, 12)).toBe(0);
  expect(trainingShare(whole, 24, 12)).toBe(1);
  // both jobs of the first pair have done 3 of 12 epochs
  const some = events.slice(0, 8).reduce(reduceTraining, initialTrainingState);
  expect(trainingShare(some, 24, 12)).toBeCloseTo((2 * 3) / 12 / 24, 12);
  expect(trainingShare(whole, 0, 0)).toBe(0);
});

test('the time since the first training is kept', () => {
  expect(initialTrainingState.sinceMs).toBeNull();
  expect(whole.sinceMs).toBe(events[0].atMs);
});
