import fc from 'fast-check';
import { expect, test, vi } from 'vitest';
import { Random } from '../../../src/base/random.ts';
import type { Constraints } from '../../../src/pattern/constraints/constraints.ts';
import { constraintFault } from '../../../src/pattern/constraints/fault.ts';
import { junctionRules, sharesVary } from '../../../src/pattern/constraints/rules.ts';
import { fingerprint, makePattern, type Pattern, patternFault } from '../../../src/pattern/pattern.ts';
import { presets } from '../../../src/pattern/presets.ts';
import type { Problem } from '../../../src/search/strategy.ts';
import { remixedJunction } from '../../../strategies/constraints/constrained-junction.ts';
import {
  constrainedPattern,
  constraintsRefusal,
  hasConstraints,
  refusesConstraints,
  swapFilter,
} from '../../../strategies/constraints/constrained-problem.ts';
import { CycleMoves } from '../../../strategies/constraints/cycle-moves.ts';
import { uniformRandomPattern } from '../../../strategies/uniform-random.ts';
import { makeProblem } from '../../conformance/strategy-problems.ts';
import {
  constrainedTiny,
  everyJunction,
  isSupported,
  type TinyJunction,
  tinyPattern,
} from '../../pattern/constraint-oracle.ts';
import { chiSquareDeviation } from '../chi-square.ts';

/** A deviation that a fair source exceeds once in 30 000 times. */
const LIMIT = 4;

const problemOf = ({ left, right, fanOut }: TinyJunction, constraints: Constraints): Problem => ({
  ...makeProblem({ layers: [left, right], fanOuts: [fanOut] }),
  constraints,
});

function expectKept(pattern: Pattern, { constraints = {} }: Problem): void {
  expect(patternFault(pattern)).toBeNull();
  expect(constraintFault(pattern, constraints)).toBeNull();
}

test('no constraints, empty ones and ones that bind nothing are the same as none', () => {
  const free = makeProblem({ layers: [16, 64, 16], fanOuts: [16, 4] });
  const empty: Constraints[] = [{}, { parallelism: [1, null], forbidden: [[], []], distinctNeighbourhoods: false }];
  for (const problem of [free, ...empty.map((constraints) => ({ ...free, constraints }))]) {
    expect(hasConstraints(problem)).toBe(false);
    expect(refusesConstraints(problem)).toBe(true);
    expect(swapFilter(problem)).toBeNull();
    expect(constraintsRefusal(problem)).toBeNull();
    const drawn = constrainedPattern(problem, Random.fromSeed(3));
    expect(fingerprint(drawn)).toBe(fingerprint(uniformRandomPattern(free, Random.fromSeed(3))));
  }
});

test('a strategy that can keep none refuses by naming what is asked for', () => {
  const problem = problemOf(
    { left: 8, right: 4, fanOut: 2 },
    { parallelism: [2], forced: [[[0, 1]]], distinctNeighbourhoods: true },
  );
  expect(refusesConstraints(problem)).toBe(
    'it cannot keep constraints (parallelism 2, forced edges and distinct neighbourhoods)',
  );
});

test('property: wherever a junction keeps the constraints one is drawn, and where none does none is', () => {
  const counts = { drawn: 0, refused: 0 };
  const property = fc.property(constrainedTiny, fc.nat(), ({ tiny, constraints }, seed) => {
    fc.pre(isSupported(constraints));
    const problem = problemOf(tiny, constraints);
    const exists = everyJunction(tiny).some(
      (junction) => constraintFault(tinyPattern(tiny, junction), constraints) === null,
    );
    expect(constraintsRefusal(problem) === null).toBe(exists);
    if (!exists) {
      counts.refused++;
      expect(() => constrainedPattern(problem, Random.fromSeed(seed))).toThrow(RangeError);
      return;
    }
    counts.drawn++;
    expectKept(constrainedPattern(problem, Random.fromSeed(seed)), problem);
  });
  fc.assert(property, { numRuns: 300, seed: 11 });
  expect(Math.min(...Object.values(counts))).toBeGreaterThan(50);
});

