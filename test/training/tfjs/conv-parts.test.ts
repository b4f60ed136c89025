import * as tf from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { unwrap } from '../../../src/base/failure.ts';
import {
  batchNorm,
  channelMoments,
  normalise,
  normaliseGradient,
  RunningMoments,
} from '../../../src/training/tfjs/batch-norm.ts';
import { type ConvShape, convolve, filterGradient, turnedFilter } from '../../../src/training/tfjs/conv-products.ts';
import { channelSums, type ImageSizes, poolRelu, poolReluGradient } from '../../../src/training/tfjs/pool-relu.ts';
import { startRuntime } from '../../../src/training/tfjs/runtime.ts';

beforeAll(async () => {
  unwrap(await startRuntime('wasm', false));
});

const wave = (count: number, seed: number) =>
  Float32Array.from({ length: count }, (_, i) => Math.sin(seed + 1.7 * i + 0.01 * i * i));
const dot = (a: Float32Array, b: Float32Array) => a.reduce((sum, value, i) => sum + value * b[i], 0);

function convolvedBy(filter: Float32Array, values: Float32Array, shape: ConvShape, images: number): Float32Array {
  const { height, width, filterSize, inChannels, filters } = shape;
  const out = new Float32Array(images * height * width * filters);
  const tensor = tf.tensor4d(filter, [filterSize, filterSize, inChannels, filters]);
  convolve(values, tensor, shape, images, out);
  tensor.dispose();
  return out;
}

const shapes = fc.record({
  height: fc.integer({ min: 1, max: 5 }),
  width: fc.integer({ min: 1, max: 5 }),
  inChannels: fc.integer({ min: 1, max: 3 }),
  filterSize: fc.constantFrom(1, 3, 5),
  filters: fc.integer({ min: 1, max: 3 }),
});

describe('a convolution', () => {
  test('property: with the turned filter it is the transpose of the one with the filter, and so gives input gradients', () => {
    fc.assert(
      fc.property(shapes, fc.integer({ min: 1, max: 3 }), (shape, images) => {
        const { height, width, inChannels, filterSize, filters } = shape;
        const values = wave(images * height * width * inChannels, 1);
        const delta = wave(images * height * width * filters, 2);
        const filter = wave(filterSize ** 2 * inChannels * filters, 3);
        const back = { ...shape, inChannels: filters, filters: inChannels };
        const forward = dot(convolvedBy(filter, values, shape, images), delta);
        const backward = dot(values, convolvedBy(turnedFilter(filter, shape), delta, back, images));
        expect(Math.abs(forward - backward)).toBeLessThan(1e-3);
        // Linear in the filter too, so that its gradient is what a filter must be multiplied with.
        const byFilter = dot(filter, filterGradient(values, delta, shape, images));
        expect(Math.abs(forward - byFilter)).toBeLessThan(1e-3);
      }),
      { numRuns: 40 },
    );
  });

  test('of more images than are taken at once is that of each image, and filter gradients are their sum', () => {
    const shape = { height: 64, width: 64, inChannels: 1, filterSize: 5, filters: 1 };
    const [images, each] = [200, 64 * 64];
    const values = wave(images * each, 1);
    const delta = wave(images * each, 2);
    const filter = wave(25, 3);
    const all = convolvedBy(filter, values, shape, images);
    for (const image of [0, 81, 199]) {
      const one = convolvedBy(filter, values.slice(image * each, (image + 1) * each), shape, 1);
      expect(all.slice(image * each, (image + 1) * each)).toEqual(one);
    }
    const halves = [0, 1].map((half) => {
      const part = (list: Float32Array) => list.subarray(half * 100 * each, (half + 1) * 100 * each);
      return filterGradient(part(values), part(delta), shape, 100);
    });
    const whole = filterGradient(values, delta, shape, images);
    const largest = Math.max(...whole.map(Math.abs));
    expect(largest).toBeGreaterThan(5);
    for (const [i, value] of whole.entries()) {
      expect(Math.abs(value - halves[0][i] - halves[1][i]) / largest).toBeLessThan(1e-4);
    }
  });
});

const images = fc.record({
  images: fc.integer({ min: 1, max: 3 }),
  height: fc.constantFrom(2, 4),
  width: fc.constantFrom(2, 4, 6),
  channels: fc.integer({ min: 1, max: 3 }),
  pool: fc.boolean(),
});

/** Passes values through, keeping what the gradient needs. */
function pooled(sizes: ImageSizes, values: Float32Array, scale: Float32Array | null, shift: Float32Array) {
  const outputs = new Float32Array(values.length / (sizes.pool ? 4 : 1));
  const winners = new Uint8Array(outputs.length);
  poolRelu(values, { scale, shift }, sizes, outputs, winners);
  return { outputs, winners };
}

/** Inputs of each output by coordinates alone. */
function windows({ images: count, height, width, channels, pool }: ImageSizes): number[][] {
  const stride = pool ? 2 : 1;
  const found: number[][] = [];
  for (let image = 0; image < count; image++)
    for (let row = 0; row < height; row += stride)
      for (let column = 0; column < width; column += stride)
        for (let c = 0; c < channels; c++) {
          const at = (y: number, x: number) => ((image * height + row + y) * width + column + x) * channels + c;
          found.push(pool ? [at(0, 0), at(0, 1), at(1, 0), at(1, 1)] : [at(0, 0)]);
        }
  return found;
}

