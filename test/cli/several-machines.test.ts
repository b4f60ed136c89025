import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { installed, startRedis, type TestServer } from '../queue/servers.ts';
import { type Running, shownOf, startProgram, succeeded } from './lab.ts';
import { inFolder, runProgram } from './program.ts';

// One study on several machines, as processes of the built program and a server of the test's own.

// Some of these take a minute where the machine has nothing else to do.
vi.setConfig({ testTimeout: 400_000 });

const PASSWORD = 'of-the-l/ab';
const SMALL = [
  ...['--layers', '64,64,64', '--fan-out', '8,8', '--data', 'morse:examples=8/4/8', '--epochs', '1'],
  ...['--candidates', '16', '--twins', '2', '--seeds', '1'],
];

/** All connections of 64-2048-64 on all of Morse: an epoch takes a minute. */
function writeDensePattern(folder: string): string {
  const junctions = [
    [64, 2048],
    [2048, 64],
  ].map(([left, right]) => Array.from({ length: right }, () => Array.from({ length: left }, (_, k) => k)));
  const pattern = { format: 'scattershot/pattern', version: 1, layers: [64, 2048, 64], junctions };
  writeFileSync(join(folder, 'dense.json'), JSON.stringify(pattern));
  return 'dense.json';
}

/** Every byte of every file below a folder, as text. */
const contents = (folder: string): string =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => join(folder, name))
    .filter((path) => statSync(path).isFile())
    .map((path) => readFileSync(path, 'latin1'))
    .join('\n');

const signal = (running: Running, name: NodeJS.Signals) => running.child.kill(name);

