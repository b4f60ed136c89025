import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { terminalTest } from '../pty/pseudo-terminal.ts';
import { inFolder, program, runProgram } from './program.ts';

const small = ['--layers', '32,16,8', '--fan-out', '4,2'];
const node = process.execPath;
const logOf = (cwd: string, study: string) => join(cwd, 'cache', 'logs', `${study}.log`);

/** Leaving the alternate screen. */
const LEFT = /\[\?1049l/;
const ENTERED = /\[\?1049h/;

async function statusOf(cwd: string, study: string): Promise<string | undefined> {
  const { stdout } = await runProgram(['studies', '--json'], { cwd });
  return (JSON.parse(stdout) as { study: string; status: string }[]).find((row) => row.study === study)?.status;
}

for (const [view, flags, shows] of [
  ['the dashboard', [], ENTERED],
  ['plain lines', ['--plain'], /searching|new best/],
] as const) {
  terminalTest(
    `a study in ${view} goes on to its end when its terminal hangs up, and its log goes on in a file`,
    (open) =>
      inFolder(async (cwd) => {
        const args = ['search', ...small, '--budget', '4s', '--name', 'lost', ...flags];
        const terminal = open([node, program, ...args], { cwd });
        await terminal.shows(shows);
        terminal.hangUp();
        expect(await terminal.ended).toEqual({ code: 0, signal: null });
        expect(await statusOf(cwd, 'lost')).toBe('finished');
        const log = readFileSync(logOf(cwd, 'lost'), 'utf8');
        expect(log).toMatch(/^\d{4}-\d\d-\d\dT[\d:.]+Z The terminal is gone/m);
        expect(log).toMatch(/Z finished/);
        // The result has nowhere else to go.
        expect(log).toContain('lost: best S');
        expect(log.match(/Z finished/g)).toHaveLength(1);
      }),
  );

  terminalTest(`SIGHUP takes ${view} from a terminal that lives, and the study goes on`, (open) =>
    inFolder(async (cwd) => {
      const args = ['search', ...small, '--budget', '4s', '--name', 'kept', ...flags, '--log', 'own.txt'];
      const terminal = open([node, program, ...args], { cwd });
      await terminal.shows(shows);
      terminal.signal('SIGHUP');
      if (view === 'the dashboard') await terminal.shows(LEFT);
      await delay(300);
      const { length } = terminal.output;
      expect(await terminal.ended).toEqual({ code: 0, signal: null });
      expect(terminal.output.slice(length)).toBe('');
      expect(readFileSync(join(cwd, 'own.txt'), 'utf8')).toMatch(/Z finished/);
      expect(existsSync(logOf(cwd, 'kept'))).toBe(false);
    }),
  );
}

test('without a terminal SIGHUP is ignored, as nohup has it', async () => {
  await inFolder(async (cwd) => {
    const run = await runProgram(['search', ...small, '--budget', '3s', '--name', 'nohup'], {
      cwd,
      onStart: (child) => child.stderr?.once('data', () => child.kill('SIGHUP')),
    });
    expect(run).toMatchObject({ code: 0, signal: null });
    expect(run.stdout).toContain('nohup: best S');
    expect(existsSync(join(cwd, 'cache', 'logs'))).toBe(false);
  });
});

test('a study whose stderr is closed goes on, and its log goes on in a file', async () => {
  await inFolder(async (cwd) => {
    const run = await runProgram(['search', ...small, '--budget', '4s', '--name', 'pipe'], {
      cwd,
      onStart: (child) => child.stderr?.once('data', () => child.stderr?.destroy()),
    });
    expect(run).toMatchObject({ code: 0, signal: null });
    expect(readFileSync(logOf(cwd, 'pipe'), 'utf8')).toMatch(/Z finished/);
  });
});
