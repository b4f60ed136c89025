import { spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { terminalTest } from '../pty/pseudo-terminal.ts';
import { inFolder, program, type Run, runProgram } from './program.ts';

const small = ['--layers', '32,16,8', '--fan-out', '4,2'];

interface Begun {
  readonly study: string;
  readonly id: number;
  readonly pid: number;
  readonly log: string;
}

const lives = (pid: number): boolean => {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    return stat.slice(stat.lastIndexOf(')') + 2)[0] !== 'Z';
  } catch {
    return false;
  }
};

async function begin(cwd: string, name: string, budget = '10m'): Promise<Begun> {
  const args = ['search', ...small, '--budget', budget, '--go-on', '--name', name, '--detach', '--json'];
  const run = await runProgram(args, { cwd });
  expect(run.stderr).toBe('');
  expect(run.code).toBe(0);
  return JSON.parse(run.stdout) as Begun;
}

/** Whatever a test left running in the background of its folder. */
async function withBackground(work: (cwd: string, begun: Begun[]) => Promise<void>): Promise<void> {
  await inFolder(async (cwd) => {
    const begun: Begun[] = [];
    try {
      await work(cwd, begun);
    } finally {
      for (const { pid } of begun) if (lives(pid)) process.kill(pid, 'SIGKILL');
      while (begun.some(({ pid }) => lives(pid))) await delay(20);
    }
  });
}

const studies = async (cwd: string) =>
  JSON.parse((await runProgram(['studies', '--json'], { cwd })).stdout) as { study: string; status: string }[];

const lastLine = ({ stdout }: Run) => JSON.parse(stdout.trimEnd().split('\n').at(-1) as string);

test(
  '--detach tells of a study that exists; two watch it, one leaves, stop ends it, and the other ends with its state',
  () =>
    withBackground(async (cwd, begun) => {
      const study = await begin(cwd, 'far');
      begun.push(study);
      expect(study).toMatchObject({ study: 'far', id: 1 });
      expect(lives(study.pid)).toBe(true);
      expect((await studies(cwd))[0]).toMatchObject({ study: 'far', status: 'running' });
      const stays = runProgram(['watch', 'far', '--json-lines'], { cwd });
      const leaves = await runProgram(['watch', '1', '--plain'], {
        cwd,
        onStart: (child) => child.stderr?.once('data', () => setTimeout(() => child.kill('SIGINT'), 500)),
      });
      expect(leaves.code).toBe(0);
      expect(leaves.stderr).toContain('far goes on');
      expect(lives(study.pid)).toBe(true);
      const stop = await runProgram(['stop', 'far', '--json'], { cwd });
      expect(stop).toMatchObject({ code: 0 });
      expect(JSON.parse(stop.stdout)).toEqual({ study: 'far', id: 1, state: 'interrupted' });
      expect(lives(study.pid)).toBe(false);
      const stayed = await stays;
      expect(stayed.code).toBe(130);
      expect(lastLine(stayed)).toEqual({ kind: 'result', result: { study: 'far', id: 1, state: 'interrupted' } });
      expect(stayed.stdout).toMatch(/"kind":"study-ended","status":"interrupted"/);
      expect(readFileSync(study.log, 'utf8')).toMatch(/Z interrupted/);
      expect(readFileSync(study.log, 'utf8')).toContain('far: best S');
      // Of what is over, watch and stop tell the same again.
      expect((await runProgram(['watch', 'far'], { cwd })).code).toBe(130);
      expect((await runProgram(['stop', 'far'], { cwd })).stdout).toContain('far was not running');
      expect(readdirSync(join(cwd, 'cache', 'logs'))).toEqual(['far.log']);
    }),
  120_000,
);

