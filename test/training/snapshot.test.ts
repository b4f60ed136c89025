import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { KeepRequest, SnapshotMessage } from '../../src/training/pool/messages.ts';
import { SnapshotSender } from '../../src/training/pool/snapshot-sender.ts';
import { trainingSettings } from '../../src/training/settings.ts';
import {
  decodeSnapshot,
  encodeSnapshot,
  MOST_SNAPSHOT_BYTES,
  notResumable,
  placeOf,
  snapshotBytes,
  type TrainingSnapshot,
  trainingKey,
} from '../../src/training/snapshot.ts';
import { someDataset, someJob } from './samples.ts';
import { openNetwork } from './sparse/open.ts';

const finite = fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => value + 0);

const snapshots: fc.Arbitrary<TrainingSnapshot> = fc.record({
  progress: fc.record({
    epoch: fc.integer({ min: 1, max: 1e6 }),
    batches: fc.nat(),
    sums: fc.record({ loss: finite, correct: fc.nat() }),
    epochs: fc.array(
      fc.record({ epoch: fc.integer({ min: 1, max: 99 }), loss: finite, accuracy: finite, validationAccuracy: finite }),
      { maxLength: 3 },
    ),
    elapsedMs: fc.double({ min: 0, max: 1e12, noNaN: true }).map((value) => value + 0),
  }),
  learner: fc.record({
    numbers: fc.array(finite, { maxLength: 3 }),
    arrays: fc.array(fc.oneof(fc.float32Array({ maxLength: 9 }), fc.float64Array({ maxLength: 9 })), { maxLength: 4 }),
  }),
});

const bitsOf = ({ buffer, byteOffset, byteLength }: Float32Array | Float64Array) =>
  Buffer.from(buffer, byteOffset, byteLength).toString('hex');

test('property: a snapshot comes back from its bytes to the bit, and from no others', () => {
  fc.assert(
    fc.property(snapshots, fc.nat(), fc.integer({ min: 1, max: 255 }), (snapshot, place, flip) => {
      const bytes = encodeSnapshot('key', snapshot);
      const read = decodeSnapshot(bytes, 'key');
      if (!read.ok) throw new Error(read.message);
      expect(read.value.progress).toEqual(snapshot.progress);
      expect(read.value.learner.numbers).toEqual(snapshot.learner.numbers);
      expect(read.value.learner.arrays.map(bitsOf)).toEqual(snapshot.learner.arrays.map(bitsOf));
      const { epoch, batches } = snapshot.progress;
      expect(placeOf(bytes)).toEqual({ epoch, batches });
      expect(decodeSnapshot(bytes, 'other')).toMatchObject({ ok: false, reason: 'other-training' });
      const wrong = bytes.slice();
      wrong[place % wrong.length] ^= flip;
      expect(decodeSnapshot(wrong, 'key')).toMatchObject({ ok: false, reason: 'damaged-snapshot' });
      expect(decodeSnapshot(bytes.slice(0, place % bytes.length), 'key')).toMatchObject({ reason: 'damaged-snapshot' });
    }),
  );
});

const job = someJob({ layers: [8, 24, 4], fanOuts: [6, 2] });
const settings = trainingSettings();
const wasm = { engine: 'sparse', backend: 'wasm' } as const;

test('a snapshot belongs to its seed, pattern, data, settings, engine, backend and padding', () => {
  const { architecture } = job;
  const keys = [
    trainingKey(job, 'data', settings, wasm),
    trainingKey({ ...job, seed: 2 }, 'data', settings, wasm),
    trainingKey(
      { ...job, pattern: someJob({ layers: [8, 24, 4], fanOuts: [6, 2], seed: 2 }).pattern },
      'data',
      settings,
      wasm,
    ),
    trainingKey(job, 'other data', settings, wasm),
    trainingKey(job, 'data', { ...settings, epochs: 31 }, wasm),
    trainingKey(job, 'data', settings, { engine: 'tfjs', backend: 'wasm' }),
    trainingKey(job, 'data', settings, { engine: 'tfjs', backend: 'webgpu' }),
    trainingKey({ ...job, architecture: { ...architecture, usedOutputs: 3 } }, 'data', settings, wasm),
  ];
  expect(new Set(keys).size).toBe(keys.length);
  expect(trainingKey({ ...job }, 'data', settings, wasm)).toBe(keys[0]);
});

test('what a snapshot takes is known before it is made', () => {
  for (const change of [{}, { optimizer: 'sgd' as const }]) {
    const asked = trainingSettings(change);
    const { arrays } = openNetwork(job, 8, asked).state();
    expect(snapshotBytes(job, asked)).toBe(arrays.reduce((sum, { byteLength }) => sum + byteLength, 0));
  }
});

function senderOf(bytes: number) {
  const keep: KeepRequest = { everyMs: 0, storing: new Int32Array(new SharedArrayBuffer(8)) };
  const told: SnapshotMessage[] = [];
  const dataset = someDataset({ features: 8, classes: 4 });
  const runsOn = { ...wasm, device: 'a test' };
  const sender = new SnapshotSender({ dataset, settings, runsOn, keep }, [job], bytes, (message) => told.push(message));
  return { sender, told, keep };
}

test('a training whose state is too large says so once, and none is ever made', () => {
  expect(notResumable(MOST_SNAPSHOT_BYTES)).toBeNull();
  const { sender, told } = senderOf(MOST_SNAPSHOT_BYTES + 1);
  expect(told).toMatchObject([{ kind: 'warning', job: 'job' }]);
  expect(told[0]).toMatchObject({
    message: expect.stringMatching(/^not resumable: .* take 1025 MiB, and no more than 1024 MiB/),
  });
  expect([sender.withinEpoch(), sender.afterEpoch(), sender.atStop()]).toEqual([false, false, false]);
});

test('no snapshot is made while one waits to be stored, nor soon after one that was expensive to store', async () => {
  const { sender, keep, told } = senderOf(100);
  expect(sender.afterEpoch()).toBe(true);
  const progress = { epoch: 1, batches: 0, sums: { loss: 0, correct: 0 }, epochs: [], elapsedMs: 0 };
  await sender.send([job], async () => ({ progress, learner: { numbers: [], arrays: [] } }));
  expect(told).toHaveLength(1);
  expect(sender.withinEpoch()).toBe(false);
  Atomics.sub(keep.storing, 0, 1);
  Atomics.store(keep.storing, 1, 1e6);
  expect(sender.withinEpoch()).toBe(false);
  expect(sender.atStop()).toBe(true);
});

test('a large snapshot is not made where the answer must not wait', () => {
  const { sender } = senderOf(2 ** 25 + 1);
  expect([sender.afterEpoch(), sender.atStop()]).toEqual([true, false]);
});
