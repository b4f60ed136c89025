import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { Random } from '../../../src/base/random.ts';
import { junctionSizes } from '../../../src/pattern/architecture.ts';
import type { Constraints } from '../../../src/pattern/constraints/constraints.ts';
import { constraintFault } from '../../../src/pattern/constraints/fault.ts';
import { type Pattern, patternFault } from '../../../src/pattern/pattern.ts';
import { scorePattern } from '../../../src/scatter/kernel.ts';
import { constrainedPattern } from '../../../strategies/constraints/constrained-problem.ts';
import { alternatingCycles, type CycleClasses, exchangeCycles } from '../../../strategies/evolve/alternating-cycles.ts';
import { crossPatterns } from '../../../strategies/evolve.ts';
import { permutationGridPattern } from '../../../strategies/shared/permutation-grid-pattern.ts';
import { makeProblem } from '../../conformance/strategy-problems.ts';
import { networks, samplePattern } from '../../pattern/sample-patterns.ts';

const unclassed: CycleClasses = { left: [], right: [] };

const sizeOf = (left: number, right: number, fanOut: number) =>
  junctionSizes({ layers: [left, right], fanOuts: [fanOut] })[0];

const edgesOf = (sources: Uint32Array, right: number): Set<string> =>
  new Set(Array.from(sources, (k, e) => `${k}→${Math.floor((e * right) / sources.length)}`));

/** Every junction of two patterns, its cycles exchanged where `take` says so. */
function crossed(first: Pattern, second: Pattern, take: (cycle: number) => boolean, seed: number): Pattern {
  const random = Random.fromSeed(seed);
  const junctions = junctionSizes(first).map((size, index) => {
    const own = first.junctions[index];
    const cycles = alternatingCycles(own, second.junctions[index], size, unclassed, random.fork(index));
    return exchangeCycles(
      own,
      size.right,
      cycles.filter((_, cycle) => take(cycle)),
    );
  });
  return { ...first, junctions };
}

test('two permutations of two neurons differ in one cycle of both', () => {
  const [straight, across] = [Uint32Array.of(0, 1), Uint32Array.of(1, 0)];
  const cycles = alternatingCycles(straight, across, sizeOf(2, 2, 1), unclassed, Random.fromSeed(1));
  expect(cycles).toHaveLength(1);
  expect(new Set(cycles[0])).toEqual(
    new Set([
      { right: 0, lost: 0, gained: 1 },
      { right: 1, lost: 1, gained: 0 },
    ]),
  );
  expect(exchangeCycles(straight, 2, cycles)).toEqual(across);
  expect(straight).toEqual(Uint32Array.of(0, 1));
});

test('two disjoint exchanges are two cycles, of which one can be made alone', () => {
  const [first, second] = [Uint32Array.of(0, 1, 2, 3), Uint32Array.of(1, 0, 3, 2)];
  const cycles = alternatingCycles(first, second, sizeOf(4, 4, 1), unclassed, Random.fromSeed(1));
  expect(cycles).toHaveLength(2);
  const halves = cycles.map((cycle) => [...exchangeCycles(first, 4, [cycle])]).sort((a, b) => a[0] - b[0]);
  expect(halves).toEqual([
    [0, 1, 3, 2],
    [1, 0, 2, 3],
  ]);
});

test('property: any cycles exchanged keep every degree, what the parents share, and nothing that neither has', () => {
  fc.assert(
    fc.property(networks, fc.nat(), fc.nat(), (network, one, two) => {
      const first = samplePattern(network.layers, network.fanOuts, one);
      const second = samplePattern(network.layers, network.fanOuts, two);
      expect(crossed(first, second, () => true, one).junctions).toEqual(second.junctions);
      expect(crossed(first, second, () => false, one).junctions).toEqual(first.junctions);
      const child = crossed(first, second, (cycle) => ((one + cycle) & 1) === 0, two);
      expect(patternFault(child)).toBeNull();
      for (const { number, right } of junctionSizes(first)) {
        const [a, b, c] = [first, second, child].map((each) => edgesOf(each.junctions[number - 1], right));
        for (const edge of c) expect(a.has(edge) || b.has(edge)).toBe(true);
        for (const edge of a) if (b.has(edge)) expect(c.has(edge)).toBe(true);
      }
    }),
    { numRuns: 100, seed: 3 },
  );
});

test('children of two permutation grids are permutation grids, unlike both', () => {
  const problem = makeProblem({ layers: [64, 128, 32], fanOuts: [16, 8] });
  const [first, second] = [1, 2].map((seed) => permutationGridPattern(problem, Random.fromSeed(seed)));
  for (const seed of [3, 4, 5]) {
    const child = crossPatterns(problem, first, second, 0.5, Random.fromSeed(seed));
    const { vector } = scorePattern(child, problem.entries, 'fair-share');
    expect(vector.slice(0, 4)).toEqual([1, 1, 1, 1]);
    expect(child.junctions).not.toEqual(first.junctions);
    expect(child.junctions).not.toEqual(second.junctions);
  }
});

test.each<[string, Constraints]>([
  ['transposable 2:4', { structure: [{ n: 2, m: 4, transposable: true }] }],
  ['2:4', { structure: [{ n: 2, m: 4, transposable: false }] }],
  ['parallelism 4', { parallelism: [4] }],
  ['forced and forbidden edges', { forced: [[[0, 0]]], forbidden: [[[1, 1]]] }],
])('children keep %s without a parent’s help', (_, constraints) => {
  const problem = makeProblem({ layers: [16, 16], fanOuts: [8] }, { constraints });
  for (let seed = 0; seed < 10; seed++) {
    const random = Random.fromSeed(seed);
    const [first, second] = [1, 2].map((stream) => constrainedPattern(problem, random.fork(stream)));
    const child = crossPatterns(problem, first, second, 0.5, random.fork(3));
    expect(patternFault(child)).toBeNull();
    expect(constraintFault(child, constraints)).toBeNull();
    expect(child.junctions).not.toEqual(first.junctions);
  }
});

test('a child that would break a constraint is its first parent', () => {
  const constraints = { distinctNeighbourhoods: true };
  const problem = makeProblem({ layers: [4, 6], fanOuts: [3] }, { constraints });
  let kept = 0;
  for (let seed = 0; seed < 20; seed++) {
    const random = Random.fromSeed(seed);
    const [first, second] = [1, 2].map((stream) => constrainedPattern(problem, random.fork(stream)));
    const child = crossPatterns(problem, first, second, 0.5, random.fork(3));
    expect(constraintFault(child, constraints)).toBeNull();
    if (child === first) kept++;
  }
  expect(kept).toBeGreaterThan(0);
});
