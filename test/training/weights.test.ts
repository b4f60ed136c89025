import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { batchOrder, startWeights } from '../../src/training/weights.ts';
import { somePattern } from './samples.ts';

const mean = (values: Float32Array) => values.reduce((sum, value) => sum + value, 0) / values.length;

describe('start weights', () => {
  const pattern = somePattern({ layers: [64, 1024, 64], fanOuts: [128, 8] });

  test('are normal with variance 2 over the fan-in the pattern really has, one for each edge', () => {
    const [first, second] = startWeights(pattern, 1, 0.1);
    for (const [{ weights }, fanIn] of [[first, 8] as const, [second, 128] as const]) {
      expect(weights).toHaveLength(8192);
      const variance = mean(weights.map((w) => w * w));
      expect(Math.abs(mean(weights))).toBeLessThan(4 * Math.sqrt(2 / fanIn / 8192));
      expect(variance * fanIn).toBeGreaterThan(1.9);
      expect(variance * fanIn).toBeLessThan(2.1);
      const withinOne = weights.filter((w) => Math.abs(w) < Math.sqrt(2 / fanIn)).length / 8192;
      expect(withinOne).toBeCloseTo(0.6827, 1);
    }
    expect([...first.biases]).toEqual(Array.from({ length: 1024 }, () => Math.fround(0.1)));
    expect(second.biases).toHaveLength(64);
  });

  test('are the same for the same seed, others for another, and those of a junction do not depend on the other’s', () => {
    const wider = somePattern({ layers: [64, 1024, 32], fanOuts: [128, 8] });
    const a = startWeights(pattern, 7, 0);
    expect(startWeights(pattern, 7, 0)).toEqual(a);
    expect(startWeights(pattern, 8, 0)[0].weights).not.toEqual(a[0].weights);
    expect(startWeights(wider, 7, 0)[0]).toEqual(a[0]);
    expect(a[0].weights.slice(0, 64)).not.toEqual(a[1].weights.slice(0, 64));
  });

  test('begin with the same numbers for ever', () => {
    const [{ weights }] = startWeights(somePattern({ layers: [4, 4], fanOuts: [2] }), 1, 0);
    expect([...weights.slice(0, 3)]).toEqual([0.10928237438201904, -1.442836046218872, -0.6445282697677612]);
  });
});

describe('the order of examples', () => {
  test('property: is a permutation, the same for the same seed and epoch', () => {
    fc.assert(
      fc.property(
        fc.nat(1000),
        fc.integer({ min: 1, max: 50 }),
        fc.integer({ min: 1, max: 300 }),
        (seed, epoch, examples) => {
          const order = batchOrder(seed, epoch, examples);
          expect([...order].sort((a, b) => a - b)).toEqual(Array.from({ length: examples }, (_, i) => i));
          expect(batchOrder(seed, epoch, examples)).toEqual(order);
        },
      ),
    );
  });
  test('differs from epoch to epoch and from seed to seed', () => {
    const orders = [batchOrder(1, 1, 100), batchOrder(1, 2, 100), batchOrder(2, 1, 100)].map((order) => order.join());
    expect(new Set(orders).size).toBe(3);
  });
});
