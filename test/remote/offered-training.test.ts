import { expect, test } from 'vitest';
import { realClock } from '../../src/queue/clock.ts';
import { MemoryServer } from '../../src/queue/memory-server.ts';
import { MemoryTransport } from '../../src/queue/memory-transport.ts';
import { blobDigest, Pieces } from '../../src/queue/pieces.ts';
import { OfferedTraining } from '../../src/remote/offered-training.ts';
import { trainingSettings } from '../../src/training/settings.ts';
import { encodeSnapshot, trainingKey } from '../../src/training/snapshot.ts';
import type { EpochResult, TrainingEvent } from '../../src/training/trainer.ts';
import { someJob } from '../training/samples.ts';

const EPOCHS = 30;
const RUNS_ON = { engine: 'sparse', backend: 'wasm', device: 'the lab' } as const;
const settings = trainingSettings({ epochs: EPOCHS, batchSize: 20, learningRate: 0.01 });
const job = someJob({ layers: [8, 24, 4], fanOuts: [6, 2] });
const key = trainingKey(job, 'data', settings, RUNS_ON);
const run = (number: number) => `${number}`.padStart(16, '0');

const epochsOf = (first: number, last: number): EpochResult[] =>
  Array.from({ length: last - first + 1 }, (_, index) => ({
    ...{ epoch: first + index, loss: 1 / (first + index), accuracy: 0.5, validationAccuracy: 0.25 },
  }));

/** A snapshot at the beginning of an epoch; those of later epochs take more bytes. */
const snapshotAt = (epoch: number): Uint8Array =>
  encodeSnapshot(key, {
    progress: { epoch, batches: 0, sums: { loss: 0, correct: 0 }, epochs: epochsOf(1, epoch - 1), elapsedMs: 1 },
    learner: { numbers: [1], arrays: [new Float32Array(4)] },
  });

function offered(room = 2 ** 20) {
  const server = new MemoryServer(realClock);
  const study = new Pieces(new MemoryTransport(server), realClock, 'study-s1');
  const free = { free: room };
  const keeper = { everyMs: 0, save: () => {}, warn: () => {} };
  const offering = {
    job,
    key,
    settings,
    runsOn: RUNS_ON,
    keeper,
    id: 'job',
    fail: (error: unknown) => expect.fail(`${error}`),
  };
  const training = new OfferedTraining(offering, study, free);
  const take = async (epoch: number) => {
    const bytes = snapshotAt(epoch);
    const inline = Buffer.from(bytes).toString('base64');
    training.takeSnapshot({ digest: blobDigest(bytes), sizeBytes: bytes.length, inline });
    await training.saved();
  };
  return { training, take };
}

/** What a run that went on from the beginning of that epoch, and came to the end, is taken for. */
const endOf = ({ told }: OfferedTraining, epoch: number) =>
  told.end(
    {
      ...{ run: run(2), score: null, device: 'cpu', resumed: { epoch, batches: 0 }, status: 'finished', reason: null },
      identity: { engine: 'sparse', backend: 'wasm', revision: 2, trainerDigest: null },
      epochs: { digest: 'a'.repeat(64), sizeBytes: 0 },
      ...{ testAccuracy: 0.5, samplesPerSecond: 1, durationMs: 1, weights: null, workerLost: false },
    },
    epochsOf(epoch, EPOCHS),
  );

const finished = { events: expect.arrayContaining([expect.objectContaining({ kind: 'result', status: 'finished' })]) };

test('a worker may go on from a snapshot that stays up for lack of room, however many newer ones there were', async () => {
  const { training, take } = offered(snapshotAt(2).length);
  for (let epoch = 2; epoch <= 20; epoch++) await take(epoch);
  expect(endOf(training, 2)).toEqual(finished);
  expect(endOf(training, 3)).toEqual({ fault: 'it went on from a snapshot that is not known here' });
});

test('where there is room, the newest few are known, which somebody may be going on from', async () => {
  const { training, take } = offered();
  for (let epoch = 2; epoch <= 20; epoch++) await take(epoch);
  expect(endOf(training, 2)).toEqual({ fault: 'it went on from a snapshot that is not known here' });
  for (const epoch of [15, 20]) expect(endOf(training, epoch)).toEqual(finished);
});

test('what a run goes on from is known until its end, however many snapshots it makes itself', async () => {
  const { training, take } = offered();
  await take(2);
  const started = { kind: 'started', device: 'cpu', resumed: { epoch: 2, batches: 0 } } as const;
  const told: TrainingEvent[] = training.told.progress({
    ...{ run: run(2), from: 0, events: [started], snapshot: null, warnings: [] },
  });
  expect(told).toMatchObject([{ kind: 'started', resumed: { epoch: 2 } }]);
  for (let epoch = 3; epoch <= 20; epoch++) await take(epoch);
  expect(endOf(training, 2)).toEqual(finished);
});
