import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { Random } from '../../../src/base/random.ts';
import { makePattern } from '../../../src/pattern/pattern.ts';
import { presets } from '../../../src/pattern/presets.ts';
import { scorePattern } from '../../../src/scatter/kernel.ts';
import type { Metric } from '../../../src/scatter/metric.ts';
import { concentratedPattern } from '../../../strategies/target/concentrated.ts';
import { entryFloor, scoreFloor } from '../../../strategies/target/entry-floor.ts';
import { makeProblem } from '../../conformance/strategy-problems.ts';
import { networks, samplePattern } from '../../pattern/sample-patterns.ts';
import { allJunctions } from '../../scatter/all-patterns.ts';

const metrics = fc.constantFrom<Metric>('indicator', 'fair-share');

test.each<[number, number, number, Metric]>([
  [4, 4, 2, 'indicator'],
  [6, 4, 2, 'indicator'],
  [4, 4, 2, 'fair-share'],
  [6, 6, 2, 'fair-share'],
  [4, 4, 3, 'fair-share'],
])(
  'no pattern of %d to %d neurons with fan-out %d has an entry below its floor (%s), and some reach it',
  (left, right, fanOut, metric) => {
    const problem = makeProblem({ layers: [left, right], fanOuts: [fanOut] }, { metric });
    const all = allJunctions(left, right, fanOut);
    const vectors = all.map(
      (sources) =>
        scorePattern(makePattern({ layers: [left, right], fanOuts: [fanOut] }, [sources]), problem.entries, metric)
          .vector,
    );
    for (const [index, entry] of problem.entries.entries()) {
      const least = Math.min(...vectors.map((vector) => vector[index]));
      expect(entryFloor(entry, problem.architecture, metric)).toBe(least);
    }
  },
);

test('property: no pattern scores below the floor, spans, padding and unequal windows included', () => {
  const windows = fc.constantFrom<'integral' | 'balanced'>('integral', 'balanced');
  fc.assert(
    fc.property(networks, metrics, windows, fc.nat(), (network, metric, kind, seed) => {
      const used = { usedInputs: 1 + (seed % network.layers[0]), usedOutputs: 1 };
      const problem = makeProblem({ ...network, ...used }, { metric, windows: kind, spans: 'all' });
      const patterns = [
        samplePattern(network.layers, network.fanOuts, seed),
        concentratedPattern(problem, Random.fromSeed(seed)),
      ];
      for (const pattern of patterns) {
        const { vector } = scorePattern(pattern, problem.entries, metric);
        for (const [index, entry] of problem.entries.entries()) {
          expect(vector[index]).toBeGreaterThanOrEqual(entryFloor(entry, problem.architecture, metric) - 1e-12);
        }
      }
    }),
    { numRuns: 100, seed: 5 },
  );
});

test.each<[keyof typeof presets, number]>([
  ['morse', 1 / 8],
  ['mnist-cl', 1 / 14],
  ['mnist-single', 1 / 4],
  ['cifar10-2cl', 1 / 16],
])('on %s complete blocks along the windows have the lowest scatter there is, %d', (net, least) => {
  for (const metric of ['indicator', 'fair-share'] as const) {
    const problem = makeProblem(presets[net], { metric });
    const pattern = concentratedPattern(problem, Random.fromSeed(1));
    expect(scoreFloor(problem.entries, problem.architecture, metric)).toBeCloseTo(least, 12);
    expect(scorePattern(pattern, problem.entries, metric).scatter).toBeCloseTo(least, 12);
  }
});

test('blocks follow windows that are boxes of a picture', () => {
  const problem = makeProblem({ layers: [784, 112, 10], fanOuts: [6, 5], shapes: [[28, 28], [112], [10]] });
  const { scatter } = scorePattern(concentratedPattern(problem, Random.fromSeed(1)), problem.entries, 'indicator');
  expect(scatter).toBeCloseTo(1 / 14, 12);
});

test('windows that overlap or leave neurons out have no floor above 0', () => {
  const windows = {
    '1:1 forward': [
      [0, 1, 2],
      [2, 3],
    ],
  };
  const problem = makeProblem({ layers: [8, 4], fanOuts: [2] }, { windows });
  expect(entryFloor(problem.entries[0], problem.architecture, 'indicator')).toBe(0);
});
