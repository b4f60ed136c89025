import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { inFolder, runProgram } from './program.ts';

const small = ['--layers', '8,4,4', '--fan-out', '1,2', '--budget', '6', '--quiet'];

test('a study has one name and one number in every document, and every option takes either', async () => {
  await inFolder(async (cwd) => {
    const run = async (...args: string[]) => {
      const { code, stdout, stderr } = await runProgram(args, { cwd });
      expect(stderr).toBe('');
      expect(code).toBe(0);
      return stdout;
    };
    const json = async (...args: string[]) => JSON.parse(await run(...args, '--json'));
    for (const name of ['first', 'second']) {
      expect((await json('search', ...small, '--name', name)).study).toBe(name);
    }
    expect(await json('studies')).toMatchObject([
      { id: 1, study: 'first', status: 'finished', architecture: '8-4-4 (1,2)', evaluated: 6, trained: 0 },
      { id: 2, study: 'second', status: 'finished' },
    ]);
    expect((await json('search', '--resume', '1', '--budget', '9', '--quiet')).study).toBe('first');
    expect(await json('leaderboard', '1')).toEqual(await json('leaderboard', 'first'));
    expect(await json('leaderboard', '1')).not.toEqual(await json('leaderboard', '2'));
    const [{ candidate }] = await json('leaderboard', '2');
    await run('export', String(candidate), '--study', '2', '--output', 'number.json', '--quiet');
    await run('export', String(candidate), '--study', 'second', '--output', 'name.json', '--quiet');
    expect(readFileSync(join(cwd, 'number.json'))).toEqual(readFileSync(join(cwd, 'name.json')));
    await run('studies', 'rename', '2', 'renamed', '--quiet');
    await run('studies', 'remove', '1', '--quiet');
    expect((await json('studies')).map(({ id, study }: { id: number; study: string }) => [id, study])).toEqual([
      [2, 'renamed'],
    ]);
  });
});

test('a name that is a number is refused where it is given', async () => {
  await inFolder(async (cwd) => {
    await runProgram(['search', ...small, '--name', 'first'], { cwd });
    for (const args of [
      ['search', ...small, '--name', '7'],
      ['studies', 'rename', 'first', '7'],
    ]) {
      const { code, stdout, stderr } = await runProgram(args, { cwd });
      expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
      expect(stderr).toContain('must not be a number');
    }
    const { stderr } = await runProgram(['leaderboard', '7'], { cwd });
    expect(stderr).toContain('there is no study "7"');
  });
});
