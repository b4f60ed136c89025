import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Random } from '../../src/base/random.ts';
import type { Constraints } from '../../src/pattern/constraints/constraints.ts';
import { constraintFault } from '../../src/pattern/constraints/fault.ts';
import { fingerprint, type Pattern, patternFault } from '../../src/pattern/pattern.ts';
import { presets } from '../../src/pattern/presets.ts';
import { scorePattern } from '../../src/scatter/kernel.ts';
import type { Problem, Strategy } from '../../src/search/strategy.ts';
import { exact } from '../../strategies/exact.ts';
import { permutationGrid } from '../../strategies/permutation-grid.ts';
import { permutationGridPattern } from '../../strategies/shared/permutation-grid-pattern.ts';
import { uniformRandom } from '../../strategies/uniform-random.ts';
import { makeProblem } from '../conformance/strategy-problems.ts';
import { chiSquareDeviation } from './chi-square.ts';

const NONE = null;
const net = { layers: [16, 64, 16], fanOuts: [16, 4] };

const constrained: Readonly<Record<string, Problem>> = {
  'parallelism over several right neurons': problem(net, { parallelism: [8, 16] }),
  'parallelism that divides fan-ins': problem(net, { parallelism: [4, 8] }),
  'parallelism that ends within right neurons': problem({ layers: [12, 16], fanOuts: [12] }, { parallelism: [6] }),
  '1:4': problem(net, { structure: [nm(1, 4), nm(1, 4)] }),
  '1:4 transposable, in one junction': problem(net, { structure: [NONE, nm(1, 4, true)] }),
  'parallelism and 4:8': problem({ layers: [16, 16], fanOuts: [8] }, { parallelism: [2], structure: [nm(4, 8)] }),
  'forbidden and forced edges': problem(net, {
    forbidden: [
      [
        [0, 0],
        [3, 9],
      ],
      [],
    ],
    forced: [
      [[1, 1]],
      [
        [5, 5],
        [9, 5],
      ],
    ],
  }),
  'distinct neighbourhoods': problem(net, { distinctNeighbourhoods: true }),
  'windows that are boxes': problem(
    {
      layers: [64, 16],
      fanOuts: [4],
      shapes: [
        [8, 8],
        [4, 4],
      ],
    },
    {
      forbidden: [
        [
          [0, 0],
          [9, 2],
        ],
      ],
      distinctNeighbourhoods: true,
    },
  ),
  'everything at once': problem(
    { layers: [16, 32], fanOuts: [16] },
    {
      parallelism: [2],
      structure: [nm(4, 8, true)],
      forbidden: [
        [
          [0, 3],
          [1, 3],
        ],
      ],
      forced: [[[7, 7]]],
      distinctNeighbourhoods: true,
    },
  ),
};

function problem(request: Parameters<typeof makeProblem>[0], constraints: Constraints): Problem {
  return { ...makeProblem(request), constraints };
}

function nm(n: number, m: number, transposable = false) {
  return { n, m, transposable };
}

/** Candidates of a few steps. */
function candidatesOf(strategy: Strategy, own: Problem, seed: number, steps: number): Pattern[] {
  const random = Random.fromSeed(seed);
  let state = strategy.start(own, random.fork(0));
  const found: Pattern[] = [];
  for (let round = 1; round <= steps; round++) {
    const step = strategy.step(own, state, [], random.fork(round));
    state = step.state;
    found.push(...step.candidates);
  }
  return found;
}

for (const strategy of [uniformRandom, permutationGrid, exact]) {
  test.each(Object.entries(constrained))(`${strategy.name} keeps %s, or says why not`, (_, own) => {
    const accepted = strategy.accepts(own);
    if (accepted !== true) {
      expect(accepted).toMatch(/\w{4,}/);
      expect(strategy).not.toBe(uniformRandom);
      return;
    }
    const found = candidatesOf(strategy, own, 3, 4);
    expect(found.length).toBeGreaterThan(0);
    for (const pattern of found) {
      expect(patternFault(pattern)).toBeNull();
      expect(constraintFault(pattern, own.constraints!)).toBeNull();
    }
    expect(candidatesOf(strategy, own, 3, 4).map(fingerprint)).toEqual(found.map(fingerprint));
  });
}