test(
  'a study that finishes while it is watched ends the watching with 0; one whose process is killed is told, with how to go on',
  () =>
    withBackground(async (cwd, begun) => {
      const short = await begin(cwd, 'short', '2s');
      begun.push(short);
      const watched = await runProgram(['watch', 'short', '--plain'], { cwd });
      expect(watched.code).toBe(0);
      expect(watched.stderr).toMatch(/\] finished/);
      const killed = await begin(cwd, 'killed');
      begun.push(killed);
      const watching = runProgram(['watch', 'killed', '--plain'], {
        cwd,
        onStart: (child) => child.stderr?.once('data', () => process.kill(killed.pid, 'SIGKILL')),
      });
      const { code, stderr } = await watching;
      expect(code).toBe(130);
      expect(stderr).toContain(`Process ${killed.pid} on`);
      expect(stderr).toContain('Go on with: scattershot search --resume killed');
      // It goes on in the background too, and its log with it.
      const resumed = await runProgram(['search', '--resume', 'killed', '--budget', '1s', '--detach', '--json'], {
        cwd,
      });
      begun.push(JSON.parse(resumed.stdout));
      expect((await runProgram(['watch', 'killed'], { cwd })).code).toBe(0);
      const log = readFileSync(killed.log, 'utf8');
      expect(log).toMatch(/study killed: .*study killed \(resumed\): .*Z finished/s);
    }),
  120_000,
);

test(
  '--detach fails with the words and the exit code of the study itself, and leaves nothing',
  () =>
    inFolder(async (cwd) => {
      const missing = ['--resume', 'nothing'];
      const foreground = await runProgram(['search', ...missing], { cwd });
      const background = await runProgram(['search', ...missing, '--detach'], { cwd });
      expect(background).toEqual(foreground);
      const json = await runProgram(['search', ...missing, '--detach', '--json'], { cwd });
      expect(json).toMatchObject({ code: 1, stdout: '' });
      expect(JSON.parse(json.stderr)).toMatchObject({ reason: 'no-such-study' });
      const usage = await runProgram(['search', ...small, '--strategy', './none.mjs', '--detach'], { cwd });
      expect(usage).toEqual(await runProgram(['search', ...small, '--strategy', './none.mjs'], { cwd }));
      expect(readdirSync(join(cwd, 'cache', 'logs'))).toEqual([]);
    }),
  180_000,
);

test(
  'Ctrl-C at any time during --detach leaves a whole study that was told of, or none',
  () =>
    withBackground(async (cwd, begun) => {
      for (const [at, wait] of [50, 200, 400, 600, 800, 1000, 1300, 1700, 2500].entries()) {
        const name = `cut-${at}`;
        const args = ['search', ...small, '--budget', '10m', '--go-on', '--name', name, '--detach', '--json'];
        const run = await runProgram(args, {
          cwd,
          onStart: (child) => void setTimeout(() => child.kill('SIGINT'), wait),
        });
        const there = existsSync(join(cwd, 'cache', 'scattershot.db')) ? await studies(cwd) : [];
        const found = there.find(({ study }) => study === name);
        if (run.stdout === '') expect([found, run.code === 0], `after ${wait} ms`).toEqual([undefined, false]);
        else {
          begun.push(JSON.parse(run.stdout));
          expect(found).toMatchObject({ status: 'running' });
        }
      }
    }),
  120_000,
);

