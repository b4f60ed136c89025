import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openDatabase } from '../../src/store/sqlite.ts';
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

test('one damaged study takes no other away: it is listed with why, found by the check, and removed', async () => {
  await inFolder(async (cwd) => {
    for (const name of ['broken', 'sound']) await runProgram(['search', ...small, '--name', name], { cwd });
    const check = (...args: string[]) => runProgram(['studies', 'check', ...args], { cwd });
    expect(await check()).toMatchObject({
      code: 0,
      stdout: '',
      stderr: expect.stringContaining('is sound: 2 studies.'),
    });

    const database = openDatabase(join(cwd, 'cache', 'scattershot.db'));
    database.exec(`UPDATE studies SET architecture = '{"layers":[8]}' WHERE name = 'broken'`);
    database.exec(
      `UPDATE candidates SET scatter = 7 WHERE study_id = 2 AND number = (SELECT max(number) FROM candidates WHERE study_id = 2)`,
    );
    database.close();

    const { stdout: listed } = await runProgram(['studies'], { cwd });
    expect(listed).toMatch(/^ 1 {2}broken .*damaged \(architecture\.fanOuts: /m);
    expect(listed).toMatch(/^ 2 {2}sound .*finished/m);
    const json = JSON.parse((await runProgram(['studies', '--json'], { cwd })).stdout);
    expect(json).toMatchObject([
      { id: 1, study: 'broken', status: 'damaged', damaged: expect.stringContaining('architecture') },
      { id: 2, study: 'sound', status: 'finished', damaged: null, evaluated: 6 },
    ]);
    const board = await runProgram(['leaderboard', 'sound', '--json'], { cwd });
    expect(JSON.parse(board.stdout).length).toBeGreaterThan(0);
    expect(board.stderr).toMatch(/candidate \d+ is damaged \(scatter: .*\) and left out/);
    const refused = await runProgram(['leaderboard', 'broken'], { cwd });
    expect(refused).toMatchObject({
      code: 1,
      stdout: '',
      stderr: expect.stringContaining('scattershot studies remove 1'),
    });
    const resumed = await runProgram(['search', '--resume', 'sound', '--budget', '9'], { cwd });
    expect(resumed).toMatchObject({ code: 1, stderr: expect.stringContaining('cannot go on: candidate') });

    const told = await check();
    expect(told.code).toBe(1);
    expect(told.stdout).toMatch(/^study 1, broken: the study: architecture\.fanOuts: /m);
    expect(told.stdout).toMatch(/^study 2, sound: candidate \d+: scatter: /m);
    const document = await check('--json');
    expect(document.code).toBe(1);
    expect(JSON.parse(document.stdout)).toMatchObject({
      ...{ sound: false, studies: 1 },
      faults: [
        { id: 1, study: 'broken', what: 'the study' },
        { id: 2, study: 'sound', what: expect.stringMatching(/^candidate /) },
      ],
    });
    for (const name of ['1', 'sound'])
      expect(await runProgram(['studies', 'remove', name], { cwd })).toMatchObject({ code: 0 });
    expect(await check()).toMatchObject({ code: 0 });
  });
});

test('settings that no search can go on with are found by the check too', async () => {
  await inFolder(async (cwd) => {
    await runProgram(['search', ...small, '--name', 'odd'], { cwd });
    const database = openDatabase(join(cwd, 'cache', 'scattershot.db'));
    database.exec(`UPDATE studies SET settings = json_set(settings, '$.budget.candidates', 'many')`);
    database.close();
    const { code, stdout } = await runProgram(['studies', 'check'], { cwd });
    expect(code).toBe(1);
    expect(stdout).toMatch(/^study 1, odd: its settings: .*budget\.candidates: /);
  });
});

test('a search that cannot go on, since a candidate is damaged, is not told to go on', async () => {
  await inFolder(async (cwd) => {
    await runProgram(['search', ...small, '--name', 'tiny'], { cwd });
    const database = openDatabase(join(cwd, 'cache', 'scattershot.db'), {});
    database.prepare('UPDATE candidates SET scatter = 7 WHERE number = 1').run();
    database.close();
    const run = await runProgram(['search', '--resume', 'tiny', '--budget', '99'], { cwd });
    expect(run.code).toBe(1);
    expect(run.stderr).toContain('candidate 1 is damaged');
    expect(run.stderr).toContain('Restore a copy of the database');
    expect(run.stderr).not.toContain('Go on with');
  });
});
