import { copyFileSync, existsSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { inFolder, runProgram } from './program.ts';

const search = ['search', '--layers', '32,16,16,8', '--fan-out', '2,4,2', '--workers', '1', '--plain'];

/** Rounds are stored by then. */
const BEFORE_MS = 1500;

/** Runs a search of a minute, does something to its database while it works, and waits for its end. */
async function runUntil(cwd: string, vanish: (path: string) => void) {
  const database = join(cwd, 'cache', 'scattershot.db');
  const began = Date.now();
  const run = await runProgram([...search, '--budget', '60s', '--name', 'long'], {
    cwd,
    onStart: (child) => child.stderr?.once('data', () => void delay(BEFORE_MS).then(() => vanish(database))),
  });
  expect(Date.now() - began).toBeLessThan(45_000);
  return { run, database, saved: database.replace('.db', '-rescued.db') };
}

test('a search whose database is deleted ends with 1, and the command that it names goes on with all that was found', async () => {
  await inFolder(async (cwd) => {
    const { run, saved } = await runUntil(cwd, (path) => rmSync(path));
    expect(run).toMatchObject({ code: 1, stdout: '' });
    expect(run.stderr).toContain(`was deleted or moved while it was in use; all that it held is saved in ${saved}`);
    expect(run.stderr).not.toContain('finished');
    const [, command] = /Go on with: scattershot (.*)\n/.exec(run.stderr) ?? [];
    expect(command).toBe(`search --resume long --db ${saved}`);
    const { stdout: before } = await runProgram(['studies', '--json', '--db', saved], { cwd });
    const [{ evaluated }] = JSON.parse(before);
    expect(evaluated).toBeGreaterThan(0);
    const budget = ['--budget', String(evaluated + 50)];
    const resumed = await runProgram([...command.split(' '), ...budget, '--json'], { cwd });
    expect(resumed.code, resumed.stderr).toBe(0);
    expect(JSON.parse(resumed.stdout).evaluated).toBe(evaluated + 50);
  });
});

test('a search whose database is replaced leaves the new file as it is', async () => {
  await inFolder(async (cwd) => {
    const other = join(cwd, 'other.db');
    await runProgram([...search, '--budget', '20', '--db', other], { cwd });
    const { run, database, saved } = await runUntil(cwd, (path) => {
      copyFileSync(other, `${path}.new`);
      renameSync(`${path}.new`, path);
    });
    expect(run).toMatchObject({ code: 1, stdout: '' });
    expect(run.stderr).toContain('another file has taken the place of');
    expect(readFileSync(database).equals(readFileSync(other))).toBe(true);
    expect(existsSync(`${database}-wal`)).toBe(false);
    expect(existsSync(saved)).toBe(true);
    expect(await runProgram(['studies', 'check'], { cwd })).toMatchObject({ code: 0 });
  });
});

test('who watches a study whose database is deleted is told so, and not how to resume from nothing', async () => {
  await inFolder(async (cwd) => {
    let watched: ReturnType<typeof runProgram> | undefined;
    const { saved } = await runUntil(cwd, (path) => {
      watched = runProgram(['watch', 'long', '--plain'], {
        cwd,
        onStart: (child) => child.stderr?.once('data', () => rmSync(path)),
      });
    });
    expect(existsSync(saved)).toBe(true);
    const { code, stderr } = (await watched) as Awaited<ReturnType<typeof runProgram>>;
    expect(code).toBe(1);
    expect(stderr).toContain('was deleted or moved while long was watched');
    expect(stderr).not.toContain('Go on with');
  });
});
