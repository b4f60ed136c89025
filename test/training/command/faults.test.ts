import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { ScattershotError, unwrap } from '../../../src/base/failure.ts';
import { processExists } from '../../../src/base/process-exists.ts';
import { type CommandOptions, createCommandTrainer } from '../../../src/training/command/index.ts';
import { trainingSettings } from '../../../src/training/settings.ts';
import type { Trainer, TrainingEvent, TrainingJob } from '../../../src/training/trainer.ts';
import { someDataset, someJob } from '../samples.ts';
import { fixtureCommand } from './fixture-command.ts';

const dataset = someDataset({ features: 8, classes: 4, examples: { train: 40, validation: 20, test: 20 } });
const settings = trainingSettings({ epochs: 2, batchSize: 20, learningRate: 0.01 });
const sizes = { layers: [8, 12, 4], fanOuts: [3, 2] };
const jobs = (...seeds: readonly number[]): TrainingJob[] =>
  seeds.map((seed) => someJob({ ...sizes, id: `job ${seed}`, seed }));

let folder: string;
let trainer: Trainer | null = null;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'scattershot-test-'));
  // Files of trainers that other tests run stand elsewhere.
  vi.stubEnv('TMPDIR', folder);
});
afterEach(async () => {
  await trainer?.close();
  trainer = null;
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true });
});

async function start(fault: readonly [string, string?], options: Partial<CommandOptions> = {}): Promise<Trainer> {
  const limits = { endSeconds: 0.5, cancelSeconds: 0.3 };
  trainer = unwrap(await createCommandTrainer({ command: fixtureCommand(...fault), ...limits, ...options }));
  return trainer;
}

interface Trained {
  readonly events: readonly TrainingEvent[];
  readonly thrown: unknown;
}

async function train(
  on: Trainer,
  open: readonly TrainingJob[],
  signal = new AbortController().signal,
): Promise<Trained> {
  const events: TrainingEvent[] = [];
  try {
    for await (const event of on.train(open, dataset, settings, signal)) events.push(event);
  } catch (thrown) {
    return { events, thrown };
  }
  return { events, thrown: null };
}

const results = ({ events }: Trained) =>
  new Map(events.flatMap((event) => (event.kind === 'result' ? [[event.job, event] as const] : [])));
const kinds = ({ events }: Trained) => events.map(({ kind }) => kind);

