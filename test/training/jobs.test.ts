import { describe, expect, test } from 'vitest';
import type { Dataset } from '../../src/training/datasets/dataset.ts';
import { checkJobs } from '../../src/training/jobs.ts';
import type { TrainingJob } from '../../src/training/trainer.ts';
import { startWeights } from '../../src/training/weights.ts';
import { someDataset, someJob, somePattern } from './samples.ts';

const dataset = someDataset({ features: 8, classes: 4 });
const job = someJob({ layers: [8, 12, 4], fanOuts: [6, 2] });

test('jobs that fit the data and each other pass', () => {
  expect(() => checkJobs([job, { ...job, id: 'other', seed: 2 }], dataset)).not.toThrow();
  const padded = someJob({ layers: [12, 6], fanOuts: [3], usedInputs: 8, usedOutputs: 4 });
  expect(() => checkJobs([padded], dataset)).not.toThrow();
});

describe('refused is', () => {
  const refused = (change: Partial<TrainingJob>, data: Dataset = dataset) =>
    expect(() => checkJobs([{ ...job, ...change }], data));

  test('one id for two jobs', () => {
    expect(() => checkJobs([job, job], dataset)).toThrow(/id of its own; got job twice/);
  });
  test('a pattern of other sizes than its architecture', () => {
    refused({ pattern: somePattern({ layers: [8, 12, 4], fanOuts: [3, 2] }) }).toThrow(
      /sizes 8-12-4 \(6,2\); got 8-12-4 \(3,2\)/,
    );
  });
  test('a pattern that breaks its degrees', () => {
    const junctions = job.pattern.junctions.map((sources) => sources.slice());
    junctions[0][0] = 8;
    refused({ pattern: { ...job.pattern, junctions } }).toThrow(/junction 1, right neuron 0/);
  });
  test('start weights of the wrong length', () => {
    const [first] = startWeights(job.pattern, 1, { biasStart: 0 });
    refused({ startWeights: [first] }).toThrow(/junction 2 must be 24 weights and 4 biases; got 0 and 0/);
  });
  test('data outside shared memory', () => {
    const train = { ...dataset.train, inputs: dataset.train.inputs.slice() };
    refused({}, { ...dataset, train }).toThrow(TypeError);
  });
  test('splits without examples or with too few labels, and labels without a class', () => {
    const { train } = dataset;
    const labels = new Uint8Array(new SharedArrayBuffer(train.examples)).fill(4);
    refused(
      {},
      { ...dataset, test: { examples: 0, inputs: train.inputs.subarray(0, 0), labels: train.labels.subarray(0, 0) } },
    ).toThrow(/test split must hold 0/);
    refused({}, { ...dataset, train: { ...train, labels: train.labels.subarray(1) } }).toThrow(
      /200 labels, at least one; got 1600 and 199/,
    );
    refused({}, { ...dataset, train: { ...train, labels } }).toThrow(
      /labels of the train split must be below 4; got 4/,
    );
  });
});
