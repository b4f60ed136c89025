import { beforeAll, describe, expect, test } from 'vitest';
import { unwrap } from '../../../src/base/failure.ts';
import { type Dataset, emptySplit, type Split } from '../../../src/training/datasets/dataset.ts';
import { trainingSettings } from '../../../src/training/settings.ts';
import { type Runtime, startRuntime } from '../../../src/training/tfjs/runtime.ts';
import type { Session } from '../../../src/training/tfjs/session.ts';
import { trainJob } from '../../../src/training/tfjs/train.ts';
import type { TrainingEvent, TrainingJob, TrainingSettings } from '../../../src/training/trainer.ts';
import { someDataset, someJob } from '../samples.ts';

let runtime: Runtime;
beforeAll(async () => {
  runtime = unwrap(await startRuntime('wasm', false));
});

const runsOn = { engine: 'tfjs', backend: 'wasm', device: 'this thread' } as const;
const dataset = someDataset({ features: 8, classes: 4, examples: { train: 40, validation: 10, test: 10 } });
const job = someJob({ layers: [8, 12, 4], fanOuts: [6, 2] });

async function trained(on: Runtime, data: Dataset, request: Partial<TrainingSettings>, of: TrainingJob = job) {
  const events: TrainingEvent[] = [];
  const settings = trainingSettings({ batchSize: 16, ...request });
  const stop = new Int32Array(new SharedArrayBuffer(4));
  await trainJob({ job: of, dataset: data, settings, runsOn, stop, keep: null }, on, (event) => events.push(event));
  const epochs = events.flatMap((event) => (event.kind === 'epoch' ? [event] : []));
  const [result] = events.flatMap((event) => (event.kind === 'result' ? [event] : []));
  return { epochs, result };
}

/** A split that counts how often each example's label is looked at. */
function counted(split: Split): { split: Split; reads: number[] } {
  const reads = new Array<number>(split.examples).fill(0);
  const labels = new Proxy(split.labels, {
    get(target, key) {
      if (typeof key === 'string' && /^\d+$/.test(key)) reads[Number(key)]++;
      return Reflect.get(target, key, target);
    },
  });
  return { split: { ...split, labels }, reads };
}

/** A session that guesses as it is told: correct guesses of every evaluated batch in turn, and a finite loss. */
function scriptedRuntime(correct: readonly number[]): Runtime {
  const left = [...correct];
  const session: Session = {
    stepsPerSums: 1,
    step: () => {},
    sums: async () => ({ loss: 1, correct: 0 }),
    correct: async () => left.shift()!,
    weights: async () => [],
    features: async () => new Float32Array(0),
    state: async () => ({ numbers: [], arrays: [] }),
    restore: () => {},
    frontWeights: async () => [],
    matrices: async () => [],
    dispose: () => {},
  };
  return { ...runtime, openSession: () => session };
}

describe('the test split', () => {
  test('is read once, after the last epoch, and never while there are epochs to come', async () => {
    const { split, reads } = counted(dataset.test);
    const readsAtEpochs: number[] = [];
    const settings = trainingSettings({ batchSize: 16, epochs: 3 });
    const stop = new Int32Array(new SharedArrayBuffer(4));
    await trainJob(
      { job, dataset: { ...dataset, test: split }, settings, runsOn, stop, keep: null },
      runtime,
      (event) => {
        if (event.kind === 'epoch') readsAtEpochs.push(reads.reduce((a, b) => a + b, 0));
      },
    );
    expect(readsAtEpochs).toEqual([0, 0, 0]);
    expect(reads).toEqual(new Array(10).fill(1));
  });

  test('is never read by a training that diverged', async () => {
    const { split, reads } = counted(dataset.test);
    const diverging = { optimizer: 'sgd', learningRate: 1e30, epochs: 3 } as const;
    const { result } = await trained(runtime, { ...dataset, test: split }, diverging);
    expect(result).toMatchObject({ status: 'diverged', testAccuracy: null, bestEpoch: null });
    expect(reads.every((count) => count === 0)).toBe(true);
  });
});

test('a batch may be far larger than the data', async () => {
  const whole = await trained(runtime, dataset, { epochs: 1, batchSize: 40 });
  const { epochs, result } = await trained(runtime, dataset, { epochs: 1, batchSize: 2 ** 40 });
  expect(result).toMatchObject({ status: 'finished', reason: null });
  expect(epochs).toEqual(whole.epochs);
});

