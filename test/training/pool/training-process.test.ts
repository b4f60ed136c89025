import { afterEach, describe, expect, test } from 'vitest';
import { unwrap } from '../../../src/base/failure.ts';
import { PoolTrainer } from '../../../src/training/pool/pool-trainer.ts';
import { TrainingPool } from '../../../src/training/pool/training-pool.ts';
import { TrainingProcess } from '../../../src/training/pool/training-process.ts';
import { trainingSettings } from '../../../src/training/settings.ts';
import type { SnapshotKeeper, Trainer, TrainingEvent } from '../../../src/training/trainer.ts';
import { someDataset, someJob } from '../samples.ts';

const dataset = someDataset({ features: 8, classes: 4 });
const sizes = { layers: [8, 12, 4], fanOuts: [6, 2] };
const runsOn = { engine: 'tfjs', backend: 'cpu', device: 'test' } as const;

const trainers: Trainer[] = [];
afterEach(async () => {
  await Promise.all(trainers.splice(0).map((trainer) => trainer.close()));
});

const options = (worker: string) => ({
  ...({ backend: 'cpu', softwareAllowed: false, threads: 1, otherwise: '' } as const),
  workerUrl: new URL(worker, import.meta.url),
});
const tfjsWorker = '../../../src/training/tfjs/worker.ts';

function trainerOn(runner: TrainingPool | TrainingProcess): Trainer {
  const trainer = new PoolTrainer(runner, 1, runsOn, []);
  trainers.push(trainer);
  return trainer;
}

async function trainAll(trainer: Trainer, ids: readonly string[], keeper?: SnapshotKeeper) {
  const jobs = ids.map((id, index) => ({ ...someJob({ ...sizes, id, seed: index + 1 }), wantWeights: true }));
  const events: TrainingEvent[] = [];
  const settings = trainingSettings({ epochs: 2 });
  for await (const event of trainer.train(jobs, dataset, settings, new AbortController().signal, keeper)) {
    events.push(event);
  }
  return events;
}

/** What a training says, without its times. */
const bits = (events: readonly TrainingEvent[]) =>
  events.map((event) => (event.kind === 'result' ? { ...event, durationMs: 0, samplesPerSecond: 0 } : event));

describe('a process that trains', () => {
  test('gives the same events and weights as a thread, and its snapshots are stored', async () => {
    const saved: string[] = [];
    const keeper: SnapshotKeeper = { save: async (job) => void saved.push(job), warn: () => {} };
    const inThread = await trainAll(trainerOn(new TrainingPool(options(tfjsWorker))), ['a', 'b']);
    const inProcess = await trainAll(trainerOn(new TrainingProcess(options(tfjsWorker))), ['a', 'b'], keeper);
    expect(bits(inProcess)).toEqual(bits(inThread));
    expect(new Set(saved)).toEqual(new Set(['a', 'b']));
  });

  test('says how its backend started', async () => {
    const runner = new TrainingProcess(options(tfjsWorker));
    trainerOn(runner);
    expect(unwrap(await runner.start())).toMatchObject({ detail: 'plain JavaScript', gpu: false });
  });

  test.each(['exits', 'is killed'])(
    'that %s fails its job with a reason, and the next job gets another',
    async (how) => {
      const trainer = trainerOn(new TrainingProcess(options('./crashing-worker.ts')));
      const events = await trainAll(trainer, ['before', how, 'after']);
      const results = new Map(
        events.flatMap((event) => (event.kind === 'result' ? [[event.job, event] as const] : [])),
      );
      expect(results.size).toBe(3);
      expect(results.get(how)).toMatchObject({ status: 'failed', testAccuracy: null });
      expect(results.get(how)?.reason).toMatch(/was lost/);
      for (const id of ['before', 'after']) expect(results.get(id)?.status).toBe('finished');
    },
  );

  test('stops when it is asked to', async () => {
    const trainer = trainerOn(new TrainingProcess(options(tfjsWorker)));
    const controller = new AbortController();
    const statuses: string[] = [];
    const endless = trainingSettings({ epochs: 1_000_000 });
    const jobs = [someJob({ ...sizes, id: 'endless', seed: 1 })];
    for await (const event of trainer.train(jobs, dataset, endless, controller.signal)) {
      if (event.kind === 'epoch') controller.abort();
      if (event.kind === 'result') statuses.push(event.status);
    }
    expect(statuses).toEqual(['stopped']);
  });
});
