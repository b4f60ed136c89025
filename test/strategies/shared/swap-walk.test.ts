import { expect, test, vi } from 'vitest';
import { Random } from '../../../src/base/random.ts';
import { junctionSizes } from '../../../src/pattern/architecture.ts';
import type { Constraints } from '../../../src/pattern/constraints/constraints.ts';
import { constraintFault } from '../../../src/pattern/constraints/fault.ts';
import { makePattern, type Pattern, patternFault } from '../../../src/pattern/pattern.ts';
import { leftDegrees } from '../../../src/pattern/slack.ts';
import { scorePattern } from '../../../src/scatter/kernel.ts';
import type { Problem } from '../../../src/search/strategy.ts';
import { constrainedPattern } from '../../../strategies/constraints/constrained-problem.ts';
import { annealingPlan } from '../../../strategies/shared/annealing-plan.ts';
import { coolWalk, measuredTemperature, temperatures } from '../../../strategies/shared/cooling.ts';
import { boundsOf, lackEnergy, targetEnergy } from '../../../strategies/shared/energy.ts';
import { permutationGridPattern } from '../../../strategies/shared/permutation-grid-pattern.ts';
import { type Move, SwapWalk } from '../../../strategies/shared/swap-walk.ts';
import { makeProblem, strategyProblems, withFanIns } from '../../conformance/strategy-problems.ts';

const threeJunctions = () => makeProblem({ layers: [64, 32, 32, 16], fanOuts: [4, 8, 4] }, { spans: 'all' });

function walkOf(problem: Problem, pattern = constrainedPattern(problem, Random.fromSeed(1))): SwapWalk {
  return new SwapWalk(problem, annealingPlan(problem), pattern, ['any', 'block']);
}

/** Accepts whatever can be; returns how many swaps were made. */
function wander(walk: SwapWalk, move: Move, proposals: number, seed: number): number {
  const random = Random.fromSeed(seed);
  let made = 0;
  for (let i = 0; i < proposals; i++) if (walk.propose(move, random) && walk.accept()) made++;
  return made;
}

test('the scorer of a walk and its pattern agree after many swaps of both kinds', () => {
  const problem = threeJunctions();
  const walk = walkOf(problem);
  for (const move of ['any', 'block', 'any', 'block'] as const) {
    expect(wander(walk, move, 500, 2)).toBeGreaterThan(50);
    const pattern = walk.toPattern();
    expect(patternFault(pattern)).toBeNull();
    expect([...walk.scorer.vector]).toEqual(scorePattern(pattern, annealingPlan(problem).entries, 'indicator').vector);
  }
});

test('swaps within blocks leave the junctions’ own entries as they are and change spans', () => {
  const problem = threeJunctions();
  const walk = walkOf(problem, permutationGridPattern(problem, Random.fromSeed(3)));
  const before = [...walk.scorer.vector];
  const { entries } = annealingPlan(problem);
  expect(wander(walk, 'block', 2000, 4)).toBeGreaterThan(200);
  for (const [i, { from, to }] of entries.entries()) if (from === to) expect(walk.scorer.vector[i]).toBe(before[i]);
  expect([...walk.scorer.vector]).not.toEqual(before);
});

test('edges that move from block to block are drawn from where they are now', () => {
  const problem = makeProblem({ layers: [16, 16], fanOuts: [4] });
  const walk = walkOf(problem);
  wander(walk, 'any', 3000, 5);
  const vector = [...walk.scorer.vector];
  wander(walk, 'block', 1000, 6);
  expect([...walk.scorer.vector]).toEqual(vector);
});

test.each<[string, Constraints]>([
  ['parallelism', { parallelism: [4] }],
  ['parallelism that ends within right neurons', { parallelism: [16] }],
  ['transposable 2:4', { structure: [{ n: 2, m: 4, transposable: true }] }],
  ['forced and forbidden edges', { forced: [[[0, 0]]], forbidden: [[[1, 1]]] }],
  ['distinct neighbourhoods', { distinctNeighbourhoods: true }],
])('a walk keeps %s at every swap', (_, constraints) => {
  const problem = makeProblem({ layers: [16, 16], fanOuts: [8] }, { constraints });
  const walk = walkOf(problem);
  for (const move of ['any', 'block', 'any'] as const) {
    const made = wander(walk, move, 400, 7);
    if (move === 'any') expect(made).toBeGreaterThan(4);
    expect(constraintFault(walk.toPattern(), constraints)).toBeNull();
  }
});

