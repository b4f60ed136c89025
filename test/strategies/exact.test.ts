import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Random } from '../../src/base/random.ts';
import { type ArchitectureRequest, feasibleFanOuts, junctionSizes } from '../../src/pattern/architecture.ts';
import { fingerprint, type Pattern, patternFault } from '../../src/pattern/pattern.ts';
import { presets } from '../../src/pattern/presets.ts';
import { neighbourhoodShares } from '../../src/proxies/distinct-neighbourhoods.ts';
import { junctionRank } from '../../src/proxies/rank.ts';
import { certificate, entryBound } from '../../src/scatter/bound.ts';
import { scorePattern } from '../../src/scatter/kernel.ts';
import { metrics } from '../../src/scatter/metric.ts';
import { referenceScore } from '../../src/scatter/reference.ts';
import type { Problem } from '../../src/search/strategy.ts';
import { exactPattern, exactPlan } from '../../strategies/exact/exact-plan.ts';
import { exact, makeExact } from '../../strategies/exact.ts';
import { uniformRandomPattern } from '../../strategies/uniform-random.ts';
import { makeProblem, strategyProblems } from '../conformance/strategy-problems.ts';
import { networks } from '../pattern/sample-patterns.ts';
import { allPatterns } from '../scatter/all-patterns.ts';

const make = (problem: Problem, seed: number): Pattern =>
  makeExact(problem, exactPlan(problem), Random.fromSeed(seed)).pattern;

/** Entries below their bound, in both metrics; the pattern's degrees are checked as well. */
function shortfalls(problem: Problem, pattern: Pattern): string[] {
  expect(patternFault(pattern)).toBeNull();
  return metrics.flatMap((metric) => {
    const { vector } = scorePattern(pattern, problem.entries, metric);
    return problem.entries.flatMap((entry, i) => {
      const bound = entryBound(entry, problem.architecture, metric);
      return vector[i] < bound - 1e-12 ? [`${metric} ${entry.key}: ${vector[i]} of ${bound}`] : [];
    });
  });
}

const known: [string, ArchitectureRequest][] = [
  { layers: [64, 1024, 64], fanOuts: [128, 8] },
  { layers: [3136, 784, 10], fanOuts: [16, 10] },
  { layers: [4096, 512, 16], fanOuts: [1, 1] },
  { layers: [4096, 512, 16], fanOuts: [1, 2] },
  { layers: [4096, 512, 16], fanOuts: [2, 8] },
  { layers: [1024, 64, 16], fanOuts: [1, 4] },
  { layers: [784, 112, 10], fanOuts: [4, 5] },
  { layers: [4096, 512, 256, 16], fanOuts: [1, 1, 1] },
  { layers: [8, 4, 4], fanOuts: [1, 2] },
  { layers: [512, 128, 64, 32], fanOuts: [4, 4, 8] },
  { layers: [64, 48], fanOuts: [36] },
].map((request) => [`${request.layers.join('-')} (${request.fanOuts.join(',')})`, request]);

describe('nets whose optimum is known', () => {
  test.each([...known, ...Object.entries(presets)])('every entry of %s is 1 in both metrics', (_, request) => {
    const problem = makeProblem(request);
    const pattern = make(problem, 1);
    for (const metric of metrics) {
      const score = scorePattern(pattern, problem.entries, metric);
      expect(score.vector).toEqual(problem.entries.map(() => 1));
      expect(certificate(score, problem.entries, problem.architecture)).toBe('optimal');
    }
  });

  test('the reference agrees on the small ones', () => {
    for (const [, request] of known.filter(([, { layers }]) => layers[0] * layers[1] < 1e5)) {
      const problem = makeProblem(request);
      for (const metric of metrics) {
        expect(referenceScore(make(problem, 2), problem.entries, metric).scatter).toBe(1);
      }
    }
  });
});