describe.skipIf(!installed.redis)('on several machines (skipped where Redis is not installed)', () => {
  let server: TestServer;
  let queue: string;
  beforeAll(async () => {
    server = await startRedis({ password: PASSWORD });
    queue = server.url.replace(`:${PASSWORD}@`, '');
  });
  afterAll(() => server.close());
  const environment = () => ({ SCATTERSHOT_QUEUE: queue, SCATTERSHOT_QUEUE_PASSWORD: PASSWORD });

  /** Runs in a folder with workers, each in a folder of its own, which are gone afterwards. */
  async function inLab(
    workers: readonly (readonly string[])[],
    work: (cwd: string, workers: readonly Running[]) => Promise<void>,
  ): Promise<void> {
    await inFolder(async (cwd) => {
      const started = workers.map((args, index) => {
        const own = join(cwd, `worker-${index}`);
        mkdirSync(own);
        return startProgram(['worker', '--threads', '1', ...args], { cwd: own, env: environment() });
      });
      try {
        await Promise.all(started.map(({ says }) => says(/takes work of|"kind":"ready"/)));
        await work(cwd, started);
      } finally {
        for (const { child } of started) child.kill('SIGKILL');
        await Promise.all(started.map(({ ended }) => ended));
      }
    });
  }

  /** The leaderboard, but for when its candidates were stored. */
  const board = async (cwd: string): Promise<unknown[]> =>
    JSON.parse(succeeded(await runProgram(['leaderboard', '--json'], { cwd })).stdout).map(
      ({ createdAt: _, ...row }: { readonly createdAt: string }) => row,
    );

  test('a validation on two workers has the board of one machine, bit for bit, and shows its hosts and no password', async () => {
    await inLab([[], []], async (cwd, workers) => {
      const alone = join(cwd, 'alone');
      const home = join(cwd, 'home');
      for (const folder of [alone, home]) mkdirSync(folder);
      succeeded(await runProgram(['validate', ...SMALL], { cwd: alone }));
      // typed, as one should not
      const study = startProgram(['validate', ...SMALL, '--plain', '--queue', server.url], { cwd: home });
      await study.says(/plan:/);
      for (const { pid } of [study, ...workers]) expect(shownOf(pid)).not.toContain(PASSWORD);
      expect(shownOf(study.pid)).toContain(`--queue\0${queue}`.replace('\0', ' '));
      const ended = succeeded(await study.ended);
      expect(await board(home)).toEqual(await board(alone));
      expect(ended.stderr).toMatch(/\] \S+ joined: /);
      expect(ended.stderr).toMatch(/\] hosts: \S+ did \d+ jobs; 0 jobs were returned\n.*\] finished\n/);
      expect(ended.stderr).toContain('The queue’s password stands in the command that was typed');
      for (const running of workers) expect(running.stderr).toMatch(/joins \S+ of/);
      const all = [ended.stdout, ended.stderr, ...workers.flatMap(({ stdout, stderr }) => [stdout, stderr])].join('\n');
      expect(all).not.toContain(PASSWORD);
      expect(contents(cwd)).not.toContain(PASSWORD);
      // What was begun with a queue needs none.
      expect(contents(join(home, 'cache'))).not.toContain(queue);
      succeeded(await runProgram(['validate', '--resume', '1'], { cwd: home }));
    });
  });

  test('a search by number finds on a worker what it finds here, tells its hosts as events, and goes on with or without a queue', async () => {
    const search = ['search', '--layers', '32,16,8', '--fan-out', '4,2', '--budget', '60', '--seed', '5'];
    await inLab([[]], async (cwd) => {
      const alone = join(cwd, 'alone');
      const home = join(cwd, 'home');
      for (const folder of [alone, home]) mkdirSync(folder);
      succeeded(await runProgram(search, { cwd: alone }));
      const env = environment();
      const run = succeeded(await runProgram([...search, '--json-lines', '--queue'], { cwd: home, env }));
      const events = run.stdout
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line));
      const heard = events.filter(({ kind }) => kind === 'host').map(({ event }) => event);
      expect(heard[0]).toMatchObject({ kind: 'joined', host: expect.any(String), device: expect.any(String) });
      expect(heard.filter(({ kind }) => kind === 'done').length).toBeGreaterThan(3);
      expect(events.every(({ kind, atMs }) => kind === 'result' || Number.isInteger(atMs))).toBe(true);
      expect(await board(home)).toEqual(await board(alone));
      const more = ['search', '--resume', '1', '--budget'];
      succeeded(await runProgram([...more, '90'], { cwd: home, env }));
      succeeded(await runProgram([...more, '120', '--queue'], { cwd: home, env }));
      succeeded(await runProgram([...more, '120'], { cwd: alone }));
      expect(await board(home)).toEqual(await board(alone));
    });
  });

  test('`workers` lists who works and what it has; a worker leaves after --idle, with 0', async () => {
    await inLab([['--json-lines', '--idle', '2s'], []], async (cwd, [leaving, staying]) => {
      const listed = async () =>
        JSON.parse(succeeded(await runProgram(['workers', '--json'], { cwd, env: environment() })).stdout);
      const pids = ({ workers }: { workers: readonly { pid: number }[] }) => workers.map(({ pid }) => pid);
      const before = await listed();
      expect(before).toMatchObject({ queue, studies: [] });
      expect(pids(before)).toEqual(expect.arrayContaining([staying.pid]));
      const last = succeeded(await leaving.ended)
        .stdout.trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line));
      expect(last[0]).toMatchObject({
        kind: 'ready',
        queue,
        pid: leaving.pid,
        engines: ['sparse', 'tfjs'],
        threads: 1,
      });
      expect(last.at(-1)).toMatchObject({ kind: 'result', result: { worker: last[0].worker, done: 0, returned: 0 } });
      // Those that earlier tests killed are listed a little longer.
      const after = await listed();
      expect(pids(after)).not.toContain(leaving.pid);
      expect(after.workers[pids(after).indexOf(staying.pid)]).toMatchObject({
        threads: 1,
        jobs: 0,
        done: 0,
        draining: false,
        backends: expect.any(Array),
      });
      const { stdout } = await runProgram(['workers'], { cwd, env: environment() });
      expect(stdout).toMatch(/^host +state .*\n(.*\n)*\S+ +idle +0 +0 /);
      expect(stdout).toContain('No study offers work.');
    });
  });

  test('Ctrl-C finishes a job, again gives it back; the study says so, and another worker goes on with it', async () => {
    await inLab([[]], async (cwd, [first]) => {
      const args = ['train', writeDensePattern(cwd), '--data', 'morse', '--epochs', '9', '--plain', '--queue'];
      const study = startProgram(args, { cwd, env: environment() });
      try {
        await first.says(/1 job running/);
        signal(first, 'SIGINT');
        await first.says(/finishing 1 job; Ctrl-C again gives them back/);
        const second = startProgram(['worker', '--threads', '1'], { cwd, env: environment() });
        try {
          await second.says(/joins \S+ of/);
          signal(first, 'SIGINT');
          const ended = await first.ended;
          expect(ended).toMatchObject({ code: 130, stdout: '' });
          expect(ended.stderr).toContain('giving back 1 job');
          expect(ended.stderr).toContain('The worker has left: 0 done, 1 given back.');
          await study.says(/a job was returned by \S+, and is done anew/);
          await second.says(/1 job running/);
          signal(study, 'SIGINT');
          const interrupted = await study.ended;
          expect(interrupted.code).toBe(130);
          expect(interrupted.stderr).toMatch(/Hosts: \S+ did 0 jobs; 1 job was returned/);
          await second.says(/0 jobs running/);
          signal(second, 'SIGTERM');
          expect((await second.ended).code).toBe(130);
        } finally {
          second.child.kill('SIGKILL');
        }
      } finally {
        study.child.kill('SIGKILL');
      }
    });
  });

  test('SIGTERM gives back what is not done within --grace', async () => {
    await inLab([['--grace', '1s']], async (cwd, [worker]) => {
      const args = ['train', writeDensePattern(cwd), '--data', 'morse', '--epochs', '9', '--queue'];
      const study = startProgram(args, { cwd, env: environment() });
      try {
        await worker.says(/1 job running/);
        signal(worker, 'SIGTERM');
        const ended = await worker.ended;
        expect(ended.code).toBe(130);
        expect(ended.stderr).toMatch(/finishing 1 job within 1 s; .*\n.*giving back 1 job/);
      } finally {
        study.child.kill('SIGKILL');
      }
    });
  });

  test('a worker that cannot do what a study needs is refused, and both say why', async () => {
    await inLab([[]], async (cwd, [worker]) => {
      succeeded(await runProgram(['trainer', 'init', 'node'], { cwd }));
      succeeded(await runProgram(['search', '--layers', '64,64,64', '--fan-out', '8,8', '--budget', '4'], { cwd }));
      const args = ['train', 'best', '--data', 'morse:examples=8/4/8', '--trainer', 'node trainer.mjs', '--plain'];
      const study = startProgram([...args, '--queue'], { cwd, env: environment() });
      try {
        const why = /it trains by a trainer of its own \(digest [0-9a-f]{12}\); this worker was started without one/;
        await study.says(new RegExp(`warning: \\S+ takes no work of this study: ${why.source}`));
        await worker.says(new RegExp(`warning: does not join .*: ${why.source}`));
      } finally {
        study.child.kill('SIGKILL');
      }
    });
  });

  test('--detach hands the queue on, and its password to no list of processes', async () => {
    await inLab([[]], async (cwd) => {
      const search = [
        'search',
        '--layers',
        '32,16,8',
        '--fan-out',
        '4,2',
        '--budget',
        '10m',
        '--go-on',
        '--name',
        'far',
      ];
      const run = succeeded(await runProgram([...search, '--detach', '--json', '--queue', server.url], { cwd }));
      const { pid, log } = JSON.parse(run.stdout);
      try {
        expect(shownOf(pid)).not.toContain(PASSWORD);
        await expect.poll(() => readFileSync(log, 'utf8'), { timeout: 60_000 }).toMatch(/ joined: /);
        succeeded(await runProgram(['stop', 'far'], { cwd }));
        expect(readFileSync(log, 'utf8')).toMatch(/hosts: \S+ did \d+ jobs/);
        expect(contents(cwd)).not.toContain(PASSWORD);
      } finally {
        try {
          process.kill(pid, 'SIGKILL');
        } catch {
          // It has ended, as it should.
        }
      }
    });
  });
});

