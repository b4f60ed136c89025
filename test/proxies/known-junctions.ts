import { Matrix } from 'ml-matrix';
import { Random } from '../../src/base/random.ts';
import {
  type Architecture,
  defineArchitecture,
  type JunctionSize,
  junctionSizes,
} from '../../src/pattern/architecture.ts';
import { makePattern, type Pattern } from '../../src/pattern/pattern.ts';

/** A pattern from the sources of each right neuron, in any order. */
export function patternOf(layers: readonly number[], junctions: readonly (readonly (readonly number[])[])[]): Pattern {
  const fanOuts = junctions.map((rows, i) => rows.flat().length / layers[i]);
  return makePattern(
    { layers, fanOuts },
    junctions.map((rows) => Uint32Array.from(rows.flat())),
  );
}

export interface Junction {
  readonly sources: Uint32Array;
  readonly size: JunctionSize;
}

export const junctionsOf = (pattern: Pattern): Junction[] =>
  junctionSizes(pattern).map((size, i) => ({ sources: pattern.junctions[i], size }));

/** One junction from the sources of each right neuron. */
export const junctionOf = (left: number, rows: readonly (readonly number[])[]): Junction =>
  junctionsOf(patternOf([left, rows.length], [rows]))[0];

export const numbers = (count: number): number[] => Array.from({ length: count }, (_, i) => i);

export const complete = (left: number, right: number): Junction =>
  junctionOf(
    left,
    numbers(right).map(() => numbers(left)),
  );

/** Right neuron j has sources j and j + 1: one cycle of 2n edges, with singular values 2·|cos(πk/n)|. */
export const ring = (neurons: number): Junction =>
  junctionOf(
    neurons,
    numbers(neurons).map((j) => [j, (j + 1) % neurons]),
  );

/** Points and lines of the Fano plane: two lines share one point, so no 4-cycle; singular values 3 and, six times, √2. */
export const fanoPlane = (): Junction =>
  junctionOf(
    7,
    numbers(7).map((line) => [0, 1, 3].map((point) => (line + point) % 7)),
  );

/** `copies` of a junction side by side, unconnected. */
export function disjointUnion({ sources, size }: Junction, copies: number): Junction {
  const rows = numbers(copies).flatMap((copy) =>
    numbers(size.right).map((j) =>
      [...sources.subarray(j * size.fanIn, (j + 1) * size.fanIn)].map((k) => k + copy * size.left),
    ),
  );
  return junctionOf(size.left * copies, rows);
}

/** A grid of permutation matrices: K row blocks and L column blocks of `block` neurons. */
export function permutationGrid(rowBlocks: number, columnBlocks: number, block: number, seed: number): Junction {
  const random = Random.fromSeed(seed);
  const rows = numbers(rowBlocks).flatMap(() => {
    const orders = numbers(columnBlocks).map(() => random.shuffle(numbers(block)));
    return numbers(block).map((place) => orders.map((order, w) => w * block + order[place]));
  });
  return junctionOf(columnBlocks * block, rows);
}

/** 64-1024-64 (128,8) with every scatter entry 1, and yet only 8 different neurons in the hidden layer. */
export function degenerateMorse(): Pattern {
  const hidden = numbers(1024).map((j) => numbers(8).map((w) => 8 * w + (j % 8)));
  const outputs = numbers(64).map((j) => numbers(128).map((w) => 8 * w + (j % 8)));
  return patternOf([64, 1024, 64], [hidden, outputs]);
}

/** right × left, zeros and ones */
export function denseMatrix({ sources, size }: Junction): Matrix {
  const matrix = Matrix.zeros(size.right, size.left);
  for (const [e, k] of sources.entries()) matrix.set(Math.floor(e / size.fanIn), k, 1);
  return matrix;
}

/** The same network with every layer's neurons renumbered at random. */
export function renumber(pattern: Pattern, seed: number): Pattern {
  const random = Random.fromSeed(seed);
  const orders = pattern.layers.map((neurons) => random.shuffle(numbers(neurons)));
  const junctions = junctionsOf(pattern).map(({ sources, size }, i) => {
    const rows: number[][] = new Array(size.right);
    for (let j = 0; j < size.right; j++) {
      const row = sources.subarray(j * size.fanIn, (j + 1) * size.fanIn);
      rows[orders[i + 1][j]] = Array.from(row, (k) => orders[i][k]);
    }
    return rows;
  });
  return patternOf(pattern.layers, junctions);
}

export const architectureOf = (pattern: Pattern, used: Partial<Architecture> = {}): Architecture =>
  defineArchitecture({ layers: pattern.layers, fanOuts: pattern.fanOuts, ...used });
