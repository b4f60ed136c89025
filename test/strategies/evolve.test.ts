import { expect, test } from 'vitest';
import { Random } from '../../src/base/random.ts';
import { fingerprint, type Pattern } from '../../src/pattern/pattern.ts';
import { presets } from '../../src/pattern/presets.ts';
import { scorePattern } from '../../src/scatter/kernel.ts';
import type { Elite, Problem } from '../../src/search/strategy.ts';
import { evolve } from '../../strategies/evolve.ts';
import { annealingPlan } from '../../strategies/shared/annealing-plan.ts';
import { permutationGridPattern } from '../../strategies/shared/permutation-grid-pattern.ts';
import { uniformRandomPattern } from '../../strategies/uniform-random.ts';
import { makeProblem } from '../conformance/strategy-problems.ts';

interface Population {
  readonly population: readonly Pattern[];
}

const scatterOf = (problem: Problem, pattern: Pattern) =>
  scorePattern(pattern, problem.entries, problem.metric).scatter;

/** States and candidates of the first steps. */
function evolved(problem: Problem, steps: number, seed: number, elites: readonly Elite[] = []) {
  const random = Random.fromSeed(seed);
  let state = evolve.start(problem, random.fork(0));
  const states: Population[] = [];
  const candidates: Pattern[] = [];
  const swaps: number[] = [];
  for (let round = 1; round <= steps; round++) {
    const step = evolve.step(problem, state, elites, random.fork(round));
    state = step.state;
    states.push(state as Population);
    candidates.push(...step.candidates);
    swaps.push(step.swaps);
  }
  return { states, candidates, swaps };
}

const hard = () => makeProblem({ layers: [256, 32, 16], fanOuts: [1, 4] });

test('a population grows to six, then stays, and the best of it never gets worse', () => {
  const problem = hard();
  const { states } = evolved(problem, 20, 1);
  expect(states.map(({ population }) => population.length)).toEqual([1, 2, 3, 4, 5, ...new Array(15).fill(6)]);
  const lacks = states
    .slice(5)
    .map(({ population }) =>
      Math.min(
        ...population.map((pattern) =>
          scorePattern(pattern, problem.entries, problem.metric).vector.reduce((sum, v) => sum + (1 - v) ** 2, 0),
        ),
      ),
    );
  expect(lacks).toEqual([...lacks].sort((a, b) => b - a));
});

test('it ends far above random patterns, and above a permutation grid where spans are hard', () => {
  const problem = hard();
  const mean = (make: typeof uniformRandomPattern) =>
    [1, 2, 3, 4].reduce((sum, seed) => sum + scatterOf(problem, make(problem, Random.fromSeed(seed))) / 4, 0);
  const best = Math.max(...evolved(problem, 40, 2).candidates.map((pattern) => scatterOf(problem, pattern)));
  expect(best).toBeGreaterThan(mean(uniformRandomPattern) + 0.2);
  expect(best).toBeGreaterThan(mean(permutationGridPattern) + 0.1);
});

test('a good candidate of another island becomes a parent', () => {
  const problem = makeProblem({ layers: [16, 64, 16], fanOuts: [16, 4] }, { metric: 'fair-share' });
  const pattern = permutationGridPattern(problem, Random.fromSeed(3));
  const elite = { pattern, score: scorePattern(pattern, problem.entries, problem.metric) };
  const names = (elites: readonly Elite[]) => evolved(problem, 12, 4, elites).candidates.map(fingerprint);
  expect(names([elite])).not.toEqual(names([]));
  expect(names([elite]).slice(0, 6)).toEqual(names([]).slice(0, 6));
});

test('a wanted scatter is evolved to as well', () => {
  const problem = { ...hard(), target: 0.7 };
  const away = evolved(problem, 20, 5).candidates.map((pattern) => Math.abs(scatterOf(problem, pattern) - 0.7));
  expect(Math.min(...away)).toBeLessThan(0.02);
});

test('no step makes more proposals than a step of an anneal', () => {
  const problem = hard();
  const { swaps } = evolved(problem, 12, 6);
  expect(Math.max(...swaps)).toBeLessThanOrEqual(annealingPlan(problem).proposalsPerStep);
});

test('a net whose population would be too large to keep is refused', () => {
  const huge = makeProblem({ layers: [25088, 4096, 1000], fanOuts: [64, 125] });
  expect(evolve.accepts(huge)).toMatch(/population of 4 patterns of \d+ edges is too large/);
  expect(evolve.accepts(makeProblem(presets.morse))).toBe(true);
});
