import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  defineArchitecture,
  describeArchitecture,
  describeFanOuts,
  fanOutStep,
  feasibleFanOuts,
  greatestCommonDivisor,
  junctionSizes,
  nameOfLayers,
  nearestFanOuts,
  overallDensity,
} from '../../src/pattern/architecture.ts';
import { scatterEntries } from '../../src/pattern/entries.ts';
import { presets } from '../../src/pattern/presets.ts';
import { networks } from './sample-patterns.ts';

/** Every fan-out that gives a whole fan-in, by trying all. */
const bruteFeasible = (left: number, right: number) =>
  Array.from({ length: right }, (_, i) => i + 1).filter((fanOut) => (left * fanOut) % right === 0);

const layer = fc.integer({ min: 1, max: 60 });

describe('feasible fan-outs', () => {
  test('are the multiples of N_{i+1}/gcd up to N_{i+1}', () => {
    expect(feasibleFanOuts(784, 10)).toEqual([5, 10]);
    expect(feasibleFanOuts(64, 48)).toEqual([3, 6, 9, 12, 15, 18, 21, 24, 27, 30, 33, 36, 39, 42, 45, 48]);
    expect(feasibleFanOuts(7, 5)).toEqual([5]);
    expect(fanOutStep(784, 10)).toBe(5);
  });

  test('property: are exactly those that a trial of every fan-out finds', () => {
    fc.assert(
      fc.property(layer, layer, (left, right) => {
        expect(feasibleFanOuts(left, right)).toEqual(bruteFeasible(left, right));
      }),
    );
  });

  test('property: the nearest ones are those that a trial finds below and above', () => {
    const requests = fc.oneof(fc.integer({ min: -5, max: 70 }), fc.double({ min: -5, max: 70, noNaN: true }));
    fc.assert(
      fc.property(layer, layer, requests, (left, right, requested) => {
        const feasible = bruteFeasible(left, right);
        fc.pre(!feasible.includes(requested));
        const nearest = [
          ...feasible.filter((fanOut) => fanOut < requested).slice(-1),
          ...feasible.filter((fanOut) => fanOut > requested).slice(0, 1),
        ];
        expect(nearestFanOuts(left, right, requested)).toEqual(nearest);
      }),
    );
  });

  test('a request that is below, beyond or no number has a neighbour all the same', () => {
    expect(nearestFanOuts(64, 48, -1e9)).toEqual([3]);
    expect(nearestFanOuts(64, 48, 0)).toEqual([3]);
    expect(nearestFanOuts(64, 48, Number.NaN)).toEqual([3]);
    expect(nearestFanOuts(64, 48, 1e9)).toEqual([48]);
    expect(nearestFanOuts(64, 48, Number.POSITIVE_INFINITY)).toEqual([48]);
    expect(describeFanOuts(48, [3, 6])).toBe('3 (6.25 % dense) or 6 (12.5 % dense)');
  });

  test('a common divisor of no whole numbers is refused instead of sought for ever', () => {
    expect(greatestCommonDivisor(48, 36)).toBe(12);
    expect(greatestCommonDivisor(0, 5)).toBe(5);
    for (const wrong of [Number.NaN, 1.5, -4, Number.POSITIVE_INFINITY]) {
      expect(() => greatestCommonDivisor(4, wrong)).toThrow(RangeError);
      expect(() => greatestCommonDivisor(wrong, 4)).toThrow(RangeError);
    }
  });
});

