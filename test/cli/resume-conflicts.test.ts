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
function conflict(options: ResumeOptions, constraints?: Constraints, own: StudySettings = settings): string | null {
  const { study } = studyWith({ ...own, ...(constraints === undefined ? {} : { constraints }) }, []);
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

test('the kind of degrees is refused where the study’s own are of another', () => {
  const balanced = { ...settings, architecture: defineArchitecture({ layers: [12, 9, 4], fanOuts: [3, 16 / 9] }) };
  expect(conflict({ degrees: 'balanced' }, undefined, balanced)).toBeNull();
  expect(conflict({ degrees: 'auto' }, undefined, balanced)).toBeNull();
  expect(conflict({ degrees: 'exact' }, undefined, balanced)).toMatch(/the network differs/);
  expect(conflict({ degrees: 'balanced', fanIn: [4, 4] }, undefined, balanced)).toBeNull();
  expect(conflict({ fanIn: [4, 5] }, undefined, balanced)).toMatch(/the network differs/);
  expect(conflict({ degrees: 'exact' })).toBeNull();
});

test('a number of islands is the study’s own, or another search', () => {
  expect(conflict({ islands: 1 })).toBeNull();
  expect(conflict({ islands: 2 })).toMatch(/--islands differs/);
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
