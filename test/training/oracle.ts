import type { Dataset, Split } from '../../src/training/datasets/dataset.ts';
import type { EpochResult, TrainingJob, TrainingSettings } from '../../src/training/trainer.ts';
import { batchOrder, startWeights } from '../../src/training/weights.ts';

/**
 * Training written out over edges in float64, one example at a time, with nothing shared with any engine but where weights start
 * and how batches are ordered: what every engine must agree with.
 */

interface Junction {
  readonly left: number;
  readonly right: number;
  readonly fanIn: number;
  readonly sources: Uint32Array;
  readonly weights: Float64Array;
  readonly biases: Float64Array;
}

export interface OracleResult {
  readonly epochs: readonly EpochResult[];
  readonly testAccuracy: number;
  readonly junctions: readonly Junction[];
}

interface Gradient {
  readonly weights: Float64Array;
  readonly biases: Float64Array;
}

function junctionsOf(job: TrainingJob, settings: TrainingSettings): Junction[] {
  const { layers, junctions } = job.pattern;
  const start = job.startWeights ?? startWeights(job.pattern, job.seed, settings);
  return junctions.map((sources, index) => ({
    left: layers[index],
    right: layers[index + 1],
    fanIn: sources.length / layers[index + 1],
    sources,
    weights: Float64Array.from(start[index].weights),
    biases: Float64Array.from(start[index].biases),
  }));
}

/** Values of every layer, the input first; hidden ones after ReLU, the last ones logits. */
function forwardOne(input: Float64Array, junctions: readonly Junction[]): Float64Array[] {
  const values = [input];
  for (const [index, { right, fanIn, sources, weights, biases }] of junctions.entries()) {
    const before = values[index];
    const after = new Float64Array(right);
    for (let j = 0; j < right; j++) {
      let sum = biases[j];
      for (let e = j * fanIn; e < (j + 1) * fanIn; e++) sum += weights[e] * before[sources[e]];
      after[j] = index === junctions.length - 1 ? sum : Math.max(0, sum);
    }
    values.push(after);
  }
  return values;
}

const guess = (logits: Float64Array, used: number) => {
  const real = [...logits.slice(0, used)];
  return real.indexOf(Math.max(...real));
};

function logSumExp(values: Float64Array): number {
  const top = Math.max(...values);
  return top + Math.log([...values].reduce((sum, value) => sum + Math.exp(value - top), 0));
}

/** Adds one example's share of the gradient of the mean loss. */
function backwardOne(
  values: readonly Float64Array[],
  label: number,
  share: number,
  junctions: readonly Junction[],
  gradients: readonly Gradient[],
): void {
  const logits = values[values.length - 1];
  const total = logSumExp(logits);
  let delta = logits.map((z, j) => share * (Math.exp(z - total) - (j === label ? 1 : 0)));
  for (let index = junctions.length - 1; index >= 0; index--) {
    const { left, right, fanIn, sources, weights } = junctions[index];
    const below = new Float64Array(left);
    for (let j = 0; j < right; j++) {
      gradients[index].biases[j] += delta[j];
      for (let e = j * fanIn; e < (j + 1) * fanIn; e++) {
        gradients[index].weights[e] += delta[j] * values[index][sources[e]];
        below[sources[e]] += delta[j] * weights[e];
      }
    }
    delta = below.map((value, k) => (values[index][k] > 0 ? value : 0));
  }
}

const zerosLike = (junctions: readonly Junction[]): Gradient[] =>
  junctions.map(({ weights, biases }) => ({
    weights: new Float64Array(weights.length),
    biases: new Float64Array(biases.length),
  }));

/** Keras's Adam and SGD, with its decay. */
class Optimizer {
  readonly #junctions: readonly Junction[];
  readonly #settings: TrainingSettings;
  readonly #first: Gradient[];
  readonly #second: Gradient[];
  #step = 0;

  constructor(junctions: readonly Junction[], settings: TrainingSettings) {
    this.#junctions = junctions;
    this.#settings = settings;
    this.#first = zerosLike(junctions);
    this.#second = zerosLike(junctions);
  }

  update(gradients: readonly Gradient[]): void {
    for (const [index, junction] of this.#junctions.entries()) {
      for (const kind of ['weights', 'biases'] as const) {
        const l2 = kind === 'weights' ? this.#settings.l2 : 0;
        const gradient = gradients[index][kind].map((g, e) => g + 2 * l2 * junction[kind][e]);
        this.#move(junction[kind], gradient, this.#first[index][kind], this.#second[index][kind]);
      }
    }
    this.#step++;
  }

  #move(values: Float64Array, gradient: Float64Array, first: Float64Array, second: Float64Array): void {
    const { learningRate, learningRateDecay, momentum, optimizer } = this.#settings;
    const rate = learningRate / (1 + learningRateDecay * this.#step);
    const t = this.#step + 1;
    for (const [e, g] of gradient.entries()) {
      if (optimizer === 'sgd') {
        first[e] = momentum * first[e] - rate * g;
        values[e] += first[e];
      } else {
        first[e] = 0.9 * first[e] + 0.1 * g;
        second[e] = 0.999 * second[e] + 0.001 * g * g;
        const corrected = (rate * Math.sqrt(1 - 0.999 ** t)) / (1 - 0.9 ** t);
        values[e] -= (corrected * first[e]) / (Math.sqrt(second[e]) + 1e-7);
      }
    }
  }
}

/** One example's inputs, padded to the first layer. */
function inputOf(split: Split, example: number, features: number, width: number): Float64Array {
  const input = new Float64Array(width);
  input.set(split.inputs.subarray(example * features, (example + 1) * features));
  return input;
}

export function trainOracle(job: TrainingJob, dataset: Dataset, settings: TrainingSettings): OracleResult {
  const junctions = junctionsOf(job, settings);
  const optimizer = new Optimizer(junctions, settings);
  const { layers, usedOutputs } = job.architecture;
  const input = (split: Split, example: number) => inputOf(split, example, dataset.features, layers[0]);
  const accuracyOn = (split: Split) => {
    const right = [...split.labels].filter(
      (label, example) => guess(forwardOne(input(split, example), junctions).at(-1)!, usedOutputs) === label,
    );
    return right.length / split.examples;
  };
  const epochs: EpochResult[] = [];
  for (let epoch = 1; epoch <= settings.epochs; epoch++) {
    const order = batchOrder(job.seed, epoch, dataset.train.examples);
    let loss = 0;
    let correct = 0;
    for (let start = 0; start < order.length; start += settings.batchSize) {
      const batch = order.subarray(start, start + settings.batchSize);
      const gradients = zerosLike(junctions);
      for (const example of batch) {
        const label = dataset.train.labels[example];
        const values = forwardOne(input(dataset.train, example), junctions);
        loss += logSumExp(values.at(-1)!) - values.at(-1)![label];
        if (guess(values.at(-1)!, usedOutputs) === label) correct++;
        backwardOne(values, label, 1 / batch.length, junctions, gradients);
      }
      optimizer.update(gradients);
    }
    const means = { loss: loss / order.length, accuracy: correct / order.length };
    epochs.push({ epoch, ...means, validationAccuracy: accuracyOn(dataset.validation) });
  }
  return { epochs, testAccuracy: accuracyOn(dataset.test), junctions };
}