describe('what scatter does not see', () => {
  const figures = (request: ArchitectureRequest, seed: number) => {
    const problem = makeProblem(request);
    const pattern = make(problem, seed);
    return junctionSizes(pattern).map((size, i) => ({
      ...neighbourhoodShares(pattern.junctions[i], size, problem.architecture),
      rank: junctionRank(pattern.junctions[i], size).rank,
    }));
  };

  test('on 64-1024-64 no two neurons read or feed alike, and ranks are the most that grids of permutations can have', () => {
    for (const { left, right, rank } of figures(presets.morse, 3)) {
      expect(left).toBe(1);
      expect(right).toBe(1);
      expect(rank).toBe(57);
    }
  });

  test('on 784-112-10 (4,5) and 4096-512-16 (2,8), where types must repeat, most rows of the first junction differ', () => {
    const [mnist] = figures({ layers: [784, 112, 10], fanOuts: [4, 5] }, 4);
    expect(mnist.right).toBeGreaterThan(0.6);
    expect(mnist.rank).toBeGreaterThan(60);
    const [cifar] = figures({ layers: [4096, 512, 16], fanOuts: [2, 8] }, 4);
    expect(cifar.right).toBeGreaterThan(0.6);
    expect(cifar.rank).toBeGreaterThan(280);
  });
});

test('a rate above 1 that is no whole number is spread to its bound, 5/6 at a rate of 1.5, with many types of neurons', () => {
  const problem = makeProblem({ layers: [784, 112, 10], fanOuts: [3, 5] });
  const pattern = make(problem, 10);
  expect(shortfalls(problem, pattern)).toEqual([]);
  expect(scorePattern(pattern, problem.entries, 'fair-share').scatter).toBeCloseTo(5 / 6, 12);
  const [, second] = junctionSizes(pattern);
  expect(neighbourhoodShares(pattern.junctions[1], second, problem.architecture).left).toBeGreaterThan(0.15);
});

test('a long span is routed from whichever end allows it', () => {
  const forth = makeProblem({ layers: [4096, 512, 256, 16], fanOuts: [1, 1, 1] });
  const back = makeProblem({ layers: [16, 256, 512, 4096], fanOuts: [16, 2, 8] });
  expect(exactPlan(forth)?.pieces[0]).toEqual({ kind: 'routed', junction: 1, mirrored: false });
  expect(exactPlan(back)?.pieces[0]).toEqual({ kind: 'routed', junction: 3, mirrored: true });
  expect(shortfalls(back, make(back, 11))).toEqual([]);
});

/** Sizes with many common divisors, so that all constructions occur. */
const roundNetworks = fc
  .array(fc.constantFrom(4, 6, 8, 12, 16, 18, 24, 32, 36), { minLength: 2, maxLength: 5 })
  .chain((layers) =>
    fc.record({
      layers: fc.constant(layers),
      fanOuts: fc.tuple(...layers.slice(1).map((right, i) => fc.constantFrom(...feasibleFanOuts(layers[i], right)))),
    }),
  );

describe('any architecture without shapes', () => {
  test('property: every entry of a junction and of the span 1:J is at its bound in both metrics', () => {
    fc.assert(
      fc.property(fc.oneof(networks, roundNetworks), fc.nat(), (network, seed) => {
        const problem = makeProblem(network);
        expect(exactPlan(problem)?.proved).toBe(true);
        expect(shortfalls(problem, make(problem, seed))).toEqual([]);
      }),
      { numRuns: 400, seed: 21 },
    );
  });

  test('property: so it is before any swap, whichever construction is used', () => {
    const kinds = new Set<string>();
    fc.assert(
      fc.property(roundNetworks, fc.nat(), (network, seed) => {
        const problem = makeProblem(network);
        const plan = exactPlan(problem)!;
        kinds.add(plan.pieces.map(({ kind }) => kind).join(' '));
        expect(shortfalls(problem, exactPattern(problem, plan, Random.fromSeed(seed)))).toEqual([]);
      }),
      { numRuns: 400, seed: 22 },
    );
    expect([...kinds]).toEqual(expect.arrayContaining(['', 'pair', 'cyclic', 'routed pair']));
  });

  test('property: padding takes nothing away where the rate of the span is whole or below 1', () => {
    fc.assert(
      fc.property(roundNetworks, fc.nat(), fc.nat(3), fc.nat(3), (network, seed, inputs, outputs) => {
        const { layers } = network;
        const padding = { usedInputs: layers[0] - inputs, usedOutputs: layers[layers.length - 1] - outputs };
        const problem = makeProblem({ ...network, ...padding });
        fc.pre(exactPlan(problem)?.proved === true);
        expect(shortfalls(problem, make(problem, seed))).toEqual([]);
      }),
      { numRuns: 100, seed: 23 },
    );
  });

  test('no pattern of a tiny net is better in any entry', () => {
    for (const request of [
      { layers: [4, 4, 2], fanOuts: [2, 1] },
      { layers: [4, 4, 4], fanOuts: [1, 2] },
      { layers: [2, 4, 4], fanOuts: [2, 3] },
      { layers: [6, 4], fanOuts: [2] },
      { layers: [3, 3, 3], fanOuts: [2, 2] },
    ]) {
      const problem = makeProblem(request);
      for (const metric of metrics) {
        const own = scorePattern(make(problem, 5), problem.entries, metric).vector;
        for (const pattern of allPatterns(problem.architecture)) {
          const { vector } = scorePattern(pattern, problem.entries, metric);
          vector.forEach((value, i) => {
            expect(own[i]).toBeGreaterThanOrEqual(value);
          });
        }
      }
    }
  });
});

