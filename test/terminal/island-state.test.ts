import { expect, test } from 'vitest';
import { beginIslands, reduceIslands } from '../../src/terminal/island-state.ts';

const phase = {
  kind: 'phase',
  phase: 'search',
  atMs: 0,
  patience: null,
  budget: { kind: 'candidates', candidates: 9 },
  islands: [{ strategy: 'anneal' }, { strategy: 'target', target: 0.4 }],
} satisfies Parameters<typeof beginIslands>[0];
const begun = beginIslands(phase, null);
const progress = (best: number | null) => ({
  ...{ round: 1, evaluated: 1, duplicates: 0, swaps: 0, seconds: 0, best: null, strategies: [] },
  islands: [
    { evaluated: 7, best },
    { evaluated: 3, best: 0.5 },
  ],
});

test('islands have their strategies, their targets and their totals', () => {
  const { islands } = reduceIslands(begun, 0, progress(0.8));
  expect(islands).toEqual([
    { strategy: 'anneal', target: null, evaluated: 7, best: 0.8, course: [0.8] },
    { strategy: 'target', target: 0.4, evaluated: 3, best: 0.5, course: [0.5] },
  ]);
});

test('a course has points at equal distances, keeps its first times, and never grows beyond its limit', () => {
  let state = begun;
  for (let atMs = 0; atMs <= 600_000; atMs += 50) state = reduceIslands(state, atMs, progress(atMs / 600_000));
  const [{ course }] = state.islands;
  expect(course.length).toBeGreaterThan(30);
  expect(course.length).toBeLessThan(65);
  const steps = course.slice(1).map((value, at) => value - course[at]);
  for (const step of steps) expect(step).toBeCloseTo(state.everyMs / 600_000, 6);
  expect(course[0]).toBeLessThan(0.05);
});

test('where nothing is told of islands, strategies stand in their place', () => {
  const { islands: _, ...older } = progress(0.8);
  const strategies = [{ name: 'anneal', evaluated: 9, best: 0.7 }];
  const once = reduceIslands(begun, 0, { ...older, strategies });
  expect(reduceIslands(once, 1000, { ...older, strategies }).islands).toEqual([
    { strategy: 'anneal', target: null, evaluated: 9, best: 0.7, course: [0.7, 0.7] },
  ]);
});
