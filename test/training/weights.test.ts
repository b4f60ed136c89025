import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { junctionSizes } from '../../src/pattern/architecture.ts';
import type { InitName } from '../../src/training/trainer.ts';
import { batchOrder, startWeights } from '../../src/training/weights.ts';
import { somePattern } from './samples.ts';

const mean = (values: Float32Array) => values.reduce((sum, value) => sum + value, 0) / values.length;

describe('start weights', () => {
  const pattern = somePattern({ layers: [64, 1024, 64], fanOuts: [128, 8] });

  test('are normal with variance 2 over the fan-in the pattern really has, one for each edge', () => {
    const [first, second] = startWeights(pattern, 1, { biasStart: 0.1 });
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
    const a = startWeights(pattern, 7, { biasStart: 0 });
    expect(startWeights(pattern, 7, { biasStart: 0 })).toEqual(a);
    expect(startWeights(pattern, 8, { biasStart: 0 })[0].weights).not.toEqual(a[0].weights);
    expect(startWeights(wider, 7, { biasStart: 0 })[0]).toEqual(a[0]);
    expect(a[0].weights.slice(0, 64)).not.toEqual(a[1].weights.slice(0, 64));
  });

  test('begin with the same numbers for ever', () => {
    const [{ weights }] = startWeights(somePattern({ layers: [4, 4], fanOuts: [2] }), 1, { biasStart: 0 });
    expect([...weights.slice(0, 3)]).toEqual([0.10928237438201904, -1.442836046218872, -0.6445282697677612]);
  });

  test('by actual fan-in are those of settings that say nothing, bit by bit', () => {
    const sparse = somePattern({ layers: [64, 32, 16], fanOuts: [1, 4] });
    const asked = startWeights(sparse, 3, { biasStart: 0.1, init: 'actual-fan-in' });
    expect(asked).toEqual(startWeights(sparse, 3, { biasStart: 0.1 }));
    const bytes = asked.flatMap(({ weights, biases }) => [weights, biases]).map(({ buffer }) => new Uint8Array(buffer));
    expect(createHash('sha256').update(Buffer.concat(bytes)).digest('hex')).toBe(
      '01e51d218c46c2a7eba0ddaec7900b9e6b61359625bbc72e071e5be6ea087de6',
    );
  });

  const nets = [
    { layers: [4096, 512, 16], fanOuts: [1, 1] },
    { layers: [64, 1024, 64], fanOuts: [128, 8] },
    { layers: [784, 112, 10], fanOuts: [14, 10] },
  ];
  const deviationOf = (weights: Float32Array) => Math.sqrt(mean(weights.map((w) => w * w)));

  test.each(nets)('have the deviation of their formula in every junction of %j, by either fan-in', (net) => {
    const sparse = somePattern(net);
    const seeds = 8;
    for (const [index, { left, fanIn, edges }] of junctionSizes(sparse).entries()) {
      for (const [init, fan] of [['actual-fan-in', fanIn] as const, ['dense-fan-in', left] as const]) {
        const drawn = Array.from({ length: seeds }, (_, seed) => startWeights(sparse, seed, { biasStart: 0.1, init }));
        const all = Float32Array.from(drawn.flatMap((junctions) => [...junctions[index].weights]));
        // five standard errors of a deviation
        const error = 5 / Math.sqrt(2 * edges * seeds);
        expect(Math.abs(deviationOf(all) / Math.sqrt(2 / fan) - 1)).toBeLessThan(error);
        expect(drawn[0][index].biases).toEqual(new Float32Array(sparse.layers[index + 1]).fill(0.1));
      }
    }
  });

  test('by dense fan-in end at two deviations of the normal they are drawn from, those by actual fan-in do not', () => {
    const [dense] = startWeights(pattern, 1, { biasStart: 0.1, init: 'dense-fan-in' });
    const farthest = (weights: Float32Array) => Math.max(...weights.map(Math.abs));
    // Keras's he_normal: stddev = √(2/fan-in)/.87962566103423978, cut at 2·stddev
    const end = (2 * Math.sqrt(2 / 64)) / 0.8796256610342398;
    expect(farthest(dense.weights)).toBeLessThanOrEqual(Math.fround(end));
    expect(farthest(dense.weights)).toBeGreaterThan(0.98 * end);
    const [actual] = startWeights(pattern, 1, { biasStart: 0.1 });
    expect(farthest(actual.weights)).toBeGreaterThan(3 * Math.sqrt(2 / 8));
  });

  test('at 4096-512-16 (1,1) are 22.6 times as large by actual as by dense fan-in', () => {
    const sparse = somePattern(nets[0]);
    const first = (init: InitName) => deviationOf(startWeights(sparse, 1, { biasStart: 0.1, init })[0].weights);
    expect(first('actual-fan-in') / first('dense-fan-in')).toBeCloseTo(Math.sqrt(512), 0);
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
