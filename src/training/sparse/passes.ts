import type { Split } from '../datasets/dataset.ts';
import type { NetworkMemory } from './layout.ts';

/** Sums over examples. */
export interface Sums {
  /** Σ −log softmax(logits)[label], over all outputs, padded ones too */
  loss: number;
  /** examples whose highest real output is the label's; the first of equals counts */
  correct: number;
}

/** Examples of a split, from `from` to below `to` of an order. */
export interface Batch {
  readonly split: Split;
  readonly order: Uint32Array;
  readonly from: number;
  readonly to: number;
}

/** Of a step over the bytes `from` to below `to` of the parameter arrays. */
export interface StepRange {
  readonly from: number;
  readonly to: number;
  readonly rate: number;
  readonly twiceL2: number;
}

/**
 * A network's passes over data, in one memory: what WebAssembly and native kernels are to the engine. They give the same bits. A split
 * and an order that they are given stay as they are: native ones do not load the same examples twice in a row.
 */
export interface Passes extends NetworkMemory {
  /** The gradient of the mean loss over a batch; its loss and correct guesses are added to `sums`. @returns false when stopped in between */
  accumulate(batch: Batch, sums: Sums, stopped: () => boolean): boolean;
  /** Correct guesses among a split's examples from `from` to below `to`; NaN if any logit is not finite. */
  countCorrect(split: Split, from: number, to: number): number;
  /** Gradients of the sum of the real outputs for one example. */
  outputGradients(split: Split, example: number): void;
  adam(range: StepRange): void;
  sgd(range: StepRange, momentum: number): void;
  /** Weights in the order in which they are needed backward: to be called whenever they have changed. */
  gather(): void;
  /** Forgets the data that it has worked on. */
  letGo(): void;
}

/** @throws Error for a batch that is larger than what the memory was laid out for */
export function checkBatch(
  { layout: { tiles, partials } }: NetworkMemory,
  { from, to }: Batch,
  tileWidth: number,
): void {
  if (partials === null && to - from > tiles * tileWidth) {
    throw new Error(`a network opened for batches of ${tiles * tileWidth} was given one of ${to - from}`);
  }
}
