import fc from 'fast-check';
import { Matrix, SingularValueDecomposition } from 'ml-matrix';
import { describe, expect, test } from 'vitest';
import { junctionSizes, meanFanOut } from '../../src/pattern/architecture.ts';
import { distinctNeighbourhoods } from '../../src/proxies/distinct-neighbourhoods.ts';
import { countFourCycles, expectedFourCycles } from '../../src/proxies/four-cycles.ts';
import { proxies, requireProxy } from '../../src/proxies/index.ts';
import { junctionLocality } from '../../src/proxies/locality.ts';
import { pathSpread } from '../../src/proxies/path-evenness.ts';
import { junctionRank } from '../../src/proxies/rank.ts';
import { junctionSpectrum } from '../../src/proxies/spectrum.ts';
import { balancedPatterns, samplePattern } from '../pattern/sample-patterns.ts';
import { architectureOf, denseMatrix, junctionsOf, numbers } from './known-junctions.ts';

/** The targets of every left neuron, by looking at every pair. */
const columnsOf = (matrix: Matrix) =>
  numbers(matrix.columns).map((k) => numbers(matrix.rows).filter((j) => matrix.get(j, k) === 1));

const singularValues = (matrix: Matrix) =>
  [...new SingularValueDecomposition(matrix, { autoTranspose: true }).diagonal].sort((a, b) => b - a);

describe('property, junctions of balanced degrees:', () => {
  test('λ1 and λ2 are those of a dense decomposition', () => {
    fc.assert(
      fc.property(balancedPatterns, fc.nat(), (pattern, seed) => {
        for (const junction of junctionsOf(pattern)) {
          const exact = singularValues(denseMatrix(junction));
          const { lambda1, lambda2, converged } = junctionSpectrum(junction.sources, junction.size, { seed });
          expect(converged).toBe(true);
          expect(Math.abs(lambda1 - exact[0])).toBeLessThan(1e-8);
          expect(Math.abs(lambda2 - (exact[1] ?? 0))).toBeLessThan(1e-7);
        }
      }),
      { numRuns: 200 },
    );
  });

  test('4-cycles are those of a trial of all pairs: Σ C(common, 2)', () => {
    fc.assert(
      fc.property(balancedPatterns, (pattern) => {
        for (const junction of junctionsOf(pattern)) {
          const common = denseMatrix(junction).mmul(denseMatrix(junction).transpose());
          let cycles = 0;
          for (let j = 0; j < common.rows; j++) {
            for (let i = 0; i < j; i++) cycles += (common.get(i, j) * (common.get(i, j) - 1)) / 2;
          }
          expect(countFourCycles(junction.sources, junction.size)).toBe(cycles);
        }
      }),
      { numRuns: 100 },
    );
  });

  test('rank is that of a dense decomposition', () => {
    fc.assert(
      fc.property(balancedPatterns, (pattern) => {
        for (const junction of junctionsOf(pattern)) {
          const found = junctionRank(junction.sources, junction.size).rank;
          expect(found).toBe(singularValues(denseMatrix(junction)).filter((value) => value > 1e-9).length);
        }
      }),
      { numRuns: 100 },
    );
  });

  test('neighbourhoods are counted on both sides, by degree', () => {
    const choose = (n: number, d: number): number => (d === 0 ? 1 : (choose(n - 1, d - 1) * n) / d);
    fc.assert(
      fc.property(balancedPatterns, (pattern) => {
        const { junctions } = distinctNeighbourhoods.measure(pattern, architectureOf(pattern));
        for (const [i, { sources, size }] of junctionsOf(pattern).entries()) {
          const rows = numbers(size.right).map((j) => [...sources.subarray(j * size.fanIn, (j + 1) * size.fanIn)]);
          const columns = columnsOf(denseMatrix({ sources, size }));
          const most = [size.leastFanOut, size.leastFanOut + 1].reduce(
            (sum, degree) =>
              sum + Math.min(columns.filter((c) => c.length === degree).length, Math.round(choose(size.right, degree))),
            0,
          );
          const right =
            new Set(rows.map(String)).size / Math.min(size.right, Math.round(choose(size.left, size.fanIn)));
          expect(junctions[i]).toBe(Math.min(new Set(columns.map(String)).size / most, right));
        }
      }),
      { numRuns: 100 },
    );
  });

  test('spread of targets is the mean over left neurons that have two or more', () => {
    const variance = (places: readonly number[]) => {
      const mean = places.reduce((a, b) => a + b, 0) / places.length;
      return places.reduce((sum, place) => sum + (place - mean) ** 2, 0) / (places.length - 1);
    };
    fc.assert(
      fc.property(balancedPatterns, (pattern) => {
        for (const { sources, size } of junctionsOf(pattern)) {
          const { backward } = junctionLocality(sources, size, architectureOf(pattern));
          const columns = columnsOf(denseMatrix({ sources, size })).filter((column) => column.length > 1);
          if (columns.length === 0 || size.right === 1) expect(backward).toBeNull();
          else {
            const mean = columns.reduce((sum, column) => sum + variance(column), 0) / columns.length;
            expect(backward).toBeCloseTo(mean / variance(numbers(size.right)), 10);
          }
        }
      }),
      { numRuns: 100 },
    );
  });

  test('path counts are those of the matrix product, padding cut off', () => {
    fc.assert(
      fc.property(balancedPatterns, fc.nat(), fc.nat(), (pattern, inputs, outputs) => {
        const usedInputs = 1 + (inputs % pattern.layers[0]);
        const usedOutputs = 1 + (outputs % (pattern.layers.at(-1) as number));
        const paths = junctionsOf(pattern)
          .map(denseMatrix)
          .reduce((product, junction) => junction.mmul(product), Matrix.eye(pattern.layers[0]))
          .subMatrix(0, usedOutputs - 1, 0, usedInputs - 1)
          .to1DArray();
        expect(pathSpread(pattern, architectureOf(pattern, { usedInputs, usedOutputs }))).toEqual({
          pairs: paths.length,
          sum: paths.reduce((a, b) => a + b, 0),
          squares: paths.reduce((a, b) => a + b * b, 0),
          least: Math.min(...paths),
          most: Math.max(...paths),
        });
      }),
      { numRuns: 100 },
    );
  });
});

