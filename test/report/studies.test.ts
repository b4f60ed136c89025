import { expect, test } from 'vitest';
import { defineArchitecture } from '../../src/pattern/architecture.ts';
import {
  type StudyOverview,
  studiesCheckJson,
  studiesCheckText,
  studiesJson,
  studiesTable,
} from '../../src/report/studies.ts';

const overview = {
  study: {
    ...{ id: 3, name: 'morse-demo', kind: 'demo', status: 'finished' },
    ...{ createdAt: '2026-11-22T15:40:00.000Z', updatedAt: '2026-11-22T15:42:10.000Z' },
    architecture: defineArchitecture({ layers: [64, 1024, 64], fanOuts: [128, 8] }),
    ...{ metric: 'indicator', entryKeys: ['1:1 forward'], seed: 7, settings: {}, evaluated: 240, searchSeconds: 12.5 },
    ...{ result: null, version: '0.1.0', node: 'v20', platform: 'linux' },
  },
  candidates: 48,
  trained: 12,
} as const satisfies StudyOverview;

const table = (studies: readonly StudyOverview[], width: number) =>
  studiesTable(studies, { width, color: false, unicode: true }).split('\n');

test('a study is a line with its name, state and counts', () => {
  const [heading, line] = table([overview], 200);
  expect(heading).toMatch(/^id {2}study +kind +status +architecture +candidates +trained +evaluated +updated \(UTC\)$/);
  expect(line).toMatch(
    /^ 3 {2}morse-demo {2}demo {2}finished {2}64-1024-64 \(128,8\) +48 +12 +240 {2}2026-11-22 15:42$/,
  );
});

test('at 40 columns number, name and state are left', () => {
  expect(table([overview], 40)[1]).toBe(' 3  morse-demo  finished');
});

test('a name cannot move the cursor', () => {
  const study = { ...overview.study, name: 'a\u001b[2Jb' };
  expect(table([{ ...overview, study }], 200)[1]).toContain('  a\\x1b[2Jb  ');
});

test('a damaged study is a line that says why, and nothing else is known of it', () => {
  const damaged = { damaged: { id: 4, name: 'broken', why: 'seed: expected number' } };
  expect(table([overview, damaged], 200)[2]).toMatch(
    /^ 4 {2}broken +- {5}damaged \(seed: expected number\) {2}- +- +- +- {2}-$/,
  );
  expect(table([damaged], 40)[1]).toBe(' 4  broken  damaged (seed: expected num…');
  expect(studiesJson([damaged])[0]).toMatchObject({
    ...{ id: 4, study: 'broken', status: 'damaged', damaged: 'seed: expected number' },
    ...{ architecture: null, candidates: null, updatedAt: null },
  });
  expect(studiesJson([overview])[0].damaged).toBeNull();
});

test('faults are a line each, with their study', () => {
  const faults = [
    { study: null, what: 'the file', why: 'row 3 missing\u001b[2J' },
    { study: { id: 4, name: 'broken' }, what: 'candidate 7', why: 'scatter: too big' },
  ];
  expect(studiesCheckText(faults, { width: 40, color: false, unicode: true })).toBe(
    'the file: row 3 missing\\x1b[2J\nstudy 4, broken: candidate 7: scatter: too big\n',
  );
  expect(studiesCheckJson('a.db', 3, faults)).toMatchObject({
    ...{ database: 'a.db', sound: false, studies: 3 },
    faults: [
      { id: null, study: null, what: 'the file' },
      { id: 4, study: 'broken', what: 'candidate 7' },
    ],
  });
});

test('no studies are a sentence', () => {
  expect(table([], 80)).toEqual(['No studies yet.', '']);
});

test('the JSON value has the fields that are promised', () => {
  expect(studiesJson([overview])[0]).toMatchObject({
    ...{ id: 3, study: 'morse-demo', status: 'finished', architecture: '64-1024-64 (128,8)' },
    ...{ candidates: 48, trained: 12, layers: [64, 1024, 64], fanOuts: [128, 8], seed: 7, evaluated: 240 },
  });
});