describe('a trainer that does not start', () => {
  test.each([
    ['print-first', /no message of the protocol \(it is not JSON\): loading the model$/],
    ['other-protocol', /speaks version 2 of the protocol, and this program 1/],
    ['nameless', /\(name: .*\): \{"type":"hello"/],
    ['exit-before-hello', /ended with status 3 before it said hello; its last words: .*No module named torch$/],
  ])('%s is told with what it wrote', async (fault, message) => {
    const outcome = await createCommandTrainer({ command: fixtureCommand(fault) });
    expect(outcome).toMatchObject({ ok: false, reason: 'trainer-failed', message: expect.stringMatching(message) });
  });

  test('one that says no hello is given up after its time', async () => {
    const outcome = await createCommandTrainer({ command: fixtureCommand('no-hello'), helloSeconds: 0.5 });
    expect(outcome).toMatchObject({ ok: false, message: 'the trainer said no hello within 0.5 s' });
  });

  test('a program that is not there is named', async () => {
    const outcome = await createCommandTrainer({ command: 'no-such-program-anywhere train.py' });
    expect(outcome).toMatchObject({ reason: 'no-trainer', message: expect.stringMatching(/no-such-program-anywhere/) });
  });

  test('leaves no file behind', async () => {
    await createCommandTrainer({ command: fixtureCommand('print-first') });
    expect(readdirSync(folder)).toEqual([]);
  });
});

describe('a trainer that breaks the protocol', () => {
  test.each([
    ['print', /\(it is not JSON\): now training 1$/],
    ['nan', /\(JSON has no NaN and no Infinity; say null\): \{"type":"epoch".*NaN\}$/],
    ['unknown-job', /\(it has no job "nobody"\): /],
    ['unknown-type', /\(no message has the type "progress"\): /],
    ['epoch-order', /\(epoch 1 of this job was to come\): /],
    ['epoch-beyond', /\(this job has 2 epochs\): /],
    ['percent', /\(accuracy: .*\): /],
    ['no-accuracy', /\(.*a finished result needs "testAccuracy"\): /],
    ['no-reason', /\(.*a failed result needs "reason"\): /],
    ['endless-line', /\(it is longer than 1 MiB\): x+ \[\.\.\. shortened/],
  ])('%s ends the training with its line quoted; the job that ran is told as failed', async (fault, message) => {
    const trained = await train(await start([fault]), jobs(1, 2));
    expect(trained.thrown).toBeInstanceOf(ScattershotError);
    expect(trained.thrown).toMatchObject({ reason: 'trainer-fault', message: expect.stringMatching(message) });
    expect(results(trained).get('job 1')).toMatchObject({ status: 'failed', reason: expect.stringMatching(message) });
  });

  test('what it says of jobs that are over is no fault: a cancelled job may still end', async () => {
    const on = await start(['none']);
    const controller = new AbortController();
    const long = { ...settings, epochs: 1_000_000 };
    for await (const event of on.train(jobs(1), dataset, long, controller.signal)) {
      if (event.kind === 'epoch') controller.abort();
    }
    expect(results(await train(on, jobs(2))).get('job 2')!.status).toBe('finished');
  });
});

describe('a job', () => {
  test('that the trainer calls failed is failed with its reason, and the next one goes on', async () => {
    const on = await start(['out-of-memory']);
    const trained = await train(on, jobs(1, 2));
    expect(trained.thrown).toBeNull();
    for (const job of ['job 1', 'job 2']) {
      expect(results(trained).get(job)).toMatchObject({ status: 'failed', reason: 'CUDA out of memory' });
    }
  });

  test('that the trainer cancels by itself is failed', async () => {
    const trained = await train(await start(['cancels-itself']), jobs(1));
    expect(results(trained).get('job 1')).toMatchObject({
      status: 'failed',
      reason: 'the trainer cancelled it by itself',
    });
  });

  test('that the trainer calls diverged has its reason', async () => {
    const on = await start(['says-diverged']);
    const wild = { ...settings, optimizer: 'sgd' as const, learningRate: 1e36 };
    const events: TrainingEvent[] = [];
    for await (const event of on.train(jobs(1), dataset, wild, new AbortController().signal)) events.push(event);
    expect(events.at(-1)).toMatchObject({ status: 'diverged', reason: 'the loss is gone', testAccuracy: null });
  });

  test('of a trainer that tells no epochs has its last one', async () => {
    const trained = await train(await start(['no-epochs']), jobs(1));
    expect(kinds(trained)).toEqual(['started', 'epoch', 'result']);
    const [, epoch, result] = trained.events;
    expect(epoch).toMatchObject({ epoch: 2, loss: Number.NaN, validationAccuracy: expect.any(Number) });
    expect(result).toMatchObject({ status: 'finished', bestEpoch: { epoch: 2 } });
  });

  test('may be measured by another score, of which less is better', async () => {
    const on = await start(['error-score']);
    const score = { name: 'error', unit: '%', better: 'lower' };
    expect(on.runsOn.score).toEqual(score);
    const trained = await train(on, jobs(1));
    const validations = trained.events.flatMap((event) => (event.kind === 'epoch' ? [event.validationAccuracy] : []));
    const result = results(trained).get('job 1')!;
    expect(result).toMatchObject({ status: 'finished', score });
    expect(result.testAccuracy).toBeGreaterThan(1);
    expect(result.bestEpoch!.validationAccuracy).toBe(Math.min(...validations));
  });
});

describe('a trainer that is lost', () => {
  test('has its job begun once more in a fresh one', async () => {
    const heard: string[] = [];
    const onTrainerOutput = (line: string) => heard.push(line);
    const on = await start(['exit-once', join(folder, 'exited')], { onTrainerOutput });
    const trained = await train(on, jobs(1, 2));
    expect(kinds(trained)).toEqual([
      'started',
      'started',
      'epoch',
      'epoch',
      'result',
      'started',
      'epoch',
      'epoch',
      'result',
    ]);
    expect([...results(trained).values()].map(({ status }) => status)).toEqual(['finished', 'finished']);
    expect(heard).toEqual(['Segmentation fault']);
  });

  test('twice by the same job fails it with its last words', async () => {
    const trained = await train(await start(['exit']), jobs(1));
    expect(trained.thrown).toBeNull();
    expect(results(trained).get('job 1')).toMatchObject({
      status: 'failed',
      reason: 'the trainer ended with status 7 while it had 1 job; its last words: out of luck',
    });
  });

  test('three times before any job ends is given up', async () => {
    const trained = await train(await start(['exit']), jobs(1, 2, 3));
    expect(trained.thrown).toMatchObject({
      reason: 'trainer-lost',
      message: expect.stringMatching(/lost 3 times .*status 7/),
    });
  });

  test('fails only the job that is to blame, of several in flight', async () => {
    const trained = await train(await start(['two-exit-on-3']), jobs(1, 2, 3, 4));
    const statuses = [...results(trained)].map(([job, { status }]) => `${job} ${status}`).sort();
    expect(statuses).toEqual(['job 1 finished', 'job 2 finished', 'job 3 failed', 'job 4 finished']);
  });

  test('by its silence has its job begun once more', async () => {
    const on = await start(['silent-once', join(folder, 'silent')], { silenceSeconds: 2 });
    const trained = await train(on, jobs(1));
    expect(kinds(trained).filter((kind) => kind === 'started')).toHaveLength(2);
    expect(results(trained).get('job 1')!.status).toBe('finished');
  });

  test('by its silence twice fails its job', async () => {
    const trained = await train(await start(['silent'], { silenceSeconds: 0.5 }), jobs(1));
    expect(results(trained).get('job 1')).toMatchObject({
      status: 'failed',
      reason: 'the trainer was silent for 0.5 s while it had jobs',
    });
  });
});

test('waves of jobs that are trained together have equal layers, and say when they are whole', async () => {
  const file = join(folder, 'given');
  const on = await start(['together', file]);
  const other = someJob({ layers: [8, 16, 4], fanOuts: [4, 2], id: 'other', seed: 9 });
  const [first, second, third] = jobs(1, 2, 3);
  const trained = await train(on, [first, other, second, third]);
  expect([...results(trained).values()].every(({ status }) => status === 'finished')).toBe(true);
  const given = readFileSync(file, 'utf8')
    .trim()
    .split('\n')
    .map((line) => line.split(' ').slice(2).join(' '));
  expect(given).toEqual(['1 8-12-4 true', '2 8-12-4 false', '9 8-16-4 false', '3 8-12-4 false']);
});

test('a trainer whose files changed meanwhile does not go on, and the file is named', async () => {
  const model = join(folder, 'model.py');
  writeFileSync(model, 'one');
  const on = await start(['exit-once', join(folder, 'exited')], { trainerFiles: [model] });
  const events: TrainingEvent[] = [];
  const training = async () => {
    for await (const event of on.train(jobs(1), dataset, settings, new AbortController().signal)) {
      if (event.kind === 'started') writeFileSync(model, 'two');
      events.push(event);
    }
  };
  await expect(training()).rejects.toMatchObject({
    reason: 'trainer-changed',
    message: expect.stringMatching(/model\.py/),
  });
});

describe('stopping', () => {
  test('ends jobs of a trainer that does not listen within a second, and it is replaced', async () => {
    const on = await start(['deaf']);
    const long = { ...settings, epochs: 1000 };
    const controller = new AbortController();
    let abortedMs = 0;
    let endedMs = 0;
    const events: TrainingEvent[] = [];
    for await (const event of on.train(jobs(1, 2), dataset, long, controller.signal)) {
      events.push(event);
      if (event.kind === 'epoch') {
        controller.abort();
        abortedMs = performance.now();
      }
      endedMs = performance.now();
    }
    expect(results({ events, thrown: null }).get('job 1')).toMatchObject({ status: 'stopped' });
    expect(results({ events, thrown: null }).get('job 2')).toMatchObject({ status: 'stopped' });
    // 600 ms by its own clock; more is the machine's.
    expect(endedMs - abortedMs).toBeLessThan(5000);
    const again: TrainingEvent[] = [];
    const second = new AbortController();
    for await (const event of on.train(jobs(3), dataset, long, second.signal)) {
      again.push(event);
      if (event.kind === 'epoch') second.abort();
    }
    expect(again.slice(0, 2).map(({ kind }) => kind)).toEqual(['started', 'epoch']);
    expect(again.at(-1)).toMatchObject({ kind: 'result', job: 'job 3', status: 'stopped' });
  });

  test('kills a trainer that does not end, after a word', async () => {
    const file = join(folder, 'pid');
    await start(['stubborn', file]);
    await trainer?.close();
    const pid = Number(readFileSync(file, 'utf8'));
    await vi.waitFor(() => expect(processExists(pid)).toBe(false), { timeout: 30_000 });
  });

  test('takes what the trainer started with it', async () => {
    const file = join(folder, 'child');
    const on = await start(['child', file]);
    await train(on, jobs(1));
    const pid = Number(readFileSync(file, 'utf8'));
    expect(processExists(pid)).toBe(true);
    await on.close();
    await vi.waitFor(() => expect(processExists(pid)).toBe(false), { timeout: 30_000 });
  });

  test('leaves no file behind', async () => {
    const on = await start(['none']);
    await train(on, jobs(1));
    expect(readdirSync(folder)).toHaveLength(1);
    await on.close();
    expect(readdirSync(folder)).toEqual([]);
  });
});
