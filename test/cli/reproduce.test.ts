import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { targets } from '../../src/paper/targets.ts';
import { runInProcess } from './in-process.ts';
import { inFolder, runProgram } from './program.ts';

const EXAMPLES = ['table1', 'table2', 'fig4', 'fig6'];

test.each(EXAMPLES)('reproduce %s prints its claims and leaves a report with a plot', async (target) => {
  await inFolder(async (home) => {
    const run = await runInProcess(['reproduce', target, '--json'], home);
    expect(run).toMatchObject({ code: 0, stderr: '' });
    const { target: named, claims, report } = JSON.parse(run.stdout);
    expect(named).toBe(target);
    for (const each of claims) {
      expect(Object.keys(each)).toEqual(expect.arrayContaining(['claim', 'measured', 'low', 'high', 'holds']));
    }
    const page = readFileSync(report, 'utf8');
    expect(page).toContain('<svg role="img"');
    expect(page).not.toContain('<script');
    expect(existsSync(join(home, 'reports', `reproduce-${target}-small`, 'reproduction.json'))).toBe(true);
    // Nothing is trained, so nothing is stored.
    expect(existsSync(join(home, 'cache'))).toBe(false);
  });
});

test('reproduce says a claim, what was measured and whether it holds', async () => {
  await inFolder(async (home) => {
    const { stdout } = await runInProcess(['reproduce', 'table1'], home);
    expect(stdout).toContain('table1, small scale: 16 claims. Held: 15, not held: 1, left open: 0.');
    expect(stdout).toContain('Measured: overall density: 0.38 %: does not hold (overall 0.38 (printed 0.39)');
  });
});

test('reproduce names its targets where an unknown one is asked for', async () => {
  await inFolder(async (home) => {
    const run = await runInProcess(['reproduce', 'fig5'], home);
    expect(run).toMatchObject({ code: 2, stdout: '' });
    for (const target of targets) expect(run.stderr).toContain(target);
  });
});

test('reproduce fig3 at smoke scale trains, stores and reports; again it trains nothing', async () => {
  await inFolder(async (cwd) => {
    const args = ['reproduce', 'fig3', '--scale', 'smoke', '--seeds', '1', '--workers', '1'];
    const first = await runProgram(args, { cwd });
    expect(first).toMatchObject({ code: 0 });
    expect(first.stderr).toContain('10 of 10: 1008,1:');
    const again = await runProgram(args, { cwd });
    expect(again.stderr.match(/1 of 1 trained before/g)).toHaveLength(10);
    expect(again.stdout).toBe(first.stdout);
    const page = readFileSync(join(cwd, 'reports', 'reproduce-fig3-smoke', 'index.html'), 'utf8');
    expect(page.match(/<svg role="img"/g)).toHaveLength(3);
  });
});

test('reproduce tells how to get data that are not there', async () => {
  await inFolder(async (home) => {
    const run = await runInProcess(['reproduce', 'fig2', '--json'], home);
    expect(run).toMatchObject({ code: 1, stdout: '' });
    expect(JSON.parse(run.stderr)).toMatchObject({ reason: 'not-fetched', nextStep: expect.stringContaining('mnist') });
  });
});
