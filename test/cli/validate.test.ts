import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { inFolder, runProgram } from './program.ts';

const published = fileURLToPath(new URL('../fixtures/graph2nn-mlp-cifar10.csv', import.meta.url));

const SMALL = [
  ...['validate', '--layers', '64,64,64', '--fan-out', '8,8', '--data', 'morse:examples=8/4/8', '--epochs', '1'],
  ...['--candidates', '16', '--twins', '4', '--workers', '2'],
];

describe('validate', () => {
  test('shows its plan and stops; a resume trains that plan and answers', async () => {
    await inFolder(async (cwd) => {
      const planned = await runProgram([...SMALL, '--plan', '--json'], { cwd });
      expect(planned.code).toBe(0);
      const { study, plan } = JSON.parse(planned.stdout);
      expect(plan).toMatchObject({ candidates: 16, seeds: 1, everyThird: 2, trainings: 21, margin: 0.5, look: 1 });
      expect(plan.digest).toMatch(/^[0-9a-f]{64}$/);
      const others = [
        '--margin',
        '0.3',
        '--candidates',
        '16',
        '--seeds',
        '2',
        '--epochs',
        '9',
        '--adaptive',
        '--data',
        'mnist',
        '--init',
        'dense-fan-in',
      ];
      const refused = await runProgram(['validate', '--resume', study, ...others], { cwd });
      expect(refused).toMatchObject({ code: 2, stdout: '' });
      expect(refused.stderr.replaceAll(/\s+/g, ' ')).toContain(
        '--margin 0.3 (it has 0.5) and --seeds 2 (it has every third twice) and --adaptive true (it has false) and --epochs 9 (it has 1) and --init dense-fan-in (it has actual-fan-in) and --data mnist (it has morse:examples=8/4/8) would change',
      );
      const larger = await runProgram(['validate', '--resume', study, '--layers', '64,128,64'], { cwd });
      expect(larger).toMatchObject({ code: 2, stderr: expect.stringContaining('the network differs') });
      const ended = await runProgram(['validate', '--resume', study, '--margin', '0.5', '--epochs', '1', '--json'], {
        cwd,
      });
      expect(ended.code).toBe(0);
      const result = JSON.parse(ended.stdout);
      expect(result).toMatchObject({
        study,
        candidates: 16,
        diverged: 0,
        engine: 'sparse',
        plan: { digest: plan.digest },
      });
      expect(Object.keys(result)).toEqual(
        expect.arrayContaining([
          ...['dataset', 'seeds', 'verdict', 'why', 'meaning', 'gain', 'questions', 'ceiling', 'spearman', 'kendall'],
          ...['families', 'twins', 'control', 'proxies'],
        ]),
      );
      for (const { low, high, value } of [result.ceiling, result.spearman, result.kendall]) {
        expect([low, value, high].every(Number.isFinite)).toBe(true);
      }
      const again = await runProgram(['validate', '--resume', study], { cwd });
      expect(again.code).toBe(0);
      expect(again.stdout).toContain('Verdict: ');
    });
  });

  test.each([
    [['validate', '--net', 'morse', '--candidates', '1'], 2],
    [['validate', '--net', 'morse', '--margin', '0'], 2],
    [['validate', '--net', 'morse', '--proxy', 'rank'], 2],
    [['validate', '--net', 'morse', '--proxy', ','], 2],
    [['validate', '--net', 'morse', '--proxy', './absent.mjs'], 1],
    [['validate', '--resume', 'nothing', '--proxy', './absent.mjs'], 2],
    [['validate', '--table', published, '--proxy', 'rewiring', '--proxy', 'density'], 2],
    [['validate', '--layers', '64,64', '--fan-out', '64', '--data', 'morse'], 1],
    [['validate', '--net', 'mnist-cl', '--data', 'mnist'], 1],
    [['validate', '--table', 'absent.csv'], 1],
    [['validate', '--resume', 'nothing'], 1],
  ])('%j is refused in a sentence with a next step, and makes no study', async (args, code) => {
    await inFolder(async (cwd) => {
      const run = await runProgram([...args, '--json'], { cwd });
      expect(run).toMatchObject({ code, stdout: '' });
      const error = JSON.parse(run.stderr);
      expect(error.message).toMatch(/\w/);
      expect(error.nextStep).toMatch(/\w/);
    });
  });
});