describe('an architecture', () => {
  test('fills in shapes and padding, and copies what it was given', () => {
    const request = { layers: [8, 4, 4], fanOuts: [1, 2] };
    const architecture = defineArchitecture(request);
    expect(architecture).toEqual({ ...request, shapes: [[8], [4], [4]], usedInputs: 8, usedOutputs: 4 });
    const shape: [number, number] = [2, 4];
    const shaped = defineArchitecture({ ...request, shapes: [shape, undefined, undefined] });
    shape[0] = 99;
    expect(shaped.shapes).toEqual([[2, 4], [4], [4]]);
  });

  test('names the nearest feasible fan-outs, below and above, with their densities, whatever was asked', () => {
    const refusal = (fanOut: number) => {
      try {
        defineArchitecture({ layers: [64, 48], fanOuts: [fanOut] });
      } catch (error) {
        expect(error).toBeInstanceOf(RangeError);
        return (error as Error).message.split('nearest feasible: ')[1];
      }
      throw new Error(`fan-out ${fanOut} was accepted`);
    };
    expect(() => defineArchitecture({ layers: [784, 10], fanOuts: [2] })).toThrow(
      'fan-out 2 is not feasible in junction 1 (784 to 10 neurons); nearest feasible: 5 (50 % dense)',
    );
    expect(refusal(4)).toBe('3 (6.25 % dense) or 6 (12.5 % dense)');
    expect(refusal(2.5)).toBe('3 (6.25 % dense)');
    expect(refusal(47)).toBe('45 (93.75 % dense) or 48 (100 % dense)');
    for (const low of [0, -3, -1e300, Number.NEGATIVE_INFINITY, Number.NaN])
      expect(refusal(low)).toBe('3 (6.25 % dense)');
    for (const high of [49, 51, 1e300, Number.POSITIVE_INFINITY]) expect(refusal(high)).toBe('48 (100 % dense)');
  });

  test('names the junction whose fan-out is not feasible', () => {
    expect(() => defineArchitecture({ layers: [64, 1024, 48], fanOuts: [128, 4] })).toThrow(/junction 2 \(1024 to 48/);
  });

  test('names all junctions whose fan-out is not feasible at once', () => {
    expect(() => defineArchitecture({ layers: [784, 300, 7], fanOuts: [30, 3] })).toThrow(
      /junction 1 \(784 to 300 neurons\).*; fan-out 3 is not feasible in junction 2 \(300 to 7/,
    );
  });

  test('takes the mean fan-out of balanced degrees, and no other fraction', () => {
    const fanOut = (300 * 78) / 784;
    const [size] = junctionSizes(defineArchitecture({ layers: [784, 300], fanOuts: [fanOut] }));
    expect(size).toMatchObject({ fanIn: 78, edges: 23_400, leastFanOut: 29, mostFanOut: 30, density: fanOut / 300 });
    for (const wrong of [29.8, fanOut + 1e-9, fanOut / 100])
      expect(() => defineArchitecture({ layers: [784, 300], fanOuts: [wrong] })).toThrow(
        /is not feasible in junction 1/,
      );
    expect(describeArchitecture({ layers: [784, 300], fanOuts: [fanOut] })).toBe('784-300 (fan-in 78)');
  });

  test.each([
    [{ layers: [8], fanOuts: [] }, 'at least 2 layers; got 1'],
    [{ layers: [8, 0], fanOuts: [1] }, 'layer 2 must be a whole number from 1 to 2147483647; got 0'],
    [{ layers: [8.5, 4], fanOuts: [1] }, 'layer 1 must be a whole number from 1 to 2147483647; got 8.5'],
    [{ layers: [Number.NaN, 4], fanOuts: [1] }, 'layer 1 must be a whole number'],
    [{ layers: [2 ** 31, 4], fanOuts: [4] }, 'layer 1 must be a whole number from 1 to 2147483647; got 2147483648'],
    [{ layers: [8, 4, 4], fanOuts: [1] }, '3 layers have 2 junctions, each with a fan-out; got 1 fan-outs'],
    [{ layers: [8, 4], fanOuts: [1, 1] }, '2 layers have 1 junctions, each with a fan-out; got 2 fan-outs'],
    [{ layers: [8, 4], fanOuts: [1], shapes: [undefined] }, 'shapes must be given for all 2 layers; got 1'],
    [{ layers: [8, 4], fanOuts: [1], shapes: [[2, 3], undefined] }, 'must hold its 8 neurons; got 2x3 = 6'],
    [{ layers: [8, 4], fanOuts: [1], shapes: [[2.5, 3.2], undefined] }, 'every side of the shape of layer 1'],
    [{ layers: [8, 4], fanOuts: [1], shapes: [[-2, -4], undefined] }, 'every side of the shape of layer 1'],
    [{ layers: [8, 4], fanOuts: [1], shapes: [undefined, []] }, 'the shape of layer 2 must have 1 to 3 sides; got '],
    [{ layers: [8, 4], fanOuts: [1], shapes: [[2, 2, 2, 1], undefined] }, 'must have 1 to 3 sides; got 2x2x2x1'],
    [{ layers: [8, 4], fanOuts: [1], usedInputs: 9 }, 'used inputs must be a whole number from 1 to 8; got 9'],
    [{ layers: [8, 4], fanOuts: [1], usedOutputs: 0 }, 'used outputs must be a whole number from 1 to 4; got 0'],
    [{ layers: [8, 4], fanOuts: [1], usedOutputs: 1.5 }, 'used outputs must be a whole number from 1 to 4; got 1.5'],
  ])('refuses %j, saying %s', (request, message) => {
    const define = () => defineArchitecture(request as never);
    expect(define).toThrow(RangeError);
    expect(define).toThrow(message);
  });

  test('property: junction sizes obey W_i = N_i·fo_i = N_{i+1}·fi_i, and the densities add up', () => {
    fc.assert(
      fc.property(networks, (network) => {
        const sizes = junctionSizes(defineArchitecture(network));
        let edges = 0;
        let dense = 0;
        for (const size of sizes) {
          expect(size.left * size.fanOut).toBe(size.edges);
          expect(size.right * size.fanIn).toBe(size.edges);
          expect(Number.isInteger(size.fanIn)).toBe(true);
          expect(size.density).toBe(size.fanOut / size.right);
          edges += size.edges;
          dense += size.left * size.right;
        }
        expect(overallDensity(network)).toBe(edges / dense);
      }),
    );
  });

  test('every preset of the paper is feasible, has entries, and is the net it says', () => {
    const nets = Object.entries(presets).map(([name, preset]) => {
      const architecture = defineArchitecture(preset);
      expect(scatterEntries(architecture).length).toBe(
        architecture.fanOuts.length === 1 ? 2 : 2 * architecture.fanOuts.length + 2,
      );
      return `${name} ${describeArchitecture(architecture)} ${architecture.usedInputs}/${architecture.usedOutputs}`;
    });
    expect(nets).toEqual([
      'morse 64-1024-64 (128,8) 64/64',
      'mnist-cl 784-224-10 (4,10) 784/10',
      'mnist-single 1024-16 (4) 784/10',
      'mnist-conv 3136-784-10 (16,10) 3136/10',
      'cifar10-2cl 4096-512-16 (1,1) 4096/10',
      'cifar10-3cl 4096-512-256-16 (1,1,1) 4096/10',
      'cifar100-2cl 4096-512-128 (1,8) 4096/100',
      'cifar100-3cl 4096-512-256-128 (1,1,16) 4096/100',
    ]);
  });
});

test('a name of layers tells all of a few, and the ends of many: it stays short enough for a study', () => {
  expect(nameOfLayers([64, 1024, 64])).toBe('64-1024-64');
  expect(nameOfLayers([...new Array<number>(50).fill(64), 10])).toBe('51-layers-64-to-10');
  expect(nameOfLayers(new Array<number>(8).fill(2 ** 31 - 1)).length).toBeLessThan(90);
});
