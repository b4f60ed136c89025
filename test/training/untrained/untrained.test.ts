import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { EigenvalueDecomposition, Matrix } from 'ml-matrix';
import { expect, test } from 'vitest';
import { defineArchitecture, feasibleFanOuts, leastFanIn, meanFanOut } from '../../../src/pattern/architecture.ts';
import { makePattern, type Pattern } from '../../../src/pattern/pattern.ts';
import { emptySplit } from '../../../src/training/datasets/dataset.ts';
import { trainingSettings } from '../../../src/training/settings.ts';
import type { JunctionWeights } from '../../../src/training/trainer.ts';
import { measureUntrained, untrainedNetwork, untrainedScores } from '../../../src/training/untrained/index.ts';
import { tangentKernel } from '../../../src/training/untrained/ntk-condition.ts';
import type { UntrainedTask } from '../../../src/training/untrained/untrained-score.ts';
import { startWeights } from '../../../src/training/weights.ts';
import { someDataset, someJob } from '../samples.ts';
import { exampleOf, meanLoss, outputsOf, type Parameters, pathsOf, weightSlopes } from './oracle.ts';

interface TorchCase {
  readonly layers: number[];
  readonly fanOuts: number[];
  readonly usedInputs: number;
  readonly usedOutputs: number;
  readonly sources: number[][];
  readonly weights: number[][];
  readonly biases: number[][];
  readonly inputs: number[][];
  readonly labels: number[];
  readonly scores: Readonly<Record<string, number>>;
}

const torch: { readonly cases: readonly TorchCase[] } = JSON.parse(
  readFileSync(new URL('./torch-scores.json', import.meta.url), 'utf8'),
);

const settings = trainingSettings();

test.each(torch.cases)('scores of $layers are those that PyTorch gives', (known) => {
  const architecture = defineArchitecture(known);
  const pattern = makePattern(
    architecture,
    known.sources.map((sources) => Uint32Array.from(sources)),
  );
  const train = emptySplit(known.labels.length, known.usedInputs);
  train.inputs.set(known.inputs.flat());
  train.labels.set(known.labels);
  const start = known.weights.map(
    (weights, i): JunctionWeights => ({
      weights: Float32Array.from(weights),
      biases: Float32Array.from(known.biases[i]),
    }),
  );
  const task = { architecture, dataset: { features: known.usedInputs, train }, settings };
  const network = untrainedNetwork(pattern, task, start);
  expect(Object.keys(known.scores)).toEqual([...untrainedScores.keys()]);
  for (const [name, score] of untrainedScores) {
    const { value } = score.measure(network);
    const expected = known.scores[name];
    const tolerance = name.startsWith('ntk') ? 1e-4 : name === 'snip' ? 1e-5 : 1e-12;
    expect(Math.abs((value ?? Number.NaN) / expected - 1), name).toBeLessThan(tolerance);
  }
});

const doubles = (start: readonly JunctionWeights[]): Parameters[] =>
  start.map(({ weights, biases }) => ({ weights: Float64Array.from(weights), biases: Float64Array.from(biases) }));

/** Small networks of one to three junctions, padded or not: half of exact degrees, half of any fan-in, which mostly is balanced. */
const nets = fc
  .record({
    layers: fc.array(fc.integer({ min: 2, max: 7 }), { minLength: 2, maxLength: 4 }),
    picks: fc.array(fc.nat(), { minLength: 3, maxLength: 3 }),
    unused: fc.record({ inputs: fc.nat(2), outputs: fc.nat(2) }),
    seed: fc.integer({ min: 1, max: 1000 }),
    balanced: fc.boolean(),
  })
  .map(({ layers, picks, unused, seed, balanced }) => {
    const fanOuts = layers.slice(1).map((right, i) => {
      const left = layers[i];
      const least = leastFanIn(left, right);
      if (balanced) return meanFanOut(left, right, least + (picks[i] % (left - least + 1)));
      const feasible = feasibleFanOuts(left, right);
      return feasible[picks[i] % feasible.length];
    });
    const usedInputs = Math.max(1, layers[0] - unused.inputs);
    const usedOutputs = Math.max(2, layers[layers.length - 1] - unused.outputs);
    const { architecture, pattern } = someJob({ layers, fanOuts, usedInputs, usedOutputs, seed });
    const dataset = someDataset({ features: usedInputs, classes: usedOutputs, examples: { train: 20 }, seed });
    return { pattern, task: { architecture, dataset, settings } };
  });

const startOf = (pattern: Pattern, { settings }: UntrainedTask) => startWeights(pattern, 1, settings);

test('property: SynFlow and the path kernel’s trace are sums over all paths', () => {
  fc.assert(
    fc.property(nets, ({ pattern, task }) => {
      const start = startOf(pattern, task);
      let [flow, trace] = [0, 0];
      for (const path of pathsOf(pattern, task.architecture)) {
        const weights = path.map((edge, i) => start[i].weights[edge]);
        const value = weights.reduce((product, weight) => product * weight, 1);
        for (const weight of weights) {
          flow += Math.abs(value);
          trace += (value / weight) ** 2;
        }
      }
      const measured = measureUntrained(pattern, task);
      expect(measured.get('synflow')?.value).toBeCloseTo(flow, 8);
      expect(measured.get('path-kernel-trace')?.value).toBeCloseTo(trace, 8);
    }),
    { numRuns: 50 },
  );
});

