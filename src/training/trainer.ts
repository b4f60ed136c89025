import type { Architecture } from '../pattern/architecture.ts';
import type { Pattern } from '../pattern/pattern.ts';
import type { Dataset } from './datasets/dataset.ts';

export type EngineName = 'sparse' | 'tfjs';
export type BackendName = 'tensorflow' | 'webgpu' | 'wasm' | 'cpu';

/**
 * Convolutional layers in front of the junctions, which make the first layer's values from a dataset's: those of Dey et al. for MNIST
 * (two of 5×5, 784 features → 3136) and for CIFAR (six of 3×3 with batch norm, 3072 features → 4096); see `fronts` in fronts.ts.
 */
export type FrontName = 'mnist-conv' | 'cifar-conv';

/**
 * What decides the deviation of start weights: the fan-in that a junction really has (√(2/fan-in)), or that of the dense layer, as in
 * the later code of Dey et al. (√(2/left neurons)); see `startWeights`.
 */
export type InitName = 'actual-fan-in' | 'dense-fan-in';

/** How a network is trained. Defaults are stated at `defaultTrainingSettings`. */
export interface TrainingSettings {
  readonly epochs: number;
  readonly batchSize: number;
  readonly optimizer: 'adam' | 'sgd';
  readonly learningRate: number;
  /** Keras's `decay`: rate / (1 + decay·step) */
  readonly learningRateDecay: number;
  /** SGD only */
  readonly momentum: number;
  /** penalty λ·Σw² over existing weights, biases left out */
  readonly l2: number;
  readonly biasStart: number;
  /** of the junctions' weights; absent: 'actual-fan-in' */
  readonly init?: InitName;
  /** absent: the dataset's features are the first layer's values */
  readonly front?: FrontName;
  /** sparse engine only: products rounded as this processor likes; faster, but no longer the same on every machine */
  readonly fastMath?: boolean;
}

/** One junction's start weights: `weights[e]` belongs to edge e of the pattern's right-major list; `biases` one a right neuron. */
export interface JunctionWeights {
  readonly weights: Float32Array;
  readonly biases: Float32Array;
}

/** One training: one pattern, one seed. The seed decides start weights and the order of batches, nothing else. */
export interface TrainingJob {
  /** the caller's name for it; comes back in every event */
  readonly id: string;
  readonly architecture: Architecture;
  readonly pattern: Pattern;
  readonly seed: number;
  /** one per junction; else drawn by the seed and the settings' `init` */
  readonly startWeights?: readonly JunctionWeights[];
  /** ask for the trained weights in the result */
  readonly wantWeights?: boolean;
}

export interface EpochResult {
  /** from 1 */
  readonly epoch: number;
  /** mean cross-entropy over the epoch's training batches, before each update, penalty left out */
  readonly loss: number;
  /** fractions; training accuracy over the same batches */
  readonly accuracy: number;
  readonly validationAccuracy: number;
}

/** The epoch of highest validation accuracy; the first of equals. */
export interface BestEpoch {
  readonly epoch: number;
  readonly validationAccuracy: number;
}

/** The best of these epochs, in any order; null where there is none. */
export function bestEpochOf(epochs: readonly BestEpoch[]): BestEpoch | null {
  let best: BestEpoch | null = null;
  for (const { epoch, validationAccuracy } of epochs) {
    const equal = best !== null && validationAccuracy === best.validationAccuracy && epoch < best.epoch;
    if (best === null || validationAccuracy > best.validationAccuracy || equal) best = { epoch, validationAccuracy };
  }
  return best;
}

/** What really ran. */
export interface RunsOn {
  readonly engine: EngineName;
  readonly backend: BackendName;
  /** "NVIDIA …", "2 × Intel … (wasm, SIMD)", …: as the runtime names it */
  readonly device: string;
}

export interface TrainingResult extends RunsOn {
  /**
   * 'diverged': a loss no longer finite, or an epoch's mean loss above 1000 × ln(used outputs), a thousand times that of guessing
   * (`divergedBy` in pool/ending.ts); never ranks. 'stopped': the signal came first. 'failed': the engine could not go on
   */
  readonly status: 'finished' | 'diverged' | 'stopped' | 'failed';
  /** one sentence, unless finished */
  readonly reason: string | null;
  /** on the test split at the last epoch, real outputs only; null unless finished */
  readonly testAccuracy: number | null;
  /** of the epochs that were ended; told beside the last one's, never chosen by. null where none was ended */
  readonly bestEpoch: BestEpoch | null;
  /** over optimiser steps alone: warm-up, data loading and evaluation left out */
  readonly samplesPerSecond: number;
  readonly durationMs: number;
  readonly weights?: readonly JunctionWeights[];
}

export type TrainingEvent =
  | ({ readonly kind: 'started'; readonly job: string } & RunsOn)
  | ({ readonly kind: 'epoch'; readonly job: string } & EpochResult)
  | ({ readonly kind: 'result'; readonly job: string } & TrainingResult);

/** An engine. Every one passes `test/conformance/trainer.ts`. */
export interface Trainer {
  readonly runsOn: RunsOn;
  /** things the user should hear once: "no GPU was found; …" */
  readonly warnings: readonly string[];
  /** how many jobs it likes at once: threads on a CPU, what fits in memory on a GPU */
  capacity(architecture: Architecture): number;
  /** Events of all jobs, interleaved; every job ends in exactly one 'result', aborted ones as 'stopped'. */
  train(
    jobs: readonly TrainingJob[],
    dataset: Dataset,
    settings: TrainingSettings,
    signal: AbortSignal,
  ): AsyncIterable<TrainingEvent>;
  close(): Promise<void>;
}