test('a swap that would make two rows the same is taken back', () => {
  const problem = makeProblem({ layers: [4, 6], fanOuts: [3] }, { constraints: { distinctNeighbourhoods: true } });
  // All six pairs of four neurons are there, so a swap that changes one row makes it like another.
  const rows = [0, 1, 0, 2, 0, 3, 1, 2, 1, 3, 2, 3];
  const walk = walkOf(problem, makePattern({ layers: [4, 6], fanOuts: [3] }, [Uint32Array.from(rows)]));
  const random = Random.fromSeed(8);
  let taken = 0;
  for (let i = 0; i < 300; i++) {
    if (!walk.propose('any', random)) continue;
    const before = walk.toPattern().junctions;
    if (walk.accept()) continue;
    taken++;
    expect(walk.toPattern().junctions).toEqual(before);
  }
  expect(taken).toBeGreaterThan(10);
  expect(constraintFault(walk.toPattern(), problem.constraints as Constraints)).toBeNull();
  expect([...walk.scorer.vector]).toEqual(
    scorePattern(walk.toPattern(), annealingPlan(problem).entries, 'indicator').vector,
  );
});

test('temperatures fall by equal factors from the hottest to nearly the coldest', () => {
  const table = temperatures({ hottest: 3, ratio: 81, total: 1000 });
  expect(table).toHaveLength(64);
  expect(table[0]).toBe(3);
  expect(table[16]).toBeCloseTo(1, 12);
  expect(table[32]).toBeCloseTo(1 / 3, 12);
  expect(table[48]).toBeCloseTo(1 / 9, 12);
});

test('a walk without heat never raises its energy, stops where it has arrived and makes no more proposals than it may', () => {
  const problem = threeJunctions();
  const energy = lackEnergy(boundsOf(problem, annealingPlan(problem)), 2);
  const walk = walkOf(problem);
  const cooling = { hottest: 0, ratio: 1, total: 3000 };
  const step = { energy, moves: ['any'] as const, cooling, most: 1000, arrived: () => false };
  let last = energy(walk.scorer.vector);
  for (const done of [0, 1000, 2000]) {
    expect(coolWalk(walk, { ...step, done }, Random.fromSeed(done))).toBe(1000);
    const next = energy(walk.scorer.vector);
    expect(next).toBeLessThan(last);
    last = next;
  }
  expect(coolWalk(walk, { ...step, done: 2900 }, Random.fromSeed(9))).toBe(100);
  expect(coolWalk(walk, { ...step, done: 3000 }, Random.fromSeed(9))).toBe(0);
  expect(coolWalk(walk, { ...step, done: 0, arrived: () => true }, Random.fromSeed(9))).toBe(0);
});

test('a swap that costs the temperature is accepted with probability 1/e', () => {
  const walk = walkOf(makeProblem({ layers: [64, 64], fanOuts: [8] }));
  let accepted = 0;
  let proposed = 0;
  const { accept, propose } = walk;
  walk.accept = () => {
    accepted++;
    return accept.call(walk);
  };
  walk.propose = (move, random) => {
    const possible = propose.call(walk, move, random);
    proposed += possible ? 1 : 0;
    return possible;
  };
  // As high above the present energy as swaps have been accepted: each costs 1.
  const energy = (vector: Float64Array) => accepted + (vector === walk.scorer.vector ? 0 : 1);
  const cooling = { hottest: 1, ratio: 1, total: 1e6 };
  const step = { energy, moves: ['any'] as const, cooling, done: 0, most: 40_000, arrived: () => false };
  coolWalk(walk, step, Random.fromSeed(10));
  const deviation = Math.sqrt((Math.exp(-1) * (1 - Math.exp(-1))) / proposed);
  expect(Math.abs(accepted / proposed - Math.exp(-1))).toBeLessThan(4 * deviation);
});

