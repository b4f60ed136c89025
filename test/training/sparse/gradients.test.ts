import fc from 'fast-check';
import { expect, test } from 'vitest';
import { feasibleFanOuts, leastFanIn, meanFanOut } from '../../../src/pattern/architecture.ts';
import type { Pattern } from '../../../src/pattern/pattern.ts';
import type { Split } from '../../../src/training/datasets/dataset.ts';
import { trainingSettings } from '../../../src/training/settings.ts';
import { startWeights } from '../../../src/training/weights.ts';
import { someDataset, someJob } from '../samples.ts';
import { never, openNetwork } from './open.ts';

interface Parameters {
  readonly weights: Float64Array;
  readonly biases: Float64Array;
}

/** Mean cross-entropy of the split's first examples in float64. @param onHidden hears what goes into each ReLU */
function meanLoss(
  pattern: Pattern,
  parameters: readonly Parameters[],
  split: Split,
  count: number,
  onHidden: (sums: Float64Array) => void = () => {},
): number {
  const features = split.inputs.length / split.examples;
  let total = 0;
  for (let example = 0; example < count; example++) {
    let values = new Float64Array(pattern.layers[0]);
    values.set(split.inputs.subarray(example * features, (example + 1) * features));
    for (const [index, sources] of pattern.junctions.entries()) {
      const { weights, biases } = parameters[index];
      const sums = biases.slice();
      for (let e = 0; e < sources.length; e++) {
        sums[Math.floor((e * sums.length) / sources.length)] += weights[e] * values[sources[e]];
      }
      if (index < pattern.junctions.length - 1) onHidden(sums);
      values = index === pattern.junctions.length - 1 ? sums : sums.map((sum) => Math.max(0, sum));
    }
    total += Math.log(values.reduce((sum, z) => sum + Math.exp(z), 0)) - values[split.labels[example]];
  }
  return total / count;
}

/** Central differences, one parameter at a time. */
function differences(values: Float64Array, loss: () => number): Float64Array {
  const step = 1e-5;
  return values.map((value, i) => {
    values[i] = value + step;
    const above = loss();
    values[i] = value - step;
    const below = loss();
    values[i] = value;
    return (above - below) / (2 * step);
  });
}

const widths = fc.integer({ min: 1, max: 12 });

/** Fan-outs that all left neurons of a junction can have. */
const exactFanOuts = feasibleFanOuts;

/** Mean fan-outs of every fan-in that there can be: most are balanced. */
function anyFanOuts(left: number, right: number): number[] {
  const least = leastFanIn(left, right);
  return Array.from({ length: left - least + 1 }, (_, more) => meanFanOut(left, right, least + more));
}

/** Networks of one to three junctions, padded or not, and a batch of any size. */
const casesOf = (fanOutsOf: (left: number, right: number) => number[]) =>
  fc
    .record({
      layers: fc.tuple(fc.array(widths, { minLength: 1, maxLength: 3 }), fc.integer({ min: 3, max: 8 })),
      picks: fc.array(fc.nat(), { minLength: 3, maxLength: 3 }),
      unused: fc.record({ inputs: fc.nat(3), outputs: fc.nat(3) }),
      count: fc.integer({ min: 1, max: 40 }),
      seed: fc.integer({ min: 1, max: 1000 }),
    })
    .map(({ layers: [front, last], picks, unused, count, seed }) => {
      const layers = [...front, last];
      const fanOuts = layers.slice(1).map((right, i) => {
        const feasible = fanOutsOf(layers[i], right);
        return feasible[picks[i] % feasible.length];
      });
      const usedInputs = Math.max(1, layers[0] - unused.inputs);
      const usedOutputs = Math.max(2, last - unused.outputs);
      return { net: { layers, fanOuts, usedInputs, usedOutputs }, count, seed };
    });

test.each([
  ['exact', exactFanOuts],
  ['balanced', anyFanOuts],
])('property: with %s degrees gradients are those that finite differences give in float64', (_, fanOutsOf) => {
  fc.assert(
    fc.property(casesOf(fanOutsOf), ({ net, count, seed }) => {
      const dataset = someDataset({
        features: net.usedInputs,
        classes: net.usedOutputs,
        examples: { train: 40 },
        seed,
      });
      const job = someJob({ ...net, seed });
      const network = openNetwork(job, dataset.features, trainingSettings());
      network.accumulate(
        dataset.train,
        Uint32Array.from({ length: 40 }, (_, i) => i),
        0,
        count,
        never,
      );
      const parameters = startWeights(job.pattern, job.seed, { biasStart: 0.1 }).map(({ weights, biases }) => ({
        weights: Float64Array.from(weights),
        biases: Float64Array.from(biases),
      }));
      // A ReLU whose sum changes its sign within a step of the differences has no slope to compare with.
      let nearest = Number.POSITIVE_INFINITY;
      meanLoss(job.pattern, parameters, dataset.train, count, (sums) => {
        for (const sum of sums) nearest = Math.min(nearest, Math.abs(sum));
      });
      fc.pre(nearest > 1e-4);
      const loss = () => meanLoss(job.pattern, parameters, dataset.train, count);
      expect(Math.abs(network.sums.loss / count - loss())).toBeLessThan(1e-5);
      for (const [index, got] of network.gradients().entries()) {
        for (const kind of ['weights', 'biases'] as const) {
          const expected = differences(parameters[index][kind], loss);
          expect(got[kind]).toHaveLength(expected.length);
          for (const [i, value] of expected.entries()) expect(Math.abs(got[kind][i] - value)).toBeLessThan(1e-5);
        }
      }
    }),
    { numRuns: 60 },
  );
});

test('gradients of a batch do not depend on what was accumulated and taken away before', () => {
  const dataset = someDataset({ features: 10, classes: 4 });
  const job = someJob({ layers: [10, 15, 4], fanOuts: [6, 4] });
  const order = Uint32Array.from({ length: 200 }, (_, i) => i);
  const frozen = trainingSettings({ optimizer: 'sgd', learningRate: 1e-30 });
  const network = openNetwork(job, 10, frozen);
  network.accumulate(dataset.train, order, 100, 133, never);
  network.update();
  network.accumulate(dataset.train, order, 0, 50, never);
  const again = network.gradients();
  const fresh = openNetwork(job, 10, frozen);
  fresh.accumulate(dataset.train, order, 0, 50, never);
  expect(fresh.gradients()).toEqual(again);
});