describe('pooling and ReLU', () => {
  test('property: give the highest of each window’s scaled and shifted values, at least 0, and send gradients there', () => {
    fc.assert(
      fc.property(images, fc.boolean(), fc.nat(100), (sizes, scaled, seed) => {
        const { channels } = sizes;
        const values = wave(sizes.images * sizes.height * sizes.width * channels, seed);
        const scale = scaled ? wave(channels, seed + 1) : null;
        const shift = wave(channels, seed + 2);
        const { outputs, winners } = pooled(sizes, values, scale, shift);
        const delta = wave(outputs.length, seed + 3);
        const gradient = new Float32Array(values.length).fill(9);
        poolReluGradient(delta, outputs, winners, sizes, gradient);
        const expected = new Float64Array(values.length);
        for (const [out, window] of windows(sizes).entries()) {
          const c = out % channels;
          const moved = window.map((at) => (scale === null ? 1 : scale[c]) * values[at] + shift[c]);
          const best = Math.max(...moved);
          expect(outputs[out]).toBeCloseTo(Math.max(0, best), 6);
          if (best > 0) expected[window[moved.indexOf(best)]] = delta[out];
        }
        for (const [i, value] of expected.entries()) expect(gradient[i]).toBeCloseTo(value, 6);
      }),
    );
  });

  test('take the first of equals, row by row', () => {
    const sizes = { images: 1, height: 2, width: 2, channels: 1, pool: true };
    expect(pooled(sizes, Float32Array.of(1, 2, 2, 2), null, new Float32Array(1)).winners[0]).toBe(1);
    // A scale of 0 makes all equal.
    expect(pooled(sizes, Float32Array.of(1, 2, 3, 4), new Float32Array(1), Float32Array.of(1)).winners[0]).toBe(0);
  });

  test('let what is not a number through, so that a diverged network is seen to be', () => {
    const sizes = { images: 1, height: 1, width: 2, channels: 1, pool: false };
    const { outputs } = pooled(sizes, Float32Array.of(Number.NaN, -1), null, new Float32Array(1));
    expect([...outputs]).toEqual([Number.NaN, 0]);
  });
});

describe('batch norm', () => {
  test('makes mean 0 and variance 1 of every channel, but for ε', () => {
    const values = Float32Array.from({ length: 600 }, (_, i) => (i % 3) + (i % 3) * Math.sin(i * i));
    const moments = channelMoments(values, 3);
    expect(moments.variance[0]).toBe(0);
    normalise(values, moments);
    const after = channelMoments(values, 3);
    for (const c of [0, 1, 2]) {
      expect(after.mean[c]).toBeCloseTo(0, 6);
      const expected = moments.variance[c] / (moments.variance[c] + batchNorm.epsilon);
      expect(after.variance[c]).toBeCloseTo(expected, 5);
    }
  });

  test('property: its gradient is that of differences', () => {
    const loss = (input: Float64Array, delta: Float32Array, scale: number) => {
      const mean = input.reduce((a, b) => a + b, 0) / input.length;
      const variance = input.reduce((sum, value) => sum + (value - mean) ** 2, 0) / input.length;
      const inverse = 1 / Math.sqrt(variance + batchNorm.epsilon);
      return input.reduce((sum, value, i) => sum + delta[i] * scale * (value - mean) * inverse, 0);
    };
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 12 }), fc.nat(100), (count, seed) => {
        const values = wave(count, seed);
        const delta = wave(count, seed + 1);
        const scale = Float32Array.of(1.5);
        const start = Float64Array.from(values);
        const inverse = normalise(values, channelMoments(values, 1));
        const gradient = delta.slice();
        normaliseGradient(gradient, values, scale, inverse, channelSums(delta, values, 1));
        for (let i = 0; i < count; i++) {
          const moved = (by: number) => loss(start.with(i, start[i] + by), delta, 1.5);
          expect(gradient[i]).toBeCloseTo((moved(1e-5) - moved(-1e-5)) / 2e-5, 3);
        }
      }),
    );
  });

  test('running moments of one batch are that batch’s own, variance by one place less', () => {
    const running = new RunningMoments(1);
    running.add({ mean: Float64Array.of(3), variance: Float64Array.of(2) }, 5);
    expect(running.moments().mean[0]).toBeCloseTo(3, 12);
    expect(running.moments().variance[0]).toBeCloseTo(2.5, 12);
  });

  test('running moments weigh a batch 0.99 times the one after it', () => {
    const running = new RunningMoments(1);
    for (const mean of [1, 2, 4]) running.add({ mean: Float64Array.of(mean), variance: Float64Array.of(0) }, 9);
    const expected = (0.99 ** 2 * 1 + 0.99 * 2 + 4) / (0.99 ** 2 + 0.99 + 1);
    expect(running.moments().mean[0]).toBeCloseTo(expected, 12);
  });
});
