import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { defineArchitecture, type LayerShape } from '../../src/pattern/architecture.ts';
import { junctionLocality, locality, positions, relativeSpread } from '../../src/proxies/locality.ts';
import { samplePattern } from '../pattern/sample-patterns.ts';
import { architectureOf, junctionsOf, numbers, patternOf } from './known-junctions.ts';

function subsets(items: number, size: number): number[][] {
  if (size === 0) return [[]];
  return numbers(items).flatMap((last) => subsets(last, size - 1).map((head) => [...head, last]));
}

/** Mean squared distance over all ordered pairs of different neurons, by trying all. */
function meanSquaredDistance(axes: readonly Float64Array[], neurons: readonly number[]): number {
  const pairs = neurons.flatMap((a) => neurons.filter((b) => b !== a).map((b) => [a, b]));
  const squares = pairs.map(([a, b]) => axes.reduce((sum, axis) => sum + (axis[a] - axis[b]) ** 2, 0));
  return squares.reduce((sum, square) => sum + square, 0) / pairs.length;
}

describe('relative spread', () => {
  test('of neighbouring pairs in a row of 8 is 1/12: variance 1/2 against 6', () => {
    expect(relativeSpread(Uint32Array.of(0, 1, 2, 3, 6, 7), 2, 3, [8])).toBeCloseTo(1 / 12, 12);
  });

  test('of the two ends is far above 1', () => {
    expect(relativeSpread(Uint32Array.of(0, 7), 2, 1, [8])).toBeCloseTo(24.5 / 6, 12);
  });

  test.each([
    [[8], 2],
    [[8], 5],
    [[3, 3], 3],
    [[2, 4], 2],
    [[2, 2, 2], 3],
  ] as const)('over all choices on a layer of shape %j with %i neighbours has mean 1', (shape, degree) => {
    const neurons = (shape as readonly number[]).reduce((a, b) => a * b, 1);
    const all = subsets(neurons, degree);
    expect(relativeSpread(Uint32Array.from(all.flat()), degree, all.length, shape)).toBeCloseTo(1, 12);
  });

  test('a square of a picture is more local than a row of it', () => {
    const square = relativeSpread(Uint32Array.of(0, 1, 6, 7), 4, 1, [6, 6]);
    const row = relativeSpread(Uint32Array.of(0, 1, 2, 3), 4, 1, [6, 6]);
    expect(square).toBeLessThan(row as number);
  });

  test('the channels of one pixel lie at one place', () => {
    expect(relativeSpread(Uint32Array.of(0, 1, 2), 3, 1, [2, 2, 3])).toBe(0);
    expect(positions([2, 2, 2]).map((axis) => [...axis])).toEqual([
      [0, 0, 0, 0, 1, 1, 1, 1],
      [0, 0, 1, 1, 0, 0, 1, 1],
    ]);
  });

  test('is unknown for single neighbours and for layers without places', () => {
    expect(relativeSpread(Uint32Array.of(3), 1, 1, [8])).toBeNull();
    expect(relativeSpread(Uint32Array.of(0, 1), 2, 1, [1, 1, 5])).toBeNull();
  });

  test('property: is the mean squared distance between neighbours over that between all neurons', () => {
    const shapes = fc.constantFrom<LayerShape>([12], [3, 4], [2, 2, 3]);
    fc.assert(
      fc.property(shapes, fc.uniqueArray(fc.nat(11), { minLength: 2, maxLength: 12 }), (shape, neighbours) => {
        const axes = positions(shape);
        const expected = meanSquaredDistance(axes, neighbours) / meanSquaredDistance(axes, numbers(12));
        const found = relativeSpread(Uint32Array.from(neighbours), neighbours.length, 1, shape);
        expect(found).toBeCloseTo(expected, 10);
      }),
    );
  });
});

describe('locality', () => {
  test('is about 1 at random, exactly 1 when dense, far below in sliding windows', () => {
    const random = samplePattern([64, 256, 64], [32, 8], 2);
    expect(locality.compute(random, architectureOf(random))).toBeCloseTo(1, 1);
    const dense = samplePattern([16, 8], [8], 1);
    expect(locality.compute(dense, architectureOf(dense))).toBeCloseTo(1, 12);
    const blocks = patternOf(
      [64, 64],
      [numbers(64).map((j) => numbers(4).map((place) => 4 * Math.floor(j / 4) + place))],
    );
    expect(locality.compute(blocks, architectureOf(blocks))).toBeLessThan(0.01);
  });

  test('reads sources over the left layer, targets over the right one, and takes the mean', () => {
    const pattern = patternOf(
      [4, 4],
      [
        [
          [0, 1],
          [2, 3],
          [0, 1],
          [2, 3],
        ],
      ],
    );
    const architecture = architectureOf(pattern);
    const [{ sources, size }] = junctionsOf(pattern);
    const found = junctionLocality(sources, size, architecture);
    // neighbouring sources: 1/2 against 5/3; targets two apart: 2 against 5/3
    expect(found.forward).toBeCloseTo(0.3, 12);
    expect(found.backward).toBeCloseTo(1.2, 12);
    expect(locality.compute(pattern, architecture)).toBeCloseTo(0.75, 12);
  });

  test('leaves padded neurons out of the mean', () => {
    const pattern = patternOf(
      [4, 4],
      [
        [
          [0, 1],
          [0, 3],
          [1, 2],
          [2, 3],
        ],
      ],
    );
    const [{ sources, size }] = junctionsOf(pattern);
    const padded = junctionLocality(sources, size, architectureOf(pattern, { usedOutputs: 1 }));
    expect(padded.forward).toBeCloseTo(0.3, 12);
    expect(junctionLocality(sources, size, architectureOf(pattern)).forward).toBeCloseTo(
      (3 * 0.3 + 4.5 / (5 / 3)) / 4,
      12,
    );
  });

  test('follows the shapes of the layers: a run of 4 in 36 is less local in a picture of 6x6', () => {
    const runs = patternOf([36, 9], [numbers(9).map((j) => numbers(4).map((place) => 4 * j + place))]);
    expect(locality.compute(runs, architectureOf(runs))).toBeCloseTo(5 / 3 / 111, 12);
    const [{ sources, size }] = junctionsOf(runs);
    const shaped = junctionLocality(sources, size, defineArchitecture({ ...runs, shapes: [[6, 6], [9]] }));
    // of nine runs six lie within a row (5/3), three go on in the next one (1/3 down, 17/3 across); the layer has 6
    expect(shaped.forward).toBeCloseTo((6 * (5 / 3) + 3 * (1 / 3 + 17 / 3)) / 9 / 6, 12);
  });

  test('says why when no neuron has two neighbours', () => {
    const pattern = patternOf([3, 3], [[[2], [0], [1]]]);
    const { value, reason } = locality.measure(pattern, architectureOf(pattern));
    expect(value).toBeNull();
    expect(reason).toMatch(/two neighbours/);
  });
});
