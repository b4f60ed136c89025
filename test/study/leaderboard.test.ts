import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { unwrap } from '../../src/base/failure.ts';
import type { NumberedCandidate } from '../../src/search/candidate.ts';
import { parseSort } from '../../src/store/index.ts';
import { rankedCandidates, studyRanking } from '../../src/study/leaderboard.ts';
import { orderOf } from '../../src/study/settings.ts';
import { newCandidate } from '../store/sample-rows.ts';
import { openedStore, temporaryFolder } from '../store/samples.ts';
import { studyWith } from './sample-study.ts';

const four = [
  newCandidate(1, { scatter: 0.5, otherScatter: 0.25, ties: { 'four-cycles': 1, 'spectral-gap': 0.5 } }),
  newCandidate(2, { scatter: 0.5, otherScatter: 0.25, ties: { 'four-cycles': 0.5, 'spectral-gap': 0.25 } }),
  newCandidate(3, { scatter: 0.75, otherScatter: 0, ties: { 'four-cycles': 2, 'spectral-gap': 0 } }),
  newCandidate(4, { scatter: 0.5, otherScatter: 0.25, ties: { 'four-cycles': 0.5, 'spectral-gap': 0.75 } }),
];

function ranking(settings: object, added: readonly NumberedCandidate[] = four) {
  const { store, study } = studyWith(settings, added);
  return (sort?: string) =>
    rankedCandidates(store, study, sort === undefined ? {} : { sort: unwrap(parseSort(sort)) }).map(
      ({ number }) => number,
    );
}

test('candidates of equal S are ordered by the criteria that the study names, one after the other', () => {
  expect(ranking({ order: ['other-scatter', 'four-cycles', 'spectral-gap'] })()).toEqual([3, 4, 2, 1]);
  expect(ranking({ order: ['spectral-gap'] })()).toEqual([3, 4, 1, 2]);
  expect(ranking({ order: ['four-cycles:higher'] })()).toEqual([3, 1, 2, 4]);
  expect(ranking({ order: [] })()).toEqual([3, 1, 2, 4]);
});

test('where an S was wanted the nearest go first', () => {
  expect(ranking({ order: ['four-cycles'], target: 0.75 })()).toEqual([3, 2, 4, 1]);
  expect(ranking({ order: ['four-cycles'], target: 0.25 })()).toEqual([2, 4, 1, 3]);
});

test('any criterion can be sorted by, in its own direction, ties in the study’s order', () => {
  const sorted = ranking({ order: ['spectral-gap', 'four-cycles', 'other-scatter'] });
  expect(sorted('four-cycles')).toEqual([4, 2, 1, 3]);
  expect(sorted('spectral-gap')).toEqual([4, 1, 2, 3]);
  expect(sorted('other-scatter')).toEqual([4, 1, 2, 3]);
  expect(sorted('number')).toEqual([1, 2, 3, 4]);
  expect(sorted('1:1 backward')).toEqual([3, 4, 1, 2]);
  expect(() => sorted('rank')).toThrow('there is no column "rank" to sort by');
});

test('a study that was made before the order could be chosen ranks as it did then', () => {
  const path = join(temporaryFolder(), 'v1.db');
  copyFileSync(fileURLToPath(new URL('../fixtures/databases/v1.db', import.meta.url)), path);
  const store = openedStore(path);
  const study = unwrap(store.getStudy('old'));
  expect(orderOf(study)).toEqual(['other-scatter']);
  expect(studyRanking(study).description).toBe('scatter (higher), other-scatter (higher)');
  const rows = rankedCandidates(store, study);
  expect(rows.map(({ number, ties }) => [number, ties])).toEqual([
    [1, {}],
    [2, {}],
  ]);
});

test('the order is said in words, with what was left out', () => {
  const { study } = studyWith({ order: ['rank', 'four-cycles'], target: 0.8 }, []);
  expect(studyRanking(study).description).toBe('scatter (nearest to 0.8), rank (higher), four-cycles (lower)');
  const big = { ...study, architecture: { ...study.architecture, layers: [2048, 2048], fanOuts: [16] } };
  expect(studyRanking(big).description).toBe(
    'scatter (nearest to 0.8), four-cycles (lower); left out, too slow for this net: rank',
  );
});
