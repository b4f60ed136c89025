import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { InvalidValueError } from '../../src/base/caller-errors.ts';
import { defineArchitecture, feasibleFanOuts, isExact, junctionSizes } from '../../src/pattern/architecture.ts';
import {
  describeJunction,
  exactFanOuts,
  fanOutsForDensities,
  fanOutsForFanIns,
} from '../../src/pattern/degree-choice.ts';

const layer = fc.integer({ min: 1, max: 60 });
const lenet = [784, 300, 100, 10];

const degreesOf = (layers: readonly number[], fanOuts: readonly number[]) =>
  junctionSizes(defineArchitecture({ layers, fanOuts })).map(describeJunction);

function refusal(choose: () => unknown): InvalidValueError {
  try {
    choose();
  } catch (error) {
    expect(error).toBeInstanceOf(RangeError);
    return error as InvalidValueError;
  }
  throw new Error('nothing was refused');
}

describe('fan-outs for a density', () => {
  test('are exact where exact degrees exist', () => {
    for (const kind of ['auto', 'exact'] as const) {
      expect(fanOutsForDensities([64, 1024, 64], [0.125], kind)).toEqual([128, 8]);
      expect(fanOutsForDensities([64, 1024, 64], [1], kind)).toEqual([1024, 64]);
    }
  });

  test('are balanced where none exist within 2 %, junction by junction', () => {
    expect(degreesOf(lenet, fanOutsForDensities(lenet, [0.1, 0.1, 1]))).toEqual([
      '784→300: fan-in 78, fan-outs 29 or 30, 9.95 % dense',
      '300→100: fan-in 30, fan-out 10, 10 % dense',
      '100→10: fan-in 100, fan-out 10, 100 % dense',
    ]);
    expect(degreesOf([100, 100], fanOutsForDensities([100, 100], [0.1015]))).toEqual([
      '100→100: fan-in 10, fan-out 10, 10 % dense',
    ]);
    expect(degreesOf([13, 512, 256, 64, 1], fanOutsForDensities([13, 512, 256, 64, 1], [0.2, 0.2, 0.2, 1]))).toEqual([
      '13→512: fan-in 3, fan-outs 118 or 119, 23.1 % dense',
      '512→256: fan-in 104, fan-out 52, 20.3 % dense',
      '256→64: fan-in 52, fan-out 13, 20.3 % dense',
      '64→1: fan-in 64, fan-out 1, 100 % dense',
    ]);
  });

  test('are the sparsest possible where that is within 2 % of what was asked', () => {
    expect(degreesOf([784, 10], fanOutsForDensities([784, 10], [0.1]))).toEqual([
      '784→10: fan-in 79, fan-outs 1 or 2, 10.1 % dense',
    ]);
    expect(() => fanOutsForDensities([784, 10], [0.098])).toThrow(/no pattern is so sparse/);
  });

  test('are of the exact ones within 2 % those with the smallest windows', () => {
    expect(fanOutsForDensities([1024, 512], [0.1])).toEqual([52]);
    expect(fanOutsForDensities([1024, 512], [51 / 512])).toEqual([51]);
    expect(fanOutsForDensities([1024, 512], [0.125])).toEqual([64]);
  });

  test('are refused for all sparse junctions at once, where a neuron would have no edge, with options that work', () => {
    const { message, nextStep } = refusal(() => fanOutsForDensities([784, 10, 10], [0.02]));
    expect(message).toBe(
      'no pattern is so sparse: junction 1 (784 to 10 neurons) at 2 %: a left neuron would have no edge; the sparsest has fan-in 79, 10.1 % dense; junction 2 (10 to 10 neurons) at 2 %: a right neuron would have no edge; the sparsest has fan-in 1, 10 % dense',
    );
    expect(nextStep).toBe('The nearest that works: scattershot search --layers 784,10,10 --fan-in 79,1.');
    expect(
      junctionSizes(defineArchitecture({ layers: [784, 10, 10], fanOuts: fanOutsForFanIns([784, 10, 10], [79, 1]) })),
    ).toHaveLength(2);
  });

  test('too sparse ones are answered with what auto would take in the other junctions', () => {
    const layers = [13, 512, 256, 64, 1];
    const { nextStep } = refusal(() => fanOutsForDensities(layers, [0.2]));
    expect(nextStep).toContain('--fan-in 3,104,52,64.');
    expect(fanOutsForFanIns(layers, [3, 104, 52, 64])).toEqual(fanOutsForDensities(layers, [0.2, 0.2, 0.2, 1]));
    expect(refusal(() => fanOutsForDensities(layers, [0.2], 'balanced')).nextStep).toContain('--fan-in 3,102,51,64.');
  });

  test('with exact degrees alone, all junctions are named, with padding and options that work as they stand', () => {
    const { message, nextStep } = refusal(() => fanOutsForDensities([784, 300, 100, 10], [0.1], 'exact'));
    expect(message).toBe(
      'no exact degrees within 2 % of the density asked for in junction 1 (784 to 300 neurons) at 10 %: nearest feasible fan-outs: 75 (25 % dense)',
    );
    expect(nextStep).toMatch(/784 inputs padded to 800 \(--used-inputs 784\)/);
    expect(nextStep).toContain('scattershot search --layers 784,300,100,10 --fan-in 78,30,10.');
    const typed = /--layers (\S+) --fan-out ([\d,]+)/.exec(nextStep ?? '');
    expect(typed?.[1]).toBe('784,300,100,10');
    const fanOuts = typed?.[2].split(',').map(Number) ?? [];
    expect(fanOuts).toEqual([75, 10, 1]);
    defineArchitecture({ layers: lenet, fanOuts });
    expect(fanOutsForDensities([800, 300, 100, 10], [0.1], 'exact')).toEqual([30, 10, 1]);
  });

  test.each([0, -0.5, 1.001, Number.NaN, Number.POSITIVE_INFINITY])('a density of %d is refused', (density) => {
    expect(() => fanOutsForDensities([64, 64], [density])).toThrow('density must be above 0 and at most 1');
  });

  test('a list of another length than the junctions is refused', () => {
    expect(() => fanOutsForDensities(lenet, [0.1, 0.1])).toThrow('give one density for all or one each; got 2');
    expect(() => fanOutsForFanIns(lenet, [78])).toThrow('each with a fan-in; got 1 fan-ins');
    expect(() => fanOutsForDensities([64, Number.NaN], [0.5])).toThrow(/layer 2/);
  });

  test('property: a density found for one feasible fan-out gives that fan-out back', () => {
    fc.assert(
      fc.property(layer, layer, fc.nat(), (left, right, pick) => {
        const feasible = feasibleFanOuts(left, right);
        const fanOut = feasible[pick % feasible.length];
        for (const kind of ['exact', 'auto'] as const)
          expect(fanOutsForDensities([left, right], [fanOut / right], kind)).toEqual([fanOut]);
      }),
    );
  });

  test('property: whatever is taken is feasible and as near as degrees allow, or a neuron would have no edge', () => {
    const density = fc.double({ min: 0.001, max: 1, noNaN: true });
    fc.assert(
      fc.property(layer, layer, density, (left, right, asked) => {
        let fanOuts: number[];
        try {
          fanOuts = fanOutsForDensities([left, right], [asked]);
        } catch {
          expect(Math.round(asked * left) * right).toBeLessThan(Math.max(left, right));
          return;
        }
        const [size] = junctionSizes(defineArchitecture({ layers: [left, right], fanOuts }));
        if (Math.abs(size.density / asked - 1) <= 0.02) return;
        expect(isExact(size) ? size.fanIn : Math.round(asked * left)).toBe(size.fanIn);
        expect(Math.abs(size.density - asked)).toBeLessThanOrEqual(0.5 / left + 1e-9);
      }),
    );
  });
});