describe('of the epochs', () => {
  test('the last one is reported, and the best one kept beside it', async () => {
    const { epochs, result } = await trained(scriptedRuntime([5, 9, 7, 6]), dataset, { epochs: 3 });
    expect(epochs.map(({ validationAccuracy }) => validationAccuracy)).toEqual([0.5, 0.9, 0.7]);
    expect(result).toMatchObject({ status: 'finished', testAccuracy: 0.6 });
    expect(result.bestEpoch).toEqual({ epoch: 2, validationAccuracy: 0.9 });
  });

  test('the first of equally good ones is the best', async () => {
    const { result } = await trained(scriptedRuntime([5, 8, 8, 6]), dataset, { epochs: 3 });
    expect(result.bestEpoch).toEqual({ epoch: 2, validationAccuracy: 0.8 });
  });

  test('those before a divergence stay known; the rest is not run', async () => {
    const script = [4, 3, Number.NaN, 10, 10];
    const { epochs, result } = await trained(scriptedRuntime(script), dataset, { epochs: 5 });
    expect(epochs).toHaveLength(2);
    expect(result).toMatchObject({ status: 'diverged', testAccuracy: null });
    expect(result.reason).toMatch(/no longer finite in epoch 3/);
    expect(result.bestEpoch).toEqual({ epoch: 1, validationAccuracy: 0.4 });
  });
});

describe('padding', () => {
  test('784 inputs of 1024 and 10 outputs of 16 are used: the rest stay 0, and no example is guessed to be of a padded class', async () => {
    const data = someDataset({ features: 784, classes: 10, examples: { train: 64, validation: 20, test: 20 } });
    const single = someJob({ layers: [1024, 16], fanOuts: [4], usedInputs: 784, usedOutputs: 10 });
    const [start] = [{ weights: new Float32Array(4096), biases: new Float32Array(16) }];
    // Padded classes begin far above all others.
    start.biases.fill(50, 10);
    const { result } = await trained(
      runtime,
      data,
      { epochs: 2 },
      { ...single, startWeights: [start], wantWeights: true },
    );
    expect(result.status).toBe('finished');
    expect(result.testAccuracy).toBeGreaterThan(0);
    const { weights } = result.weights![0];
    const padded = [...single.pattern.junctions[0].keys()].filter((e) => single.pattern.junctions[0][e] >= 784);
    expect(padded.length).toBe(240 * 4);
    expect(padded.every((e) => weights[e] === 0)).toBe(true);
  });
});

describe('the front of a name', () => {
  /** Images of one bright quarter each, the quarter being the class. */
  function quarters(examples: number): Split {
    const split = emptySplit(examples, 784);
    for (let example = 0; example < examples; example++) {
      const quarter = example % 4;
      split.labels[example] = quarter;
      for (let place = 0; place < 784; place++) {
        const low = Math.floor(place / 28) >= 14;
        const right = place % 28 >= 14;
        const noise = 0.3 * Math.abs(Math.sin(example + 1.7 * place + 0.01 * place * place));
        split.inputs[example * 784 + place] = noise + (quarter === 2 * Number(low) + Number(right) ? 0.5 : 0);
      }
    }
    return split;
  }
  const images: Dataset = {
    ...{ name: 'quarters', digest: 'quarters', features: 784, classes: 4, normalisation: 'none' },
    ...{ train: quarters(48), validation: quarters(12), test: quarters(8) },
  };
  const conv = someJob({ layers: [3136, 98, 10], fanOuts: [1, 10], usedOutputs: 4 });

  test('is put before the junctions, from the seed alone, and learns', async () => {
    const request = { epochs: 2, front: 'mnist-conv', batchSize: 12 } as const;
    const first = await trained(runtime, images, request, { ...conv, wantWeights: true });
    expect(first.result).toMatchObject({ status: 'finished', reason: null });
    expect(first.epochs[1].loss).toBeLessThan(0.7 * first.epochs[0].loss);
    const again = await trained(runtime, images, request, { ...conv, wantWeights: true });
    expect(again.result.weights).toEqual(first.result.weights);
  });
});
