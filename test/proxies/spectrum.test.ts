import * as fc from 'fast-check';
import { Matrix, SingularValueDecomposition } from 'ml-matrix';
import { describe, expect, test } from 'vitest';
import { leadingTriplet } from '../../src/proxies/bidiagonal.ts';
import { ramanujanDeficit } from '../../src/proxies/ramanujan-deficit.ts';
import { spectralGap } from '../../src/proxies/spectral-gap.ts';
import { junctionSpectrum } from '../../src/proxies/spectrum.ts';
import { patterns, samplePattern } from '../pattern/sample-patterns.ts';
import {
  architectureOf,
  complete,
  degenerateMorse,
  denseMatrix,
  disjointUnion,
  fanoPlane,
  type Junction,
  junctionOf,
  junctionsOf,
  numbers,
  permutationGrid,
  ring,
} from './known-junctions.ts';

const spectrum = ({ sources, size }: Junction, options = {}) => junctionSpectrum(sources, size, options);

/** All singular values, largest first, by a dense decomposition. */
const singularValues = (matrix: Matrix): number[] =>
  new SingularValueDecomposition(matrix, { autoTranspose: true }).diagonal.toSorted((a, b) => b - a);

describe('λ2 of known graphs', () => {
  test('complete bipartite: 0', () => {
    for (const [left, right] of [
      [1, 1],
      [1, 6],
      [6, 1],
      [9, 4],
    ]) {
      expect(spectrum(complete(left, right))).toMatchObject({ lambda2: 0, converged: true });
    }
  });

  test('two unconnected copies of anything: λ1', () => {
    for (const junction of [complete(3, 2), ring(5), fanoPlane()]) {
      const { lambda1, lambda2, gap } = spectrum(disjointUnion(junction, 2));
      expect(lambda2).toBeCloseTo(lambda1, 10);
      expect(gap).toBeLessThan(1e-10);
    }
  });

  test('groups of like neurons: λ1, however often it occurs', () => {
    for (const junction of junctionsOf(degenerateMorse())) {
      expect(spectrum(junction).lambda2).toBeCloseTo(32, 10);
    }
  });

  test('a ring of 2n edges: 2·cos(π/n)', () => {
    for (const neurons of [3, 10, 64]) {
      expect(spectrum(ring(neurons)).lambda2).toBeCloseTo(2 * Math.cos(Math.PI / neurons), 8);
    }
  });

  test('the Fano plane: √2, hence Ramanujan with a deficit of −√2', () => {
    const { lambda1, lambda2, deficit } = spectrum(fanoPlane());
    expect(lambda1).toBe(3);
    expect(lambda2).toBeCloseTo(Math.SQRT2, 12);
    expect(deficit).toBeCloseTo(-Math.SQRT2, 12);
  });

  test('all but a permutation: 1', () => {
    const rows = numbers(9).map((j) => numbers(9).filter((k) => k !== j));
    expect(spectrum(junctionOf(9, rows)).lambda2).toBeCloseTo(1, 10);
  });
});

