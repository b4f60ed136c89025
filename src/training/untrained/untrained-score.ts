import { type Architecture, junctionSizes } from '../../pattern/architecture.ts';
import type { Pattern } from '../../pattern/pattern.ts';
import type { Dataset } from '../datasets/dataset.ts';
import type { SparseNetwork } from '../sparse/network.ts';
import type { JunctionWeights, TrainingSettings } from '../trainer.ts';

/** Examples whose mean loss is differentiated: two batches of the usual 256; fewer where the data have fewer. */
export const MOST_EXAMPLES = 512;

/** What untrained networks are made for: all candidates of one study share it. */
export interface UntrainedTask {
  readonly architecture: Architecture;
  readonly dataset: Pick<Dataset, 'features' | 'train'>;
  readonly settings: TrainingSettings;
}

/** One pattern's network before its first step. */
export interface UntrainedNetwork {
  readonly architecture: Architecture;
  readonly pattern: Pattern;
  readonly start: readonly JunctionWeights[];
  readonly train: Dataset['train'];
  /** training examples in the order of the first epoch */
  readonly order: Uint32Array;
  /** the network in the sparse engine, for batches of at most `MOST_EXAMPLES`; opened anew, since all of a thread share one memory */
  open(): SparseNetwork;
}

/** A value, or why there is none: one sentence. */
export interface UntrainedValue {
  readonly value: number | null;
  readonly reason: string | null;
}

/** What a rival of scatter says of a pattern's network before it is trained. */
export interface UntrainedScore {
  readonly name: string;
  readonly summary: string;
  /** where it is from, and where this departs from it */
  readonly source: string;
  /** what the source takes for better: a claim that is measured here, not assumed */
  readonly better: 'higher' | 'lower';
  /** additions and products that it takes for each edge of the network */
  readonly operations: number;
  measure(network: UntrainedNetwork): UntrainedValue;
}

export const edgesOf = (architecture: Pick<Architecture, 'layers' | 'fanOuts'>): number =>
  junctionSizes(architecture).reduce((total, { edges }) => total + edges, 0);