test.each([
  [40, 30, 9],
  [64, 48, 23],
  [100, 70, 2],
])(
  'the expected number of 4-cycles of %i to %i neurons with fan-in %i is near the mean over samples',
  (left, right, fanIn) => {
    const fanOut = meanFanOut(left, right, fanIn);
    const samples = numbers(200).map((seed) => junctionsOf(samplePattern([left, right], [fanOut], seed))[0]);
    const counts = samples.map(({ sources, size }) => countFourCycles(sources, size));
    const mean = counts.reduce((sum, count) => sum + count, 0) / counts.length;
    const deviation = Math.sqrt(counts.reduce((sum, count) => sum + (count - mean) ** 2, 0) / (counts.length - 1));
    const allowed = 0.05 * mean + (3 * deviation) / Math.sqrt(counts.length);
    expect(Math.abs(expectedFourCycles(samples[0].size) - mean)).toBeLessThan(allowed);
  },
);

test('two unconnected parts: λ2 is λ1, although no vector of equal numbers belongs to it', () => {
  // 3→2 with fan-in 2, twice: left neurons of one and of two edges; A·Aᵀ of a part is [[2, 1], [1, 2]]
  const sources = Uint32Array.of(0, 1, 0, 2, 3, 4, 3, 5);
  const size = junctionSizes({ layers: [6, 4], fanOuts: [meanFanOut(6, 4, 2)] })[0];
  const { lambda1, lambda2 } = junctionSpectrum(sources, size);
  expect(lambda1).toBeCloseTo(Math.sqrt(3), 12);
  expect(lambda2).toBeCloseTo(Math.sqrt(3), 12);
});

test('every proxy measures LeNet-300-100 at 10 %', () => {
  const layers = [784, 300, 100, 10];
  const fanOuts = [78, 30, 10].map((fanIn, i) => meanFanOut(layers[i], layers[i + 1], fanIn));
  const pattern = samplePattern(layers, fanOuts, 1);
  for (const proxy of proxies.values()) {
    const { value, reason } = proxy.measure(pattern, architectureOf(pattern));
    expect(reason, proxy.name).toBeNull();
    expect(Number.isFinite(value), proxy.name).toBe(true);
  }
  expect(requireProxy('spectral-gap').compute(pattern, architectureOf(pattern))).toBeGreaterThan(0.3);
});