test('which of them permutation grids can keep', () => {
  const kept = Object.keys(constrained).filter((name) => permutationGrid.accepts(constrained[name]) === true);
  expect(kept).toEqual([
    'parallelism over several right neurons',
    'parallelism that divides fan-ins',
    '1:4',
    '1:4 transposable, in one junction',
    'forbidden and forced edges',
    'distinct neighbourhoods',
    'windows that are boxes',
  ]);
});

test('a constrained permutation grid still has scatter 1 in every junction', () => {
  const own = constrained['windows that are boxes'];
  for (const pattern of candidatesOf(permutationGrid, own, 7, 3)) {
    expect(scorePattern(pattern, own.entries, 'fair-share').scatter).toBe(1);
  }
});

const crossing: readonly (readonly [string, Parameters<typeof makeProblem>[0], number])[] = [
  ['64-1024-64, 2 of each memory in a window', presets.morse, 4],
  ['64-1024-64, 1 of each memory in a window', presets.morse, 8],
  ['64-1024-64, cycles of 2 right neurons', presets.morse, 16],
  ['64-1024-64, cycles of a whole right window', presets.morse, 64],
  ['16-64, memories that cross two windows', { layers: [16, 64], fanOuts: [16] }, 8],
  ['64-48 of density 3/4, windows within memories', { layers: [64, 48], fanOuts: [36] }, 16],
  ['60-60, windows of 5 with two edges', { layers: [60, 60], fanOuts: [24] }, 12],
  ['70-70, windows of 7 with three edges', { layers: [70, 70], fanOuts: [30] }, 10],
];

test.each(crossing)('permutation grids whose memories cross windows have scatter 1: %s', (_, request, z) => {
  const parallelism = request.fanOuts!.map(() => z);
  for (const distinctNeighbourhoods of [false, true]) {
    const own = problem(request, { parallelism, distinctNeighbourhoods });
    expect(permutationGrid.accepts(own)).toBe(true);
    const found = candidatesOf(permutationGrid, own, 5, 2);
    expect(new Set(found.map(fingerprint)).size).toBe(found.length);
    for (const pattern of found) {
      expect(patternFault(pattern)).toBeNull();
      expect(constraintFault(pattern, own.constraints!)).toBeNull();
      const { vector } = scorePattern(pattern, own.entries, 'fair-share');
      expect([...vector.slice(0, 2 * parallelism.length)]).toEqual(parallelism.flatMap(() => [1, 1]));
    }
  }
});

test('property: whatever the memories, windows of one edge have a clash-free grid wherever cycles fit rows or rows cycles', () => {
  const sizes = fc.record({
    left: fc.nat(15),
    right: fc.nat(15),
    window: fc.integer({ min: 2, max: 6 }),
    memory: fc.nat(),
  });
  let checked = 0;
  const property = fc.property(sizes, fc.nat(), ({ left, right, window, memory }, seed) => {
    const layers = [(left + 2) * window, (right + 2) * window];
    const fanIn = left + 2;
    const fits = (z: number) => layers[0] % z === 0 && (fanIn % z === 0 || z % fanIn === 0);
    const choices = Array.from({ length: layers[0] }, (_, n) => n + 1).filter(fits);
    const own = problem({ layers, fanOuts: [right + 2] }, { parallelism: [choices[memory % choices.length]] });
    expect(permutationGrid.accepts(own)).toBe(true);
    const [pattern] = candidatesOf(permutationGrid, own, seed, 1);
    expect(patternFault(pattern)).toBeNull();
    expect(constraintFault(pattern, own.constraints!)).toBeNull();
    expect(scorePattern(pattern, own.entries, 'fair-share').scatter).toBe(1);
    checked++;
  });
  fc.assert(property, { numRuns: 150, seed: 41 });
  expect(checked).toBe(150);
});

