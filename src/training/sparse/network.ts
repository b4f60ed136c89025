import type { Architecture } from '../../pattern/architecture.ts';
import type { Pattern } from '../../pattern/pattern.ts';
import type { Split } from '../datasets/dataset.ts';
import { adam, rateAt } from '../settings.ts';
import { type LearnerState, StateReader } from '../snapshot.ts';
import type { JunctionWeights, TrainingSettings } from '../trainer.ts';
import { readJunction, writeJunction, writeValues } from './edges.ts';
import { TILE_WIDTH } from './kernels/arithmetic.ts';
import { type KernelChoice, requiredKernels } from './native-kernels.ts';
import type { Passes, Sums } from './passes.ts';
import { threadPasses } from './thread-passes.ts';

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
  /** default: the fastest that run here, or those that SCATTERSHOT_KERNELS names */
  readonly kernels?: KernelChoice;
  /** among the networks that this thread trains at the same time; default 0: it is the only one, and ends those before it */
  readonly place?: number;
}

/**
 * One network in training, in this thread: everything over existing edges only, 16 examples at a time (a tile), the batch innermost. What
 * is summed, and in which order, depends on sizes alone, so that equal starts and batches give equal bits on every machine.
 */
export class SparseNetwork {
  readonly #passes: Passes;
  readonly #pattern: Pattern;
  readonly #settings: TrainingSettings;
  readonly sums: Sums = { loss: 0, correct: 0 };
  #step = 0;
  /** β1 and β2 to the power of the steps taken, by multiplication: `**` is not the same everywhere */
  #beta1Power = 1;
  #beta2Power = 1;

  constructor(request: NetworkRequest) {
    const { architecture, pattern, start, settings, features, batch, mostTiles, fastMath, kernels, place } = request;
    const { layers, fanOuts, usedOutputs } = architecture;
    const sizes = { layers, fanOuts, usedOutputs, features, batch, mostTiles };
    this.#passes = threadPasses(sizes, fastMath, kernels ?? requiredKernels(), place);
    this.#pattern = pattern;
    this.#settings = settings;
    for (const [i, junction] of this.#passes.layout.junctions.entries()) {
      writeJunction(this.#passes, junction, pattern.junctions[i], start[i]);
    }
    this.#passes.gather();
  }

  /**
   * The gradient of the mean loss over a batch, and its loss and correct guesses, which are added to `sums`.
   * @param order which examples, from `from` to below `to`
   * @returns false when stopped in between
   */
  accumulate(split: Split, order: Uint32Array, from: number, to: number, stopped: () => boolean): boolean {
    return this.#passes.accumulate({ split, order, from, to }, this.sums, stopped);
  }

  /** One optimiser step along the gradients. */
  update(): void {
    const { weightsEnd, end } = this.#passes.layout;
    const { optimizer, l2, momentum } = this.#settings;
    const rate = rateAt(this.#settings, this.#step++);
    const weights = { from: 0, to: weightsEnd, twiceL2: 2 * l2 };
    const biases = { from: weightsEnd, to: end, twiceL2: 0 };
    if (optimizer === 'adam') {
      this.#beta1Power *= adam.beta1;
      this.#beta2Power *= adam.beta2;
      const corrected = (rate * Math.sqrt(1 - this.#beta2Power)) / (1 - this.#beta1Power);
      this.#passes.adam({ ...weights, rate: corrected });
      this.#passes.adam({ ...biases, rate: corrected });
    } else {
      this.#passes.sgd({ ...weights, rate }, momentum);
      this.#passes.sgd({ ...biases, rate }, momentum);
    }
    this.#passes.gather();
  }

  /** Correct guesses among a split's examples from `from` to below `to`; NaN if any logit is not finite. */
  countCorrect(split: Split, from: number, to: number): number {
    return this.#passes.countCorrect(split, from, to);
  }

  /** examples that are worked on at once, at most: those of a batch, unless it is too large */
  get examplesAtOnce(): number {
    return this.#passes.layout.tiles * TILE_WIDTH;
  }

  weights(): JunctionWeights[] {
    return this.#read(this.#passes.layout.parameters.values);
  }

  /** of the batch that was accumulated last, without the penalty */
  gradients(): JunctionWeights[] {
    return this.#read(this.#passes.layout.parameters.gradients);
  }

  /** Addresses of the parameter arrays that outlast a step. */
  get #lasting(): number[] {
    const { values, first, second } = this.#passes.layout.parameters;
    return this.#settings.optimizer === 'adam' ? [values, first, second] : [values, first];
  }

  /** Steps and powers of β; then of each lasting array, junction by junction, weights in the pattern's order and biases. */
  state(): LearnerState {
    const parts = this.#lasting.flatMap((array) => this.#read(array));
    return {
      numbers: [this.#step, this.#beta1Power, this.#beta2Power],
      arrays: parts.flatMap(({ weights, biases }) => [weights, biases]),
    };
  }

  /** @throws Error for a state of another network */
  restore(state: LearnerState): void {
    const { junctions } = this.#passes.layout;
    const lengths = this.#lasting.flatMap(() => junctions.flatMap(({ size }) => [size.edges, size.right]));
    const reader = new StateReader(state, 3, lengths);
    this.#step = reader.number();
    this.#beta1Power = reader.number();
    this.#beta2Power = reader.number();
    for (const array of this.#lasting) {
      for (const [i, junction] of junctions.entries()) {
        const [weights, biases] = [reader.array(), reader.array()] as [Float32Array, Float32Array];
        writeValues(this.#passes, junction, this.#pattern.junctions[i], { weights, biases }, array);
      }
    }
    this.#passes.gather();
  }

  #read(array: number): JunctionWeights[] {
    const { junctions } = this.#passes.layout;
    return junctions.map((junction, i) => readJunction(this.#passes, junction, this.#pattern.junctions[i], array));
  }

  /** Gradients of the sum of the real outputs for one example, by the weights as they are; those of the last batch are lost. */
  outputGradients(split: Split, example: number): JunctionWeights[] {
    this.#passes.outputGradients(split, example);
    return this.gradients();
  }
}
