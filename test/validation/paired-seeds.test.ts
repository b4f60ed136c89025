import { expect, test } from 'vitest';
import type { Accuracy, Observation } from '../../src/validation/observation.ts';
import { outcomesOf } from '../../src/validation/paired-seeds.ts';

const observed = (rows: readonly (readonly Accuracy[])[]): Observation[] =>
  rows.map((accuracies, candidate) => ({ candidate, family: 'one', scatter: candidate / 10, accuracies }));

const accuracies = (rows: readonly (readonly Accuracy[])[], divergedAs: 'missing' | 'worst' = 'missing') =>
  outcomesOf(observed(rows), divergedAs).map(({ candidate, accuracy }) => [candidate, Number(accuracy.toFixed(6))]);

test('a seed’s mean is taken off, so that an easier seed favours nobody', () => {
  expect(
    accuracies([
      [0.5, 0.7],
      [0.6, 0.8],
    ]),
  ).toEqual([
    [0, -0.05],
    [1, 0.05],
  ]);
});

test('seed means are those of candidates that have every seed', () => {
  // The third candidate has only the second, easier seed, and is as good there as the mean of the other two.
  expect(
    accuracies([
      [0.5, 0.7],
      [0.6, 0.8],
      [null, 0.75],
    ]),
  ).toEqual([
    [0, -0.05],
    [1, 0.05],
    [2, 0],
  ]);
});

test('where hardly anyone has every seed, the mean is over all that have it', () => {
  expect(
    accuracies([
      [0.5, null],
      [null, 0.8],
      [0.7, null],
    ]),
  ).toEqual([
    [0, -0.1],
    [1, 0],
    [2, 0.1],
  ]);
});

test('diverged trainings are left out, or put their candidate below all others', () => {
  const rows: Accuracy[][] = [
    [0.5, 0.5],
    [0.6, 'diverged'],
    ['diverged', 'diverged'],
  ];
  expect(accuracies(rows).map(([candidate]) => candidate)).toEqual([0, 1]);
  const ranked = accuracies(rows, 'worst');
  expect(ranked.map(([candidate]) => candidate)).toEqual([0, 1, 2]);
  expect(ranked[1][1]).toBe(ranked[2][1]);
  expect(ranked[1][1]).toBeLessThan(ranked[0][1]);
});

test('a candidate without any accuracy is left out', () => {
  expect(
    accuracies([
      [null, null],
      [0.5, 0.6],
    ]).map(([candidate]) => candidate),
  ).toEqual([1]);
});
