import type { ChildProcess } from 'node:child_process';
import { setTimeout as delay } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { Random } from '../../src/base/random.ts';
import { inFolder, type Run, runProgram } from './program.ts';

/** Kills of all studies together. */
const KILLS = process.env.SCATTERSHOT_TESTS === 'full' ? 200 : 60;
/** A process lives up to so long after its first word, or, one in four, after its start. */
const LONGEST_WORK_MS = 250;
const LONGEST_START_MS = 500;
/** Studies at a time, all in one database. */
const LINES = 2;

/** Most are killed, as by a power cut; some are asked to stop, in ways that a user has. */
const signals = ['SIGKILL', 'SIGKILL', 'SIGKILL', 'SIGTERM', 'SIGINT'] as const;

const nets = [
  ['--layers', '32,64,16', '--fan-out', '16,4'],
  ['--layers', '32,16,16,8', '--fan-out', '2,4,2', '--spans', 'all'],
  ['--layers', '24,18', '--fan-out', '9', '--metric', 'fair-share'],
  ['--layers', '64,16,4', '--fan-out', '4,2', '--shapes', '8x8,16,4', '--top', '4'],
];

interface Row {
  readonly createdAt: string;
}

async function leaderboard(cwd: string, study: string): Promise<Omit<Row, 'createdAt'>[]> {
  const run = await runProgram(['leaderboard', study, '--json'], { cwd });
  expect(run.stderr).toBe('');
  return (JSON.parse(run.stdout) as Row[]).map(({ createdAt: _, ...row }) => row);
}

/** What kills a process: when and how. */
function killer(random: Random): (child: ChildProcess) => void {
  const signal = signals[random.below(signals.length)];
  const early = random.below(4) === 0;
  const wait = random.below(early ? LONGEST_START_MS : LONGEST_WORK_MS);
  const kill = (child: ChildProcess) => void delay(wait).then(() => child.kill(signal));
  if (early) return kill;
  return (child) => child.stderr?.once('data', () => kill(child));
}

async function known(cwd: string, study: string): Promise<boolean> {
  const run = await runProgram(['studies', '--json'], { cwd });
  // A first process may die before it has made the file.
  return run.code === 0 && (JSON.parse(run.stdout) as { study: string }[]).some((row) => row.study === study);
}

/** Kills that came before the end of their process. */
class Kills {
  count = 0;
  readonly wanted = () => this.count < KILLS;
}

const wasStopped = ({ code, signal }: Run) => signal !== null || code === 130 || code === 143;

/** Runs a study to its end, each of its processes killed as long as `wanted` says so. */
async function runKilled(cwd: string, name: string, begin: string[], random: Random, kills: Kills): Promise<void> {
  for (let started = false; ; ) {
    started ||= await known(cwd, name);
    const args = started ? ['search', '--resume', name] : [...begin, '--name', name];
    const run = await runProgram(args, { cwd, ...(kills.wanted() ? { onStart: killer(random) } : {}) });
    if (wasStopped(run)) kills.count++;
    else {
      expect(run, run.stderr).toMatchObject({ code: 0 });
      return;
    }
  }
}

test('studies that are killed dozens of times at random instants, two at a time in one database, end as if nothing had happened', async () => {
  await inFolder(async (cwd) => {
    const random = Random.fromSeed(2024);
    const kills = new Kills();
    let next = 0;
    const line = async () => {
      while (kills.wanted()) {
        const number = next++;
        const own = random.fork(number);
        const begin = ['search', ...nets[number % nets.length], '--budget', '600', '--seed', String(number)];
        await runKilled(cwd, `cut-${number}`, begin, own, kills);
        // The same on another number of threads, never stopped.
        const whole = [...begin, '--name', `whole-${number}`, '--workers', '1', '--quiet'];
        expect((await runProgram(whole, { cwd })).code).toBe(0);
        const rows = await leaderboard(cwd, `cut-${number}`);
        expect(rows.length).toBeGreaterThan(3);
        expect(rows).toEqual(await leaderboard(cwd, `whole-${number}`));
      }
    };
    await Promise.all(Array.from({ length: LINES }, line));
    expect(kills.count).toBeGreaterThanOrEqual(KILLS);
    console.info(`${kills.count} kills over ${next} studies`);
  });
}, 600_000);
