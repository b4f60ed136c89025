import { expect, test } from 'vitest';
import { Random } from '../../src/base/random.ts';
import { defineArchitecture } from '../../src/pattern/architecture.ts';
import { clashFreeFault } from '../../src/pattern/clash-free.ts';
import { scatterEntries } from '../../src/pattern/entries.ts';
import { denseJunction, makePattern, type Pattern } from '../../src/pattern/pattern.ts';
import { patternStructure } from '../../src/pattern/structure.ts';
import { scorePattern } from '../../src/scatter/kernel.ts';
import { permutationGrid } from '../../strategies/permutation-grid.ts';
import { uniformRandomPattern } from '../../strategies/uniform-random.ts';

const one = (left: number, right: number, ...rows: readonly (readonly number[])[]): Pattern =>
  makePattern({ layers: [left, right], fanOuts: [(right * rows[0].length) / left] }, [Uint32Array.from(rows.flat())]);

test('2:4 and 1:2 along the inputs, which columns need not keep', () => {
  // each pair of neighbours has one edge in a row; the first column has both of its edges in the first pair of rows
  const pairs = one(8, 4, [0, 2, 4, 6], [0, 2, 5, 7], [1, 3, 4, 6], [1, 3, 5, 7]);
  expect(patternStructure(pairs)[0]).toMatchObject({ nm: '1:2', transposable: '2:4', permutationGrid: null });
  const both = one(8, 4, [0, 2, 4, 6], [1, 3, 5, 7], [0, 3, 4, 7], [1, 2, 5, 6]);
  expect(patternStructure(both)[0]).toMatchObject({ nm: '1:2', transposable: '1:2', permutationGrid: 'grid' });
  // two of each four, but not one of each two
  const fours = one(8, 4, [0, 1, 4, 5], [2, 3, 6, 7], [0, 1, 4, 5], [2, 3, 6, 7]);
  expect(patternStructure(fours)[0]).toMatchObject({ nm: '2:4', transposable: '2:4' });
  const neither = one(8, 4, [0, 1, 2, 3], [4, 5, 6, 7], [0, 1, 2, 3], [4, 5, 6, 7]);
  expect(patternStructure(neither)[0]).toMatchObject({ nm: null, transposable: null });
  // rows keep 2:4, and the columns of the first four have all of theirs in the first rows
  const rowsAlone = [0, 1, 2, 3, 4, 5, 6, 7].map((j) => [0, 1, 2, 3].map((w) => 2 * w + (j < 4 ? 0 : 1)));
  expect(patternStructure(one(8, 8, ...rowsAlone))[0]).toMatchObject({ nm: '1:2', transposable: null });
});

test('a permutation grid along the runs, along boxes of a shape, and its complement', () => {
  const grid = one(4, 4, [0, 2], [1, 3], [0, 3], [1, 2]);
  expect(patternStructure(grid)[0]).toMatchObject({ permutationGrid: 'grid', transposable: '1:2' });
  const shifted = one(4, 4, [0, 1], [2, 3], [0, 1], [2, 3]);
  expect(patternStructure(shifted)[0]).toMatchObject({ permutationGrid: null });
  const complement = one(3, 3, [1, 2], [0, 2], [0, 1]);
  expect(patternStructure(complement)[0]).toMatchObject({
    permutationGrid: 'complement',
    nm: null,
    transposable: null,
  });
  // windows of 4 on 4x4 inputs are squares of 2x2, which runs of 4 neighbours are not
  const squares = [0, 2, 8, 10];
  const boxes = one(16, 4, ...[0, 1, 4, 5].map((at) => squares.map((corner) => corner + at)));
  expect(patternStructure(boxes, { shapes: [[4, 4], [4]] })[0].permutationGrid).toBe('grid');
  expect(patternStructure(boxes)[0].permutationGrid).toBe(null);
});

test('a complete junction is nothing in particular, and balanced degrees leave rows alone to be judged', () => {
  const complete = makePattern({ layers: [4, 4], fanOuts: [4] }, [denseJunction(4, 4)]);
  expect(patternStructure(complete)).toEqual([
    { junction: 1, nm: null, transposable: null, permutationGrid: null, clashFree: [] },
  ]);
  const balanced = one(4, 3, [0, 2], [1, 3], [0, 3]);
  expect(patternStructure(balanced)[0]).toEqual({
    ...{ junction: 1, nm: '1:2', transposable: null, permutationGrid: null, clashFree: [] },
  });
});

test('property: a grid is what has both entries at 1, N:M is what a count finds, and clash-free what the rule says', () => {
  const random = Random.fromSeed(5);
  for (const [left, right, fanOut] of [
    [8, 8, 2],
    [12, 6, 2],
    [16, 8, 4],
    [6, 6, 4],
    [8, 4, 2],
  ]) {
    const architecture = defineArchitecture({ layers: [left, right], fanOuts: [fanOut] });
    const entries = scatterEntries(architecture, {});
    const problem = { architecture, entries, metric: 'indicator' as const, target: null };
    const grids =
      permutationGrid.accepts(problem) === true
        ? permutationGrid.step(problem, permutationGrid.start(problem, random), [], random).candidates
        : [];
    const drawn = Array.from({ length: 30 }, () => uniformRandomPattern(problem, random));
    for (const pattern of [...grids, ...drawn]) {
      const [structure] = patternStructure(pattern);
      const fanIn = (left * fanOut) / right;
      const p = fanOut / right;
      // definitions §3; both metrics are 1, the stricter one where windows hold more than one edge
      const isWhole = scorePattern(pattern, entries, 'fair-share').scatter === 1;
      const kind = p > 1 / 2 ? 'complement' : 'grid';
      expect(structure.permutationGrid).toBe(isWhole ? kind : null);
      const rows = Array.from({ length: right }, (_, j) => pattern.junctions[0].slice(j * fanIn, (j + 1) * fanIn));
      const keeps = (m: number) =>
        rows.every((row) =>
          Array.from({ length: left / m }, (_, w) => row.filter((k) => Math.floor(k / m) === w).length).every(
            (n) => n === (fanIn * m) / left,
          ),
        );
      const smallest = Array.from({ length: left - 2 }, (_, n) => n + 2).find(
        (m) => left % m === 0 && (fanIn * m) % left === 0 && keeps(m),
      );
      expect(structure.nm).toBe(smallest === undefined ? null : `${(fanIn * smallest) / left}:${smallest}`);
      for (const z of [2, left]) {
        expect(structure.clashFree.includes(z)).toBe(clashFreeFault(pattern.junctions[0], left, right, z) === null);
      }
    }
    expect(grids.length).toBeGreaterThan(0);
    for (const pattern of grids) expect(patternStructure(pattern)[0].permutationGrid).not.toBe(null);
  }
});
