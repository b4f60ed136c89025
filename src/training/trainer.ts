import type { TrainingScore } from '../base/score.ts';
import type { Architecture } from '../pattern/architecture.ts';
import type { Pattern } from '../pattern/pattern.ts';
import type { Dataset, SplitName } from './datasets/dataset.ts';

export type { TrainingScore } from '../base/score.ts';

/** What trains. */
export type EngineName = 'sparse' | 'tfjs' | 'command';
/** What an engine computes with. */
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

/** The network that a front is trained with: one with all connections, or the study's first candidate. */
export type FrontNetwork = 'dense' | 'first';

/**
 * A front that is trained once a seed, beforehand, and then frozen: every candidate learns on what it makes of the data, and only the
 * connected layers differ.
 */
export interface FrozenFront {
  readonly trainedWith: FrontNetwork;
  readonly epochs: number;
  /** one front for all seeds, trained with this one; absent: each seed has a front of its own */
  readonly seed?: number;
  /** what trains it, decided when the training is planned: another backend's front is another */
  readonly backend?: BackendName;
}

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
  /** absent: the front is trained with every candidate */
  readonly frozenFront?: FrozenFront;
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
  /** ask for what the trained front makes of every example, see `FeatureChunk` */
  readonly wantFeatures?: boolean;
  /** a snapshot of this very training, as a `SnapshotKeeper` got it: it goes on from there. One that is not is ignored with a warning */
  readonly snapshot?: Uint8Array;
}

/** What a trained front makes of some consecutive examples: values of the first layer. Told before the result of a job that wants it. */
export interface FeatureChunk {
  readonly job: string;
  readonly split: SplitName;
  /** the first example */
  readonly start: number;
  /** `examples × N_1`, row-major */
  readonly values: Float32Array<ArrayBuffer>;
}

/** Takes what a training needs to go on, should it be interrupted. */
export interface SnapshotKeeper {
  /** a snapshot within an epoch is made this often, in milliseconds; default `SNAPSHOT_EVERY_MS` */
  readonly everyMs?: number;
  /**
   * A job's newest snapshot, which takes the place of the one before. The next one is not made before this has resolved. Should it
   * reject, so does the training.
   */
  save(job: string, snapshot: Uint8Array): void | Promise<void>;
  /** that a snapshot cannot be used or none will be made, in a sentence */
  warn(job: string, message: string): void;
}

/** One epoch of a training. */
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

/** The best of these epochs, in any order; null where there is none. @param score of which they are; absent: accuracy */
export function bestEpochOf(
  epochs: readonly BestEpoch[],
  score?: Pick<TrainingScore, 'better'> | null,
): BestEpoch | null {
  const sign = score?.better === 'lower' ? -1 : 1;
  let best: BestEpoch | null = null;
  for (const { epoch, validationAccuracy } of epochs) {
    const gain = best === null ? 1 : sign * (validationAccuracy - best.validationAccuracy);
    if (best === null || gain > 0 || (gain === 0 && epoch < best.epoch)) best = { epoch, validationAccuracy };
  }
  return best;
}

/** What really ran. */
export interface RunsOn {
  readonly engine: EngineName;
  /** 'external': whatever a trainer of the user's own runs on */
  readonly backend: BackendName | 'external';
  /** "NVIDIA …", "2 × Intel … (wasm, SIMD)", "2 × AMD … (native, avx512)", …: as the runtime names it */
  readonly device: string;
  /**
   * What stands in the fields that are named for accuracy (`testAccuracy`, `validationAccuracy`, `accuracy`), as the trainer told it: any
   * finite number, in its unit. Absent: accuracy, a fraction
   */
  readonly score?: TrainingScore;
  /** of a trainer of the user's own: SHA-256 (hex) of its command, the files it names and its score. What another gave is another result */
  readonly trainerDigest?: string;
}

/** How a training ended. */
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
  /** over this training's optimiser steps alone: warm-up, the reading of files, evaluation, and turns of other trainings of its thread left out */
  readonly samplesPerSecond: number;
  /** of an interrupted training all its parts */
  readonly durationMs: number;
  readonly weights?: readonly JunctionWeights[];
  /** it failed since its worker thread ended, for reasons that may not be the training's: it may go on from its last snapshot */
  readonly workerLost?: true;
}

/** Where a training goes on that was interrupted. */
export interface ResumedTraining {
  /** the epoch that it goes on with, from 1; one above the last where only the test split was left */
  readonly epoch: number;
  /** batches of that epoch that were done before */
  readonly batches: number;
  /** the epochs before it, as they were told then */
  readonly epochs: readonly EpochResult[];
}

/** What a trainer tells while it trains. */
export type TrainingEvent =
  | ({
      readonly kind: 'started';
      readonly job: string;
      /** absent: it begins at epoch 1 */
      readonly resumed?: ResumedTraining;
    } & RunsOn)
  | ({ readonly kind: 'epoch'; readonly job: string } & EpochResult)
  | ({ readonly kind: 'result'; readonly job: string } & TrainingResult);

/** An engine. Every one passes `test/conformance/trainer.ts`. */
export interface Trainer {
  readonly runsOn: RunsOn;
  /** things the user should hear once: "no GPU was found; …" */
  readonly warnings: readonly string[];
  /** how many jobs it likes at once: threads on a CPU, what fits in memory on a GPU */
  capacity(architecture: Architecture): number;
  /**
   * Events of all jobs, interleaved; every job ends in exactly one 'result', aborted ones as 'stopped', within a second. A job that
   * lost its process may start once more. Only a trainer of the user's own may throw before all have ended, a ScattershotError.
   * @param keeper gets snapshots: after every epoch, every few minutes within one, and where the signal ends a training
   * @param beginsMore asked before a job begins, or those that are trained together; where it says no, what has not begun is 'stopped'
   * @param onFeatures hears of finished jobs with a front that want their features
   */
  train(
    jobs: readonly TrainingJob[],
    dataset: Dataset,
    settings: TrainingSettings,
    signal: AbortSignal,
    keeper?: SnapshotKeeper,
    beginsMore?: () => boolean,
    onFeatures?: (chunk: FeatureChunk) => void,
  ): AsyncIterable<TrainingEvent>;
  close(): Promise<void>;
}
