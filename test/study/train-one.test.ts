import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { unwrap } from '../../src/base/failure.ts';
import type { StudyEvent } from '../../src/study/events.ts';
import { type TrainOneReport, trainOne } from '../../src/study/train-one.ts';
import { findDataset } from '../../src/training/datasets/index.ts';
import { settingsDigest, trainingSettings } from '../../src/training/settings.ts';
import { finishedWith, newCandidate, newEvaluation } from '../store/sample-rows.ts';
import { studyWith } from './sample-study.ts';

const data = fileURLToPath(new URL('../fixtures/data/bytes.npz', import.meta.url));
const settings = trainingSettings({ epochs: 1, batchSize: 8 });

/** A study whose candidate 1 was trained with seed 1 by TF.js on wasm, as its store has it. */
async function trainedOnWasm() {
  const { store, study } = studyWith({}, [newCandidate(1)]);
  const { digest } = unwrap(await findDataset(data).load(null));
  const evaluation = newEvaluation(1, 1, settingsDigest(digest, settings, { engine: 'tfjs', backend: 'wasm' }));
  const beginning = store.beginEvaluation(study.id, evaluation);
  if (beginning.kind !== 'begun') throw new Error('it was trained before');
  store.recordEpoch(beginning.id, { epoch: 1, loss: 1, accuracy: 0.5, validationAccuracy: 0.5 });
  store.finishEvaluation(beginning.id, finishedWith(0.25));
  store.finishStudy(study.id, { status: 'finished' });
  const events: StudyEvent[] = [];
  const train = async (seeds: readonly number[], engine: string, backend: string): Promise<TrainOneReport> => {
    const host = { store, cacheFolder: '', workers: 1, signal: new AbortController().signal };
    const request = { dataset: data, seeds, settings, engine, backend };
    const listener = (event: StudyEvent) => void events.push(event);
    const report = await trainOne({ study, candidate: 1 }, request, { ...host, listener });
    if (report === null) throw new Error('it was interrupted');
    return report;
  };
  return { train, events };
}

const trainings = (events: readonly StudyEvent[]) => events.filter(({ kind }) => kind === 'training');

test('a run from the store is reported as it ran then, and not trained again', async () => {
  const { train, events } = await trainedOnWasm();
  const report = await train([1], 'tfjs', 'wasm');
  expect(trainings(events)).toEqual([]);
  expect(report).toMatchObject({
    ...{ engine: 'tfjs', backend: 'wasm', device: 'a test', samplesPerSecond: 1000.5, trainedBefore: 1 },
    runs: [{ seed: 1, engine: 'tfjs', backend: 'wasm', device: 'a test', samplesPerSecond: 1000.5 }],
  });
});

test('runs on different devices are reported one by one, without an overall speed', async () => {
  const { train } = await trainedOnWasm();
  const report = await train([1, 2], 'tfjs', 'wasm');
  expect(report).toMatchObject({
    ...{ engine: 'tfjs', backend: 'wasm', device: null, samplesPerSecond: null, trainedBefore: 1 },
    runs: [
      { seed: 1, device: 'a test', status: 'finished' },
      { seed: 2, status: 'finished' },
    ],
  });
});

test('a run on another backend than the one asked for does not answer for it', async () => {
  const { train, events } = await trainedOnWasm();
  expect(await train([1], 'tfjs', 'cpu')).toMatchObject({
    backend: 'cpu',
    trainedBefore: 0,
    runs: [{ backend: 'cpu' }],
  });
  expect(trainings(events).length).toBeGreaterThan(0);
});

test('runs of another engine do not count: the candidate is trained again, and reported alone', async () => {
  const { train, events } = await trainedOnWasm();
  const report = await train([1], 'sparse', 'auto');
  expect(report).toMatchObject({ engine: 'sparse', backend: 'wasm', trainedBefore: 0 });
  expect(report.runs).toHaveLength(1);
  expect(trainings(events).length).toBeGreaterThan(0);
});

test('events carry what is trained, and on what, as data', async () => {
  const { train, events } = await trainedOnWasm();
  const { data: told } = await train([1], 'tfjs', 'cpu');
  expect(told).toEqual({ name: data, normalisation: 'divided by 255', train: 22, validation: 2, test: 6 });
  expect(events.filter(({ kind }) => kind === 'phase' || kind === 'dataset')).toMatchObject([
    { phase: 'data', dataset: data },
    { dataset: told },
    { phase: 'train', dataset: data, candidates: [1], seeds: [1], epochs: 1 },
  ]);
});
