import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { describe, expect, onTestFinished, test } from 'vitest';
import { unwrap } from '../../src/base/failure.ts';
import { LEASE_MS } from '../../src/queue/transport.ts';
import { openStore } from '../../src/store/index.ts';
import { type Running, startProgram, succeeded } from '../cli/lab.ts';
import { inFolder, runProgram } from '../cli/program.ts';
import { installed, startPostgres, startRedis, type TestServer } from '../queue/servers.ts';

// One study on worker processes of the built program, over a server of the test's own, with faults of all three: afterwards its history
// is that of a study on one machine, bit for bit, and every training stands in it once.

const FULL = process.env.SCATTERSHOT_TESTS === 'full';
const WORKERS = FULL ? 5 : 2;
const TIMEOUT_MS = FULL ? 3_600_000 : 600_000;
const STUDY = [
  ...['--layers', '64,64,64', '--fan-out', '8,8', '--data', 'morse:examples=40/8/8', '--epochs', FULL ? '12' : '4'],
  ...(FULL
    ? ['--candidates', '32', '--twins', '4', '--seeds', '4']
    : ['--candidates', '16', '--twins', '2', '--seeds', '1']),
];

interface Fault {
  /** trainings that have ended before it comes */
  readonly after: number;
  readonly act: (lab: QueueLab) => Promise<void> | void;
}

/** Workers and a study, each a process; whoever is killed is started again. */
class QueueLab {
  readonly server: TestServer;
  readonly #cwd: string;
  readonly #workers: Running[] = [];
  #started = 0;
  #study: Running | null = null;
  #done = 0;

  constructor(server: TestServer, cwd: string) {
    this.server = server;
    this.#cwd = cwd;
    for (let worker = 0; worker < WORKERS; worker += 1) this.startWorker();
  }

  startWorker(): void {
    this.#started += 1;
    const cwd = join(this.#cwd, `worker-${this.#started}`);
    mkdirSync(cwd);
    this.#workers.push(startProgram(['worker', '--threads', '1', '--queue', this.server.url], { cwd }));
  }

  /** The longest there. */
  killWorker(): void {
    this.#workers.shift()?.child.kill('SIGKILL');
    this.startWorker();
  }

  async haltWorker(ms: number): Promise<void> {
    const child = this.#workers.at(-1)?.child;
    child?.kill('SIGSTOP');
    await new Promise((resolve) => setTimeout(resolve, ms));
    child?.kill('SIGCONT');
  }

  killStudy(): void {
    this.#study?.child.kill('SIGKILL');
  }

  async killServer(): Promise<void> {
    await this.server.kill();
    await this.server.restart();
  }

  async forget(): Promise<void> {
    const client = new Redis(this.server.url);
    await client.flushall();
    client.disconnect();
  }

  /** Runs the study to its end, gone on with where it was killed. @returns how often that was */
  async run(cwd: string, faults: readonly Fault[]): Promise<number> {
    const coming = [...faults];
    const under: Promise<void>[] = [];
    const more = ['--json-lines', '--queue', this.server.url];
    for (let kills = 0; ; kills += 1) {
      const begin = kills === 0 ? [...STUDY, '--name', 'far'] : ['--resume', 'far'];
      const study = startProgram(['validate', ...begin, ...more], { cwd });
      this.#study = study;
      const before = this.#done;
      study.child.stdout?.on('data', () => {
        this.#done = before + study.stdout.split('"kind":"done"').length - 1;
        while (coming.length > 0 && coming[0].after <= this.#done) {
          under.push(Promise.resolve(coming.shift()?.act(this)));
        }
      });
      const ended = await study.ended;
      if (ended.signal === 'SIGKILL') continue;
      succeeded(ended);
      await Promise.all(under);
      expect(coming).toEqual([]);
      return kills;
    }
  }

  async end(): Promise<void> {
    const all = [...this.#workers, ...(this.#study === null ? [] : [this.#study])];
    for (const { child } of all) child.kill('SIGKILL');
    await Promise.all(all.map(({ ended }) => ended));
  }
}

/** All that decides a study's answer: its board, and each training with its epochs, but for when, where and how fast. */
async function history(cwd: string) {
  const board = JSON.parse(succeeded(await runProgram(['leaderboard', '--json'], { cwd })).stdout);
  const store = unwrap(openStore(join(cwd, 'cache', 'scattershot.db'), { mode: 'read' }));
  try {
    const trainings = store.evaluations(1).map(({ candidate, seed, status, testAccuracy, epochs }) => ({
      ...{ candidate, seed, status, testAccuracy, epochs },
    }));
    return { board: board.map(({ createdAt: _, ...row }: { readonly createdAt: string }) => row), trainings };
  } finally {
    store.close();
  }
}

const key = ({ candidate, seed }: { readonly candidate: number; readonly seed: number }) => `${candidate} ${seed}`;

function faultsOn(name: string, there: boolean, start: () => Promise<TestServer>, faults: readonly Fault[]) {
  test.skipIf(!there)(`a validation over ${name} comes out as on one machine`, { timeout: TIMEOUT_MS }, async () => {
    await inFolder(async (cwd) => {
      const [alone, home] = [join(cwd, 'alone'), join(cwd, 'home')];
      for (const folder of [alone, home]) mkdirSync(folder);
      succeeded(await runProgram(['validate', ...STUDY, '--name', 'far'], { cwd: alone }));
      const server = await start();
      const lab = new QueueLab(server, cwd);
      const end = async () => {
        await lab.end();
        await server.close();
      };
      // Also where the test runs out of time.
      onTestFinished(end);
      try {
        const kills = await lab.run(home, faults);
        const [expected, got] = [await history(alone), await history(home)];
        if (FULL) console.log(name, JSON.stringify({ trainings: got.trainings.length, faults: faults.length, kills }));
        expect(new Set(got.trainings.map(key)).size).toBe(got.trainings.length);
        expect(got).toEqual(expected);
      } finally {
        await end();
      }
    });
  });
}

const killWorker = (after: number): Fault => ({ after, act: (lab) => lab.killWorker() });
const killStudy = (after: number): Fault => ({ after, act: (lab) => lab.killStudy() });
const killServer = (after: number): Fault => ({ after, act: (lab) => lab.killServer() });
const halt = (after: number, ms: number): Fault => ({ after, act: (lab) => lab.haltWorker(ms) });
const forget = (after: number): Fault => ({ after, act: (lab) => lab.forget() });

const many = [
  ...[killWorker(5), halt(10, LEASE_MS + 5_000), killWorker(20), killStudy(30), killWorker(40), killServer(50)],
  ...[halt(60, 65_000), killStudy(70), killWorker(80), killServer(90), killStudy(100), killWorker(110)],
];

describe('over a queue (skipped where its server is not installed)', () => {
  if (FULL) {
    faultsOn('Redis', installed.redis, () => startRedis(), [...many, forget(115)]);
    faultsOn('PostgreSQL', installed.postgres, () => startPostgres(), many);
  } else faultsOn('Redis', installed.redis, () => startRedis(), [killWorker(3), killStudy(6)]);
});