test(
  'a study in the background goes on when whoever started it is gone, and train and demo go there too',
  () =>
    withBackground(async (cwd, begun) => {
      const demo = await runProgram(['demo', '--detach', '--json'], { cwd });
      begun.push(JSON.parse(demo.stdout));
      await runProgram(['search', '--layers', '64,32,64', '--fan-out', '4,8', '--budget', '4', '--name', 's'], { cwd });
      const args = ['train', 's', '1', '--data', 'morse', '--epochs', '2', '--detach', '--json'];
      const train = await runProgram(args, { cwd });
      expect(train.stderr).toBe('');
      begun.push(JSON.parse(train.stdout));
      expect(begun[1]).toMatchObject({ study: 's' });
      const watched = await runProgram(['watch', 's', '--plain'], { cwd });
      expect(watched).toMatchObject({ code: 0 });
      expect(watched.stderr).toMatch(/trained #1 seed 1: test/);
      expect((await runProgram(['stop', begun[0].study], { cwd })).code).toBe(0);
    }),
  120_000,
);

terminalTest('q in the dashboard of watch leaves at once and ends nothing', (open) =>
  withBackground(async (cwd, begun) => {
    const study = await begin(cwd, 'seen');
    begun.push(study);
    const terminal = open([process.execPath, program, 'watch', 'seen'], { cwd, columns: 100, rows: 30 });
    await terminal.shows(/seen/);
    await terminal.shows(/leave/);
    terminal.type('q');
    expect(await terminal.ended).toEqual({ code: 0, signal: null });
    expect(terminal.output).toContain('seen goes on');
    expect(lives(study.pid)).toBe(true);
  }),
);

test(
  '--on-end runs once with name, state and exit code, however the study ends, and its failure is a warning',
  () =>
    inFolder(async (cwd) => {
      const command = 'echo "$SCATTERSHOT_STUDY $SCATTERSHOT_STATE $SCATTERSHOT_EXIT_CODE" >> ended.txt; exit 3';
      const search = ['search', ...small, '--on-end', command];
      const finished = await runProgram([...search, '--budget', '20', '--name', 'whole'], { cwd });
      expect(finished.code).toBe(0);
      // A queue that nobody asked for is the business of no other program.
      const queue = { SCATTERSHOT_QUEUE: 'redis://lab', SCATTERSHOT_QUEUE_PASSWORD: 'secret' };
      const looking = ['search', ...small, '--on-end', 'env > environment.txt', '--budget', '20', '--name', 'looking'];
      expect((await runProgram(looking, { cwd, env: queue })).code).toBe(0);
      expect(readFileSync(join(cwd, 'environment.txt'), 'utf8')).toContain('SCATTERSHOT_STUDY=looking');
      expect(readFileSync(join(cwd, 'environment.txt'), 'utf8')).not.toMatch(/SCATTERSHOT_QUEUE(_PASSWORD)?=|secret/);
      expect(finished.stderr).toContain('The command of --on-end failed (it ended with code 3)');
      const stopped = await runProgram([...search, '--budget', '10m', '--name', 'cut'], {
        cwd,
        onStart: (child) => child.stderr?.once('data', () => child.kill('SIGTERM')),
      });
      expect(stopped.code).toBe(130);
      // A study that never began has no end.
      expect((await runProgram([...search, '--resume', 'none'], { cwd })).code).toBe(1);
      expect(readFileSync(join(cwd, 'ended.txt'), 'utf8')).toBe('whole finished 0\ncut interrupted 130\n');
    }),
  180_000,
);

test(
  '--json-lines writes one object a line and the result last; --log appends lines with their times',
  () =>
    inFolder(async (cwd) => {
      const args = ['search', ...small, '--budget', '40', '--log', 'logs/all.txt'];
      const run = await runProgram([...args, '--json-lines'], { cwd });
      expect(run).toMatchObject({ code: 0, stderr: '' });
      const lines = run.stdout.trimEnd().split('\n');
      const events = lines.map((line) => JSON.parse(line));
      expect(events[0]).toMatchObject({ kind: 'study-started' });
      expect(events.at(-2)).toMatchObject({ kind: 'study-ended', status: 'finished' });
      expect(events.at(-1)).toMatchObject({ kind: 'result', result: { evaluated: 40 } });
      expect(events.find(({ kind }) => kind === 'search-progress')).toMatchObject({
        pace: { candidatesLeft: { low: expect.any(Number) } },
      });
      await runProgram(args, { cwd });
      const log = readFileSync(join(cwd, 'logs', 'all.txt'), 'utf8');
      expect(log.match(/^\d{4}-\d\d-\d\dT[\d:.]+Z finished$/gm)).toHaveLength(2);
      const both = await runProgram([...args, '--json', '--json-lines'], { cwd });
      expect(both.code).toBe(2);
    }),
  180_000,
);

test(
  'a reader of --json-lines that stops reading does not stop the study',
  () =>
    inFolder(async (cwd) => {
      const args = [program, 'search', ...small, '--budget', '3s', '--go-on', '--name', 'unread', '--json-lines'];
      const child = spawn(process.execPath, args, { cwd, stdio: ['ignore', 'pipe', 'ignore'] });
      const ended = new Promise((resolve) => child.on('exit', resolve));
      try {
        for (let state = 'running'; state === 'running'; ) {
          await delay(2000);
          const there = existsSync(join(cwd, 'cache', 'scattershot.db')) ? await studies(cwd) : [];
          state = there[0]?.status ?? 'running';
          if (state !== 'running') expect(state).toBe('finished');
        }
        child.stdout.resume();
        expect(await ended).toBe(0);
      } finally {
        child.kill('SIGKILL');
      }
    }),
  180_000,
);