describe('fan-outs for fan-ins', () => {
  test('are exact where the edges divide, else the mean', () => {
    expect(fanOutsForFanIns(lenet, [78, 30, 100])).toEqual([23_400 / 784, 10, 10]);
  });

  test('are refused for all junctions at once', () => {
    expect(() => fanOutsForFanIns(lenet, [2, 301, 5])).toThrow(
      /fan-in 2 in junction 1 .* from 3 to 784.*; fan-in 301 in junction 2.*; fan-in 5 in junction 3 .* from 10 to 100/,
    );
    expect(() => fanOutsForFanIns(lenet, [78, 30, 100], 'exact')).toThrow(
      /no exact degrees .* junction 1 \(784 to 300/,
    );

    const { message } = refusal(() => fanOutsForFanIns(lenet, [197, 30, 10], 'exact'));
    expect(message).toBe(
      'no exact degrees with the fan-in asked for in junction 1 (784 to 300 neurons) at fan-in 197: nearest feasible fan-outs: 75 (25 % dense) or 150 (50 % dense)',
    );
  });
});

describe('fan-outs as typed', () => {
  test('are taken where all are feasible', () => {
    expect(exactFanOuts(lenet, [75, 10, 1])).toEqual([75, 10, 1]);
  });

  test('are refused for all junctions at once, with padding, and exact and balanced degrees that work', () => {
    const { message, nextStep } = refusal(() => exactFanOuts([784, 300, 7], [30, 3]));
    expect(message).toMatch(/fan-out 30 .* junction 1 .*; fan-out 3 .* junction 2 /);
    expect(nextStep).toMatch(/784 inputs padded to 800/);
    expect(nextStep).toContain('scattershot search --layers 784,300,7 --fan-out 75,7.');
    expect(nextStep).toContain('scattershot search --layers 784,300,7 --fan-in 78,129.');
  });

  test.each([0, 1, 2, 3, 301, 1e9])('property: what is advised for a fan-out of %d works', (fanOut) => {
    fc.assert(
      fc.property(layer, layer, layer, (a, b, c) => {
        const layers = [a, b, c];
        try {
          exactFanOuts(layers, [fanOut, fanOut]);
        } catch (error) {
          const { nextStep } = error as InvalidValueError;
          const lists = /--fan-out ([\d,]+)\. .*--fan-in ([\d,]+)\.$/.exec(nextStep ?? '')?.slice(1) ?? [];
          const [fanOuts, fanIns] = lists.map((list) => list.split(',').map(Number));
          defineArchitecture({ layers, fanOuts });
          defineArchitecture({ layers, fanOuts: fanOutsForFanIns(layers, fanIns) });
        }
      }),
    );
  });
});
