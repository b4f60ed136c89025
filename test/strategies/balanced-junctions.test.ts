import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { Random } from '../../src/base/random.ts';
import {
  defineArchitecture,
  isExact,
  type JunctionSize,
  junctionSizes,
  leastFanIn,
  meanFanOut,
} from '../../src/pattern/architecture.ts';
import { constraintConflict } from '../../src/pattern/constraints/conflict.ts';
import type { Constraints } from '../../src/pattern/constraints/constraints.ts';
import { constraintFault } from '../../src/pattern/constraints/fault.ts';
import { patternFault } from '../../src/pattern/pattern.ts';
import { leftDegrees, slackOf, withSlack } from '../../src/pattern/slack.ts';
import { balancedWindows } from '../../src/pattern/windows.ts';
import { constrainedPattern, constraintsRefusal } from '../../strategies/constraints/constrained-problem.ts';
import { alternatingCycles, exchangeCycles } from '../../strategies/evolve/alternating-cycles.ts';
import { balancedGridJunction, windowEdges } from '../../strategies/shared/balanced-grid.ts';
import { curveball, curveballRounds, randomJunction, roundRobinJunction } from '../../strategies/shared/biregular.ts';
import { allBalancedJunctions } from '../pattern/all-balanced.ts';
import { balancedPatterns, samplePattern } from '../pattern/sample-patterns.ts';
import { chiSquareDeviation } from './chi-square.ts';

/** A deviation that a fair source exceeds once in 30 000 times. */
const LIMIT = 4;

const sizeOf = (left: number, right: number, fanIn: number): JunctionSize =>
  junctionSizes({ layers: [left, right], fanOuts: [meanFanOut(left, right, fanIn)] })[0];

/** How often each of these junctions comes out; another must not. */
function countDraws(all: readonly Uint32Array[], each: number, draw: () => Uint32Array): number[] {
  const places = new Map(all.map((junction, index) => [junction.join(), index]));
  const counts = new Array<number>(all.length).fill(0);
  for (let n = 0; n < each * all.length; n++) {
    const index = places.get(draw().join());
    expect(index).toBeDefined();
    counts[index as number]++;
  }
  return counts;
}

test.each([
  [3, 2, 2, 6],
  [4, 3, 2, 90],
  [5, 3, 2, 180],
  [3, 4, 2, 36],
  [4, 5, 1, 240],
  [5, 3, 4, 60],
])(
  '%i left and %i right neurons with fan-in %i: all %i balanced junctions come out equally often',
  (left, right, fanIn, count) => {
    const all = allBalancedJunctions(left, right, fanIn);
    const random = Random.fromSeed(18).fork(left, right, fanIn);
    const draw = () => randomJunction(left, right, meanFanOut(left, right, fanIn), random);
    const counts = countDraws(all, 40, draw);
    expect(counts).toHaveLength(count);
    expect(Math.abs(chiSquareDeviation(counts))).toBeLessThan(LIMIT);
  },
);

test('a start that always gives the same neurons the edge more fails the same test', () => {
  const random = Random.fromSeed(19);
  const counts = countDraws(allBalancedJunctions(4, 3, 2), 40, () => {
    const sources = roundRobinJunction(4, 3, 1.5);
    curveball(sources, 3, curveballRounds(6), random);
    return sources;
  });
  expect(chiSquareDeviation(counts)).toBeGreaterThan(2 * LIMIT);
});

const constrainedCases: Readonly<Record<string, [JunctionSize, Constraints]>> = {
  'a forbidden edge': [sizeOf(4, 3, 2), { forbidden: [[[0, 0]]] }],
  'two forbidden edges of one neuron, which seldom has the edge more': [
    sizeOf(4, 3, 2),
    {
      forbidden: [
        [
          [0, 0],
          [0, 1],
        ],
      ],
    },
  ],
  'forced and forbidden edges': [sizeOf(5, 3, 2), { forbidden: [[[4, 2]]], forced: [[[0, 0]]] }],
  'one of two': [sizeOf(4, 3, 2), { structure: [{ n: 1, m: 2, transposable: false }] }],
  'one of two, and a forbidden edge': [
    sizeOf(4, 3, 2),
    { structure: [{ n: 1, m: 2, transposable: false }], forbidden: [[[1, 1]]] },
  ],
  'distinct neighbourhoods': [sizeOf(4, 3, 2), { distinctNeighbourhoods: true }],
  'distinct neighbourhoods and a forced edge': [sizeOf(4, 3, 2), { distinctNeighbourhoods: true, forced: [[[2, 1]]] }],
};

