import type { Architecture } from '../../pattern/architecture.ts';
import type { Pattern } from '../../pattern/pattern.ts';
import type { LearnerState } from '../snapshot.ts';
import type { JunctionWeights, TrainingSettings } from '../trainer.ts';
import type { BlockWeights } from '../weights.ts';
import type { FrontStart } from './front-host.ts';
import type { BatchSums } from './softmax.ts';

/** What a session is made of. */
export interface SessionRequest {
  readonly architecture: Architecture;
  readonly pattern: Pattern;
  readonly start: readonly JunctionWeights[];
  readonly settings: TrainingSettings;
  /** convolutional layers between the data and the first junction */
  readonly front?: FrontStart | undefined;
}

/** One network in training on one backend. Batches are `rows × N_1`, padded columns already 0; with a front `rows × features`. */
export interface Session {
  /** steps to take before `sums` is worth its cost */
  readonly stepsPerSums: number;
  /** one optimiser step */
  step(inputs: Float32Array, labels: Uint8Array, rows: number): void;
  /** loss and correct guesses of all steps since the last call */
  sums(): Promise<BatchSums>;
  /** correct guesses; NaN if the network no longer gives finite numbers */
  correct(inputs: Float32Array, labels: Uint8Array, rows: number): Promise<number>;
  weights(): Promise<JunctionWeights[]>;
  /** values of the first layer, `rows × N_1`, batch norm going by the running moments */
  features(inputs: Float32Array, rows: number): Promise<Float32Array<ArrayBuffer>>;
  /** between two steps: of each junction weights and biases, each by edge or neuron with the optimiser's state; then the front's */
  state(): Promise<LearnerState>;
  /** @throws Error for a state of another network */
  restore(state: LearnerState): void;
  /** what a front has learned; empty without one */
  frontWeights(): Promise<BlockWeights[]>;
  /** of each junction, all `left × right`: the kernel as the backend holds it, then the optimiser's state */
  matrices(): Promise<Float32Array[][]>;
  dispose(): void;
}
