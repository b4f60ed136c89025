import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { Random } from '../../src/base/random.ts';
import { junctionSizes } from '../../src/pattern/architecture.ts';
import { clashFreeFault } from '../../src/pattern/clash-free.ts';
import type { Constraints } from '../../src/pattern/constraints/constraints.ts';
import { makePattern, type Pattern, patternFault } from '../../src/pattern/pattern.ts';
import { presets } from '../../src/pattern/presets.ts';
import type { Problem } from '../../src/search/strategy.ts';
import { type ClashFreeVariant, clashFreeJunction } from '../../strategies/clash-free/sweeps.ts';
import { clashFree, clashFreePattern, clashFreeVariants } from '../../strategies/clash-free.ts';
import { makeProblem } from '../conformance/strategy-problems.ts';
import { networks } from '../pattern/sample-patterns.ts';

const divisors = (n: number) => Array.from({ length: n }, (_, i) => i + 1).filter((d) => n % d === 0);

function constrained(problem: Problem, constraints: Constraints): Problem {
  return { ...problem, constraints };
}

/** 12 left neurons in 3 memories to 48 right neurons of fan-in 1: the edge list is the order of reading, in 4 sweeps. */
function reading(variant: ClashFreeVariant, seed: number): number[][] {
  const [size] = junctionSizes({ layers: [12, 48], fanOuts: [4] });
  const edges = [...clashFreeJunction(size, 3, variant, Random.fromSeed(seed))];
  return [0, 1, 2, 3].map((sweep) => edges.slice(12 * sweep, 12 * sweep + 12));
}

/** Addresses of one memory in the order a sweep reads them. */
const addresses = (sweep: readonly number[], memory: number) =>
  sweep.filter((neuron) => neuron % 3 === memory).map((neuron) => Math.floor(neuron / 3));

const orders = (sweep: readonly number[]) =>
  [0, 3, 6, 9].map((start) => sweep.slice(start, start + 3).map((n) => n % 3));

const countsUp = (numbers: readonly number[]) => numbers.every((n, i) => i === 0 || n === (numbers[i - 1] + 1) % 4);

test.each(clashFreeVariants)(
  'type $type, dither $dither: a sweep reads every left neuron once, a cycle each memory once',
  (variant) => {
    for (let seed = 0; seed < 10; seed++) {
      for (const sweep of reading(variant, seed)) {
        expect(new Set(sweep).size).toBe(12);
        for (const order of orders(sweep)) {
          expect([...order].sort()).toEqual([0, 1, 2]);
          expect(order).toEqual(orders(sweep)[0]);
          if (!variant.dither) expect(order).toEqual([0, 1, 2]);
        }
      }
    }
  },
);

test('type 1 reads the addresses of a memory in any order', () => {
  const seen = Array.from({ length: 200 }, (_, seed) => reading({ type: 1, dither: false }, seed)).flat();
  expect(new Set(seen.map((sweep) => String(addresses(sweep, 1)))).size).toBe(24);
});

test('types 2 and 3 count up from each memory’s start, type 3 from the same in every sweep', () => {
  for (const dither of [false, true]) {
    const two = Array.from({ length: 40 }, (_, seed) => reading({ type: 2, dither }, seed));
    const three = Array.from({ length: 40 }, (_, seed) => reading({ type: 3, dither }, seed));
    for (const sweep of [...two, ...three].flat()) {
      for (const memory of [0, 1, 2]) expect(countsUp(addresses(sweep, memory))).toBe(true);
    }
    for (const sweeps of three) for (const sweep of sweeps) expect(sweep).toEqual(sweeps[0]);
    expect(two.some(([first, second]) => String(first) !== String(second))).toBe(true);
    expect(new Set(three.map(([first]) => String(addresses(first, 0)))).size).toBe(4);
    expect(new Set(two.map(([first]) => String(orders(first)[0]))).size).toBe(dither ? 6 : 1);
  }
});

function nameOf(pattern: Pattern): string {
  return String(pattern.junctions[0]);
}

