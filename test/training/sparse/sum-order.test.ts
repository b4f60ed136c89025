import fc from 'fast-check';
import { expect, test } from 'vitest';
import { portableLog } from '../../../src/base/random.ts';
import { feasibleFanOuts } from '../../../src/pattern/architecture.ts';
import type { Pattern } from '../../../src/pattern/pattern.ts';
import type { Dataset } from '../../../src/training/datasets/dataset.ts';
import { trainingSettings } from '../../../src/training/settings.ts';
import type { JunctionWeights, TrainingJob } from '../../../src/training/trainer.ts';
import { startWeights } from '../../../src/training/weights.ts';
import { someDataset, someJob } from '../samples.ts';
import { never, openNetwork } from './open.ts';
import { kernelChoices } from './random-nets.ts';

/**
 * One batch worked out in plain TypeScript, one example at a time, every product and sum rounded to float32 by `Math.fround`, and
 * summed over the examples in the order that kernels/gradients.ts writes down. It shares nothing with the kernels.
 */

const f = Math.fround;

/** The sixteen partial sums as one: the fixed tree. @param add rounds as the sum does */
function treeSum(partials: readonly number[], add: (a: number, b: number) => number): number {
  let level = [...partials];
  for (let half = 8; half >= 1; half /= 2) level = level.slice(0, half).map((p, i) => add(p, level[i + half]));
  return level[0];
}

function sumOver(terms: readonly number[]): number {
  const partials = new Array(16).fill(0);
  for (const [e, term] of terms.entries()) partials[e % 16] = f(partials[e % 16] + term);
  return treeSum(partials, (a, b) => f(a + b));
}

/** e^x as the softmax kernel says: 2^n · e^r by the series up to r⁷. */
function power(x: number): number {
  if (x < -60) return 0;
  const scaled = f(x * f(Math.LOG2E));
  const n = Math.abs(scaled % 1) === 0.5 ? 2 * Math.round(scaled / 2) : Math.round(scaled);
  const coarse = f(0.693359375);
  let r = f(x - f(n * coarse));
  r = f(r - f(n * f(Math.LN2 - 0.693359375)));
  let p = f(1 / 5040);
  for (const factor of [1 / 720, 1 / 120, 1 / 24, 1 / 6, 1 / 2, 1, 1]) p = f(f(p * r) + f(factor));
  return f(p * 2 ** n);
}

interface Example {
  /** of each layer, the input first; the last are logits */
  readonly values: readonly Float32Array[];
  /** of each junction's right layer */
  readonly deltas: Float32Array[];
  readonly rest: number;
  readonly total: number;
}

function forward(input: Float32Array, { junctions, layers }: Pattern, start: readonly JunctionWeights[]) {
  const values = [input];
  for (const [index, sources] of junctions.entries()) {
    const sums = start[index].biases.slice();
    const fanIn = sources.length / layers[index + 1];
    for (let e = 0; e < sources.length; e++) {
      const j = Math.floor(e / fanIn);
      sums[j] = f(f(values[index][sources[e]] * start[index].weights[e]) + sums[j]);
    }
    values.push(index === junctions.length - 1 ? sums : sums.map((sum) => (sum < 0 ? 0 : sum)));
  }
  return values;
}

function workOut(
  input: Float32Array,
  label: number,
  share: number,
  job: TrainingJob,
  start: readonly JunctionWeights[],
) {
  const { pattern } = job;
  const values = forward(input, pattern, start);
  const logits = values[values.length - 1];
  const highest = logits.reduce((a, b) => Math.max(a, b));
  const powers = logits.map((z) => power(f(z - highest)));
  const total = powers.reduce((sum, p) => f(sum + p), 0);
  const scale = f(f(share) / total);
  let delta = powers.map((p) => f(p * scale));
  delta[label] = f(delta[label] - share);
  const deltas = [delta];
  for (let index = pattern.junctions.length - 1; index >= 1; index--) {
    const sources = pattern.junctions[index];
    const fanIn = sources.length / pattern.layers[index + 1];
    const below = new Float32Array(pattern.layers[index]);
    for (let e = 0; e < sources.length; e++) {
      const k = sources[e];
      below[k] = f(f(delta[Math.floor(e / fanIn)] * start[index].weights[e]) + below[k]);
    }
    delta = below.map((sum, k) => (values[index][k] > 0 ? sum : 0));
    deltas.unshift(delta);
  }
  return { values, deltas, rest: highest - logits[label], total } satisfies Example;
}

