/** [left neuron, right neuron], both from 0 */
export type NeuronPair = readonly [number, number];

/**
 * What a pattern must keep to besides its degrees. All of it is optional; an empty object constrains nothing. Plain data: it is
 * stored with a study and crosses to worker threads.
 */
export interface Constraints {
  /**
   * Edges read at once, by junction (index 0 is junction 1), null where it does not matter: neuron n of the left layer lies in
   * memory n mod z, and the z left neurons of one cycle must lie in z different memories (Dey et al. 2017).
   */
  readonly parallelism?: readonly (number | null)[];
  /** by junction: of every `m` neighbouring left neurons each right neuron keeps `n`; null where it does not matter */
  readonly structure?: readonly (NmStructure | null)[];
  /** pairs [left neuron, right neuron] by junction that must not be edges */
  readonly forbidden?: readonly (readonly NeuronPair[])[];
  /** pairs [left neuron, right neuron] by junction that must be edges */
  readonly forced?: readonly (readonly NeuronPair[])[];
  /** no two right neurons of a junction have the same left neurons */
  readonly distinctNeighbourhoods?: boolean;
}

/** Of every m neighbouring left neurons each right neuron keeps n. */
export interface NmStructure {
  readonly n: number;
  readonly m: number;
  /** also of every `m` neighbouring right neurons each left neuron keeps `n` (Hubara et al. 2021) */
  readonly transposable: boolean;
}