/** Every type 2 pattern without dither of 4 neurons in 2 memories to 4 of fan-in 3, and how many choices of starts give it. */
function allOfTypeTwo(): Map<string, number> {
  const found = new Map<string, number>();
  for (let starts = 0; starts < 64; starts++) {
    const edges: number[] = [];
    for (let sweep = 0; sweep < 3; sweep++) {
      for (let cycle = 0; cycle < 2; cycle++) {
        for (const memory of [0, 1]) edges.push(2 * (((starts >> (2 * sweep + memory)) + cycle) % 2) + memory);
      }
    }
    const pattern: Pattern = { layers: [4, 4], fanOuts: [3], junctions: [Uint32Array.from(edges)] };
    try {
      const name = nameOf(makePattern(pattern, pattern.junctions));
      found.set(name, (found.get(name) ?? 0) + 1);
    } catch {
      // a right neuron reads a left neuron twice
    }
  }
  return found;
}

test('of type 2 all choices of starts without a double connection are equally likely', () => {
  const expected = allOfTypeTwo();
  const problem = constrained(makeProblem({ layers: [4, 4], fanOuts: [3] }), { parallelism: [2] });
  const counts = new Map<string, number>();
  for (let seed = 0; seed < 4000; seed++) {
    const name = nameOf(clashFreePattern(problem, { type: 2, dither: false }, Random.fromSeed(seed)));
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  expect([...counts.keys()].sort()).toEqual([...expected.keys()].sort());
  const total = [...expected.values()].reduce((a, b) => a + b, 0);
  const deviation = [...expected].reduce((sum, [name, ways]) => {
    const mean = (4000 * ways) / total;
    return sum + ((counts.get(name) ?? 0) - mean) ** 2 / mean;
  }, 0);
  expect(deviation).toBeLessThan(3 * expected.size);
});

test('property: every variant has exact degrees and is clash-free at every parallelism', () => {
  fc.assert(
    fc.property(networks, fc.nat(), fc.constantFrom(...clashFreeVariants), (network, seed, variant) => {
      const random = Random.fromSeed(seed);
      const sizes = junctionSizes(network);
      const parallelism = sizes.map(({ left }) => divisors(left)[random.below(divisors(left).length)]);
      const problem = constrained(makeProblem(network), { parallelism });
      expect(clashFree.accepts(problem)).toBe(true);
      const pattern = clashFreePattern(problem, variant, random);
      expect(patternFault(pattern)).toBeNull();
      for (const { number, left, right } of sizes) {
        expect(clashFreeFault(pattern.junctions[number - 1], left, right, parallelism[number - 1])).toBeNull();
      }
    }),
    { numRuns: 1500, seed: 2 },
  );
});

test('without a parallelism of its own each junction draws one, and all variants alternate', () => {
  const problem = makeProblem(presets.morse);
  let state = clashFree.start(problem, Random.fromSeed(0));
  const patterns: Pattern[] = [];
  for (let round = 1; patterns.length < 12; round++) {
    const step = clashFree.step(problem, state, [], Random.fromSeed(7).fork(round));
    state = step.state;
    patterns.push(...step.candidates);
  }
  for (const pattern of patterns) {
    expect(patternFault(pattern)).toBeNull();
    for (const [junction, left, right] of [
      [0, 64, 1024],
      [1, 1024, 64],
    ] as const) {
      const free = divisors(left).filter((z) => clashFreeFault(pattern.junctions[junction], left, right, z) === null);
      expect(free.some((z) => z > 1 && z < left)).toBe(true);
    }
  }
});

test('a parallelism that does not divide its layer and constraints of other kinds are refused with the reason', () => {
  const problem = makeProblem({ layers: [16, 64, 16], fanOuts: [16, 4] });
  expect(clashFree.accepts(constrained(problem, { parallelism: [4, null] }))).toBe(true);
  expect(clashFree.accepts(constrained(problem, { parallelism: [4, 5] }))).toMatch(/junction 2: .*divide.*got 5/);
  expect(clashFree.accepts(constrained(problem, { distinctNeighbourhoods: true }))).toMatch(/distinct neighbourhoods/);
  expect(clashFree.accepts(constrained(problem, { parallelism: [4, 4], forbidden: [[[0, 0]], []] }))).toMatch(
    /forbidden/,
  );
});
