import * as fc from 'fast-check';
import { Matrix, SingularValueDecomposition } from 'ml-matrix';
import { describe, expect, test } from 'vitest';
import { Random } from '../../src/base/random.ts';
import { eliminationRank } from '../../src/proxies/elimination-rank.ts';
import { type Incidence, incidence, peel, transpose } from '../../src/proxies/incidence.ts';
import { krylovRank } from '../../src/proxies/krylov-rank.ts';
import { junctionRank, rank } from '../../src/proxies/rank.ts';
import { patterns, samplePattern } from '../pattern/sample-patterns.ts';
import {
  architectureOf,
  complete,
  degenerateMorse,
  denseMatrix,
  disjointUnion,
  fanoPlane,
  type Junction,
  junctionsOf,
  numbers,
  patternOf,
  permutationGrid,
  ring,
} from './known-junctions.ts';

const rankOf = ({ sources, size }: Junction) => junctionRank(sources, size).rank;
const denseRank = (matrix: Matrix) => new SingularValueDecomposition(matrix, { autoTranspose: true }).rank;

const toDense = ({ rows, columns, starts, members }: Incidence): Matrix => {
  const matrix = Matrix.zeros(rows, columns);
  for (let r = 0; r < rows; r++) for (const c of members.subarray(starts[r], starts[r + 1])) matrix.set(r, c, 1);
  return matrix;
};

/** Any 0/1 matrix, empty and repeated rows included. */
const incidences = fc
  .record({ rows: fc.integer({ min: 1, max: 14 }), columns: fc.integer({ min: 1, max: 14 }) })
  .chain(({ rows, columns }) =>
    fc
      .array(fc.uniqueArray(fc.nat(columns - 1), { maxLength: columns }), { minLength: rows, maxLength: rows })
      .map((lists) =>
        incidence(
          lists.map((list) => list.sort((a, b) => a - b)),
          columns,
        ),
      ),
  );

describe('the rank of known junctions', () => {
  test('complete: 1; rings: n, less one if n is even; the Fano plane: 7, though only 4 over two elements', () => {
    expect(rankOf(complete(7, 4))).toBe(1);
    expect([3, 4, 5, 6].map((neurons) => rankOf(ring(neurons)))).toEqual([3, 3, 5, 5]);
    expect(rankOf(fanoPlane())).toBe(7);
    expect(rankOf(disjointUnion(fanoPlane(), 3))).toBe(21);
  });

  test('the degenerate pattern has rank 8 of 64', () => {
    const pattern = degenerateMorse();
    expect(junctionsOf(pattern).map(rankOf)).toEqual([8, 8]);
    expect(rank.compute(pattern, architectureOf(pattern))).toBe(8 / 64);
  });

  test('a grid of K×L permutation blocks reaches its limit, min(N_r − K, N_l − L) + 1', () => {
    // blocks of 20: elimination; of 60: the Krylov sequence
    for (const block of [20, 60]) {
      const { rank: found, method } = ((junction) => junctionRank(junction.sources, junction.size))(
        permutationGrid(8, 8, block, 3),
      );
      expect(found).toBe(8 * block - 7);
      expect(method).toBe(block === 20 ? 'elimination' : 'krylov');
    }
  });

  test('a large square junction of full rank is certain', () => {
    const [{ sources, size }] = junctionsOf(samplePattern([420, 420], [5], 1));
    expect(junctionRank(sources, size)).toEqual({ rank: 420, method: 'full' });
  });

  test('a wide junction of full rank is certain from a sample of its columns', () => {
    const [{ sources, size }] = junctionsOf(samplePattern([1400, 350], [5], 9));
    expect(junctionRank(sources, size)).toEqual({ rank: 350, method: 'full' });
  });

  test('a wide junction of deficient rank is not mistaken for less by its sample', () => {
    const wide = permutationGrid(5, 20, 70, 6);
    expect(junctionRank(wide.sources, wide.size)).toEqual({ rank: 346, method: 'krylov' });
  });
});

describe('the rank against a dense decomposition', () => {
  test('property: of small junctions', () => {
    fc.assert(
      fc.property(patterns, (pattern) => {
        for (const junction of junctionsOf(pattern)) expect(rankOf(junction)).toBe(denseRank(denseMatrix(junction)));
      }),
    );
  });

  test('property: elimination, peeling and the Krylov sequence all find that of any 0/1 matrix', () => {
    fc.assert(
      fc.property(incidences, fc.nat(), (matrix, seed) => {
        const expected = denseRank(toDense(matrix));
        expect(eliminationRank(matrix)).toBe(expected);
        expect(krylovRank(matrix, Math.min(matrix.rows, matrix.columns), Random.fromSeed(seed))).toBe(expected);
        const { core, rank: peeled } = peel(matrix);
        expect(peeled + eliminationRank(core)).toBe(expected);
      }),
    );
  });

  test('property: what peeling leaves has two ones at least in every row and column', () => {
    fc.assert(
      fc.property(incidences, (matrix) => {
        const { core } = peel(matrix);
        for (const lines of [core, transpose(core)]) {
          for (let line = 0; line < lines.rows; line++) {
            expect(lines.starts[line + 1] - lines.starts[line]).toBeGreaterThanOrEqual(2);
          }
        }
      }),
    );
  });

  test('the Krylov sequence finds the rank that elimination does on hundreds of neurons', () => {
    const grid = permutationGrid(6, 9, 30, 8);
    const copies = disjointUnion(permutationGrid(2, 2, 5, 1), 20);
    const [random] = junctionsOf(samplePattern([240, 200], [5], 2));
    for (const { sources, size } of [grid, copies, random]) {
      const rows = numbers(size.right).map((j) => [...sources.subarray(j * size.fanIn, (j + 1) * size.fanIn)]);
      const matrix = incidence(rows, size.left);
      const expected = eliminationRank(matrix);
      expect(krylovRank(matrix, size.right, Random.fromSeed(4))).toBe(expected);
      expect(krylovRank(transpose(matrix), size.left, Random.fromSeed(5))).toBe(expected);
    }
  });
});

describe('the proxy', () => {
  test('a dense junction does not hide what the other one says', () => {
    const halves = numbers(4).map((j) => (j < 2 ? [0, 1] : [2, 3]));
    const pattern = patternOf([4, 4, 4], [halves, numbers(4).map(() => numbers(4))]);
    expect(rank.measure(pattern, architectureOf(pattern))).toEqual({
      value: 0.5,
      junctions: [0.5, 0.25],
      reason: null,
    });
  });

  test('a junction too large is left out for its size alone, with the reason', () => {
    const sizes = { layers: [65536, 65536], fanOuts: [64], junctions: [new Uint32Array(0)] };
    const { value, junctions, reason } = rank.measure(sizes, architectureOf(sizes));
    expect([value, junctions]).toEqual([null, [null]]);
    expect(reason).toMatch(/rank of junction 1 would take 5\.5e\+11 additions/);
  });
});
