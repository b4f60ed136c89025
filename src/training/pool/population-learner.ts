import type { Architecture } from '../../pattern/architecture.ts';
import type { Pattern } from '../../pattern/pattern.ts';
import type { Dataset, Split } from '../datasets/dataset.ts';
import type { LearnerState } from '../snapshot.ts';
import type { JunctionWeights, TrainingSettings } from '../trainer.ts';
import type { DeviceLimits } from './population-size.ts';

/** One candidate of a population. */
export interface PopulationMember {
  readonly pattern: Pattern;
  readonly start: readonly JunctionWeights[];
}

/** What a population's networks are made of, and what they are trained on. */
export interface LearnerRequest {
  readonly members: readonly PopulationMember[];
  /** of every member; fan-outs may differ where the engine allows it */
  readonly architecture: Architecture;
  readonly settings: TrainingSettings;
  readonly dataset: Dataset;
  /** null: whatever there is, is enough */
  readonly limits: DeviceLimits | null;
  /** rows of the largest batch that is trained on, and of the largest that is evaluated */
  readonly batchRows: number;
  readonly evaluationRows: number;
  /** of the training examples that differ, at most: candidates with the same seed share one */
  readonly orders: number;
}

/** Σ of candidates' losses and correct guesses, each `C`. */
export interface PopulationSums {
  readonly loss: Float32Array;
  readonly correct: Float32Array;
}

/** C networks in training together on a device, by whichever engine. What it is asked for it may do later, in the order asked. */
export interface PopulationLearner {
  /** @param orders of the training examples, one for each candidate, or a single one for all of them */
  beginEpoch(orders: readonly Uint32Array[]): void;
  /** One optimiser step of every candidate on the examples from `start` of its order on. @returns how many they are */
  step(start: number): number;
  /** Loss and correct guesses of all steps since the last call. Waits for the device. */
  sums(): Promise<PopulationSums>;
  /** Correct guesses will be counted from 0, of this split. */
  beginCount(split: Split): void;
  /** Counts those among the split's next examples, from `start` to before `end`. */
  count(start: number, end: number): void;
  /** `C`; NaN for a candidate that no longer gives finite numbers. Waits for the device. */
  counted(): Promise<Float32Array>;
  weights(candidate: number): Promise<JunctionWeights[]>;
  /** what one candidate needs to go on, sums that were not read yet with it */
  state(candidate: number): Promise<LearnerState>;
  /** @param states one of each candidate, all after the same step. @throws Error for those of another network */
  restore(states: readonly LearnerState[]): void;
  dispose(): void;
}

/** A device that trains populations. */
export interface PopulationDeviceRuntime {
  readonly openLearner: (request: LearnerRequest) => PopulationLearner;
  /** @throws what the device has complained of since it was last asked; DeviceMemoryError if memory ran out */
  readonly checkDevice: () => void;
  /** gives back device memory that is kept for tensors to come */
  readonly freeMemory: () => void;
}
