import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { leastFanIn, meanFanOut } from '../../../src/pattern/architecture.ts';
import { trainingSettings } from '../../../src/training/settings.ts';
import { chooseKernels, type KernelChoice, kernelNames } from '../../../src/training/sparse/native-kernels.ts';
import { SparseNetwork } from '../../../src/training/sparse/network.ts';
import type { TrainingSettings } from '../../../src/training/trainer.ts';
import { batchOrder, startWeights } from '../../../src/training/weights.ts';
import { someDataset, someJob } from '../samples.ts';
import { never } from './open.ts';

/** Every kind of kernels that run here; WebAssembly's are the first, and the oracle of the others. */
export const kernelChoices: readonly KernelChoice[] = kernelNames.flatMap((name) => {
  const choice = chooseKernels(name);
  return choice.ok ? [choice.value] : [];
});

export const optimizerSettings: readonly (readonly [string, Partial<TrainingSettings>])[] = [
  ['Adam', {}],
  ['Adam with L2 and a decaying rate', { l2: 1e-4, learningRate: 0.01, learningRateDecay: 1e-3 }],
  ['SGD with momentum and L2', { optimizer: 'sgd', learningRate: 0.05, momentum: 0.9, l2: 1e-5 }],
];

/** Networks of one to four junctions: sparse, balanced and dense ones, padded or not, any batch, any number of tiles kept. */
export const randomNets = fc
  .record({
    front: fc.array(fc.integer({ min: 1, max: 70 }), { minLength: 1, maxLength: 4 }),
    last: fc.integer({ min: 2, max: 40 }),
    picks: fc.array(fc.nat(), { minLength: 4, maxLength: 4 }),
    dense: fc.array(fc.boolean(), { minLength: 4, maxLength: 4 }),
    unused: fc.record({ inputs: fc.nat(9), outputs: fc.nat(9) }),
    batch: fc.integer({ min: 1, max: 400 }),
    mostTiles: fc.option(fc.integer({ min: 1, max: 12 }), { nil: undefined }),
    seed: fc.integer({ min: 1, max: 1000 }),
  })
  .map(({ front, last, picks, dense, unused, ...rest }) => {
    const layers = [...front, last];
    const fanOuts = layers.slice(1).map((right, i) => {
      const left = layers[i];
      const least = leastFanIn(left, right);
      return dense[i] ? right : meanFanOut(left, right, least + (picks[i] % (left - least + 1)));
    });
    const usedInputs = Math.max(1, layers[0] - unused.inputs);
    return { net: { layers, fanOuts, usedInputs, usedOutputs: Math.max(2, last - unused.outputs) }, ...rest };
  });

interface RandomNet {
  readonly net: Parameters<typeof someJob>[0] & { readonly usedInputs: number; readonly usedOutputs: number };
  readonly batch: number;
  readonly mostTiles: number | undefined;
  readonly seed: number;
}

function digestOf(arrays: readonly (Float32Array | Float64Array)[]): string {
  const hash = createHash('sha256');
  for (const { buffer, byteOffset, byteLength } of arrays) hash.update(new Uint8Array(buffer, byteOffset, byteLength));
  return hash.digest('hex');
}

/** Everything that two epochs leave behind, to the bit. */
export function trainedBy(kernels: KernelChoice, item: RandomNet, change: Partial<TrainingSettings>, fastMath = false) {
  const { net, batch, mostTiles, seed } = item;
  const job = someJob({ ...net, seed });
  const { architecture, pattern } = job;
  const examples = { train: 330, validation: 45, test: 1 };
  const dataset = someDataset({ features: net.usedInputs, classes: net.usedOutputs, examples, seed });
  const settings = trainingSettings({ batchSize: batch, ...change });
  const start = startWeights(pattern, seed, settings);
  const { features, train, validation } = dataset;
  const request = { architecture, pattern, start, settings, features, batch, mostTiles, fastMath, kernels };
  const network = new SparseNetwork(request);
  const counts: number[] = [];
  for (const epoch of [1, 2]) {
    const order = batchOrder(seed, epoch, train.examples);
    for (let from = 0; from < order.length; from += batch) {
      network.accumulate(train, order, from, Math.min(order.length, from + batch), never);
      network.update();
    }
    counts.push(network.countCorrect(validation, 0, validation.examples));
  }
  const { numbers, arrays } = network.state();
  const single = network.outputGradients(validation, 3).flatMap(({ weights, biases }) => [weights, biases]);
  const { loss, correct } = network.sums;
  return { loss, correct, counts, numbers, state: digestOf(arrays), single: digestOf(single), arrays };
}
