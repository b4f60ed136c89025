import { expect, test } from 'vitest';
import { initialSearchState, progressShare, reduceSearch } from '../../src/terminal/search-state.ts';

const progress = (evaluated: number, seconds = 0) => ({
  ...{ round: 0, evaluated, duplicates: 0, swaps: evaluated * 100, seconds, best: null, strategies: [] },
});
const heard = (atMs: number, evaluated: number) =>
  ({ kind: 'search-progress', atMs, progress: progress(evaluated), pace }) as const;
const pace = { candidatesPerSecond: 3, secondsLeft: { low: 1, high: 2 }, candidatesLeft: null };

const twoHundred = { kind: 'candidates', candidates: 200 } as const;
const halfAMinute = { kind: 'time', seconds: 30 } as const;

test('the share of a budget is counted in its own unit and never exceeds 1', () => {
  expect(progressShare(progress(50), twoHundred)).toBe(0.25);
  expect(progressShare(progress(50, 15), halfAMinute)).toBe(0.5);
  expect(progressShare(progress(300), twoHundred)).toBe(1);
  expect(progressShare(progress(50), null)).toBeNull();
});

test('rates forget what lies more than ten seconds back', () => {
  let state = initialSearchState;
  for (let second = 0; second <= 20; second++) state = reduceSearch(state, heard(second * 1000, second * 5));
  expect(state.swapsPerSecond).toBe(500);
  for (let second = 21; second <= 32; second++) state = reduceSearch(state, heard(second * 1000, 100 + second - 20));
  expect(state.swapsPerSecond).toBe(100);
});

test('a round longer than the window still has a rate', () => {
  const state = [heard(0, 0), heard(60_000, 30)].reduce(reduceSearch, initialSearchState);
  expect(state.swapsPerSecond).toBe(50);
});

test('a thousand events in a second leave few samples', () => {
  let state = initialSearchState;
  for (let event = 0; event <= 1000; event++) state = reduceSearch(state, heard(event, event));
  expect(state.samples.length).toBeLessThan(10);
  expect(state.swapsPerSecond).toBe(100_000);
});

test('a count that falls starts the rate again instead of showing a negative one', () => {
  const state = [heard(0, 100), heard(1000, 200), heard(2000, 10)].reduce(reduceSearch, initialSearchState);
  expect(state.swapsPerSecond).toBeNull();
});

test('the pace is the one that the study tells', () => {
  expect(initialSearchState.pace).toBeNull();
  expect(reduceSearch(initialSearchState, heard(0, 5)).pace).toEqual(pace);
});