function lossOf(examples: readonly Example[]): number {
  const partials = Array.from({ length: 16 }, (_, partial) => {
    const own = examples.filter((__, e) => e % 16 === partial);
    let sum = 0;
    let product = 1;
    for (const [i, { rest, total }] of own.entries()) {
      sum += rest;
      product *= total;
      if (i % 16 !== 15 && i !== own.length - 1) continue;
      if (product !== 1) sum += portableLog(product);
      product = 1;
    }
    return sum;
  });
  return treeSum(partials, (a, b) => a + b);
}

function oracle(job: TrainingJob, { train, features }: Dataset, batch: number) {
  const { pattern } = job;
  const start = startWeights(pattern, job.seed, { biasStart: 0.1 });
  const examples = Array.from({ length: batch }, (_, e) => {
    const input = new Float32Array(pattern.layers[0]);
    input.set(train.inputs.subarray(e * features, (e + 1) * features));
    return workOut(input, train.labels[e], 1 / batch, job, start);
  });
  const gradients = pattern.junctions.map((sources, index) => {
    const right = pattern.layers[index + 1];
    const over = (term: (example: Example) => number) => sumOver(examples.map(term));
    return {
      weights: Float32Array.from(sources, (k, e) => {
        const j = Math.floor((e * right) / sources.length);
        return over(({ values, deltas }) => f(values[index][k] * deltas[index][j]));
      }),
      biases: Float32Array.from({ length: right }, (_, j) => over(({ deltas }) => deltas[index][j])),
    };
  });
  return { gradients, loss: lossOf(examples) };
}

const widths = fc.integer({ min: 1, max: 12 });

/** Networks of one to three junctions with any feasible fan-outs, padded or not, a batch of any size, and any number of tiles kept. */
const cases = fc
  .record({
    layers: fc.tuple(fc.array(widths, { minLength: 1, maxLength: 3 }), fc.integer({ min: 3, max: 8 })),
    picks: fc.array(fc.nat(), { minLength: 3, maxLength: 3 }),
    unused: fc.record({ inputs: fc.nat(3), outputs: fc.nat(3) }),
    batch: fc.oneof(fc.integer({ min: 1, max: 70 }), fc.integer({ min: 250, max: 530 })),
    kept: fc.integer({ min: 1, max: 8 }),
    seed: fc.integer({ min: 1, max: 1000 }),
  })
  .map(({ layers: [front, last], picks, unused, batch, kept, seed }) => {
    const layers = [...front, last];
    const fanOuts = layers.slice(1).map((right, i) => {
      const feasible = feasibleFanOuts(layers[i], right);
      return feasible[picks[i] % feasible.length];
    });
    const usedInputs = Math.max(1, layers[0] - unused.inputs);
    const usedOutputs = Math.max(2, last - unused.outputs);
    return { net: { layers, fanOuts, usedInputs, usedOutputs }, batch, kept, seed };
  });

/** Values without their sign of zero: which of the two a sum of nothing has is nobody's concern. */
const numbers = (values: Float32Array) => [...values].map((value) => value + 0);

test.each(kernelChoices.map((choice) => [choice.name, choice] as const))(
  'property: by %s gradients and losses are those of the written order, to the bit, however much of a batch is kept at once',
  (_, kernels) => {
    fc.assert(
      fc.property(cases, ({ net, batch, kept, seed }) => {
        const { usedInputs: features, usedOutputs: classes } = net;
        const dataset = someDataset({ features, classes, examples: { train: batch, validation: 1, test: 1 }, seed });
        const job = someJob({ ...net, seed });
        const expected = oracle(job, dataset, batch);
        const order = Uint32Array.from({ length: batch }, (_, i) => i);
        for (const mostTiles of [undefined, kept]) {
          const network = openNetwork(job, features, trainingSettings({ batchSize: batch }), mostTiles, kernels);
          network.accumulate(dataset.train, order, 0, batch, never);
          expect(network.sums.loss).toBe(expected.loss);
          for (const [index, got] of network.gradients().entries()) {
            expect(numbers(got.weights)).toEqual(numbers(expected.gradients[index].weights));
            expect(numbers(got.biases)).toEqual(numbers(expected.gradients[index].biases));
          }
        }
      }),
      { numRuns: 60 },
    );
  },
);
