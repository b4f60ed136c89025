/** A real validation, whole process against whole process: by the pool of this process on one and two threads, and by a queue's workers. */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startProgram } from '../../test/cli/lab.ts';
import { startRedis } from '../../test/queue/servers.ts';
import { summarize } from '../timing.ts';

const STUDY = [
  ...[
    'validate',
    '--layers',
    '64,1024,64',
    '--fan-out',
    '128,8',
    '--data',
    'morse:examples=500/50/50',
    '--epochs',
    '40',
  ],
  ...['--candidates', '16', '--twins', '0', '--seeds', '1', '--quiet'],
];

export interface SpeedUp {
  readonly name: string;
  readonly medianSeconds: number;
  /** of one thread's seconds to these */
  readonly speedUp: number;
}

/** Seconds of one study in a folder of its own. */
async function seconds(folder: string, more: readonly string[]): Promise<number> {
  const cwd = mkdtempSync(join(folder, 'study-'));
  const begun = performance.now();
  const { code, stderr } = await startProgram([...STUDY, ...more], { cwd }).ended;
  if (code !== 0) throw new Error(stderr);
  return (performance.now() - begun) / 1000;
}

/** @param runs of each, alternately */
export async function measureSpeedUp(runs: number): Promise<SpeedUp[]> {
  const folder = mkdtempSync(join(tmpdir(), 'scattershot-bench-'));
  const server = await startRedis();
  const workers = [1, 2].map((number) => {
    const cwd = join(folder, `worker-${number}`);
    mkdirSync(cwd);
    return startProgram(['worker', '--threads', '1', '--queue', server.url], { cwd });
  });
  const times: Record<string, number[]> = {};
  const note = async (name: string, more: readonly string[]) => {
    times[name] ??= [];
    times[name].push(await seconds(folder, more));
  };
  try {
    await Promise.all(workers.map(({ says }) => says(/takes work of/)));
    for (let run = 0; run < runs; run += 1) {
      await note('pool, 1 thread', ['--workers', '1']);
      await note('pool, 2 threads', ['--workers', '2']);
      await note('queue, 2 workers of 1 thread', ['--queue', server.url]);
    }
  } finally {
    for (const { child } of workers) child.kill('SIGKILL');
    await Promise.all(workers.map(({ ended }) => ended));
    await server.close();
    rmSync(folder, { recursive: true });
  }
  const medians = Object.entries(times).map(([name, all]) => ({ name, medianSeconds: summarize(all).medianMs }));
  return medians.map((one) => ({ ...one, speedUp: medians[0].medianSeconds / one.medianSeconds }));
}
