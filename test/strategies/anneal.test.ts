import { expect, test } from 'vitest';
import { Random } from '../../src/base/random.ts';
import type { Pattern } from '../../src/pattern/pattern.ts';
import { presets } from '../../src/pattern/presets.ts';
import { scorePattern } from '../../src/scatter/kernel.ts';
import type { Elite, Problem } from '../../src/search/strategy.ts';
import { anneal } from '../../strategies/anneal.ts';
import { annealingPlan } from '../../strategies/shared/annealing-plan.ts';
import { permutationGridPattern } from '../../strategies/shared/permutation-grid-pattern.ts';
import { uniformRandomPattern } from '../../strategies/uniform-random.ts';
import { makeProblem } from '../conformance/strategy-problems.ts';

const scatterOf = (problem: Problem, pattern: Pattern) =>
  scorePattern(pattern, problem.entries, problem.metric).scatter;

/** The first finished anneals, and how many steps and swaps they took. */
function finished(problem: Problem, count: number, seed: number, elites: readonly Elite[] = []) {
  const random = Random.fromSeed(seed);
  let state = anneal.start(problem, random.fork(0));
  const patterns: Pattern[] = [];
  const swaps: number[] = [];
  while (patterns.length < count) {
    const step = anneal.step(problem, state, elites, random.fork(swaps.length + 1));
    swaps.push(step.swaps);
    patterns.push(...step.candidates);
    state = step.state;
  }
  return { patterns, swaps };
}

test.each([0.25, 0.4, 0.6, 0.7, 0.8, 0.9, 0.97])('on the Morse network S = %d is met within 0.005', (target) => {
  const problem = makeProblem(presets.morse, { target });
  const { patterns } = finished(problem, 2, 1);
  for (const pattern of patterns) expect(Math.abs(scatterOf(problem, pattern) - target)).toBeLessThanOrEqual(0.005);
});

test('a wanted fair-share S of three junctions is met too, spans and all', () => {
  const problem = makeProblem(
    { layers: [256, 64, 64, 32], fanOuts: [4, 8, 8] },
    { metric: 'fair-share', spans: 'all', target: 0.75 },
  );
  const { patterns } = finished(problem, 2, 2);
  for (const pattern of patterns) expect(Math.abs(scatterOf(problem, pattern) - 0.75)).toBeLessThanOrEqual(0.005);
});

test('for the highest S it ends far above random patterns, and above a permutation grid where spans are hard', () => {
  const problem = makeProblem({ layers: [1024, 64, 16], fanOuts: [1, 4] });
  const mean = (make: typeof uniformRandomPattern) =>
    [1, 2, 3, 4].reduce((sum, seed) => sum + scatterOf(problem, make(problem, Random.fromSeed(seed))) / 4, 0);
  const least = Math.min(...finished(problem, 2, 3).patterns.map((pattern) => scatterOf(problem, pattern)));
  expect(least).toBeGreaterThan(mean(uniformRandomPattern) + 0.2);
  expect(least).toBeGreaterThan(mean(permutationGridPattern) + 0.15);
});

test.each([
  ['4096-512-256-16 (1,1,1)', { layers: [4096, 512, 256, 16], fanOuts: [1, 1, 1] }, 0.93],
  ['512-128-64-32 (4,4,8)', { layers: [512, 128, 64, 32], fanOuts: [4, 4, 8] }, 0.835],
])('with every span of %s the junctions stay perfect while spans rise', (_, request, wanted) => {
  const problem = makeProblem(request, { spans: 'all' });
  const vectors = finished(problem, 8, 7).patterns.map(
    (pattern) => scorePattern(pattern, problem.entries, problem.metric).vector,
  );
  for (const vector of vectors) expect(vector.slice(0, 6)).toEqual([1, 1, 1, 1, 1, 1]);
  expect(Math.max(...vectors.map((vector) => Math.min(...vector)))).toBeGreaterThan(wanted);
});

test('over boxes of a picture, in fair-share, it comes within 0.015 of the bound', () => {
  const request = { layers: [784, 112, 10], fanOuts: [6, 5] };
  const problem = makeProblem({ ...request, shapes: [[28, 28], [112], [10]] }, { metric: 'fair-share' });
  const scatters = finished(problem, 8, 8).patterns.map((pattern) => scatterOf(problem, pattern));
  expect(Math.max(...scatters)).toBeGreaterThan(0.985);
});

test('the schedules alternate, each four times as long the next time', () => {
  const problem = makeProblem({ layers: [256, 32, 16], fanOuts: [1, 4] });
  const { proposalsPerStep, steps } = annealingPlan(problem);
  expect(steps).toBe(4);
  const random = Random.fromSeed(9);
  let state = anneal.start(problem, random.fork(0));
  const lengths: number[] = [];
  for (let round = 1, length = 0; lengths.length < 6; round++) {
    const step = anneal.step(problem, state, [], random.fork(round));
    state = step.state;
    length += step.swaps;
    if (step.candidates.length === 0) continue;
    lengths.push(length / proposalsPerStep);
    length = 0;
  }
  expect(lengths).toEqual([1, 1, 1, 4, 4, 4]);
});

test('an elite that cannot be bettered is not annealed again', () => {
  const problem = makeProblem({ layers: [16, 64, 16], fanOuts: [16, 4] });
  const pattern = permutationGridPattern(problem, Random.fromSeed(4));
  const score = scorePattern(pattern, problem.entries, problem.metric);
  expect(score.scatter).toBe(1);
  const { patterns } = finished(problem, 3, 5, [{ pattern, score }]);
  for (const found of patterns) expect(found.junctions).not.toEqual(pattern.junctions);
});

test('no step makes more proposals than the plan allows, and no anneal takes more than 128 steps', () => {
  const problem = makeProblem({ layers: [16, 64, 16], fanOuts: [16, 4] }, { metric: 'fair-share' });
  const plan = annealingPlan(problem);
  const { swaps } = finished(problem, 10, 6);
  expect(Math.max(...swaps)).toBeLessThanOrEqual(plan.proposalsPerStep);
  expect(swaps.length).toBeLessThanOrEqual(10 * 128);
});

test('the plan counts 98 304 proposals a step on the Morse network, 4000 on a tiny one', () => {
  const morse = annealingPlan(makeProblem(presets.morse));
  expect(morse).toMatchObject({ proposalsPerStep: 98_304, steps: 4, junctions: [1, 2] });
  expect(annealingPlan(makeProblem({ layers: [8, 4], fanOuts: [2] })).proposalsPerStep).toBe(4000);
});

test('a span that would take 100 000 counts a swap is left out of the energy', () => {
  const problem = makeProblem({ layers: [25088, 4096, 4096, 1000], fanOuts: [64, 64, 125] });
  const plan = annealingPlan(problem);
  expect(plan.entries.map(({ key }) => key)).toEqual(problem.entries.slice(0, 6).map(({ key }) => key));
  expect(plan.proposalsPerStep).toBe(300_000);
});

test('what cannot be swapped, or is 1 whatever one does, is refused with the reason', () => {
  expect(anneal.accepts(makeProblem({ layers: [4, 3], fanOuts: [3] }))).toMatch(/every junction is dense/);
  expect(anneal.accepts(makeProblem({ layers: [3, 3], fanOuts: [1] }))).toMatch(/every pattern has scatter 1/);
});