test('windows that are boxes of a picture or of feature maps are followed as runs are', () => {
  const requests: ArchitectureRequest[] = [
    { layers: [784, 112, 10], fanOuts: [4, 5], shapes: [[28, 28], [112], [10]] },
    {
      layers: [1024, 64, 16],
      fanOuts: [1, 4],
      shapes: [
        [8, 8, 16],
        [8, 8],
        [4, 4],
      ],
    },
    {
      layers: [64, 256, 64],
      fanOuts: [32, 8],
      shapes: [
        [8, 8],
        [16, 16],
        [8, 8],
      ],
    },
  ];
  for (const request of requests) {
    const problem = makeProblem(request);
    expect(exactPlan(problem)?.proved).toBe(true);
    expect(shortfalls(problem, make(problem, 6))).toEqual([]);
  }
});

describe('where no construction is proved', () => {
  const total = (problem: Problem, pattern: Pattern) =>
    scorePattern(pattern, problem.entries, problem.metric).vector.reduce((a, b) => a + b, 0);

  test('boxes that neither nest nor are runs are polished from permutation grids', () => {
    const shapes: ArchitectureRequest['shapes'] = [[36], [6, 6], [36]];
    const problem = makeProblem({ layers: [36, 36, 36], fanOuts: [9, 6], shapes });
    expect(exactPlan(problem)).toBeNull();
    expect(exact.accepts(problem)).toBe(true);
    const { pattern, swaps } = makeExact(problem, null, Random.fromSeed(7));
    expect(patternFault(pattern)).toBeNull();
    expect(swaps).toBeGreaterThan(0);
  });

  test('every span of three junctions is polished from an exact 1:3', () => {
    const problem = strategyProblems['three junctions, every span'];
    const plan = exactPlan(problem)!;
    expect(plan.proved).toBe(false);
    const start = exactPattern(problem, plan, Random.fromSeed(8).fork(0));
    const { pattern } = makeExact(problem, plan, Random.fromSeed(8));
    expect(patternFault(pattern)).toBeNull();
    expect(total(problem, pattern)).toBeGreaterThanOrEqual(total(problem, start));
  });

  test('overlapping windows are polished from a random pattern', () => {
    const problem = strategyProblems['overlapping windows given by hand'];
    expect(exact.accepts(problem)).toBe(true);
    const start = uniformRandomPattern(problem, Random.fromSeed(9).fork(0));
    const pattern = make(problem, 9);
    expect(patternFault(pattern)).toBeNull();
    expect(total(problem, pattern)).toBeGreaterThan(total(problem, start));
  });
});

test('candidates of a search differ, and so do those of other seeds', () => {
  const problem = makeProblem({ layers: [16, 64, 16], fanOuts: [16, 4] });
  const names = [1, 2].flatMap((seed) => {
    const random = Random.fromSeed(seed);
    let state = exact.start(problem, random);
    return [1, 2, 3].flatMap((round) => {
      const step = exact.step(problem, state, [], random.fork(round));
      state = step.state;
      return step.candidates.map(fingerprint);
    });
  });
  expect(names.length).toBe(14);
  expect(new Set(names).size).toBe(14);
});
