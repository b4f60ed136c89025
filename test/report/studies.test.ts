import { expect, test } from 'vitest';
import { defineArchitecture } from '../../src/pattern/architecture.ts';
import { type StudyOverview, studiesJson, studiesTable } from '../../src/report/studies.ts';

const overview: StudyOverview = {
  study: {
    ...{ id: 3, name: 'morse-demo', kind: 'demo', status: 'finished' },
    ...{ createdAt: '2026-11-22T15:40:00.000Z', updatedAt: '2026-11-22T15:42:10.000Z' },
    architecture: defineArchitecture({ layers: [64, 1024, 64], fanOuts: [128, 8] }),
    ...{ metric: 'indicator', entryKeys: ['1:1 forward'], seed: 7, settings: {}, evaluated: 240, searchSeconds: 12.5 },
    ...{ result: null, version: '0.1.0', node: 'v20', platform: 'linux' },
  },
  candidates: 48,
  trained: 12,
};

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

test('no studies are a sentence', () => {
  expect(table([], 80)).toEqual(['No studies yet.', '']);
});

test('the JSON value has the fields that are promised', () => {
  expect(studiesJson([overview])[0]).toMatchObject({
    ...{ id: 3, study: 'morse-demo', status: 'finished', architecture: '64-1024-64 (128,8)' },
    ...{ candidates: 48, trained: 12, layers: [64, 1024, 64], fanOuts: [128, 8], seed: 7, evaluated: 240 },
  });
});