describe('λ2 against a dense decomposition', () => {
  test('property: agrees to 1e-8, and its own error bound holds', () => {
    fc.assert(
      fc.property(patterns, fc.nat(), (pattern, seed) => {
        for (const junction of junctionsOf(pattern)) {
          const exact = singularValues(denseMatrix(junction));
          const { lambda1, lambda2, converged } = spectrum(junction, { seed });
          expect(converged).toBe(true);
          expect(Math.abs(lambda1 - exact[0])).toBeLessThan(1e-8);
          expect(Math.abs(lambda2 - (exact[1] ?? 0))).toBeLessThan(1e-8);
        }
      }),
    );
  });

  test('agrees on junctions of a hundred neurons, random and in blocks', () => {
    const junctions = [
      ...junctionsOf(samplePattern([120, 80, 96], [6, 12], 5)),
      permutationGrid(6, 8, 12, 2),
      disjointUnion(permutationGrid(2, 3, 8, 4), 4),
    ];
    for (const junction of junctions) {
      expect(Math.abs(spectrum(junction).lambda2 - singularValues(denseMatrix(junction))[1])).toBeLessThan(1e-8);
    }
  });

  test('a run cut short says so, and how far off a singular value it is at most', () => {
    const [junction] = junctionsOf(samplePattern([100, 100], [5], 7));
    const exact = singularValues(denseMatrix(junction)).slice(1);
    const { lambda2, error, steps, converged } = spectrum(junction, { mostSteps: 6 });
    expect(converged).toBe(false);
    expect(steps).toBe(6);
    expect(Math.min(...exact.map((value) => Math.abs(value - lambda2)))).toBeLessThanOrEqual(error);
    expect(lambda2).toBeLessThan(exact[0]);
    expect(spectrum(junction).steps).toBeGreaterThan(6);
  });

  test('the seed of the start vector changes nothing but round-off', () => {
    const [junction] = junctionsOf(samplePattern([300, 200], [8], 1));
    const first = spectrum(junction, { seed: 1 });
    expect(spectrum(junction, { seed: 1 })).toEqual(first);
    expect(Math.abs(spectrum(junction, { seed: 2 }).lambda2 - first.lambda2)).toBeLessThan(1e-10);
  });
});

test('property: the leading triplet of a bidiagonal matrix is that of a dense decomposition', () => {
  const entry = fc.double({ min: 0.01, max: 10, noNaN: true });
  fc.assert(
    fc.property(fc.array(entry, { minLength: 1, maxLength: 12 }), fc.array(entry, { minLength: 11 }), (a, b) => {
      const matrix = Matrix.zeros(a.length, a.length);
      for (const [i, value] of a.entries()) matrix.set(i, i, value);
      for (let i = 1; i < a.length; i++) matrix.set(i, i - 1, b[i - 1]);
      const exact = new SingularValueDecomposition(matrix);
      const order = numbers(a.length).sort((i, j) => exact.diagonal[j] - exact.diagonal[i]);
      const { value, last } = leadingTriplet(a, b);
      expect(Math.abs(value / exact.diagonal[order[0]] - 1)).toBeLessThan(1e-12);
      const separation = a.length === 1 ? 1 : 1 - exact.diagonal[order[1]] / exact.diagonal[order[0]];
      // the vector of a value that has a near twin is not determined
      if (separation > 1e-3) {
        const expected = Math.abs(exact.rightSingularVectors.get(a.length - 1, order[0]));
        expect(Math.abs(last - expected)).toBeLessThan(1e-8);
      }
    }),
  );
});

describe('the proxies', () => {
  test('take the worst junction, and pass over one that its degrees settle', () => {
    const stars = samplePattern([24, 12, 9], [1, 3], 4);
    const architecture = architectureOf(stars);
    const [, open] = junctionsOf(stars).map((junction) => spectrum(junction));
    const gap = spectralGap.measure(stars, architecture);
    expect(gap.junctions[0]).toBeLessThan(1e-10);
    expect(gap.value).toBe(open.gap / open.lambda1);
    expect(ramanujanDeficit.compute(stars, architecture)).toBe(open.deficit);
    const both = samplePattern([24, 12, 9], [4, 6], 4);
    const deficits = junctionsOf(both).map((junction) => spectrum(junction).deficit);
    expect(ramanujanDeficit.measure(both, architectureOf(both)).junctions).toEqual(deficits);
    expect(ramanujanDeficit.compute(both, architectureOf(both))).toBe(Math.max(...deficits));
  });

  test('the degenerate pattern has no gap and is far from Ramanujan', () => {
    const pattern = degenerateMorse();
    expect(spectralGap.compute(pattern, architectureOf(pattern))).toBeLessThan(1e-10);
    expect(ramanujanDeficit.compute(pattern, architectureOf(pattern))).toBeCloseTo(
      32 - Math.sqrt(7) - Math.sqrt(127),
      8,
    );
  });
});
