import { portableLog } from '../../base/random.ts';
import type { Architecture } from '../../pattern/architecture.ts';
import type { Pattern } from '../../pattern/pattern.ts';
import type { Split } from '../datasets/dataset.ts';
import { adam, rateAt } from '../settings.ts';
import type { JunctionWeights, TrainingSettings } from '../trainer.ts';
import { readJunction, writeJunction } from './edges.ts';
import { TILE_WIDTH } from './kernels/arithmetic.ts';
import { type Machine, threadMachine } from './machine.ts';

export interface NetworkRequest {
  readonly architecture: Architecture;
  readonly pattern: Pattern;
  readonly start: readonly JunctionWeights[];
  readonly settings: TrainingSettings;
  /** values of an example, at most the first layer's neurons */
  readonly features: number;
  /** examples of the largest batch */
  readonly batch: number;
  /** see `NetworkSizes` */
  readonly mostTiles?: number | undefined;
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
const SHORT_ROW = 128;

/** Factors of a partial sum's product of totals, each from 1 to the number of outputs: a product of 16 cannot overflow. */
const FACTORS_OF_PRODUCT = 16;

/**
 * The loss of a batch in the order of sums over examples (kernels/gradients.ts), in float64. A partial sum adds (highest logit − the
 * label's) of its examples one by one, and the logarithms of their totals Σ exp(logit − highest) as that of their product: after each
 * sixteen of its examples, and at the end of the batch.
 */
class BatchLoss {
  readonly #partials = new Float64Array(TILE_WIDTH);
  readonly #products = new Float64Array(TILE_WIDTH).fill(1);

  /** @param position of the example in its batch. @param rest highest logit − the label's */
  add(position: number, rest: number, total: number): void {
    const partial = position % TILE_WIDTH;
    this.#partials[partial] += rest;
    this.#products[partial] *= total;
    if (Math.floor(position / TILE_WIDTH) % FACTORS_OF_PRODUCT === FACTORS_OF_PRODUCT - 1) this.#takeLogarithm(partial);
  }

  /** The batch's sum; the next one begins. */
  take(): number {
    const p = this.#partials;
    for (let partial = 0; partial < TILE_WIDTH; partial++) this.#takeLogarithm(partial);
    for (let half = TILE_WIDTH / 2; half >= 1; half /= 2) for (let i = 0; i < half; i++) p[i] += p[i + half];
    const [sum] = p;
    p.fill(0);
    return sum;
  }

  #takeLogarithm(partial: number): void {
    const product = this.#products[partial];
    if (product !== 1)
      this.#partials[partial] += product < Number.POSITIVE_INFINITY ? portableLog(product) : Number.NaN;
    this.#products[partial] = 1;
  }
}

/**
 * One network in training, in this thread: everything over existing edges only, 16 examples at a time (a tile), the batch innermost. What
 * is summed, and in which order, depends on sizes alone, so that equal starts and batches give equal bits on every machine.
 */
export class SparseNetwork {
  readonly #machine: Machine;
  readonly #pattern: Pattern;
  readonly #settings: TrainingSettings;
  readonly #features: number;
  readonly #labels = new Uint8Array(TILE_WIDTH);
  /** of the tile's examples, before softmax takes their place */
  readonly #labelLogits = new Float64Array(TILE_WIDTH);
  readonly #loss = new BatchLoss();
  readonly sums: Sums = { loss: 0, correct: 0 };
  #step = 0;
  /** β1 and β2 to the power of the steps taken, by multiplication: `**` is not the same everywhere */
  #beta1Power = 1;
  #beta2Power = 1;

