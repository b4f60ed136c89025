import { afterEach, expect, test } from 'vitest';
import { unwrap } from '../../src/base/failure.ts';
import type { Executor } from '../../src/queue/executor.ts';
import { blobDigest } from '../../src/queue/pieces.ts';
import type { StudyNotice } from '../../src/queue/wire.ts';
import { packEpochs } from '../../src/remote/packed-training.ts';
import { createQueueTrainer, QueueTrainer } from '../../src/remote/queue-trainer.ts';
import { trainingSettings } from '../../src/training/settings.ts';
import { createSparseTrainer } from '../../src/training/sparse/index.ts';
import type {
  SnapshotKeeper,
  Trainer,
  TrainingEvent,
  TrainingJob,
  TrainingResult,
} from '../../src/training/trainer.ts';
import { fixtureCommand } from '../training/command/fixture-command.ts';
import { someDataset, someJob } from '../training/samples.ts';
import { type Lab, trainingLab } from './lab.ts';
import { type Answer, answerJobs } from './raw-worker.ts';

const labs: Lab[] = [];
afterEach(async () => {
  for (const lab of labs.splice(0)) await lab.close();
});

const SPARSE = { engine: 'sparse', backend: 'wasm', device: 'the workers of the lab' } as const;

async function newLab(): Promise<{ lab: Lab; trainer: QueueTrainer }> {
  const lab = await trainingLab();
  labs.push(lab);
  return { lab, trainer: new QueueTrainer(lab.queue, SPARSE) };
}

const sizes = { layers: [8, 24, 4], fanOuts: [6, 2] };
const dataset = someDataset({ features: 8, classes: 4, examples: { train: 120, validation: 40, test: 40 } });
const quick = trainingSettings({ epochs: 2, batchSize: 32, learningRate: 0.01 });
const jobs = [1, 2, 3, 4, 5, 6].map((seed) => someJob({ ...sizes, id: `job ${seed}`, seed }, { wantWeights: true }));

async function eventsOf(events: AsyncIterable<TrainingEvent>): Promise<TrainingEvent[]> {
  const all: TrainingEvent[] = [];
  for await (const event of events) all.push(event);
  return all;
}

const never = () => new AbortController().signal;
const train = (trainer: Trainer, given: readonly TrainingJob[], settings = quick, keeper?: SnapshotKeeper) =>
  eventsOf(trainer.train(given, dataset, settings, never(), keeper));

const resultsOf = (events: readonly TrainingEvent[]) =>
  new Map(events.flatMap((event) => (event.kind === 'result' ? [[event.job, event] as const] : [])));

/** All that does not depend on where it was trained. */
const bits = ({ device: _, durationMs: __, samplesPerSecond: ___, ...rest }: TrainingResult) => rest;

async function here(given: readonly TrainingJob[], settings = quick) {
  const trainer = unwrap(await createSparseTrainer({ threads: 2 }));
  try {
    return await train(trainer, given, settings);
  } finally {
    await trainer.close();
  }
}

test('one worker and three give the same results and weights as this machine, bit for bit', async () => {
  const local = resultsOf(await here(jobs));
  for (const workers of [1, 3]) {
    const { lab, trainer } = await newLab();
    for (let worker = 0; worker < workers; worker++) await lab.startWorker({ threads: 1 });
    const results = resultsOf(await train(trainer, jobs));
    expect([...results.keys()].sort()).toEqual(jobs.map(({ id }) => id));
    for (const [id, result] of results) expect(bits(result)).toEqual(bits(local.get(id)!));
    expect(lab.heard.filter(({ kind }) => kind === 'done')).toHaveLength(jobs.length);
    await trainer.close();
  }
});

/** A worker that hears of other needs than the study has. */
const misled = (change: (study: StudyNotice) => object) => ({
  executor: (own: Executor): Executor => ({
    open: (study, tools) => own.open({ ...study, ...change(study) } as StudyNotice, tools),
  }),
});