test('the measured temperature is the mean cost over 5.3, and 0 where nothing costs anything', () => {
  const problem = strategyProblems['two junctions'];
  const walk = walkOf(problem, permutationGridPattern(problem, Random.fromSeed(1)));
  expect(measuredTemperature(walk, () => 0, ['any'], Random.fromSeed(2))).toBe(0);
  const start = walk.scorer.vector;
  const fixed = (vector: Float64Array) => (vector === start ? 0 : 5.3);
  expect(measuredTemperature(walk, fixed, ['any'], Random.fromSeed(2))).toBeCloseTo(1, 12);
});

test('energies by hand: what entries lack to their bounds, and the distance to a target', () => {
  const vector = Float64Array.of(0.5, 1, 0.75);
  const bounds = Float64Array.of(1, 1, 0.75);
  expect(lackEnergy(bounds, 2)(vector)).toBe(0.25);
  expect(lackEnergy(bounds, 4)(vector)).toBe(0.0625);
  expect(targetEnergy(0.5)(vector)).toBe(0);
  expect(targetEnergy(0.25)(vector)).toBe(0.25);
  expect(targetEnergy(0.75)(vector)).toBeCloseTo(0.25 + 0.25 / 3, 12);
});

test('a problem without anything to swap is refused', () => {
  const problem = makeProblem({ layers: [4, 3], fanOuts: [3] });
  const pattern = constrainedPattern(problem, Random.fromSeed(1));
  expect(() => new SwapWalk(problem, annealingPlan(problem), pattern, ['any', 'block'])).toThrow(RangeError);
});

const surplusOf = ({ layers, fanOuts, junctions }: Pattern, junction: number): string => {
  const size = junctionSizes({ layers, fanOuts })[junction - 1];
  return [...leftDegrees(junctions[junction - 1], size.left)].map((degree) => degree - size.leastFanOut).join('');
};

test('property: moves of balanced degrees keep them and the constraints, and the scorer in step; who has the edge more changes', () => {
  const cases: readonly Problem[] = [
    makeProblem(withFanIns([20, 14, 9], [4, 5])),
    makeProblem(withFanIns([20, 14, 9], [4, 5]), { metric: 'fair-share', spans: 'all' }),
    makeProblem({ ...withFanIns([20, 14, 9], [4, 5]), usedInputs: 17, usedOutputs: 7 }),
    makeProblem(withFanIns([16, 12, 9], [4, 5]), { spans: 'all' }),
    makeProblem(withFanIns([20, 14, 9], [4, 5]), {
      constraints: { forbidden: [[[0, 0]], [[1, 1]]], forced: [[[1, 1]], [[5, 5]]], distinctNeighbourhoods: true },
    }),
    makeProblem(withFanIns([16, 18], [4]), { constraints: { structure: [{ n: 1, m: 4, transposable: false }] } }),
  ];
  for (const [seed, problem] of cases.entries()) {
    const walk = walkOf(problem);
    const { entries } = annealingPlan(problem);
    const last = problem.architecture.fanOuts.length;
    const seen = new Set<string>();
    for (const move of ['any', 'block', 'any', 'any'] as const) {
      expect(wander(walk, move, 400, seed)).toBeGreaterThan(5);
      const pattern = walk.toPattern();
      expect(patternFault(pattern)).toBeNull();
      if (problem.constraints !== undefined) expect(constraintFault(pattern, problem.constraints)).toBeNull();
      expect([...walk.scorer.vector]).toEqual(scorePattern(pattern, entries, problem.metric).vector);
      seen.add(surplusOf(pattern, last));
    }
    expect(seen.size).toBeGreaterThan(1);
  }
});

test('a walk through exact junctions draws as it always did: nothing is passed on', () => {
  const problem = threeJunctions();
  const walk = walkOf(problem);
  const passing = vi.spyOn(walk.scorer, 'proposeSurplus');
  wander(walk, 'any', 500, 2);
  expect(passing).not.toHaveBeenCalled();
});
