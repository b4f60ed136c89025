import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { failure, ScattershotError, unwrap } from '../../src/base/failure.ts';
import type { StudyEvent } from '../../src/study/events.ts';
import { StoredSnapshots } from '../../src/study/stored-snapshots.ts';
import { trainOne } from '../../src/study/train-one.ts';
import { findDataset } from '../../src/training/datasets/index.ts';
import { settingsDigest, trainingSettings } from '../../src/training/settings.ts';
import { newCandidate } from '../store/sample-rows.ts';
import { studyWith } from './sample-study.ts';

const data = fileURLToPath(new URL('../fixtures/data/bytes.npz', import.meta.url));

/** A study whose training is stopped as soon as it has told of an epoch, and then goes on. */
async function stoppedTraining() {
  const { store, study } = studyWith({}, [newCandidate(1)]);
  store.finishStudy(study.id, { status: 'finished' });
  const settings = trainingSettings({ epochs: 300, batchSize: 8 });
  const train = async (stopAfter: number) => {
    const controller = new AbortController();
    const events: StudyEvent[] = [];
    const listener = (event: StudyEvent) => {
      events.push(event);
      if (event.kind === 'training' && event.event.kind === 'epoch' && event.event.epoch >= stopAfter)
        controller.abort();
    };
    const host = { store, cacheFolder: '', workers: 1, signal: controller.signal, listener };
    const request = { dataset: data, seeds: [1], settings, engine: 'sparse', backend: 'auto' };
    const report = await trainOne({ study, candidate: 1 }, request, host);
    const started = events.flatMap((each) =>
      each.kind === 'training' && each.event.kind === 'started' ? [each.event] : [],
    );
    const warnings = events.flatMap((each) => (each.kind === 'warning' ? [each.message] : []));
    return { report: report!, resumed: started[0]?.resumed, warnings };
  };
  const { digest } = unwrap(await findDataset(data).load(null));
  const key = {
    candidate: 1,
    seed: 1,
    settingsDigest: settingsDigest(digest, settings, { engine: 'sparse', backend: 'wasm' }),
  };
  return { store, study, train, key };
}

test('a training that was stopped goes on, its earlier epochs stored with it; its snapshot goes with its end', async () => {
  const { store, study, train, key } = await stoppedTraining();
  const stopped = await train(5);
  expect(stopped.report.runs[0]).toMatchObject({ status: 'stopped' });
  const had = stopped.report.runs[0].epochs;
  const { report, resumed, warnings } = await train(Number.POSITIVE_INFINITY);
  expect(resumed!.epoch).toBeGreaterThanOrEqual(had.length);
  expect(warnings).toEqual([]);
  expect(report.runs[0]).toMatchObject({ status: 'finished' });
  expect(report.runs[0].epochs).toHaveLength(300);
  expect(report.runs[0].epochs.slice(0, had.length)).toEqual(had);
  expect(store.trainingSnapshot(study.id, key)).toBeNull();
});

test('a damaged snapshot is a warning, and the training starts anew', async () => {
  const { store, study, train, key } = await stoppedTraining();
  await train(5);
  const snapshot = unwrap(store.trainingSnapshot(study.id, key)!);
  snapshot[snapshot.length - 50] ^= 255;
  unwrap(store.claimStudy(study.id, 'add'));
  store.saveTrainingSnapshot(study.id, key, snapshot);
  store.releaseStudy(study.id);
  const { report, resumed, warnings } = await train(Number.POSITIVE_INFINITY);
  expect(resumed).toBeUndefined();
  expect(warnings).toEqual(['training #1 seed 1: its stored state is damaged; it starts again at epoch 1']);
  expect(report.runs[0].epochs).toHaveLength(300);
});

test('a snapshot that cannot be stored is one warning, and no error; a defect is one', async () => {
  const told: string[] = [];
  let thrown: Error = new ScattershotError(failure('disk-full', 'the disk is full', 'Free some space.'));
  const store = {
    trainingSnapshot: () => null,
    saveTrainingSnapshot: () => {
      throw thrown;
    },
  };
  const jobs = new Map([['a', { candidate: 3, seed: 2 }]]);
  const host = { store, signal: new AbortController().signal, onWarning: (message: string) => void told.push(message) };
  const snapshots = new StoredSnapshots({ study: 1, settingsDigest: '', jobs }, host);
  await snapshots.save('a', Uint8Array.of(1));
  await snapshots.save('a', Uint8Array.of(1));
  expect(told).toEqual([
    'training #3 seed 2: where it stands cannot be stored (the disk is full); should it be interrupted, it loses more',
  ]);
  thrown = new TypeError('a defect');
  await expect(snapshots.save('a', Uint8Array.of(1))).rejects.toThrow('a defect');
});