test.each(Object.entries(constrainedCases))(
  'under %s all balanced junctions come out equally often',
  (_, [size, constraints]) => {
    const { left, right, fanIn, fanOut } = size;
    const architecture = defineArchitecture({ layers: [left, right], fanOuts: [fanOut] });
    const all = allBalancedJunctions(left, right, fanIn).filter(
      (sources) => constraintFault({ ...architecture, junctions: [sources] }, constraints) === null,
    );
    expect(all.length).toBeGreaterThan(4);
    const random = Random.fromSeed(20);
    let drawn = 0;
    const counts = countDraws(
      all,
      60,
      () => constrainedPattern({ architecture, constraints }, random.fork(drawn++)).junctions[0],
    );
    expect(Math.abs(chiSquareDeviation(counts))).toBeLessThan(LIMIT);
  },
);

test('property: forced and forbidden edges are refused just where no balanced junction keeps them', () => {
  const cases = fc.tuple(fc.integer({ min: 2, max: 5 }), fc.integer({ min: 2, max: 4 })).chain(([left, right]) =>
    fc.record({
      left: fc.constant(left),
      right: fc.constant(right),
      fanIn: fc.integer({ min: leastFanIn(left, right), max: left }),
      forbidden: fc.array(fc.tuple(fc.nat(left - 1), fc.nat(right - 1)), { maxLength: 8 }),
      forced: fc.array(fc.tuple(fc.nat(left - 1), fc.nat(right - 1)), { maxLength: 4 }),
    }),
  );
  const outcomes = { kept: 0, refused: 0 };
  fc.assert(
    fc.property(cases, ({ left, right, fanIn, forbidden, forced }) => {
      const size = sizeOf(left, right, fanIn);
      fc.pre(!isExact(size));
      const architecture = defineArchitecture({ layers: [left, right], fanOuts: [size.fanOut] });
      const constraints = { forbidden: [forbidden], forced: [forced] };
      const exists = allBalancedJunctions(left, right, fanIn).some(
        (sources) => constraintFault({ ...architecture, junctions: [sources] }, constraints) === null,
      );
      const conflict = constraintConflict(architecture, constraints);
      expect(conflict === null).toBe(exists);
      if (exists) {
        outcomes.kept++;
        const pattern = constrainedPattern({ architecture, constraints }, Random.fromSeed(left));
        expect(patternFault(pattern)).toBeNull();
        expect(constraintFault(pattern, constraints)).toBeNull();
      } else {
        outcomes.refused++;
        expect(conflict).not.toMatch(/NaN|undefined|-\d|\.\d/);
        expectTrueShortage(conflict as string, size, constraints);
      }
    }),
    { numRuns: 300, seed: 5 },
  );
  expect(Math.min(outcomes.kept, outcomes.refused)).toBeGreaterThan(30);
});

/** What a message says that neurons need and can have holds of the junction. */
function expectTrueShortage(message: string, size: JunctionSize, constraints: Constraints): void {
  const said = /: (left|right) neurons? ([\d, and]+) needs? (\d+) edges?.* leave at most (\d+)/.exec(message);
  if (said === null) return;
  const [, side, names] = said;
  const [needed, possible] = [Number(said[3]), Number(said[4])];
  expect(needed).toBeGreaterThan(possible);
  const neurons = names.split(/, | and /).map(Number);
  const least = neurons.length * (side === 'left' ? size.leastFanOut : size.fanIn);
  const slack = slackOf(size);
  const sure = side === 'left' ? Math.max(least, neurons.length * size.mostFanOut - slack) : least;
  expect(needed).toBeLessThanOrEqual(sure);
  const forbidden = constraints.forbidden?.[0] ?? [];
  const others = side === 'left' ? size.right : size.left;
  const open = neurons.reduce((sum, n) => {
    const barred = new Set(forbidden.filter((pair) => pair[side === 'left' ? 0 : 1] === n).map(String));
    return sum + others - barred.size;
  }, 0);
  expect(possible).toBeLessThanOrEqual(open);
}

test('parallelism asks for one fan-out, and says so', () => {
  const architecture = defineArchitecture({ layers: [12, 8], fanOuts: [meanFanOut(12, 8, 4)] });
  expect(() => constraintsRefusal({ architecture, constraints: { parallelism: [4] } })).toThrow(
    'parallelism 4 in junction 1 needs left neurons of one fan-out; here some have 2 and some 3',
  );
  expect(constraintsRefusal({ architecture, constraints: { parallelism: [1] } })).toBeNull();
});

