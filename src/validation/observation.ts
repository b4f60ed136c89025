/** Test accuracy of one training, a fraction; 'diverged'; or null where there was none (not trained, failed, an empty cell). */
export type Accuracy = number | 'diverged' | null;

/** One trained pattern. All observations of one verdict have the same degrees and were trained on the same task. */
export interface Observation {
  /** name for messages: a candidate's number, a row's */
  readonly candidate: number;
  /** what patterns of one kind share besides their scatter: the unit of inference */
  readonly family: string;
  /** the proxy in question: scatter, unless a rival is judged */
  readonly scatter: number;
  /** by seed, in the same order for all; seeds are crossed: seed k gives every candidate the same start and batches */
  readonly accuracies: readonly Accuracy[];
}

/** An observation reduced to what the rule looks at. */
export interface PairedOutcome {
  readonly candidate: number;
  readonly family: string;
  readonly scatter: number;
  /** mean over its seeds, each with the seed's own mean taken off; in fractions */
  readonly accuracy: number;
}