test('a queue that cannot be reached is an error with a next step before anything is begun', async () => {
  await inFolder(async (cwd) => {
    const env = { SCATTERSHOT_QUEUE: 'redis://127.0.0.1:1', SCATTERSHOT_QUEUE_PASSWORD: PASSWORD };
    for (const args of [['worker'], ['workers'], ['search', '--net', 'morse', '--queue']]) {
      const run = await runProgram(args, { cwd, env });
      expect(run).toMatchObject({ code: 1, stdout: '' });
      expect(run.stderr).toBe(
        'scattershot: the queue redis://127.0.0.1:1 does not answer: connect ECONNREFUSED 127.0.0.1:1.\nSee that its server runs and can be reached from here.\n',
      );
    }
    const json = await runProgram(['demo', '--json', '--queue'], { cwd, env });
    expect(JSON.parse(json.stderr)).toMatchObject({ reason: 'queue-unreachable' });
    const { stdout } = await runProgram(['studies', '--json'], { cwd });
    expect(JSON.parse(stdout)).toEqual([]);
  });
});

test('SCATTERSHOT_QUEUE alone sends no study anywhere', async () => {
  await inFolder(async (cwd) => {
    const env = { SCATTERSHOT_QUEUE: 'redis://127.0.0.1:1' };
    const run = await runProgram(['search', '--net', 'morse', '--budget', '8', '--plain'], { cwd, env });
    expect(succeeded(run).stderr).not.toMatch(/queue|hosts/);
  });
});