test('property: SNIP is Σ |w · ∂L/∂w| of finite differences in float64', () => {
  fc.assert(
    fc.property(nets, ({ pattern, task }) => {
      const parameters = doubles(startOf(pattern, task));
      const slopes = weightSlopes(parameters, () => meanLoss(pattern, parameters, task.dataset.train));
      const weights = parameters.flatMap((junction) => [...junction.weights]);
      const expected = weights.reduce((total, weight, e) => total + Math.abs(weight * slopes[e]), 0);
      expect(measureUntrained(pattern, task).get('snip')?.value).toBeCloseTo(expected, 4);
    }),
    // Always the same networks: differences across a ReLU's kink, though rare, would not be the slope.
    { numRuns: 30, seed: 1 },
  );
});

test('property: the tangent kernel is that of finite differences, and its condition that of its eigenvalues', () => {
  fc.assert(
    fc.property(nets, ({ pattern, task }) => {
      const { train } = task.dataset;
      const network = untrainedNetwork(pattern, task);
      const examples = [...network.order];
      const parameters = doubles(startOf(pattern, task));
      const sum = (example: number) =>
        outputsOf(pattern, parameters, exampleOf(train, example))
          .slice(0, task.architecture.usedOutputs)
          .reduce((a, b) => a + b, 0);
      const slopes = examples.map((example) => weightSlopes(parameters, () => sum(example)));
      const expected = slopes.map((own) =>
        slopes.map((other) => own.reduce((total, slope, e) => total + slope * other[e], 0)),
      );
      const kernel = tangentKernel(network, examples);
      for (const [x, row] of kernel.entries()) {
        for (const [y, value] of row.entries()) expect(Math.abs(value - expected[x][y])).toBeLessThan(1e-3);
      }
      const eigenvalues = new EigenvalueDecomposition(new Matrix(expected)).realEigenvalues;
      const condition = Math.max(...eigenvalues) / Math.min(...eigenvalues);
      const { value, reason } = measureUntrained(pattern, task).get('ntk-condition') ?? {};
      if (condition > 0 && condition < 1e5) expect(Math.abs((value ?? Number.NaN) / condition - 1)).toBeLessThan(1e-2);
      else if (value === null) expect(reason).toContain('singular');
    }),
    // Always the same networks: differences across a ReLU's kink, though rare, would not be the slope.
    { numRuns: 30, seed: 1 },
  );
});

test('two networks measured one after the other leave no trace in each other’s scores', () => {
  const jobs = [1, 2].map((seed) => someJob({ layers: [12, 24, 6], fanOuts: [8, 2], seed }));
  const dataset = someDataset({ features: 12, classes: 6 });
  const measured = [...jobs, ...jobs].map(({ architecture, pattern }) => [
    ...measureUntrained(pattern, { architecture, dataset, settings }),
  ]);
  expect(measured[2]).toEqual(measured[0]);
  expect(measured[3]).toEqual(measured[1]);
  expect(measured[1]).not.toEqual(measured[0]);
});

test('repeated examples and blank ones do not make the kernel singular', () => {
  const { architecture, pattern } = someJob({ layers: [12, 24, 6], fanOuts: [8, 2] });
  const dataset = someDataset({ features: 12, classes: 6, examples: { train: 40 } });
  const { inputs } = dataset.train;
  inputs.copyWithin(12, 0, 12 * 8);
  inputs.fill(0, 12 * 30, 12 * 34);
  for (let example = 1; example < 9; example++) inputs.set(inputs.subarray(0, 12), 12 * example);
  const { value } = measureUntrained(pattern, { architecture, dataset, settings }).get('ntk-condition') ?? {};
  expect(value).toBeGreaterThan(1);
  expect(value).toBeLessThan(1e8);
});

test('nets with convolutional layers in front, and nets too large, are left out with a reason', () => {
  const { architecture, pattern } = someJob({ layers: [12, 24, 6], fanOuts: [8, 2] });
  const dataset = someDataset({ features: 12, classes: 6 });
  const front = measureUntrained(pattern, { architecture, dataset, settings: { ...settings, front: 'mnist-conv' } });
  for (const { value, reason } of front.values()) {
    expect(value).toBe(null);
    expect(reason).toContain('convolutional layers');
  }
  const large = someJob({ layers: [2000, 1000, 2], fanOuts: [1000, 1] });
  const few = someDataset({ features: 2000, classes: 2, examples: { train: 4, validation: 1, test: 1 } });
  const measured = measureUntrained(large.pattern, { architecture: large.architecture, dataset: few, settings });
  expect(measured.get('ntk-condition')).toMatchObject({
    value: null,
    reason: expect.stringContaining('at most 0.5 s'),
  });
  expect(measured.get('synflow')?.value).toBeGreaterThan(0);
});