/** The junction after an exchange of left neurons between two right ones; null where an edge becomes double. */
function swapped({ left, right, fanOut }: TinyJunction, sources: Uint32Array, edges: readonly [number, number]) {
  const fanIn = (left * fanOut) / right;
  const [e, f] = edges;
  const [j1, j2] = edges.map((edge) => Math.floor(edge / fanIn));
  const row = (j: number) => [...sources.subarray(j * fanIn, (j + 1) * fanIn)];
  if (j1 === j2 || row(j1).includes(sources[f]) || row(j2).includes(sources[e])) return null;
  const copy = sources.slice();
  [copy[e], copy[f]] = [copy[f], copy[e]];
  return { j1, j2, pattern: makePattern({ layers: [left, right], fanOuts: [fanOut] }, [copy]) };
}

test('property: the filter passes swaps that keep the constraints and, where shares are fixed, all of them', () => {
  const counts = { passed: 0, refused: 0, cautious: 0 };
  const property = fc.property(constrainedTiny, fc.nat(), ({ tiny, constraints: drawn }, seed) => {
    const constraints = { ...drawn, distinctNeighbourhoods: false };
    fc.pre(isSupported(constraints));
    const problem = problemOf(tiny, constraints);
    fc.pre(constraintsRefusal(problem) === null);
    const random = Random.fromSeed(seed);
    const [sources] = constrainedPattern(problem, random).junctions;
    const filter = swapFilter(problem) ?? (() => true);
    for (let n = 0; n < 20; n++) {
      const edges = [random.below(sources.length), random.below(sources.length)] as const;
      const after = swapped(tiny, sources, edges);
      if (after === null) continue;
      const passes = filter(1, sources[edges[0]], sources[edges[1]], after.j1, after.j2);
      const keeps = constraintFault(after.pattern, constraints) === null;
      if (passes) expect(keeps).toBe(true);
      if (!passes && !sharesVary(junctionRules(problem.architecture, constraints)[0])) expect(keeps).toBe(false);
      counts[passes ? 'passed' : keeps ? 'cautious' : 'refused']++;
    }
  });
  fc.assert(property, { numRuns: 300, seed: 13 });
  expect(counts.passed).toBeGreaterThan(300);
  expect(counts.refused).toBeGreaterThan(300);
});

const diagonal = (n: number) => Array.from({ length: n }, (_, k) => [k, k] as const);

const uniform: readonly (readonly [string, TinyJunction, Constraints])[] = [
  ['two memories, one edge from each', { left: 4, right: 4, fanOut: 2 }, { parallelism: [2] }],
  ['two memories, two edges from each', { left: 8, right: 2, fanOut: 1 }, { parallelism: [2] }],
  ['cycles over two right neurons', { left: 4, right: 4, fanOut: 2 }, { parallelism: [4] }],
  ['cycles over two right neurons of one edge', { left: 4, right: 4, fanOut: 1 }, { parallelism: [2] }],
  ['cycles that end within right neurons', { left: 6, right: 3, fanOut: 1 }, { parallelism: [3] }],
  ['1:2', { left: 4, right: 4, fanOut: 2 }, { structure: [{ n: 1, m: 2, transposable: false }] }],
  ['transposable 1:2', { left: 4, right: 4, fanOut: 2 }, { structure: [{ n: 1, m: 2, transposable: true }] }],
  ['no loops', { left: 4, right: 4, fanOut: 2 }, { forbidden: [diagonal(4)] }],
  [
    'no loops of three, which only turn round as a whole',
    { left: 3, right: 3, fanOut: 1 },
    { forbidden: [diagonal(3)] },
  ],
  [
    'two forced edges',
    { left: 4, right: 4, fanOut: 2 },
    {
      forced: [
        [
          [0, 1],
          [3, 3],
        ],
      ],
    },
  ],
  [
    'forbidden edges in memories',
    { left: 4, right: 4, fanOut: 2 },
    {
      parallelism: [2],
      forbidden: [
        [
          [0, 0],
          [1, 2],
        ],
      ],
    },
  ],
  ['cycles with a forbidden edge', { left: 4, right: 4, fanOut: 2 }, { parallelism: [4], forbidden: [[[0, 0]]] }],
  ['all different', { left: 4, right: 4, fanOut: 2 }, { distinctNeighbourhoods: true }],
  ['all three pairs of three', { left: 3, right: 3, fanOut: 2 }, { distinctNeighbourhoods: true }],
  [
    'all different, no loops',
    { left: 4, right: 4, fanOut: 2 },
    { forbidden: [diagonal(4)], distinctNeighbourhoods: true },
  ],
];

