import { expect, test } from 'vitest';
import { ToldTraining } from '../../src/remote/told-training.ts';
import { trainingSettings } from '../../src/training/settings.ts';
import type { RunsOn } from '../../src/training/trainer.ts';
import { someJob } from '../training/samples.ts';

const settings = trainingSettings({ epochs: 4, batchSize: 20, learningRate: 0.01 });
const sparse: RunsOn = { engine: 'sparse', backend: 'wasm', device: 'the lab' };
const own: RunsOn = { engine: 'command', backend: 'external', device: 'the lab', trainerDigest: 'a'.repeat(64) };

/** Whether a run that ended with these epochs is believed, else why not. */
function judged(runsOn: RunsOn, epochs: readonly number[]): string {
  const told = new ToldTraining(someJob({ layers: [8, 24, 4], fanOuts: [6, 2] }), settings, runsOn);
  const end = told.end(
    {
      ...{ run: '0123456789abcdef', score: null, device: 'cpu', resumed: null, status: 'finished', reason: null },
      identity: { engine: 'sparse', backend: 'wasm', revision: 2, trainerDigest: null },
      epochs: { digest: 'a'.repeat(64), sizeBytes: 0 },
      ...{ testAccuracy: 0.5, samplesPerSecond: 1, durationMs: 1, weights: null, workerLost: false },
    },
    epochs.map((epoch) => ({ epoch, loss: 1, accuracy: 0.5, validationAccuracy: 0.25 })),
  );
  return 'fault' in end ? end.fault : 'sound';
}

test('a run has told each of its epochs, in order', () => {
  expect(judged(sparse, [1, 2, 3, 4])).toBe('sound');
  expect(judged(sparse, [4])).toBe('epoch 4 is out of order');
  expect(judged(sparse, [1, 3, 4])).toBe('epoch 3 is out of order');
  expect(judged(sparse, [1, 2, 2, 3, 4])).toBe('epoch 2 is out of order');
  expect(judged(sparse, [1, 2, 3, 4, 5])).toBe('epoch 5 is out of order');
});

test('a trainer of the user’s own that tells no epochs is told of by the last one', () => {
  expect(judged(own, [1, 2, 3, 4])).toBe('sound');
  expect(judged(own, [4])).toBe('sound');
  expect(judged(own, [3])).toBe('epoch 3 is out of order');
  expect(judged(own, [1, 4])).toBe('epoch 4 is out of order');
});
