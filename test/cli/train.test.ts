import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { openDatabase } from '../../src/store/sqlite.ts';
import { inFolder, runProgram } from './program.ts';

const search = ['search', '--layers', '64,32,64', '--fan-out', '8,16', '--budget', '12', '--quiet'];
const quick = ['--data', 'morse:examples=20/5/5', '--epochs', '2', '--batch-size', '128'];

interface TrainReport {
  readonly engine: string;
  readonly backend: string;
  readonly samplesPerSecond: number;
  readonly runs: readonly { seed: number; testAccuracy: number; epochs: readonly Record<string, number>[] }[];
  readonly testAccuracy: number;
}

/** Evaluations as rows of the file itself, whatever the program says of them. */
function evaluationsIn(cwd: string): { candidate: number; seed: number; status: string; epochs: number }[] {
  const database = openDatabase(join(cwd, 'cache', 'scattershot.db'), { readonly: true });
  try {
    expect(database.pragma('integrity_check', { simple: true })).toBe('ok');
    const sql = `SELECT candidate, seed, status, (SELECT count(*) FROM epochs WHERE evaluation_id = evaluations.id) AS epochs
      FROM evaluations ORDER BY candidate, seed`;
    return database.prepare(sql).all() as ReturnType<typeof evaluationsIn>;
  } finally {
    database.close();
  }
}

test('train gives runs by seed and their mean, and never trains the same again', async () => {
  await inFolder(async (cwd) => {
    expect((await runProgram(search, { cwd })).code).toBe(0);
    const train = (seeds: string) =>
      runProgram(['train', '1', ...quick, '--seeds', seeds, '--json', '--backend', 'wasm', '--quiet'], { cwd });
    const first = await train('2');
    expect(first.code).toBe(0);
    const trained = JSON.parse(first.stdout) as TrainReport;
    expect(trained).toMatchObject({ engine: 'tfjs', backend: 'wasm' });
    expect(trained.samplesPerSecond).toBeGreaterThan(0);
    expect(trained.runs.map((run) => run.seed)).toEqual([1, 2]);
    expect(trained.runs.every((run) => run.epochs.length === 2)).toBe(true);
    expect(trained.testAccuracy).toBeCloseTo((trained.runs[0].testAccuracy + trained.runs[1].testAccuracy) / 2, 12);
    const more = JSON.parse((await train('3')).stdout) as TrainReport;
    expect(more.runs.slice(0, 2)).toEqual(trained.runs);
    expect(evaluationsIn(cwd).map(({ seed, status, epochs }) => `${seed} ${status} ${epochs}`)).toEqual([
      '1 finished 2',
      '2 finished 2',
      '3 finished 2',
    ]);
    const rows = JSON.parse((await runProgram(['leaderboard', '--json', '--filter', 'trained'], { cwd })).stdout);
    expect(rows).toHaveLength(1);
    expect(rows[0].accuracy.n).toBe(3);
    expect(rows[0].training).toEqual({
      dataset: 'morse:examples=20/5/5',
      epochs: 2,
      engine: 'tfjs',
      sharedFront: null,
    });
    const table = await runProgram(['leaderboard', '--plain'], { cwd });
    expect(table.stdout).toMatch(/^Accuracy: on morse:examples=20\/5\/5 after 2 epochs, by the tfjs engine\.$/m);
    const again = await runProgram(['train', '1', ...quick, '--seeds', '3', '--backend', 'wasm'], { cwd });
    expect(again.stdout).toMatch(/^Trained by tfjs on wasm .*\n3 of 3 runs were trained before$/m);
    expect(again.stderr).toMatch(/data: morse:examples=20\/5\/5, divided by 16, 3 decimals; 1280\/320\/320 examples/);
  });
});

test('a pattern file is trained as a study of its own, the same file as the same study', async () => {
  await inFolder(async (cwd) => {
    await runProgram(search, { cwd });
    await runProgram(['export', '1', '--output', 'one.npz', '--quiet'], { cwd });
    const train = () => runProgram(['train', 'one.npz', ...quick, '--json', '--backend', 'wasm', '--quiet'], { cwd });
    const first = await train();
    expect(first.code).toBe(0);
    const trained = JSON.parse(first.stdout);
    expect(trained.trainedBefore).toBe(0);
    expect(JSON.parse((await train()).stdout)).toEqual({ ...trained, trainedBefore: 1 });
    expect(trained.data).toEqual({
      ...{ name: 'morse:examples=20/5/5', normalisation: 'divided by 16, 3 decimals' },
      ...{ train: 1280, validation: 320, test: 320 },
    });
    const studies = JSON.parse((await runProgram(['studies', '--json'], { cwd })).stdout) as { study: string }[];
    expect(studies.filter(({ study }) => study.startsWith('file-'))).toHaveLength(1);
    const shaped = () =>
      runProgram(['train', 'one.npz', ...quick, '--shapes', '8x8,32,8x8', '--backend', 'wasm', '--json', '--quiet'], {
        cwd,
      });
    expect(JSON.parse((await shaped()).stdout).study).toBe(JSON.parse((await shaped()).stdout).study);
    const all = JSON.parse((await runProgram(['studies', '--json'], { cwd })).stdout) as { study: string }[];
    expect(all.filter(({ study }) => study.startsWith('file-'))).toHaveLength(2);
  });
});

