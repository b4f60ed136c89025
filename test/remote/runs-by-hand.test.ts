import { expect, test } from 'vitest';
import { queueOf, readToWorker, studyMailbox, workerMailbox } from '../../src/queue/wire.ts';
import { queueIslands } from '../../src/remote/queue-islands.ts';
import { QueueTrainer } from '../../src/remote/queue-trainer.ts';
import { trainingSettings } from '../../src/training/settings.ts';
import type { SnapshotKeeper, TrainingEvent } from '../../src/training/trainer.ts';
import { someDataset, someJob } from '../training/samples.ts';
import { FalseStudy, hostOf } from './false-study.ts';
import { labRequest } from './search-lab.ts';

/** A worker takes a job and dies, another begins it and goes on beyond the time when the first is taken for lost. @returns the job's id */
async function oneLostAnotherBegun(study: FalseStudy): Promise<string> {
  const ids: string[] = [];
  study.lab.take(queueOf(await study.token()), 1, ({ id }) => {
    ids.push(id);
    return new Promise(() => {});
  });
  await study.until(() => ids.length > 0, 1_000);
  const [job] = ids;
  await study.say({ kind: 'begun', job, run: 'r1', ...hostOf('w1') });
  await study.go(20_000);
  await study.say({ kind: 'begun', job, run: 'r2', ...hostOf('w2') });
  const isTold = () => study.heard.some(({ kind }) => kind === 'returned');
  for (let pulses = 0; pulses < 20 && !isTold(); pulses++) {
    await study.go(5_000);
    await study.say({ kind: 'pulse', doing: [{ job, run: 'r2' }], ...hostOf('w2') });
  }
  expect(study.heard.flatMap((event) => (event.kind === 'returned' ? [event.runner?.worker] : []))).toEqual(['w1']);
  return job;
}

const body = {
  ...{ run: '0123456789abcdef', score: null, device: 'cpu', resumed: null, status: 'failed', reason: 'no luck' },
  identity: { engine: 'sparse', backend: 'wasm', revision: 2, trainerDigest: null },
  epochs: { digest: 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855', sizeBytes: 0, inline: '' },
  ...{ testAccuracy: null, samplesPerSecond: 0, durationMs: 1, weights: null, workerLost: false },
};

test('a training that goes on elsewhere has begun: its snapshots are asked for there, and it comes to its end though no more may begin', async () => {
  const study = new FalseStudy();
  const trainer = new QueueTrainer(study.queue, { engine: 'sparse', backend: 'wasm', device: 'the lab' });
  const dataset = someDataset({ features: 8, classes: 4, examples: { train: 20, validation: 10, test: 10 } });
  const jobs = [someJob({ layers: [8, 24, 4], fanOuts: [6, 2] })];
  const keeper: SnapshotKeeper = { everyMs: 0, save: () => {}, warn: () => {} };
  let more = true;
  const events: TrainingEvent[] = [];
  const settings = trainingSettings({ epochs: 2, batchSize: 20, learningRate: 0.01 });
  const training = (async () => {
    const told = trainer.train(jobs, dataset, settings, new AbortController().signal, keeper, () => more);
    for await (const event of told) events.push(event);
  })();
  const job = await oneLostAnotherBegun(study);
  const asked: string[] = [];
  study.lab.receive(workerMailbox('w2'), async (text) => {
    const message = readToWorker(text);
    if (message?.kind === 'ask') asked.push(message.digest);
  });
  const snapshot = { digest: 'a'.repeat(64), sizeBytes: 100 };
  const progress = { run: body.run, from: 0, events: [], snapshot, warnings: [] };
  await study.say({ kind: 'progress', job, run: 'r2', number: 1, body: progress });
  await study.until(() => asked.length > 0, 1_000);
  expect(asked).toEqual([snapshot.digest]);
  await study.say({ kind: 'lacks', digest: snapshot.digest });
  more = false;
  await study.go(3_000);
  expect(events).toEqual([]);
  await study.say({ kind: 'done', job, run: 'r2', ...hostOf('w2'), failure: null, body });
  await study.until(() => events.length === 2, 1_000);
  await training;
  expect(events[1]).toMatchObject({ kind: 'result', status: 'failed', reason: 'no luck' });
});

/** A search with one step on offer. */
async function oneStep(study: FalseStudy) {
  const { problem, seed, order } = labRequest();
  const setup = { problem, seed, order, islands: [{ strategy: 'uniform-random' }] };
  const islands = queueIslands(study.queue, {})(setup, { threads: 1 });
  await islands.start();
  const step = islands.step({ island: 0, round: 1, state: null, elites: [], known: [], toBeat: null });
  step.catch(() => {});
  const leave = async () => {
    const left = islands.destroy();
    await study.go(3_000);
    await left;
  };
  return { islands, leave };
}

test('an island whose step goes on elsewhere is still busy with it', async () => {
  const study = new FalseStudy();
  const { islands, leave } = await oneStep(study);
  await oneLostAnotherBegun(study);
  expect(islands.islandsBusyFor(0)).toEqual([0]);
  await leave();
});

test('a step whose result is of no use is offered again once its worker has let go of it', async () => {
  const study = new FalseStudy();
  const { leave } = await oneStep(study);
  let taken = 0;
  study.lab.take(queueOf(await study.token()), 1, async ({ id }) => {
    taken += 1;
    const run = `r${taken}`;
    const done = { kind: 'done', job: id, run, ...hostOf('w1'), failure: null, body: null };
    await study.lab.send(studyMailbox(await study.token()), [JSON.stringify(done)]);
    await study.clock.sleep(500);
    return 'done';
  });
  await study.until(() => taken === 2, 10_000);
  await leave();
});
