import * as fc from 'fast-check';
import { Matrix } from 'ml-matrix';
import { describe, expect, test } from 'vitest';
import type { Architecture } from '../../src/pattern/architecture.ts';
import type { Pattern } from '../../src/pattern/pattern.ts';
import { pathEvenness, pathSpread } from '../../src/proxies/path-evenness.ts';
import { patterns } from '../pattern/sample-patterns.ts';
import { architectureOf, denseMatrix, junctionsOf, numbers, patternOf } from './known-junctions.ts';

/** Path counts between real inputs and outputs, by multiplying out. */
function counts(pattern: Pattern, { usedInputs, usedOutputs }: Architecture): number[] {
  const product = junctionsOf(pattern)
    .map(denseMatrix)
    .reduce((paths, junction) => junction.mmul(paths), Matrix.eye(pattern.layers[0]));
  return product.subMatrix(0, usedOutputs - 1, 0, usedInputs - 1).to1DArray();
}

/** Σ counts² when `sum` is dealt out one by one, always to the least. */
function leastSquares(sum: number, pairs: number): number {
  const dealt = new Array(pairs).fill(0);
  for (let path = 0; path < sum; path++) dealt[path % pairs]++;
  return dealt.reduce((total, count) => total + count ** 2, 0);
}

const evenness = (pattern: Pattern, used = {}) => pathEvenness.compute(pattern, architectureOf(pattern, used));

describe('path evenness', () => {
  test('a butterfly, with one path between any two, is perfectly even', () => {
    const near = numbers(4).map((j) => [j, j ^ 1]);
    const far = numbers(4).map((j) => [j, j ^ 2]);
    expect(evenness(patternOf([4, 4, 4], [near, far]))).toBe(1);
  });

  test('two halves that never meet have half of it: counts 2 and 0 instead of 1', () => {
    const halves = numbers(4).map((j) => (j < 2 ? [0, 1] : [2, 3]));
    expect(evenness(patternOf([4, 4, 4], [halves, halves]))).toBe(0.5);
  });

  test('one junction is as even as whole counts can be', () => {
    expect(evenness(patternOf([4, 4], [numbers(4).map((j) => [j, (j + 1) % 4])]))).toBe(1);
  });

  test('real inputs that reach no real output make it 0', () => {
    const halves = numbers(4).map((j) => (j < 2 ? [2, 3] : [0, 1]));
    expect(evenness(patternOf([4, 4], [halves]), { usedInputs: 2, usedOutputs: 2 })).toBe(0);
  });

  test('property: sum, squares, least and most are those of the matrix product, padding cut off', () => {
    fc.assert(
      fc.property(patterns, fc.nat(), fc.nat(), (pattern, inputs, outputs) => {
        const architecture = architectureOf(pattern, {
          usedInputs: 1 + (inputs % pattern.layers[0]),
          usedOutputs: 1 + (outputs % pattern.layers[pattern.layers.length - 1]),
        });
        const all = counts(pattern, architecture);
        const sum = all.reduce((total, count) => total + count, 0);
        const squares = all.reduce((total, count) => total + count ** 2, 0);
        expect(pathSpread(pattern, architecture)).toEqual({
          pairs: all.length,
          sum,
          squares,
          least: Math.min(...all),
          most: Math.max(...all),
        });
        const expected = sum === 0 ? 0 : leastSquares(sum, all.length) / squares;
        expect(pathEvenness.compute(pattern, architecture)).toBe(expected);
      }),
      { numRuns: 80 },
    );
  });
});

describe('what is too much', () => {
  const sized = (layers: number[], fanOuts: number[]) => {
    const pattern = { layers, fanOuts, junctions: fanOuts.map(() => new Uint32Array(0)) };
    return pathEvenness.measure(pattern, architectureOf(pattern));
  };

  test('is left out with the number of additions', () => {
    const { value, reason } = sized([1_000_000, 1_000_000, 1_000_000], [64, 64]);
    expect(value).toBeNull();
    expect(reason).toMatch(/6\.4e\+13 additions/);
  });

  test('is left out where paths pass 2^53', () => {
    const { value, reason } = sized(new Array(6).fill(4096), new Array(5).fill(4096));
    expect(value).toBeNull();
    expect(reason).toMatch(/2\^53/);
  });
});