test('workers of another revision, version or without the trainer are refused once each, both sides named; another does the jobs', async () => {
  const { lab, trainer } = await newLab();
  const needsWith = (identity: object) => (study: StudyNotice) => {
    const needs = study.needs as { identity: object };
    return { needs: { ...needs, identity: { ...needs.identity, ...identity } } };
  };
  await lab.startWorker(misled(needsWith({ revision: 77 })));
  await lab.startWorker(misled(() => ({ version: '0.0.1-old' })));
  await lab.startWorker(misled(needsWith({ engine: 'command', backend: 'external', revision: 1 })));
  await lab.startWorker(misled(() => ({ needs: { engine: 'sparse' } })));
  const training = train(trainer, jobs.slice(0, 1));
  const refusals = () => lab.heard.flatMap((event) => (event.kind === 'refused' ? [event.why] : []));
  await expect.poll(() => refusals().length, { timeout: 20_000 }).toBe(4);
  expect(refusals().sort()).toEqual([
    expect.stringMatching(/^it runs Scattershot 0\.0\.1-old; this worker has \d/),
    'it trains by a trainer of its own (digest none); this worker was started without one',
    'it trains with sparse on wasm revision 77; this worker has revision 2',
    'what it needs cannot be read',
  ]);
  await lab.startWorker();
  expect(resultsOf(await training).get('job 1')).toMatchObject({ status: 'finished' });
});

test('a training whose worker is lost goes on elsewhere from its newest snapshot, to the same bits', async () => {
  const { lab, trainer } = await newLab();
  const long = trainingSettings({ ...quick, epochs: 4000 });
  const [job] = jobs;
  const lost = await lab.startWorker();
  const kept: Uint8Array[] = [];
  const keeper: SnapshotKeeper = {
    everyMs: 0,
    save: (_, snapshot) => void kept.push(snapshot),
    warn: (_, message) => expect.unreachable(message),
  };
  const training = train(trainer, [job], long, keeper);
  await expect.poll(() => kept.length, { timeout: 20_000, interval: 1 }).toBeGreaterThan(2);
  lost.kill();
  await lab.startWorker();
  const events = await training;
  const started = events.flatMap((event) => (event.kind === 'started' ? [event] : []));
  expect(started).toHaveLength(2);
  const { resumed } = started[1];
  // Three snapshots may have been made before its second epoch ended.
  expect(resumed!.epoch > 1 || resumed!.batches > 0).toBe(true);
  expect(resumed!.epochs).toHaveLength(resumed!.epoch - 1);
  const local = await here([job], long);
  expect(bits(resultsOf(events).get(job.id)!)).toEqual(bits(resultsOf(local).get(job.id)!));
  const second = events.slice(events.indexOf(started[1]));
  const told = second.flatMap((event) => (event.kind === 'epoch' ? [event.loss] : []));
  const all = local.flatMap((event) => (event.kind === 'epoch' ? [event.loss] : []));
  expect([...resumed!.epochs.map(({ loss }) => loss), ...told]).toEqual(all);
  expect(lab.heard).toContainEqual(expect.objectContaining({ kind: 'joined', host: 'lab-2' }));
});

test('a queue that nobody works on is told of, with the command that starts a worker', async () => {
  const { lab, trainer } = await newLab();
  const training = train(trainer, jobs.slice(0, 1));
  await expect.poll(() => lab.heard.map(({ kind }) => kind), { timeout: 20_000 }).toContain('trouble');
  expect(lab.heard[0]).toEqual({
    kind: 'trouble',
    message: expect.stringMatching(
      /^no worker has taken a job for \d+ s; start one with: scattershot worker --queue redis:\/\/lab$/,
    ),
  });
  await lab.startWorker();
  expect(resultsOf(await training).get('job 1')?.status).toBe('finished');
});

test('once no more are to begin, what nobody has begun is stopped, and what runs comes to its end', async () => {
  const { lab, trainer } = await newLab();
  await lab.startWorker({ threads: 1 });
  let more = true;
  const events: TrainingEvent[] = [];
  const settings = trainingSettings({ ...quick, epochs: 3000 });
  for await (const event of trainer.train(jobs, dataset, settings, never(), undefined, () => more)) {
    events.push(event);
    if (event.kind === 'started') more = false;
  }
  const statuses = [...resultsOf(events).values()].map(({ status }) => status).sort();
  expect(statuses).toHaveLength(jobs.length);
  expect(new Set(statuses)).toEqual(new Set(['finished', 'stopped']));
  expect(statuses.filter((status) => status === 'finished').length).toBeLessThan(jobs.length);
});

test('all end as stopped though the queue’s server does not answer', async () => {
  const { lab, trainer } = await newLab();
  await lab.startWorker();
  const abort = new AbortController();
  const settings = trainingSettings({ ...quick, epochs: 1_000_000 });
  const events: TrainingEvent[] = [];
  for await (const event of trainer.train(jobs, dataset, settings, abort.signal)) {
    events.push(event);
    if (event.kind !== 'epoch') continue;
    lab.server.stop();
    abort.abort();
  }
  lab.server.start();
  expect([...resultsOf(events).values()].map(({ status }) => status)).toEqual(jobs.map(() => 'stopped'));
});

