import { expect, test } from 'vitest';
import { type Constraints, constraintFault } from '../../src/pattern/constraints.ts';
import { fingerprint, type Pattern, patternFault } from '../../src/pattern/pattern.ts';
import { presets } from '../../src/pattern/presets.ts';
import { Random } from '../../src/pattern/random.ts';
import { scorePattern } from '../../src/scatter/kernel.ts';
import type { Problem, Strategy } from '../../src/search/strategy.ts';
import { exact } from '../../strategies/exact.ts';
import { permutationGrid } from '../../strategies/permutation-grid.ts';
import { uniformRandom } from '../../strategies/uniform-random.ts';
import { makeProblem } from '../conformance/strategy-problems.ts';

const none = null;
const net = { layers: [16, 64, 16], fanOuts: [16, 4] };

const constrained: Readonly<Record<string, Problem>> = {
  'parallelism over several right neurons': problem(net, { parallelism: [8, 16] }),
  'parallelism that divides fan-ins': problem(net, { parallelism: [4, 8] }),
  'parallelism that ends within right neurons': problem({ layers: [12, 16], fanOuts: [12] }, { parallelism: [6] }),
  '1:4': problem(net, { structure: [nm(1, 4), nm(1, 4)] }),
  '1:4 transposable, in one junction': problem(net, { structure: [none, nm(1, 4, true)] }),
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

test('permutation grids say what stands against them', () => {
  expect(permutationGrid.accepts(constrained['parallelism that divides fan-ins'])).toBe(
    'no permutation grid keeps the constraints: junction 1: its windows do not go with the parallelism or N:M structure',
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