  constructor({ architecture, pattern, start, settings, features, batch, mostTiles, fastMath }: NetworkRequest) {
    const { layers, fanOuts, usedOutputs } = architecture;
    this.#machine = threadMachine({ layers, fanOuts, usedOutputs, features, batch, mostTiles }, fastMath);
    this.#pattern = pattern;
    this.#settings = settings;
    this.#features = features;
    for (const [i, junction] of this.#machine.layout.junctions.entries()) {
      writeJunction(this.#machine, junction, pattern.junctions[i], start[i]);
    }
    this.#gather();
  }

  /**
   * The gradient of the mean loss over a batch, and its loss and correct guesses, which are added to `sums`.
   * @param order which examples, from `from` to below `to`
   * @returns false when stopped in between
   */
  accumulate(split: Split, order: Uint32Array, from: number, to: number, stopped: () => boolean): boolean {
    const { tiles, partials } = this.#machine.layout;
    if (partials === null && to - from > tiles * TILE_WIDTH) {
      throw new Error(`a network opened for batches of ${tiles * TILE_WIDTH} was given one of ${to - from}`);
    }
    const share = 1 / (to - from);
    for (let part = from; part < to; part += tiles * TILE_WIDTH) {
      const end = Math.min(to, part + tiles * TILE_WIDTH);
      let tile = 0;
      for (let start = part; start < end; start += TILE_WIDTH, tile++) {
        if (stopped()) return false;
        const count = this.#load(split, order, start, end);
        this.#forward();
        for (const keep of this.#machine.keepValues) keep(tile);
        this.#lose(count, share, start - from);
        this.#backward(tile);
      }
      if (!this.#sumGradients(tile, part === from, end === to, stopped)) return false;
    }
    this.sums.loss += this.#loss.take();
    return true;
  }

  /** One optimiser step along the gradients. */
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
    for (let start = from; start < to; start += TILE_WIDTH) {
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

  /** of the batch that was accumulated last, without the penalty */
  gradients(): JunctionWeights[] {
    return this.#read(this.#machine.layout.parameters.gradients);
  }

  #read(array: number): JunctionWeights[] {
    const { junctions } = this.#machine.layout;
    return junctions.map((junction, i) => readJunction(this.#machine, junction, this.#pattern.junctions[i], array));
  }

  /** Gradients of the sum of the real outputs for one example, by the weights as they are; those of the last batch are lost. */
  outputGradients(split: Split, example: number): JunctionWeights[] {
    const { floats, layout } = this.#machine;
    const { logits, outputs, usedOutputs } = layout;
    this.#load(split, Uint32Array.of(example), 0, 1);
    this.#forward();
    for (const keep of this.#machine.keepValues) keep(0);
    floats.fill(0, logits / 4, logits / 4 + TILE_WIDTH * outputs);
    for (let output = 0; output < usedOutputs; output++) floats[logits / 4 + TILE_WIDTH * output] = 1;
    this.#backward(0);
    this.#sumGradients(1, true, true, () => false);
    return this.gradients();
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
    const count = Math.min(TILE_WIDTH, end - start);
    for (let i = 0; i < count; i++) {
      const example = order === null ? start + i : order[start + i];
      this.#labels[i] = split.labels[example];
      const from = example * features;
      const to = layout.examples / 4 + i * layout.stride;
      if (features > SHORT_ROW) floats.set(inputs.subarray(from, from + features), to);
      else for (let k = 0; k < features; k++) floats[to + k] = inputs[from + k];
    }
    if (count < TILE_WIDTH)
      floats.fill(0, layout.examples / 4 + count * layout.stride, layout.examples / 4 + TILE_WIDTH * layout.stride);
    spread();
    return count;
  }

  /** All layers' values, and guesses. */
  #forward(): void {
    for (const forward of this.#machine.forward) forward();
    this.#machine.guess();
  }

  /** Logits become their gradients; loss and guesses are counted. @param position of the tile's first example in the batch */
  #lose(count: number, share: number, position: number): void {
    const { floats, words, layout, softmax } = this.#machine;
    const { highest, guesses, shares, totals } = layout.exampleRows;
    const logits = layout.logits / 4;
    const place = (i: number) => logits + TILE_WIDTH * this.#labels[i] + i;
    for (let i = 0; i < TILE_WIDTH; i++) floats[shares / 4 + i] = i < count ? share : 0;
    for (let i = 0; i < count; i++) this.#labelLogits[i] = floats[place(i)];
    softmax();
    for (let i = 0; i < count; i++) {
      this.#loss.add(position + i, floats[highest / 4 + i] - this.#labelLogits[i], floats[totals / 4 + i]);
      floats[place(i)] -= share;
      if (words[guesses / 4 + i] === this.#labels[i]) this.sums.correct++;
    }
  }

  /** The tile's deltas, from the last layer to the second, each kept. @param tile its number among those that are kept */
  #backward(tile: number): void {
    const { backward, keepDeltas } = this.#machine;
    for (let i = backward.length - 1; i >= 0; i--) {
      keepDeltas[i](tile);
      backward[i]?.();
    }
  }

  /**
   * The gradients over the tiles that are kept.
   * @param first, last whether the batch begins, and whether it ends with them
   * @returns false when stopped in between
   */
  #sumGradients(tiles: number, first: boolean, last: boolean, stopped: () => boolean): boolean {
    const { gradients, biasGradients } = this.#machine;
    for (const [i, sum] of gradients.entries()) {
      if (stopped()) return false;
      sum(tiles, Number(first), Number(last));
      biasGradients[i](tiles, Number(first), Number(last));
    }
    return true;
  }
}
