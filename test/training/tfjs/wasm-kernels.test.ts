import * as tf from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { unwrap } from '../../../src/base/failure.ts';
import { startRuntime } from '../../../src/training/tfjs/runtime.ts';

// The backend's own cpu kernels are the oracle.
beforeAll(async () => {
  unwrap(await startRuntime('cpu', false));
  unwrap(await startRuntime('wasm', false));
});

interface Operand {
  readonly shape: number[];
  readonly values: Float32Array;
}

const operand = (shape: number[], seed: number): Operand => {
  const size = shape.reduce((a, b) => a * b, 1);
  return { shape, values: Float32Array.from({ length: size }, (_, i) => Math.sin(seed + 1.7 * i + 0.01 * i * i)) };
};

async function onBackend<T>(backend: string, work: () => T): Promise<T> {
  await tf.setBackend(backend);
  return work();
}

const runKernel = (name: string, inputs: Record<string, Operand>, attrs: tf.NamedAttrMap) =>
  tf.tidy(() => {
    const tensors = Object.entries(inputs).map(([key, { shape, values }]) => [key, tf.tensor(values, shape)] as const);
    const output = tf.engine().runKernel(name, Object.fromEntries(tensors), attrs) as tf.Tensor;
    return { shape: output.shape, values: [...output.dataSync()] };
  });

async function expectSame(name: string, inputs: Record<string, Operand>, attrs: tf.NamedAttrMap): Promise<void> {
  const expected = await onBackend('cpu', () => runKernel(name, inputs, attrs));
  const got = await onBackend('wasm', () => runKernel(name, inputs, attrs));
  expect(got.shape).toEqual(expected.shape);
  for (const [i, value] of expected.values.entries()) expect(got.values[i]).toBeCloseTo(value, 4);
}

describe('products on wasm equal those on cpu', () => {
  const size = fc.integer({ min: 1, max: 9 });
  test('property: whichever operand is transposed, in two dimensions or in batches', async () => {
    const batch = fc.constantFrom<number[]>([], [1], [3], [2, 2]);
    await fc.assert(
      fc.asyncProperty(
        size,
        size,
        size,
        batch,
        fc.boolean(),
        fc.boolean(),
        async (m, k, n, dims, transposeA, transposeB) => {
          const a = operand([...dims, ...(transposeA ? [k, m] : [m, k])], 1);
          const b = operand([...dims, ...(transposeB ? [n, k] : [k, n])], 2);
          await expectSame('BatchMatMul', { a, b }, { transposeA, transposeB });
        },
      ),
      { numRuns: 60 },
    );
  });

  test('a single matrix is broadcast over a batch', async () => {
    const a = operand([3, 5, 4], 1);
    const b = operand([1, 6, 4], 2);
    await expectSame('BatchMatMul', { a, b }, { transposeA: false, transposeB: true });
  });

  test('sizes that do not fit are refused and leave nothing behind', async () => {
    await tf.setBackend('wasm');
    const before = tf.memory().numTensors;
    const [a, b] = [operand([2, 3], 1), operand([2, 3], 2)];
    const attempt = () => runKernel('BatchMatMul', { a, b }, { transposeA: true, transposeB: true });
    expect(attempt).toThrow(/must match/);
    expect(tf.memory().numTensors).toBe(before);
  });
});

describe('the filter gradient on wasm equals that on cpu', () => {
  const cases = fc.record({
    batch: fc.integer({ min: 1, max: 3 }),
    height: fc.integer({ min: 3, max: 8 }),
    width: fc.integer({ min: 3, max: 8 }),
    channels: fc.integer({ min: 1, max: 4 }),
    filters: fc.integer({ min: 1, max: 4 }),
    filterHeight: fc.integer({ min: 1, max: 3 }),
    filterWidth: fc.integer({ min: 1, max: 3 }),
    stride: fc.integer({ min: 1, max: 2 }),
    pad: fc.constantFrom<'same' | 'valid'>('same', 'valid'),
  });

  test('property: for any sizes, strides and paddings', async () => {
    await fc.assert(
      fc.asyncProperty(
        cases,
        async ({ batch, height, width, channels, filters, filterHeight, filterWidth, stride, pad }) => {
          const filterShape = [filterHeight, filterWidth, channels, filters] as [number, number, number, number];
          const shape = [batch, height, width, channels] as [number, number, number, number];
          const sizes = tf.backend_util.computeConv2DInfo(shape, filterShape, stride, 1, pad);
          await expectSame(
            'Conv2DBackpropFilter',
            { x: operand(shape, 1), dy: operand(sizes.outShape, 2) },
            { strides: [stride, stride], pad, dataFormat: 'NHWC', dimRoundingMode: undefined as never, filterShape },
          );
        },
      ),
      { numRuns: 60 },
    );
  });

  test('by hand: a 1 × 1 filter over two places is the sum of input times delta', async () => {
    await tf.setBackend('wasm');
    const x = { shape: [1, 1, 2, 1], values: Float32Array.of(3, 5) };
    const dy = { shape: [1, 1, 2, 1], values: Float32Array.of(10, 100) };
    const attrs = { strides: [1, 1], pad: 'valid', dataFormat: 'NHWC', filterShape: [1, 1, 1, 1] };
    const output = runKernel('Conv2DBackpropFilter', { x, dy }, attrs);
    expect(output).toEqual({ shape: [1, 1, 1, 1], values: [530] });
  });
});

test('neither kernel leaves memory behind', async () => {
  await tf.setBackend('wasm');
  const x = operand([2, 6, 6, 3], 1);
  const attrs = { strides: [1, 1], pad: 'same', dataFormat: 'NHWC', filterShape: [3, 3, 3, 2] };
  const once = () => {
    runKernel('Conv2DBackpropFilter', { x, dy: operand([2, 6, 6, 2], 2) }, attrs);
    runKernel('BatchMatMul', { a: operand([4, 3], 1), b: operand([4, 5], 2) }, { transposeA: true, transposeB: false });
  };
  once();
  const before = (tf.backend() as unknown as { numDataIds(): number }).numDataIds();
  for (let i = 0; i < 20; i++) once();
  expect((tf.backend() as unknown as { numDataIds(): number }).numDataIds()).toBe(before);
});
