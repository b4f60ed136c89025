import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { UsageError } from '../../src/cli/errors.ts';
import { type ResumeOptions, refuseConflicts } from '../../src/cli/resume-conflicts.ts';
import { defineArchitecture } from '../../src/pattern/architecture.ts';
import type { Constraints } from '../../src/pattern/constraints/constraints.ts';
import type { StudySettings } from '../../src/study/settings.ts';
import { studyWith } from '../study/sample-study.ts';
import { inFolder } from './program.ts';

const settings: StudySettings = {
  kind: 'search',
  baseName: 'own',
  architecture: defineArchitecture({ layers: [16, 64, 16], fanOuts: [8, 2] }),
  metric: 'indicator',
  entries: { windows: 'integral', spans: 'io' },
  islands: [{ strategy: 'anneal' }],
  seed: 3,
  budget: { kind: 'candidates', candidates: 120 },
  keep: 4,
  order: [],
  target: null,
  untilOptimal: false,
  training: null,
};

/** What is said to differ, or null. */
function conflict(options: ResumeOptions, constraints?: Constraints): string | null {
  const { study } = studyWith({ ...settings, ...(constraints === undefined ? {} : { constraints }) }, []);
  try {
    refuseConflicts(options, study);
    return null;
  } catch (error) {
    if (error instanceof UsageError) return error.message;
    throw error;
  }
}

test('layers that are the study’s own need no fan-outs to be so, and others are another network', () => {
  expect(conflict({ layers: [16, 64, 16] })).toBeNull();
  expect(conflict({ layers: [16, 64, 16], fanOut: [8, 2] })).toBeNull();
  expect(conflict({ layers: [16, 64, 16], fanOut: [4, 1] })).toMatch(/the network differs/);
  expect(conflict({ layers: [16, 32, 16] })).toMatch(/the network differs/);
  expect(conflict({ layers: [16, 64] })).toMatch(/the network differs/);
});

test('constraints that constrain nothing are none, on either side', async () => {
  await inFolder(async (folder) => {
    const edges = join(folder, 'edges.json');
    writeFileSync(edges, '{}');
    const nothing = { edges, parallelism: [null], nm: [null] };
    expect(conflict(nothing)).toBeNull();
    expect(conflict(nothing, {})).toBeNull();
    expect(conflict(nothing, { forced: [[], []], parallelism: [null, null] })).toBeNull();
    expect(conflict(nothing, { forced: [[[0, 0]], []] })).toMatch(/--edges differs/);
    expect(conflict(nothing, { parallelism: [4, null] })).toMatch(/--parallelism differs/);
    writeFileSync(edges, '{"1":{"forced":[[0,0]]}}');
    expect(conflict({ edges }, { forced: [[[0, 0]], []] })).toBeNull();
    expect(conflict({ edges })).toMatch(/--edges differs/);
  });
});
