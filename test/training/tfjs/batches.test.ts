import { describe, expect, test } from 'vitest';
import { BatchReader } from '../../../src/training/tfjs/batches.ts';
import { someDataset } from '../samples.ts';

describe('a batch reader', () => {
  const { train } = someDataset({ features: 3, classes: 2, examples: { train: 7 } });
  const row = (example: number) => [...train.inputs.subarray(3 * example, 3 * example + 3), 0];

  test('gathers examples in the order given, padded with zeros, the last batch perhaps shorter', () => {
    const reader = new BatchReader(3, 4, 3);
    const order = Uint32Array.of(6, 0, 3, 5, 1, 2, 4);
    expect(reader.gather(train, order, 0)).toBe(3);
    expect([...reader.inputs]).toEqual([...row(6), ...row(0), ...row(3)]);
    expect([...reader.labels]).toEqual([6, 0, 3].map((example) => train.labels[example]));
    expect(reader.gather(train, order, 6)).toBe(1);
    expect([...reader.inputs]).toEqual(row(4));
  });

  test('without an order goes through the split as it stands', () => {
    const reader = new BatchReader(2, 4, 3);
    reader.gather(train, null, 4);
    expect([...reader.inputs]).toEqual([...row(4), ...row(5)]);
  });
});