test('property: with its slack neuron every left neuron of a junction has one degree', () => {
  fc.assert(
    fc.property(balancedPatterns, (pattern) => {
      for (const size of junctionSizes(pattern)) {
        const all = withSlack(pattern.junctions[size.number - 1], size);
        expect(all).toHaveLength(size.edges + slackOf(size));
        expect(new Set(leftDegrees(all, size.left))).toEqual(new Set([size.mostFanOut]));
      }
    }),
  );
});

test('property: any alternating cycles of two balanced junctions give one of balanced degrees, all of them the second', () => {
  fc.assert(
    fc.property(balancedPatterns, fc.nat(), fc.nat(), (first, seed, choice) => {
      const second = samplePattern(first.layers, first.fanOuts, seed);
      const random = Random.fromSeed(seed);
      const take = (all: boolean) => {
        const junctions = junctionSizes(first).map((size, index) => {
          const own = first.junctions[index];
          const classes = { left: [], right: [] };
          const cycles = alternatingCycles(own, second.junctions[index], size, classes, random.fork(index));
          return exchangeCycles(own, size.right, all ? cycles : cycles.filter((_, i) => (choice >> (i % 30)) & 1));
        });
        return { ...first, junctions };
      };
      expect(patternFault(take(false))).toBeNull();
      expect(take(true)).toEqual(second);
    }),
  );
});

/** Means over right neurons and left windows, and over left neurons and right windows, of [an edge at least]. */
function reached(sources: Uint32Array, { left, right, fanIn }: JunctionSize, counts: readonly [number, number]) {
  const [lefts, rights] = [balancedWindows(left, counts[0]), balancedWindows(right, counts[1])];
  const forward = new Set<number>();
  const backward = new Set<number>();
  for (const [e, k] of sources.entries()) {
    const j = Math.floor(e / fanIn);
    forward.add(j * counts[0] + lefts.members[k]);
    backward.add(k * counts[1] + rights.members[j]);
  }
  return [forward.size / right / counts[0], backward.size / left / counts[1]];
}

test.each([
  [784, 300, 78],
  [784, 300, 16],
  [13, 512, 3],
  [512, 256, 51],
  [2048, 1000, 20],
  [3072, 1024, 310],
  [784, 1000, 78],
  [100, 10, 11],
])(
  'a balanced grid of %i to %i neurons with fan-in %i is at its bound in both entries, as soon as it is built',
  (left, right, fanIn) => {
    const size = sizeOf(left, right, fanIn);
    const counts = [Math.min(fanIn, left), Math.min(size.leastFanOut, right)] as const;
    const windows = { left: balancedWindows(left, counts[0]), right: balancedWindows(right, counts[1]) };
    const sources = balancedGridJunction(size, windows, Random.fromSeed(1));
    const [forward, backward] = reached(sources, size, counts);
    const shares = windowEdges(size, windows.left.sizes, Random.fromSeed(2));
    const bound = shares.reduce((sum, share) => sum + Math.min(1, share / right), 0) / counts[0];
    const backBound = [...windows.right.sizes].reduce((sum, window) => sum + Math.min(1, (window * fanIn) / left), 0);
    expect(forward).toBeCloseTo(bound, 10);
    expect(backward).toBeCloseTo(backBound / counts[1], 10);
  },
);

test('property: a balanced grid is a pattern of its degrees, whatever the windows', () => {
  const cases = fc.tuple(fc.integer({ min: 2, max: 30 }), fc.integer({ min: 2, max: 30 })).chain(([left, right]) =>
    fc.record({
      left: fc.constant(left),
      right: fc.constant(right),
      fanIn: fc.integer({ min: leastFanIn(left, right), max: left }),
      windows: fc.tuple(fc.integer({ min: 1, max: left }), fc.integer({ min: 1, max: right })),
      seed: fc.nat(),
    }),
  );
  fc.assert(
    fc.property(cases, ({ left, right, fanIn, windows, seed }) => {
      const size = sizeOf(left, right, fanIn);
      const pair = { left: balancedWindows(left, windows[0]), right: balancedWindows(right, windows[1]) };
      const junctions = [balancedGridJunction(size, pair, Random.fromSeed(seed))];
      expect(patternFault({ layers: [left, right], fanOuts: [size.fanOut], junctions })).toBeNull();
    }),
  );
});
