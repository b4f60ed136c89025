import { expect, test } from 'vitest';
import { Random } from '../../src/base/random.ts';
import { patternFault } from '../../src/pattern/pattern.ts';
import { presets } from '../../src/pattern/presets.ts';
import { scorePattern } from '../../src/scatter/kernel.ts';
import type { Metric } from '../../src/scatter/metric.ts';
import { type Problem, TARGET_TOLERANCE } from '../../src/search/strategy.ts';
import { startKinds, startOf } from '../../strategies/target/target-starts.ts';
import { target as strategy } from '../../strategies/target.ts';
import { makeProblem } from '../conformance/strategy-problems.ts';

interface Found {
  readonly scatters: readonly number[];
  readonly vectors: readonly (readonly number[])[];
  readonly steps: number;
}

/** The first candidates. */
function found(problem: Problem, count: number, seed: number, mostSteps = 400): Found {
  const random = Random.fromSeed(seed);
  let state = strategy.start(problem, random.fork(0));
  const vectors: (readonly number[])[] = [];
  const scatters: number[] = [];
  let steps = 0;
  while (scatters.length < count && steps < mostSteps) {
    const step = strategy.step(problem, state, [], random.fork(++steps));
    state = step.state;
    for (const pattern of step.candidates) {
      expect(patternFault(pattern)).toBeNull();
      const score = scorePattern(pattern, problem.entries, problem.metric);
      scatters.push(score.scatter);
      vectors.push(score.vector);
    }
  }
  expect(scatters.length).toBeGreaterThanOrEqual(count);
  return { scatters, vectors, steps };
}

function expectNear(problem: Problem, count: number, seed: number): void {
  for (const scatter of found(problem, count, seed).scatters) {
    expect(Math.abs(scatter - (problem.target as number))).toBeLessThanOrEqual(TARGET_TOLERANCE);
  }
}

const metrics: readonly Metric[] = ['indicator', 'fair-share'];
const wanted = [0.125, 0.25, 0.4, 0.65, 0.95, 1];

test.each(metrics.flatMap((metric) => wanted.map((target) => [target, metric] as const)))(
  'on the Morse network S = %d in %s is met within 0.005',
  (target, metric) => {
    expectNear(makeProblem(presets.morse, { target, metric }), 2, 1);
  },
);

test('on the Morse network S = 0.4 takes a single step from every kind of start', () => {
  const problem = makeProblem(presets.morse, { target: 0.4 });
  expect(found(problem, startKinds(problem).length, 1).steps).toBe(5);
});

test.each([0.0625, 0.1, 0.3, 0.5, 0.7])('with every span of three junctions S = %d is met too', (target) => {
  const request = { layers: [512, 128, 64, 32], fanOuts: [4, 4, 8] };
  expectNear(makeProblem(request, { target, spans: 'all', metric: 'fair-share' }), 2, 2);
});

test.each([0.0715, 0.3, 0.6, 0.9])('and S = %d over windows that are boxes of a picture', (target) => {
  const request = { layers: [784, 112, 10], fanOuts: [6, 5] };
  expectNear(makeProblem({ ...request, shapes: [[28, 28], [112], [10]] }, { target }), 2, 3);
});

test.each([0.26, 0.5, 0.8, 1])('and S = %d in one junction with padding', (target) => {
  expectNear(makeProblem(presets['mnist-single'], { target }), 2, 4);
});

test('patterns of one wanted scatter are of several kinds: their vectors differ where S does not', () => {
  const { vectors } = found(makeProblem(presets.morse, { target: 0.5 }), 10, 5);
  const ranges = vectors[0].map((_, place) => {
    const values = vectors.map((vector) => vector[place]);
    return Math.max(...values) - Math.min(...values);
  });
  expect(Math.max(...ranges)).toBeGreaterThan(0.1);
});

test('islands of different seeds begin with different kinds', () => {
  const problem = makeProblem(presets.morse, { target: 0.5 });
  const firsts = Array.from({ length: 20 }, (_, seed) => strategy.start(problem, Random.fromSeed(seed)));
  expect(new Set(firsts.map((state) => JSON.stringify(state))).size).toBe(startKinds(problem).length);
});

test('every kind of start is a pattern of exact degrees, and only those that keep constraints are made under some', () => {
  const problem = makeProblem({ layers: [16, 64, 16], fanOuts: [16, 4] });
  expect(startKinds(problem)).toEqual(['random', 'concentrated', 'grid', 'local', 'exact']);
  for (const kind of startKinds(problem)) {
    expect(patternFault(startOf(kind, problem, Random.fromSeed(1)))).toBeNull();
  }
  const constrained = { ...problem, constraints: { forced: [[[0, 0]], []] } as const };
  expect(startKinds(constrained)).toEqual(['random', 'grid']);
});

test('where no pattern has the wanted scatter the nearest is found, and a nearer one alone shown after it', () => {
  const problem = makeProblem({ layers: [8, 4], fanOuts: [1] }, { target: 0.6 });
  // With two windows of four neurons and fan-in 2, each entry is one of .5, .625, .75, .875 and 1.
  const { scatters } = found(problem, 1, 6);
  const random = Random.fromSeed(7);
  let state = strategy.start(problem, random.fork(0));
  const away: number[] = [];
  for (let round = 1; round < 120; round++) {
    const step = strategy.step(problem, state, [], random.fork(round));
    state = step.state;
    for (const pattern of step.candidates) {
      away.push(Math.abs(scorePattern(pattern, problem.entries, problem.metric).scatter - 0.6));
    }
  }
  expect(away).toEqual([...new Set(away)].sort((a, b) => b - a));
  expect(Math.abs(scatters[0] - 0.6)).toBeCloseTo(away[0], 12);
});

test('a scatter that none can have, or none at all, is refused with the reason', () => {
  const of = (target: number | null) => strategy.accepts(makeProblem(presets.morse, { target }));
  expect(of(null)).toMatch(/no wanted scatter/);
  expect(of(0.1)).toMatch(/all lie between 0.125 and 1/);
  expect(of(0.4)).toBe(true);
  const fractional = makeProblem({ layers: [2, 3], fanOuts: [3] }, { target: 0.5 });
  expect(strategy.accepts(fractional)).toMatch(/dense/);
  const huge = makeProblem({ layers: [25088, 4096, 4096, 1000], fanOuts: [64, 64, 125] }, { target: 0.5 });
  expect(strategy.accepts(huge)).toMatch(/too large to follow every entry/);
  expect(() =>
    strategy.step(
      makeProblem(presets.morse),
      strategy.start(makeProblem(presets.morse), Random.fromSeed(1)),
      [],
      Random.fromSeed(1),
    ),
  ).toThrow(RangeError);
});
