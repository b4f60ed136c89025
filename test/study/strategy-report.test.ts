import { expect, test } from 'vitest';
import { unwrap } from '../../src/base/failure.ts';
import { strategyReportText } from '../../src/report/strategy-report.ts';
import type { StepLimits } from '../../src/search/step-limits.ts';
import { standardProblems, strategyReport } from '../../src/study/strategy-report.ts';
import { altered, documented, written } from '../search/strategy-files.ts';

const problems = standardProblems();
const small = problems.slice(0, 1);
const plain = { width: Number.POSITIVE_INFINITY, color: false, unicode: true };

const reportOf = async (path: string, tried = small, limits: StepLimits = {}) =>
  unwrap(await strategyReport(path, tried, limits));

test('the documented example keeps the contract on every kind of problem, and sits out where it says so', async () => {
  const report = await reportOf(written('kept.mjs', documented), problems);
  expect(report).toMatchObject({ ok: true, strategy: 'shuffled-ring', printed: [] });
  const verdicts = new Map(report.problems.map(({ name, verdict }) => [name, verdict]));
  const refused = [...verdicts].filter(([, verdict]) => verdict === 'refused').map(([name]) => name);
  expect(refused).toEqual(['constrained', 'distinct']);
  expect(new Set(verdicts.values())).toEqual(new Set(['kept', 'refused']));
  expect(report.problems.every(({ hints }) => hints.length === 0)).toBe(true);
  const text = strategyReportText(report, plain);
  expect(text).toContain('constrained (16-32-16): sits out: keeps no constraints');
  expect(text).toMatch(/padded \(16-32-16\): keeps the contract: 6 candidates in 6 steps/);
  expect(text).toMatch(/shuffled-ring keeps the contract\.$/);
});

const broken: readonly (readonly [string, string | RegExp, string, RegExp, StepLimits?])[] = [
  [
    'remembers in its module',
    'random.fork(i)',
    'random.fork(i, (globalThis.calls = (globalThis.calls ?? 0) + 1))',
    /^made again from the same random numbers, step 1 gave something else/,
  ],
  [
    'looks at the clock',
    'const { layers',
    'Date.now();\n const { layers',
    /Date\.now is not for strategies.*step 1 of .*:19\)$/,
  ],
  [
    'wires wrongly',
    '.sort()',
    '.fill(j % 2)',
    /^expected a pattern of the problem's degrees; .* \(in step 1 of .*\.mjs\)$/,
  ],
  [
    'throws late',
    'const { layers',
    'if (state.made === 2) throw new Error("late");\n const { layers',
    /^late \(in step 3 of .*:19\)$/,
  ],
  ['throws when asked', /accepts: .*/, 'accepts: () => { throw new Error("no"); },', /^no \(in accepts of .*\)$/],
  [
    'hangs',
    'const { layers',
    'for (;;);\n const { layers',
    /^a call took longer than 2 seconds and was ended$/,
    { stepSeconds: 2 },
  ],
  [
    'eats memory',
    'const { layers',
    'const all = []; for (;;) all.push({ n: [1] });\n const { layers',
    /^it ended its thread: .*memory/,
    { workerMemoryMb: 96 },
  ],
];

test.each(broken.map(([what, place, by, message, limits = {}]) => ({ what, place, by, message, limits })))(
  'a strategy that $what breaks the contract, and is told how',
  async ({ what, place, by, message, limits }) => {
    const path = altered(`${what.replaceAll(' ', '-')}-checked.mjs`, place, by);
    const report = await reportOf(path, small, limits);
    expect(report.ok).toBe(false);
    expect(report.problems).toMatchObject([{ verdict: 'broken', reason: expect.stringMatching(message) }]);
    expect(strategyReportText(report, plain)).toContain('BREAKS THE CONTRACT');
  },
);

test('a state that does not come back as it was stored is named by its place', async () => {
  const path = altered(
    'classy.mjs',
    'state: { made: state.made + 1 }',
    'state: { made: state.made + 1, deep: [new (class Own {})()] }',
  );
  const [{ verdict, reason }] = (await reportOf(path)).problems;
  expect([verdict, reason]).toEqual([
    'broken',
    expect.stringMatching(/^state\.deep\.0 is an Own, which does not come back/),
  ]);
});

test('a strategy that accepts nothing was not tried, and what it prints is told', async () => {
  const path = altered(
    'choosy-checked.mjs',
    /accepts: .*/,
    "accepts: () => { console.log('asked'); return 'only the sea'; },",
  );
  const report = await reportOf(path);
  expect(report).toMatchObject({ ok: false, printed: ['asked'] });
  expect(strategyReportText(report, plain)).toMatch(/accepts none of these problems/);
});

test('what a strategy may do and had better not is a hint', async () => {
  const path = altered(
    'stubborn.mjs',
    'random.shuffle(Uint32Array.from({ length: left }, (_, neuron) => neuron))',
    'Uint32Array.from({ length: left }, (_, neuron) => neuron)',
  );
  const report = await reportOf(path);
  expect(report).toMatchObject({ ok: true, problems: [{ hints: ['makes the same from other random numbers'] }] });
});

test('a file that holds no strategy is a failure of its own', async () => {
  expect(await strategyReport(written('empty.mjs', ''), small)).toMatchObject({
    ok: false,
    reason: 'bad-strategy-file',
  });
});