test('a training that diverges is told with its reason, and exits with 1', async () => {
  await inFolder(async (cwd) => {
    await runProgram(search, { cwd });
    const run = await runProgram(
      [
        'train',
        '1',
        ...quick,
        '--optimizer',
        'sgd',
        '--learning-rate',
        '1e30',
        '--backend',
        'wasm',
        '--json',
        '--quiet',
      ],
      { cwd },
    );
    expect(run.code).toBe(1);
    const { runs, testAccuracy } = JSON.parse(run.stdout);
    expect(testAccuracy).toBeNull();
    expect(runs[0]).toMatchObject({ status: 'diverged', testAccuracy: null });
    expect(runs[0].reason).toMatch(/loss|finite/);
    const ranked = JSON.parse((await runProgram(['leaderboard', '--json', '--filter', 'trained'], { cwd })).stdout);
    expect(ranked).toEqual([]);
  });
});

test('killed while it trains, the database opens, holds every finished evaluation, and counts none twice', async () => {
  await inFolder(async (cwd) => {
    await runProgram(search, { cwd });
    const args = [
      'train',
      '1',
      '--data',
      'morse:examples=60/5/5',
      '--epochs',
      '2',
      '--seeds',
      '6',
      '--backend',
      'wasm',
    ];
    const told = new Set<string>();
    let run = await runProgram(args, { cwd, onStart: (child) => void delay(2000).then(() => child.kill('SIGKILL')) });
    for (let wait = 2500; ; wait += 700) {
      for (const [, seed] of run.stderr.matchAll(/trained #1 seed (\d+)/g)) told.add(seed);
      const finished = evaluationsIn(cwd).filter(({ status }) => status === 'finished');
      for (const seed of told) expect(finished.filter((row) => String(row.seed) === seed)).toHaveLength(1);
      expect(finished.every(({ epochs }) => epochs === 2)).toBe(true);
      if (run.signal !== 'SIGKILL') break;
      run = await runProgram(args, { cwd, onStart: (child) => void delay(wait).then(() => child.kill('SIGKILL')) });
    }
    expect(run.code).toBe(0);
    expect(told.size).toBeGreaterThan(0);
    const rows = evaluationsIn(cwd);
    expect(rows.map(({ seed, status }) => `${seed} ${status}`)).toEqual(
      [1, 2, 3, 4, 5, 6].map((seed) => `${seed} finished`),
    );
  });
});

/** A pattern of 64-64 with one connection each. */
function writeRing(cwd: string): void {
  const junctions = [Array.from({ length: 64 }, (_, n) => [n])];
  const pattern = { format: 'scattershot/pattern', version: 1, layers: [64, 64], junctions };
  writeFileSync(join(cwd, 'ring.json'), JSON.stringify(pattern));
}

test.each([
  ['--engine sparse --backend cpu', /sparse engine runs on the backends wasm and webgpu; got cpu/],
  ['--engine tfjs --fast-math', /fast math belongs to the sparse engine; got the engine tfjs/],
  ['--engine sparse --front mnist-conv', /connected layers only; got the front mnist-conv/],
  ['--momentum 0.9', /momentum belongs to the optimizer sgd/],
  ['--seed 9007199254740991 --seeds 2', /leaves no room for 2 seeds/],
])('%s is refused before data are generated or a study is stored', async (typed, message) => {
  await inFolder(async (cwd) => {
    writeRing(cwd);
    const run = await runProgram(['train', 'ring.json', ...quick, ...typed.split(' ')], { cwd });
    expect(run).toMatchObject({ code: 2, stdout: '' });
    expect(run.stderr).toMatch(message);
    expect(existsSync(join(cwd, 'cache', 'datasets'))).toBe(false);
    const studies = await runProgram(['studies', '--json'], { cwd });
    expect(studies.stdout).not.toMatch(/file-/);
  });
});

test('data that does not fit the network is refused before anything is made of it', async () => {
  await inFolder(async (cwd) => {
    const junctions = [[[0], [1]]];
    writeFileSync(
      join(cwd, 'tiny.json'),
      JSON.stringify({ format: 'scattershot/pattern', version: 1, layers: [2, 2], junctions }),
    );
    const run = await runProgram(['train', 'tiny.json', ...quick, '--backend', 'wasm', '--quiet'], { cwd });
    expect(run.stdout).toBe('');
    expect(run.code).toBe(2);
    expect(run.stderr).toMatch(/64 features; the network must have at least as many inputs, got 2/);
    expect(existsSync(join(cwd, 'cache', 'datasets'))).toBe(false);
    expect(run.stderr).not.toMatch(/\n\s+at /);
  });
});

test('a study’s name alone trains its best candidate, a lone number one of the newest study', async () => {
  await inFolder(async (cwd) => {
    await runProgram([...search, '--name', 'older'], { cwd });
    await runProgram([...search, '--name', 'newer', '--seed', '2'], { cwd });
    const trained = async (name: string) => {
      const run = await runProgram(['train', name, ...quick, '--json', '--quiet'], { cwd });
      return JSON.parse(run.stdout) as { study: string; candidate: number; finished: number; diverged: number };
    };
    const [best] = JSON.parse((await runProgram(['leaderboard', 'older', '--json'], { cwd })).stdout);
    expect(await trained('older')).toMatchObject({
      study: 'older',
      candidate: best.candidate,
      finished: 1,
      diverged: 0,
    });
    const [other] = JSON.parse((await runProgram(['leaderboard', 'newer', '--json'], { cwd })).stdout);
    expect(await trained(String(other.candidate))).toMatchObject({ study: 'newer', candidate: other.candidate });
    expect(await trained('best')).toMatchObject({ study: 'newer', candidate: other.candidate });
    const none = await runProgram(['train', 'demo-1', ...quick], { cwd });
    expect([none.code, none.stdout, none.stderr]).toEqual([
      1,
      '',
      expect.stringContaining('there is no study "demo-1"'),
    ]);
  });
});
