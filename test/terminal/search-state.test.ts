import { expect, test } from 'vitest';
import {
  budgetGoal,
  initialSearchState,
  progressShare,
  reduceSearch,
  searchLeftMs,
} from '../../src/terminal/search-state.ts';

const progress = (evaluated: number, seconds = 0) => ({
  ...{ round: 0, evaluated, duplicates: 0, swaps: evaluated * 100, seconds, best: null, strategies: [] },
});
const heard = (atMs: number, evaluated: number) =>
  ({ kind: 'search-progress', atMs, progress: progress(evaluated) }) as const;

test('a budget is read as a number of candidates or a time in seconds', () => {
  expect(budgetGoal('200 candidates')).toEqual({ kind: 'candidates', total: 200 });
  expect(budgetGoal('200')).toEqual({ kind: 'candidates', total: 200 });
  expect(budgetGoal('30 s')).toEqual({ kind: 'time', total: 30 });
  expect(budgetGoal('1.5min')).toEqual({ kind: 'time', total: 90 });
  expect(budgetGoal('2 h')).toEqual({ kind: 'time', total: 7200 });
  expect(['until optimal', '', '0', '12 apples', '-3'].map(budgetGoal)).toEqual([null, null, null, null, null]);
});

test('the share of a budget is counted in its own unit and never exceeds 1', () => {
  expect(progressShare(progress(50), '200 candidates')).toBe(0.25);
  expect(progressShare(progress(50, 15), '30 s')).toBe(0.5);
  expect(progressShare(progress(300), '200 candidates')).toBe(1);
  expect(progressShare(progress(50), 'until optimal')).toBeNull();
});

test('rates forget what lies more than ten seconds back', () => {
  let state = initialSearchState;
  for (let second = 0; second <= 20; second++) state = reduceSearch(state, heard(second * 1000, second * 5));
  expect(state.candidatesPerSecond).toBe(5);
  for (let second = 21; second <= 32; second++) state = reduceSearch(state, heard(second * 1000, 100 + second - 20));
  expect(state.candidatesPerSecond).toBe(1);
  expect(state.swapsPerSecond).toBe(100);
});

test('a round longer than the window still has a rate', () => {
  const state = [heard(0, 0), heard(60_000, 30)].reduce(reduceSearch, initialSearchState);
  expect(state.candidatesPerSecond).toBe(0.5);
});

test('a thousand events in a second leave few samples', () => {
  let state = initialSearchState;
  for (let event = 0; event <= 1000; event++) state = reduceSearch(state, heard(event, event));
  expect(state.samples.length).toBeLessThan(10);
  expect(state.candidatesPerSecond).toBe(1000);
});

test('a count that falls starts the rate again instead of showing a negative one', () => {
  const state = [heard(0, 100), heard(1000, 200), heard(2000, 10)].reduce(reduceSearch, initialSearchState);
  expect(state.candidatesPerSecond).toBeNull();
});

test('the time left follows from the rate, or from the clock of a budget by time', () => {
  const state = [heard(0, 0), heard(10_000, 50)].reduce(reduceSearch, initialSearchState);
  expect(searchLeftMs(state, '200 candidates')).toBe(30_000);
  expect(searchLeftMs({ ...state, progress: progress(50, 12) }, '30 s')).toBe(18_000);
  expect(searchLeftMs(state, 'until optimal')).toBeNull();
  expect(searchLeftMs(initialSearchState, '200 candidates')).toBeNull();
});
