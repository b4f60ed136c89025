import { expect, test } from 'vitest';
import { trainText } from '../../src/report/train.ts';
import type { TrainOneReport, TrainOneRun } from '../../src/study/train-one.ts';

const epochs = Array.from({ length: 12 }, (_, index) => ({
  ...{ loss: 3 / (index + 1), accuracy: 0.05 * (index + 1), validationAccuracy: 0.04 * (index + 1) },
}));

const onWasm = { engine: 'tfjs', backend: 'wasm', device: '2 CPU threads', samplesPerSecond: 31_234 } as const;

const finished = (seed: number, testAccuracy: number): TrainOneRun => ({
  ...{ seed, ...onWasm, epochs, testAccuracy, status: 'finished', reason: null, bestValidation: null },
});

const report: TrainOneReport = {
  ...{ ...onWasm, trainedBefore: 0 },
  ...{ study: 'tiny', candidate: 1 },
  data: { name: 'morse', normalisation: 'as they are', train: 60, validation: 20, test: 20 },
  runs: [finished(1, 0.5), finished(2, 0.52)],
  testAccuracy: 0.51,
  ...{ finished: 2, diverged: 0, sharedFront: null },
};

const lines = (some: TrainOneReport, width = 80) =>
  trainText(some, { width, color: false, unicode: true }).trimEnd().split('\n');

test('runs of connected layers on a shared front say so', () => {
  const sharedFront = { front: 'mnist-conv', trainedWith: 'first', epochs: 1, seed: 4, backend: 'wasm' } as const;
  const text = lines({ ...report, sharedFront }, 200);
  expect(text[1]).toBe(
    'These runs trained the connected layers alone, on a front mnist-conv, shared: trained on wasm with the first candidate, 1 epoch, once, with seed 4',
  );
});

test('what really ran comes first, the mean with its spread last', () => {
  const text = lines(report);
  expect(text[0]).toBe('Trained by tfjs on wasm (2 CPU threads), 31.2 k samples/s');
  expect(text.at(-1)).toBe('Test accuracy 51.00 % ± 1.41 (mean and standard deviation over 2 seeds)');
});

test('runs that were trained before are counted, and told one by one where they ran on different things', () => {
  expect(lines({ ...report, trainedBefore: 1 })[1]).toBe('1 of 2 runs was trained before');
  expect(lines({ ...report, trainedBefore: 2 })[1]).toBe('2 of 2 runs were trained before');
  const onCpu: TrainOneRun = { ...finished(2, 0.52), backend: 'cpu', device: '1 CPU thread', samplesPerSecond: 2000 };
  const mixed: TrainOneReport = {
    ...{ ...report, backend: null, device: null, samplesPerSecond: null, trainedBefore: 1 },
    runs: [finished(1, 0.5), onCpu],
  };
  expect(lines(mixed).slice(0, 4)).toEqual([
    'Seed 1 was trained by tfjs on wasm (2 CPU threads), 31.2 k samples/s',
    'Seed 2 was trained by tfjs on cpu (1 CPU thread), 2.00 k samples/s',
    '1 of 2 runs was trained before',
    '',
  ]);
});

test('the best epoch is told beside the last, the test split being taken at the last', () => {
  const best = { epoch: 9, validationAccuracy: 0.6 };
  const one = { ...report, runs: [{ ...finished(1, 0.5), bestValidation: best }], testAccuracy: 0.5 };
  expect(lines(one, 200).at(-2)).toBe(
    'Validation accuracy 48.00 % at the last epoch, 60.00 % at the best (epoch 9); the test split is taken at the last',
  );
  const two = {
    ...report,
    runs: [...one.runs, { ...finished(2, 0.5), bestValidation: { ...best, validationAccuracy: 0.5 } }],
  };
  expect(lines(two, 200).at(-2)).toMatch(/48.00 % at the last epoch, 55.00 % at the best;/);
});

test('epochs are brief: first, last and three between, the test accuracy with the last', () => {
  const rows = lines(report).filter((line) => /^ {3}1 /.test(line));
  expect(rows.map((row) => row.trim().split(/\s+/)[1])).toEqual(['1', '4', '7', '9', '12']);
  expect(rows[0]).toBe('   1      1  3.0000     5.0 %       4.0 %');
  expect(rows[4]).toBe('   1     12  0.2500    60.0 %      48.0 %  50.00 %');
});

test('a run that did not finish is named with its reason and left out of the mean', () => {
  const diverged: TrainOneRun = {
    ...{
      ...{ seed: 3, ...onWasm, samplesPerSecond: null },
      epochs: [{ loss: Number.POSITIVE_INFINITY, accuracy: 0, validationAccuracy: 0 }],
      testAccuracy: null,
    },
    ...{ bestValidation: null, status: 'diverged', reason: 'the loss is no longer finite' },
  };
  const text = lines({ ...report, runs: [finished(1, 0.5), diverged], testAccuracy: 0.5 });
  expect(text).toContain('Seed 3 diverged: the loss is no longer finite');
  expect(text.some((line) => line.includes('not finite'))).toBe(true);
  expect(text.at(-1)).toBe('Test accuracy 50.00 % (mean over 1 seed)');
});

test('a report without a finished run has no accuracy and no speed', () => {
  const text = lines({ ...report, runs: [], testAccuracy: null, samplesPerSecond: null });
  expect(text[0]).toBe('Trained by tfjs on wasm (2 CPU threads)');
  expect(text.at(-1)).toBe('Test accuracy - (mean over 0 seeds)');
});

test('seeds that diverged are counted beside the mean over those that finished', () => {
  const lost: TrainOneRun = { ...finished(2, 0), status: 'diverged', reason: 'the loss rose', testAccuracy: null };
  const one: TrainOneReport = { ...report, runs: [finished(1, 1), lost], testAccuracy: 1, finished: 1, diverged: 1 };
  expect(lines(one, 200).at(-1)).toMatch(/over 1 seed that finished; 1 seed diverged\)$/);
});