test('validate, leaderboard and train count finished and diverged trainings alike', async () => {
  await inFolder(async (cwd) => {
    const how = ['--data', 'morse:examples=8/4/8', '--epochs', '2', '--optimizer', 'sgd', '--learning-rate', '300'];
    const net = ['--layers', '64,64,64', '--fan-out', '8,8'];
    const run = await runProgram(
      ['validate', ...net, ...how, '--candidates', '8', '--twins', '0', '--name', 'hot', '--json'],
      { cwd },
    );
    expect(run.code).toBe(0);
    const result = JSON.parse(run.stdout);
    type Row = { candidate: number; accuracy: { mean: number; n: number } | null; finished: number; diverged: number };
    const rows = async (): Promise<Row[]> =>
      JSON.parse((await runProgram(['leaderboard', 'hot', '--sort', 'accuracy', '--json'], { cwd })).stdout);
    const board = await rows();
    const total = (of: (row: Row) => number) => board.reduce((sum, row) => sum + of(row), 0);
    expect(result.diverged).toBeGreaterThan(0);
    expect(result.candidates).toBeGreaterThan(0);
    expect(total(({ diverged }) => diverged)).toBe(result.diverged);
    expect(total(({ finished }) => finished)).toBe(result.plan.trainings - result.diverged);
    expect(board.filter(({ accuracy }) => accuracy !== null)).toHaveLength(result.candidates);
    for (const { accuracy, finished } of board) expect(accuracy?.n ?? 0).toBe(finished);
    const bad = board.find(({ diverged }) => diverged > 0)?.candidate;
    const trained = await runProgram(['train', 'hot', String(bad), ...how, '--seeds', '2', '--json'], { cwd });
    expect(trained.code).toBe(1);
    const { finished, diverged } = JSON.parse(trained.stdout);
    expect(finished + diverged).toBe(2);
    expect((await rows()).find(({ candidate }) => candidate === bad)).toMatchObject({ finished, diverged });
  });
});

const page = readFileSync(new URL('../../docs/proxies.md', import.meta.url), 'utf8');
const documented = /```js\n([\s\S]*?)```/.exec(page)?.[1] as string;

describe('validate --proxy', () => {
  test('sets the documented proxy among the rivals, tells once of one that fails, and resumes only as it was', async () => {
    await inFolder(async (cwd) => {
      const put = (name: string, text: string) => writeFileSync(join(cwd, name), text);
      put('mine.mjs', `console.log('loaded');\n${documented}`);
      put(
        'bad.mjs',
        documented.replace('shared-sources', 'bad-one').replace('const { layers', 'lost(); const { layers'),
      );
      const planned = await runProgram([...SMALL, '--proxy', './mine.mjs', '--proxy', 'bad.mjs', '--plan', '--json'], {
        cwd,
      });
      expect(planned.code).toBe(0);
      const { study, plan } = JSON.parse(planned.stdout);
      expect(plan.proxies).toEqual(['shared-sources', 'bad-one']);
      const resume = ['validate', '--resume', study];
      put('mine.mjs', `${documented}// changed\n`);
      const changed = await runProgram(resume, { cwd });
      expect(changed).toMatchObject({
        code: 1,
        stdout: '',
        stderr: expect.stringMatching(/mine\.mjs is not what it was/),
      });
      put('mine.mjs', `console.log('loaded');\n${documented}`);
      const ended = await runProgram([...resume, '--json'], { cwd });
      expect(ended.code).toBe(0);
      expect(ended.stderr.match(/bad-one is left out: .*bad\.mjs:\d+ failed: lost is not defined/g)).toHaveLength(1);
      const { proxies } = JSON.parse(ended.stdout);
      expect(proxies.slice(-2)).toMatchObject([
        { name: 'shared-sources', candidates: 16, reason: null, inOrder: expect.any(Number) },
        { name: 'bad-one', candidates: 0, reason: expect.stringMatching(/^Left out: .*bad\.mjs:\d+ failed/), p: null },
      ]);
      const text = await runProgram(resume, { cwd });
      expect(text.stdout).toMatch(/shared-sources +\d+ %/);
      expect(text.stdout).toContain('bad-one: Left out:');
    });
  });
});

describe('validate --table', () => {
  test('judges a published table of 3 942 patterns, strata never pooled', async () => {
    await inFolder(async (cwd) => {
      const args = [
        'validate',
        '--table',
        published,
        '--proxy',
        'rewiring',
        '--stratum',
        'stratum',
        '--given',
        'density',
      ];
      const run = await runProgram([...args, '--json'], { cwd });
      expect(run.code).toBe(0);
      const found = JSON.parse(run.stdout);
      expect(found).toMatchObject({ table: published, proxy: 'rewiring', rows: 3942, verdict: null });
      expect(
        found.strata.map(({ stratum, verdict }: { stratum: string; verdict: string }) => [stratum, verdict]),
      ).toEqual([
        ['0.10-0.15', 'predicts'],
        ['0.15-0.20', 'predicts'],
        ['0.20-0.30', 'no-link'],
        ['0.30-0.40', 'no-link'],
        ['0.40-0.60', 'misleads'],
        ['0.60-1.00', 'no-link'],
      ]);
      const text = await runProgram(args, { cwd });
      expect(text.stdout).toContain('no verdict over all strata');
    });
  });

  test('says which line and column is wrong', async () => {
    await inFolder(async (cwd) => {
      const file = join(cwd, 'mine.csv');
      writeFileSync(file, readFileSync(published, 'utf8').split('\n').slice(0, 3).join('\n').replace('0.6771', 'good'));
      const run = await runProgram(['validate', '--table', file, '--proxy', 'rewiring'], { cwd });
      expect(run.code).toBe(1);
      expect(run.stderr).toMatch(/line \d has "good" in column accuracy1/);
    });
  });
});