test('what a keeper throws ends the training with it', async () => {
  const { lab, trainer } = await newLab();
  await lab.startWorker();
  const full = new Error('the disk is full');
  const keeper: SnapshotKeeper = { everyMs: 0, save: async () => Promise.reject(full), warn: () => {} };
  const settings = trainingSettings({ ...quick, epochs: 1_000_000 });
  await expect(train(trainer, jobs, settings, keeper)).rejects.toBe(full);
});

/** A result as a worker tells it, of nothing. */
const body = (change: object = {}) => ({
  ...{ run: '0123456789abcdef', score: null, device: 'cpu', resumed: null, status: 'failed', reason: 'no luck' },
  identity: { engine: 'sparse', backend: 'wasm', revision: 2, trainerDigest: null },
  epochs: { digest: 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855', sizeBytes: 0, inline: '' },
  ...{ testAccuracy: null, samplesPerSecond: 0, durationMs: 1, weights: null, workerLost: false },
  ...change,
});

async function answered(answer: Answer, progress: readonly unknown[] = []) {
  const { lab, trainer } = await newLab();
  const training = train(trainer, jobs.slice(0, 1));
  const consumer = await answerJobs(lab, answer, { progress });
  const events = await training;
  await consumer.close();
  return { lab, events, result: resultsOf(events).get('job 1')! };
}

test('a result that is sound is taken, its words cleaned', async () => {
  const { events, result, lab } = await answered(() => ({
    body: body({ reason: 'no\u001b[2Jluck', device: 'c\u0007pu' }),
  }));
  expect(result).toMatchObject({ status: 'failed', reason: 'no\\x1b[2Jluck', device: 'c\\x07pu', bestEpoch: null });
  expect(events.map(({ kind }) => kind)).toEqual(['started', 'result']);
  expect(lab.heard[0]).toMatchObject({ kind: 'joined', host: 'raw\\x1b[31m', device: 'dev\\x1b]0;x\\x07ice' });
});

const blob = (sizeBytes: number) => ({ digest: 'a'.repeat(64), sizeBytes });
const finished = { status: 'finished', reason: null, testAccuracy: 0.5 };
const packed = packEpochs([{ epoch: quick.epochs, loss: 1, accuracy: 0.5, validationAccuracy: 0.5 }]);
const lastEpoch = {
  ...{ digest: blobDigest(packed), sizeBytes: packed.length, inline: Buffer.from(packed).toString('base64') },
};
const hostile: readonly [string, Answer, RegExp][] = [
  ['no result', () => ({ body: { hello: 'world' } }), /it cannot be read/],
  ['nothing', () => ({}), /it cannot be read/],
  ['an accuracy of no number', () => ({ body: body({ ...finished, testAccuracy: 'NaN' }) }), /it cannot be read/],
  ['an accuracy above 1', () => ({ body: body({ ...finished, testAccuracy: 7 }) }), /its accuracy is 7/],
  ['a result without its epochs', () => ({ body: body(finished) }), /finished after epoch 0 of 2/],
  ['a gap in its epochs', () => ({ body: body({ ...finished, epochs: lastEpoch }) }), /epoch 2 is out of order/],
  ['another engine', () => ({ body: body({ identity: { ...body().identity, engine: 'tfjs' } }) }), /with tfjs on wasm/],
  ['another revision', () => ({ body: body({ identity: { ...body().identity, revision: 3 } }) }), /revision 3/],
  ['a terabyte of epochs', () => ({ body: body({ epochs: blob(2 ** 39) }) }), /its epochs take 549755813888 bytes/],
  ['weights of another size', () => ({ body: body({ weights: blob(12) }) }), /its weights take 12 bytes, expected 496/],
  ['a stop that nobody asked for', () => ({ body: body({ status: 'stopped' }) }), /nobody here stopped it/],
  [
    'an unknown snapshot',
    () => ({ body: body({ resumed: { epoch: 2, batches: 0 } }) }),
    /a snapshot that is not known/,
  ],
  ['a fault of its own', () => ({ body: { fault: 'no \u001b[1mmemory' } }), /no \\x1b\[1mmemory/],
  ['a failure', () => ({ failure: { reason: 'job-failed', message: 'it broke' } }), /it broke/],
];

test.each(hostile)('%s three times is a failed training, with the reason', async (_, answer, reason) => {
  const { result } = await answered(answer);
  expect(result).toMatchObject({ status: 'failed', testAccuracy: null });
  expect(result.reason).toMatch(/^3 results were of no use, the last since /);
  expect(result.reason).toMatch(reason);
});

test('workers that have begun thousands of jobs are offered more', async () => {
  const { lab, trainer } = await newLab();
  const [job] = jobs;
  const many = Array.from({ length: 2600 }, (_, index) => ({ ...job, id: `job ${index}`, seed: index + 1 }));
  const training = train(trainer, many);
  let letEnd = () => {};
  const end = new Promise<void>((resolve) => {
    letEnd = resolve;
  });
  // None ends before all are begun.
  const answer: Answer = async (_, times) => {
    if (times === many.length) letEnd();
    await end;
    return { body: body() };
  };
  const consumer = await answerJobs(lab, answer, { atOnce: 5000 });
  expect(resultsOf(await training).size).toBe(many.length);
  await consumer.close();
});

test('after two results of no use a third that is sound counts', async () => {
  const { result } = await answered((_, times) => ({ body: times < 3 ? null : body() }));
  expect(result).toMatchObject({ status: 'failed', reason: 'no luck' });
});

test('a job that ended its workers is a failed training that may go on from its snapshot', async () => {
  const message = '3 workers ended while they did it';
  const { result } = await answered(() => ({ failure: { reason: 'poisoned', message } }));
  expect(result).toMatchObject({ status: 'failed', reason: message, workerLost: true });
});

test('progress that makes no sense is passed over', async () => {
  const epoch = { kind: 'epoch', epoch: 1, loss: 1, accuracy: 0.5, validationAccuracy: 0.5 };
  const progress = (change: object) => ({ run: '0123456789abcdef', from: 0, snapshot: null, warnings: [], ...change });
  const started = { kind: 'started', device: 'cpu', resumed: null };
  const { events } = await answered(
    () => ({ body: body() }),
    [
      'nonsense',
      progress({ events: [epoch] }),
      progress({ from: 3, events: [epoch] }),
      progress({ events: [{ ...started, resumed: { epoch: 9, batches: 1 } }, epoch] }),
      progress({ events: [started, { ...epoch, epoch: 3 }] }),
      progress({ from: 1, events: [{ ...epoch, accuracy: 2 }] }),
      progress({ from: 1, events: [{ ...epoch, loss: null }] }),
      progress({ from: 1, events: [], snapshot: { ...blob(4), inline: 'AAAAAA==' } }),
    ],
  );
  expect(events.map(({ kind }) => kind)).toEqual(['started', 'result']);
});

test('a trainer of the user’s own trains on workers that were started with the same one', async () => {
  const lab = await trainingLab();
  labs.push(lab);
  const command = fixtureCommand();
  const trainer = unwrap(await createQueueTrainer(lab.queue, { command }));
  expect(trainer.runsOn).toMatchObject({ engine: 'command', device: 'the workers of redis://lab' });
  expect(trainer.runsOn.trainerDigest).toMatch(/^[0-9a-f]{64}$/);
  await lab.startWorker({ trainer: { command: `${command} --other` } });
  const training = train(trainer, [someJob(sizes)]);
  await expect.poll(() => lab.heard.map(({ kind }) => kind), { timeout: 20_000 }).toContain('refused');
  expect(lab.heard.find(({ kind }) => kind === 'refused')).toMatchObject({
    why: expect.stringMatching(
      /^it trains by a trainer of digest [0-9a-f]{12}; this worker has one of digest [0-9a-f]{12}$/,
    ),
  });
  await lab.startWorker({ trainer: { command } });
  const result = resultsOf(await training).get('job')!;
  expect(result).toMatchObject({ engine: 'command', status: 'finished', trainerDigest: trainer.runsOn.trainerDigest });
});

test('an engine is planned without being started: a backend that this machine lacks is the workers’ affair', async () => {
  const lab = await trainingLab();
  labs.push(lab);
  const planned = async (options: object) => unwrap(await createQueueTrainer(lab.queue, options)).runsOn;
  const device = 'the workers of redis://lab';
  expect(await planned({ engine: 'sparse' })).toEqual({ engine: 'sparse', backend: 'wasm', device });
  expect(await planned({ engine: 'sparse', backend: 'webgpu' })).toMatchObject({ engine: 'sparse', backend: 'webgpu' });
  expect(await planned({ backend: 'tensorflow' })).toMatchObject({ engine: 'tfjs', backend: 'tensorflow' });
  await expect(createQueueTrainer(lab.queue, { engine: 'sparse', backend: 'cpu' })).rejects.toThrow(RangeError);
});

test('jobs that want their features are refused before anything is offered', async () => {
  const { trainer } = await newLab();
  const wants = [{ ...someJob(sizes), wantFeatures: true }];
  expect(() => trainer.train(wants, dataset, quick, never())).toThrow(RangeError);
});
