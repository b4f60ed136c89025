import { expect, test } from 'vitest';
import { unwrap } from '../../src/base/failure.ts';
import { leaderboardJson } from '../../src/report/leaderboard.ts';
import { leaderboardColumns } from '../../src/report/leaderboard-columns.ts';
import { parseFilter, rowFilter } from '../../src/report/table-filter.ts';
import { parseSort, rowOrder } from '../../src/report/table-sort.ts';
import type { CandidateRecord } from '../../src/store/records.ts';

const entryKeys = ['1:1 forward', '1:1 backward'];

const row = (number: number, some: Partial<CandidateRecord>): CandidateRecord => ({
  ...{
    number,
    fingerprint: `${number}`.repeat(64),
    strategy: 'anneal',
    family: 'anneal',
    island: 0,
    round: number,
    diverged: 0,
  },
  ...{ scatter: 0.5, vector: [0.5, 1], otherScatter: null, otherVector: null, ties: {}, audit: 'whole' },
  ...{ createdAt: `2026-11-2${number}T00:00:00.000Z`, accuracy: null, ...some },
});

const rows = [
  row(1, { scatter: 0.9, vector: [0.9, 1], accuracy: { mean: 0.6, sd: 0.01, n: 3 }, ties: { 'four-cycles': 4 } }),
  row(2, {
    scatter: 0.8,
    vector: [1, 0.8],
    accuracy: { mean: 1, sd: null, n: 1 },
    diverged: 7,
    ties: { 'four-cycles': 2 },
  }),
  row(3, { scatter: 0.7, vector: [0.7, 1], strategy: 'local', ties: { 'four-cycles': 3 } }),
];
const view = { rows, entryKeys, criteria: [{ name: 'four-cycles', better: 'lower' as const }] };

const sorted = (text: string, options = {}) =>
  rows
    .toSorted(unwrap(rowOrder(unwrap(parseSort(text)), leaderboardColumns({ ...view, ...options }))))
    .map(({ number }) => number);

const filtered = (text: string) =>
  rows.filter(unwrap(rowFilter(unwrap(parseFilter(text)), leaderboardColumns(view)))).map(({ number }) => number);

test('one lucky seed of eight does not lead by accuracy, and both numbers are told', () => {
  expect(sorted('accuracy')).toEqual([1, 2, 3]);
  expect(sorted('diverged')).toEqual([1, 3, 2]);
  expect(leaderboardJson(view).map(({ finished, diverged }) => [finished, diverged])).toEqual([
    [3, 0],
    [1, 7],
    [0, 0],
  ]);
});

test('every column of the table can be sorted by, the better first', () => {
  expect(sorted('scatter')).toEqual([1, 2, 3]);
  expect(sorted('scatter', { target: 0.75 })).toEqual([2, 3, 1]);
  expect(sorted('four-cycles')).toEqual([2, 3, 1]);
  expect(sorted('-four-cycles')).toEqual([1, 3, 2]);
  expect(sorted('1:1 forward')).toEqual([2, 1, 3]);
  expect(sorted('1:1 fwd,-candidate')).toEqual([2, 1, 3]);
  expect(sorted('-strategy,-#')).toEqual([3, 2, 1]);
  expect(sorted('-created')).toEqual([3, 2, 1]);
  for (const { name, heading } of leaderboardColumns(view)) {
    expect(sorted(name)).toHaveLength(3);
    if (heading !== null) expect(sorted(heading.title)).toEqual(sorted(name));
  }
});

test('and filtered by', () => {
  expect(filtered('diverged=0')).toEqual([1, 3]);
  expect(filtered('seeds>=1 diverged>0')).toEqual([2]);
  expect(filtered('1:1-backward=1')).toEqual([1, 3]);
  expect(filtered('four-cycles<4')).toEqual([2, 3]);
  expect(filtered('fingerprint=2222222222')).toEqual([2]);
  expect(filtered('created>=2026-11-22')).toEqual([2, 3]);
  expect(filtered('sd<=1%')).toEqual([1]);
});
