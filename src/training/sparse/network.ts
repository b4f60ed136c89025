import { portableLog } from '../../base/random.ts';
import type { Architecture } from '../../pattern/architecture.ts';
import type { Pattern } from '../../pattern/pattern.ts';
import type { Split } from '../datasets/dataset.ts';
import { adam, rateAt } from '../settings.ts';
import type { JunctionWeights, TrainingSettings } from '../trainer.ts';
import { readJunction, writeJunction } from './edges.ts';
import { tileWidth } from './kernels/arithmetic.ts';
import { type Machine, threadMachine } from './machine.ts';

export interface NetworkRequest {
  readonly architecture: Architecture;
  readonly pattern: Pattern;
  readonly start: readonly JunctionWeights[];
  readonly settings: TrainingSettings;
  /** values of an example, at most the first layer's neurons */
  readonly features: number;
  readonly fastMath: boolean;
}

/** Sums over examples. */
export interface Sums {
  /** Σ −log softmax(logits)[label], over all outputs, padded ones too */
  loss: number;
  /** examples whose highest real output is the label's; the first of equals counts */
  correct: number;
}

/** Rows this short are copied faster one by one than by a call. */
const shortRow = 128;

/**
 * One network in training, in this thread: everything over existing edges only, 16 examples at a time (a tile), the batch innermost. What
 * is summed, and in which order, depends on sizes alone, so that equal starts and batches give equal bits on every machine.
 */
export class SparseNetwork {
  readonly #machine: Machine;
  readonly #pattern: Pattern;
  readonly #settings: TrainingSettings;
  readonly #features: number;
  readonly #labels = new Uint8Array(tileWidth);
  /** of the tile's examples, before softmax takes their place */
  readonly #labelLogits = new Float64Array(tileWidth);
  readonly sums: Sums = { loss: 0, correct: 0 };
  #step = 0;
  /** β1 and β2 to the power of the steps taken, by multiplication: `**` is not the same everywhere */
  #beta1Power = 1;
  #beta2Power = 1;

  constructor({ architecture, pattern, start, settings, features, fastMath }: NetworkRequest) {
    const { layers, fanOuts, usedOutputs } = architecture;
    this.#machine = threadMachine({ layers, fanOuts, usedOutputs, features }, fastMath);
    this.#pattern = pattern;
    this.#settings = settings;
    this.#features = features;
    for (const [i, junction] of this.#machine.layout.junctions.entries()) {
      writeJunction(this.#machine, junction, pattern.junctions[i], start[i]);
    }
    this.#gather();
  }

  /**
   * The gradient of the mean loss over a batch, added to the gradients, and its loss and correct guesses, added to `sums`.
   * @param order which examples, from `from` to below `to`
   * @returns false when stopped in between
   */
  accumulate(split: Split, order: Uint32Array, from: number, to: number, stopped: () => boolean): boolean {
    const share = 1 / (to - from);
    for (let start = from; start < to; start += tileWidth) {
      if (stopped()) return false;
      const count = this.#load(split, order, start, to);
      this.#forward();
      this.#lose(count, share);
      this.#backward();
    }
    return true;
  }

  /** One optimiser step along the gradients, which are 0 again afterwards. */
  update(): void {
    const { layout, adam: adamStep, sgd } = this.#machine;
    const { optimizer, l2, momentum } = this.#settings;
    const rate = rateAt(this.#settings, this.#step++);
    if (optimizer === 'adam') {
      this.#beta1Power *= adam.beta1;
      this.#beta2Power *= adam.beta2;
      const corrected = (rate * Math.sqrt(1 - this.#beta2Power)) / (1 - this.#beta1Power);
      adamStep(0, layout.weightsEnd, corrected, 2 * l2);
      adamStep(layout.weightsEnd, layout.end, corrected, 0);
    } else {
      sgd(0, layout.weightsEnd, rate, 2 * l2, momentum);
      sgd(layout.weightsEnd, layout.end, rate, 0, momentum);
    }
    this.#gather();
  }

  /** Correct guesses among a split's examples from `from` to below `to`; NaN if any logit is not finite. */
  countCorrect(split: Split, from: number, to: number): number {
    const { floats, words, layout } = this.#machine;
    const { guesses, faults } = layout.exampleRows;
    let correct = 0;
    for (let start = from; start < to; start += tileWidth) {
      const count = this.#load(split, null, start, to);
      this.#forward();
      for (let i = 0; i < count; i++) {
        if (words[guesses / 4 + i] === this.#labels[i]) correct++;
        correct += floats[faults / 4 + i];
      }
    }
    return correct;
  }

  weights(): JunctionWeights[] {
    return this.#read(this.#machine.layout.parameters.values);
  }

  /** of everything accumulated since the last update, without the penalty */
  gradients(): JunctionWeights[] {
    return this.#read(this.#machine.layout.parameters.gradients);
  }

  #read(array: number): JunctionWeights[] {
    const { junctions } = this.#machine.layout;
    return junctions.map((junction, i) => readJunction(this.#machine, junction, this.#pattern.junctions[i], array));
  }

  /** Weights in the order in which they are needed backward. */
  #gather(): void {
    for (const gather of this.#machine.gather) gather?.();
  }

  /** Makes the tile's examples the first layer's values; columns without example are 0. @returns examples */
  #load(split: Split, order: Uint32Array | null, start: number, end: number): number {
    const { floats, layout, spread } = this.#machine;
    const features = this.#features;
    const { inputs } = split;
    const count = Math.min(tileWidth, end - start);
    for (let i = 0; i < count; i++) {
      const example = order === null ? start + i : order[start + i];
      this.#labels[i] = split.labels[example];
      const from = example * features;
      const to = layout.examples / 4 + i * layout.stride;
      if (features > shortRow) floats.set(inputs.subarray(from, from + features), to);
      else for (let k = 0; k < features; k++) floats[to + k] = inputs[from + k];
    }
    if (count < tileWidth)
      floats.fill(0, layout.examples / 4 + count * layout.stride, layout.examples / 4 + tileWidth * layout.stride);
    spread();
    return count;
  }

  /** All layers' values, and guesses. */
  #forward(): void {
    for (const forward of this.#machine.forward) forward();
    this.#machine.guess();
  }

  /** Logits become their gradients; loss and guesses are counted. */
  #lose(count: number, share: number): void {
    const { floats, words, layout, softmax } = this.#machine;
    const { highest, guesses, shares, totals } = layout.exampleRows;
    const place = (i: number) => layout.logits / 4 + tileWidth * this.#labels[i] + i;
    for (let i = 0; i < tileWidth; i++) floats[shares / 4 + i] = i < count ? share : 0;
    for (let i = 0; i < count; i++) this.#labelLogits[i] = floats[place(i)];
    softmax();
    // Σ log of the totals as the log of their product: each is from 1 to the number of outputs, so 16 of them cannot overflow
    let product = 1;
    let rest = 0;
    for (let i = 0; i < count; i++) {
      product *= floats[totals / 4 + i];
      rest += floats[highest / 4 + i] - this.#labelLogits[i];
      floats[place(i)] -= share;
      if (words[guesses / 4 + i] === this.#labels[i]) this.sums.correct++;
    }
    this.sums.loss += product < Number.POSITIVE_INFINITY ? portableLog(product) + rest : Number.NaN;
  }

  /** Adds the tile's gradients, from the last junction to the first. */
  #backward(): void {
    const { gradients, backward } = this.#machine;
    for (let i = gradients.length - 1; i >= 0; i--) {
      gradients[i]();
      backward[i]?.();
    }
  }
}
