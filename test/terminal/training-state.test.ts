import { expect, test } from 'vitest';
import { initialTrainingState, meanAccuracies, reduceTraining } from '../../src/terminal/training-state.ts';
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

test('a training that goes on has the curve of its earlier epochs', () => {
  const start = events.find(({ event }) => event.kind === 'started')!;
  const epochs = [1, 2].map((epoch) => ({ epoch, loss: 1, accuracy: 0.5, validationAccuracy: epoch / 4 }));
  const resumed = { ...start, event: { ...start.event, resumed: { epoch: 3, batches: 7, epochs } } } as typeof start;
  expect(reduceTraining(initialTrainingState, resumed).jobs[0].curve).toEqual([0.25, 0.5]);
});

test('the time since the first training is kept', () => {
  expect(initialTrainingState.sinceMs).toBeNull();
  expect(whole.sinceMs).toBe(events[0].atMs);
});
