import { expect, test } from 'vitest';
import { unwrap } from '../../src/base/failure.ts';
import { candidatesCsv, reportJson } from '../../src/report/report-data.ts';
import { numericColumn, readTrainedTable } from '../../src/validation/table.ts';
import { sampleReport } from './sample-report.ts';

test('the table of candidates reads back with the same numbers, what diverged and what is missing included', () => {
  const sound = sampleReport({ candidates: 6, seeds: 3 });
  const [first, second, ...others] = sound.candidates;
  const report = {
    ...sound,
    candidates: [
      { ...first, accuracies: ['diverged', 0.25, null] as const },
      { ...second, accuracies: [null, null, null] },
      ...others,
    ],
  };
  const table = unwrap(readTrainedTable(candidatesCsv(report)));
  expect(table.seeds).toBe(3);
  expect(table.rows.map(({ accuracies }) => accuracies)).toEqual(report.candidates.map(({ accuracies }) => accuracies));
  expect(table.rows.map(({ cells }) => cells.family)).toEqual(report.candidates.map(({ record }) => record.family));
  for (const { name, values } of report.proxies) expect(unwrap(numericColumn(table, name))).toEqual(values);
});

test('no family can pass for a formula’s line or another column', () => {
  const report = sampleReport({ candidates: 3, families: ['a,"b"\r\nc'] });
  const table = unwrap(readTrainedTable(candidatesCsv(report)));
  expect(table.rows).toHaveLength(3);
  expect(table.rows[0].cells.family).toBe('a,"b"\\r\\nc');
});

test('the numbers as JSON hold every candidate and every epoch', () => {
  const json = JSON.parse(JSON.stringify(reportJson(sampleReport({ candidates: 4 }))));
  expect(json).toMatchObject({ format: 'scattershot/report', formatVersion: 1, study: 'tiny-1', result: null });
  expect(json.candidates).toHaveLength(4);
  expect(json.candidates[1].proxies).toMatchObject({ 'scatter, fair-share': null });
  expect(json.evaluations).toHaveLength(8);
  expect(json.evaluations[0].epochs).toHaveLength(3);
});
