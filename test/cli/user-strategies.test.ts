import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { inFolder, runProgram } from './program.ts';

const small = ['search', '--layers', '32,64,16', '--fan-out', '16,4', '--workers', '2'];

const page = readFileSync(new URL('../../docs/strategies.md', import.meta.url), 'utf8');
const documented = /```js\n([\s\S]*?)```/.exec(page)?.[1] as string;

const put = (cwd: string, name: string, text: string) => writeFileSync(join(cwd, name), text);

test('the documented strategy searches beside ours, is named in the leaderboard, and resumes only as it was', async () => {
  await inFolder(async (cwd) => {
    put(cwd, 'mine.mjs', `console.log('loaded');\n${documented}`);
    const run = await runProgram(
      [...small, '--strategy', 'uniform-random,./mine.mjs', '--budget', '40', '--json', '--quiet'],
      { cwd },
    );
    expect(run.code).toBe(0);
    expect(JSON.parse(run.stdout)).toMatchObject({ evaluated: 40, ended: 'budget' });
    const board = await runProgram(['leaderboard', '--json'], { cwd });
    const strategies = (JSON.parse(board.stdout) as { strategy: string }[]).map(({ strategy }) => strategy);
    expect(new Set(strategies)).toEqual(new Set(['uniform-random', 'shuffled-ring']));

    const resume = ['search', '--resume', '32-64-16-1', '--quiet', '--json'];
    const more = await runProgram([...resume, '--strategy', 'uniform-random,mine.mjs', '--budget', '60'], { cwd });
    expect(JSON.parse(more.stdout)).toMatchObject({ evaluated: 60 });
    const other = await runProgram([...resume, '--strategy', 'uniform-random,other.mjs'], { cwd });
    expect(other).toMatchObject({ code: 2, stderr: expect.stringContaining('--strategy differs') });
    put(cwd, 'mine.mjs', `${documented}// changed\n`);
    const changed = await runProgram([...resume, '--budget', '80'], { cwd });
    expect(changed).toMatchObject({
      code: 1,
      stdout: '',
      stderr: expect.stringMatching(/mine\.mjs is not what it was/),
    });
    rmSync(join(cwd, 'mine.mjs'));
    const missing = await runProgram([...resume, '--budget', '80'], { cwd });
    expect(missing).toMatchObject({ code: 1, stderr: expect.stringMatching(/mine\.mjs is not there/) });
    expect((await runProgram(resume, { cwd })).code).toBe(0);
  });
});

test('a file that cannot be used is refused by name before there is a study', async () => {
  await inFolder(async (cwd) => {
    put(cwd, 'broken.mjs', 'export default {');
    put(cwd, 'taken.mjs', documented.replace('shuffled-ring', 'anneal'));
    const refused = async (name: string) => {
      const { code, stdout, stderr } = await runProgram([...small, '--strategy', name], { cwd });
      expect([code, stdout]).toEqual([1, '']);
      expect(stderr).not.toMatch(/\n\s+at |Error:/);
      return stderr;
    };
    expect(await refused('./broken.mjs')).toMatch(/broken\.mjs:1 cannot be loaded: ./);
    expect(await refused('./absent.mjs')).toMatch(/absent\.mjs is not there/);
    expect(await refused('taken.mjs')).toMatch(/taken\.mjs calls its strategy "anneal"/);
    expect((await runProgram(['studies'], { cwd })).code).toBe(1);
  });
});

test('when the only strategy fails the search ends with 1, by its name, and keeps what it found', async () => {
  await inFolder(async (cwd) => {
    put(
      cwd,
      'mine.mjs',
      documented.replace('const { layers', 'if (state.made === 1) throw new Error("lost");\n const { layers'),
    );
    const run = await runProgram([...small, '--strategy', './mine.mjs', '--budget', '100'], { cwd });
    expect(run.code).toBe(1);
    expect(run.stderr).toMatch(
      /warning: island 0 ended: lost \(strategy shuffled-ring of .*mine\.mjs:19, in round 2\)/,
    );
    expect(run.stderr).toMatch(
      /scattershot: no island is left to search: lost .*; and 7 more islands\.\n.*start a new study\.\n$/,
    );
    const again = await runProgram(['search', '--resume', '32-64-16-1', '--quiet'], { cwd });
    expect(again.code).toBe(1);
    const board = await runProgram(['leaderboard', '--json'], { cwd });
    expect(JSON.parse(board.stdout).length).toBeGreaterThan(0);
  });
});

test('a strategy that never returns is ended by Ctrl-C at once, and all before it is kept', async () => {
  await inFolder(async (cwd) => {
    const hang = "if (state.made === 2) for (writeSync(2, 'it hangs\\n'); ; );\n const { layers";
    put(cwd, 'mine.mjs', `import { writeSync } from 'node:fs';\n${documented.replace('const { layers', hang)}`);
    const args = [...small, '--strategy', 'uniform-random,./mine.mjs', '--budget', '300'];
    const run = await runProgram(args, {
      cwd,
      onStart: (child) => {
        child.stderr?.on('data', (text: string) => {
          if (/it hangs/.test(text)) child.kill('SIGINT');
        });
      },
    });
    expect(run.code).toBe(130);
    expect(run.stderr).toContain('--resume 32-64-16-1');
    const board = await runProgram(['leaderboard', '--json'], { cwd });
    expect(JSON.parse(board.stdout).length).toBeGreaterThan(0);
  });
});

test('strategy check says whether a file keeps the contract, as text and as JSON, and exits so', async () => {
  await inFolder(async (cwd) => {
    put(cwd, 'mine.mjs', documented);
    put(cwd, 'wrong.mjs', documented.replace('.sort()', '.fill(j % 2)'));
    const kept = await runProgram(['strategy', 'check', 'mine.mjs', '--layers', '12,8', '--fan-out', '2'], { cwd });
    expect([kept.code, kept.stdout.split('\n')[1]]).toEqual([0, expect.stringMatching(/^12-8 .*keeps the contract/)]);
    const wrong = await runProgram(['strategy', 'check', 'wrong.mjs', '--json'], { cwd });
    expect(wrong.code).toBe(1);
    const report = JSON.parse(wrong.stdout);
    expect(report).toMatchObject({ strategy: 'shuffled-ring', ok: false });
    expect(report.problems[0]).toMatchObject({ name: 'small', verdict: 'broken' });
    const absent = await runProgram(['strategy', 'check', 'absent.mjs', '--json'], { cwd });
    expect([absent.code, absent.stdout, JSON.parse(absent.stderr).reason]).toEqual([1, '', 'no-strategy-file']);
  });
});