test('a clash-free grid comes out equally often as any other', () => {
  // windows and memories of 3 × 3 left neurons: in each right window one of 12 orders of 3 transversals of a Latin square
  const own = problem({ layers: [9, 3], fanOuts: [1] }, { parallelism: [3] });
  const random = Random.fromSeed(43);
  const counts = new Map<string, number>();
  for (let n = 0; n < 1200; n++) {
    const key = permutationGridPattern(own, random.fork(n)).junctions[0].join();
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  expect(counts.size).toBe(12);
  expect(chiSquareDeviation([...counts.values()])).toBeLessThan(4);
});

test('a step is shorter where patterns take longer', () => {
  const length = (constraints: Constraints) =>
    candidatesOf(uniformRandom, problem(presets.morse, constraints), 1, 5).length;
  const [free, cycles, both] = [{}, { parallelism: [64, 64] }, { parallelism: [64, 64], distinctNeighbourhoods: true }];
  expect([free, cycles, both].map(length)).toEqual([1 + 2 + 4 + 7 + 7, 1 + 2 + 3 + 3 + 3, 5]);
});

test('permutation grids say what stands against them', () => {
  expect(permutationGrid.accepts(constrained['parallelism that ends within right neurons'])).toBe(
    'permutation grids are not tried under these constraints: junction 1: grids with its windows are not built for them',
  );
  const forced = problem(
    { layers: [16, 8], fanOuts: [2] },
    {
      forced: [
        [
          [0, 3],
          [1, 3],
        ],
      ],
    },
  );
  expect(permutationGrid.accepts(forced)).toBe(
    'no permutation grid keeps the constraints: junction 1: right neuron 3 has 2 forced edges between left neurons 0 to 3 and right neurons 0 to 3, but room for 1',
  );
  expect(uniformRandom.accepts(forced)).toBe(true);
});

test('the exact construction is used where it keeps the constraints as it is, and refused elsewhere', () => {
  const morse = makeProblem(presets.morse);
  expect(exact.accepts({ ...morse, constraints: { distinctNeighbourhoods: true } })).toBe(true);
  expect(exact.accepts({ ...morse, constraints: { structure: [nm(1, 8), nm(1, 8)] } })).toBe(true);
  expect(
    exact.accepts({
      ...morse,
      constraints: {
        forced: [
          [
            [1, 0],
            [2, 0],
          ],
          [],
        ],
      },
    }),
  ).toMatch(/right neuron 0 has 2 forced edges between left neurons 0 to 7 and right neurons 0 to 7, but room for 1$/);
  const all = Array.from({ length: 1024 }, (_, k) => [k, k % 64] as const);
  const first = Array.from({ length: 64 }, (_, k) => [k, k] as const);
  expect(exact.accepts({ ...morse, constraints: { forced: [first, all.slice(0, 64)] } })).toMatch(
    /does not keep the constraints: 8 of 8 patterns broke them/,
  );
});

test.each([[8], [16], [64], [2, 8], [8, null], [null, 16]])(
  'the exact construction reaches every bound on Morse with parallelism %s',
  (...given) => {
    const own = problem(presets.morse, { parallelism: given.length === 2 ? given : [given[0], given[0]] });
    expect(exact.accepts(own)).toBe(true);
    const found = candidatesOf(exact, own, 3, 2);
    expect(new Set(found.map(fingerprint)).size).toBe(found.length);
    for (const pattern of found) {
      expect(patternFault(pattern)).toBeNull();
      expect(constraintFault(pattern, own.constraints!)).toBeNull();
      expect(scorePattern(pattern, own.entries, 'fair-share').scatter).toBe(1);
    }
  },
);

test('what no pattern can keep is refused by uniform-random with the reason', () => {
  const impossible = problem(
    { layers: [8, 4], fanOuts: [2] },
    {
      forced: [
        [
          [5, 0],
          [5, 1],
          [5, 2],
        ],
      ],
    },
  );
  expect(uniformRandom.accepts(impossible)).toBe('junction 1: left neuron 5 has 3 forced edges, but room for 2');
});
