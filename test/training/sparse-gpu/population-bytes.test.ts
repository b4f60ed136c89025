import fc from 'fast-check';
import { expect, test } from 'vitest';
import { edgeBytes, edgePopulationSize, splitFits } from '../../../src/training/sparse-gpu/population-bytes.ts';
import { someDataset } from '../samples.ts';

const morse = { layers: [64, 1024, 64], fanOuts: [128, 8] };

test('a candidate takes what its tables, parameters and values take', () => {
  // 8192 edges each way; values and deltas of 1024 + 64 neurons for 256 examples.
  const floats = 2 * 8192 + 1024 * 8 + 3 * (2 * 8192 + 1024 + 64) + 2 * 256 * (1024 + 64);
  expect(edgeBytes(morse, 100)).toMatchObject({ candidate: 4 * floats, largestOfCandidate: 4 * 256 * 1024 });
});

const GIBIBYTE = 2 ** 30;

test('a large device holds a thousand candidates, a small one fewer, and never none', () => {
  const size = (memoryBytes: number, maxTensorBytes = 2 * GIBIBYTE) =>
    edgePopulationSize(morse, 256, 1, { memoryBytes, maxTensorBytes });
  expect(size(80 * GIBIBYTE)).toBe(1024);
  expect(size(GIBIBYTE)).toBe(
    Math.floor((0.6 * GIBIBYTE - edgeBytes(morse, 256).order) / edgeBytes(morse, 256).candidate),
  );
  expect(size(80 * GIBIBYTE, 100 * 2 ** 20)).toBe(100);
  expect(size(1)).toBe(1);
});

test('property: what is planned fits into memory and buffers, whatever the seeds', () => {
  const networks = fc.constantFrom(
    morse,
    { layers: [4096, 512, 16], fanOuts: [1, 1] },
    { layers: [784, 112, 10], fanOuts: [11, 5] },
  );
  const bytes = fc.integer({ min: 2 ** 24, max: 2 ** 36 });
  fc.assert(
    fc.property(
      networks,
      bytes,
      bytes,
      fc.integer({ min: 1, max: 2000 }),
      (net, memoryBytes, maxTensorBytes, orders) => {
        const size = edgePopulationSize(net, 256, orders, { memoryBytes, maxTensorBytes });
        const { candidate, order, largestOfCandidate, largestOfOrder } = edgeBytes(net, 256);
        if (size === 1) return;
        const own = Math.min(size, orders);
        expect(size * candidate + own * order).toBeLessThanOrEqual(0.6 * memoryBytes);
        expect(size * largestOfCandidate).toBeLessThanOrEqual(maxTensorBytes);
        expect(own * largestOfOrder).toBeLessThanOrEqual(maxTensorBytes);
      },
    ),
  );
});

test('all splits stay on the device where they fit together, else the training examples alone, else none', () => {
  const dataset = someDataset({ features: 9, classes: 4, examples: { train: 100, validation: 50, test: 50 } });
  const fits = (memoryBytes: number) =>
    [dataset.train, dataset.validation].map((split) =>
      splitFits(split, dataset, { memoryBytes, maxTensorBytes: 2 ** 30 }),
    );
  expect(splitFits(dataset.test, dataset, null)).toBe(true);
  expect(fits(5 * 8000)).toEqual([true, true]);
  expect(fits(5 * 7999)).toEqual([true, false]);
  expect(fits(5 * 3999)).toEqual([false, false]);
});