test.each(uniform)('%s: every junction comes out equally often', (_, tiny, constraints) => {
  const all = everyJunction(tiny).filter(
    (junction) => constraintFault(tinyPattern(tiny, junction), constraints) === null,
  );
  const places = new Map(all.map((junction, index) => [junction.join(), index]));
  const counts = new Array<number>(all.length).fill(0);
  const problem = problemOf(tiny, constraints);
  const random = Random.fromSeed(19);
  for (let n = 0; n < 40 * all.length; n++) {
    const place = places.get(constrainedPattern(problem, random.fork(n)).junctions[0].join());
    expect(place).toBeDefined();
    counts[place as number]++;
  }
  expect(all.length).toBeGreaterThan(1);
  expect(chiSquareDeviation(counts)).toBeLessThan(LIMIT);
});

test('drawing is the same for the same stream and differs between streams', () => {
  const problem = problemOf({ left: 24, right: 36, fanOut: 6 }, { parallelism: [8], distinctNeighbourhoods: true });
  const draw = (seed: number) => fingerprint(constrainedPattern(problem, Random.fromSeed(seed)));
  expect(draw(1)).toBe(draw(1));
  expect(new Set([1, 2, 3, 4].map(draw)).size).toBe(4);
});

test('many edges forbidden and forced at once are kept on the Morse network, with every kind of parallelism', () => {
  const random = Random.fromSeed(29);
  const pairs = (count: number, left: number, right: number) =>
    Array.from({ length: count }, () => [random.below(left), random.below(right)] as const);
  const forbidden = [pairs(8000, 64, 1024), pairs(6000, 1024, 64)];
  const barred = new Set(forbidden.flatMap((list) => list.map((pair) => pair.join())));
  const forced = [pairs(40, 64, 1024), pairs(40, 1024, 64)].map((list) =>
    list.filter((pair) => !barred.has(pair.join())),
  );
  for (const parallelism of [
    [null, null],
    [8, 8],
    [32, 16],
  ]) {
    const constraints = { parallelism, forbidden, forced, distinctNeighbourhoods: true };
    const problem = { ...makeProblem(presets.morse), constraints };
    expect(constraintsRefusal(problem)).toBeNull();
    expectKept(constrainedPattern(problem, random.fork(1)), problem);
  }
});

test('property: a junction mixed anew keeps all that it kept, and mostly changes', () => {
  const tinyOnes = constrainedTiny.filter(({ constraints }) => isSupported(constraints));
  let changed = 0;
  const property = fc.property(tinyOnes, fc.nat(), ({ tiny, constraints }, seed) => {
    const problem = problemOf(tiny, constraints);
    fc.pre(constraintsRefusal(problem) === null);
    const random = Random.fromSeed(seed);
    const [sources] = constrainedPattern(problem, random).junctions;
    const mixed = remixedJunction(junctionRules(problem.architecture, constraints)[0], sources, random.fork(2));
    expectKept(tinyPattern(tiny, mixed), problem);
    if (mixed.join() !== sources.join()) changed++;
  });
  fc.assert(property, { numRuns: 150, seed: 37 });
  expect(changed).toBeGreaterThan(75);
});

test('what is proved of a later junction is said before a long search in an earlier one', () => {
  const problem = {
    ...makeProblem({ layers: [3136, 784, 10], fanOuts: [16, 10] }),
    constraints: { parallelism: [49, 49], distinctNeighbourhoods: true },
  };
  const draw = vi.spyOn(CycleMoves.prototype, 'rounds');
  expect(constraintsRefusal(problem)).toBe(
    'junction 2: 10 right neurons cannot differ: all have the same left neurons, the junction is dense',
  );
  expect(draw).not.toHaveBeenCalled();
  draw.mockRestore();
});

test('what was only not found has other words than what is impossible', () => {
  // the first right neuron reads both of its edges in one cycle, so not two from one memory: no flow knows that
  const problem = problemOf(
    { left: 6, right: 3, fanOut: 1 },
    {
      parallelism: [3],
      forced: [
        [
          [0, 0],
          [3, 0],
        ],
      ],
    },
  );
  expect(constraintsRefusal(problem)).toBe(
    'junction 1: no connections were found that keep parallelism 3 and forced edges, in 20 tries; there may be some all the same',
  );
  const impossible = problemOf(
    { left: 4, right: 4, fanOut: 1 },
    {
      forced: [
        [
          [0, 0],
          [0, 1],
        ],
      ],
    },
  );
  expect(constraintsRefusal(impossible)).toBe('junction 1: left neuron 0 has 2 forced edges, but room for 1');
});
