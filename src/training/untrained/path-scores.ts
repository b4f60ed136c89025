import { edgeFlow } from './edge-flow.ts';
import type { UntrainedNetwork, UntrainedScore } from './untrained-score.ts';

/** Two passes over the edges, of a product and a sum each, and what is summed up. */
const FLOW_OPERATIONS = 8;

const valuesOf = ({ start }: UntrainedNetwork, of: (weight: number) => number) =>
  start.map(({ weights }) => Float64Array.from(weights, of));

const totalOf = (lists: readonly Float64Array[]) => {
  let total = 0;
  for (const list of lists) for (const value of list) total += value;
  return total;
};

/** Σ |w| · ∂R/∂|w|, R = 1ᵀ Π|W| 1. */
function synapticFlow(network: UntrainedNetwork): number {
  const values = valuesOf(network, Math.abs);
  const flows = edgeFlow(network.pattern, network.architecture, values);
  return totalOf(flows.map((flow, i) => flow.map((slope, e) => slope * values[i][e])));
}

/**
 * Synaptic saliency summed over existing edges. R is linear in every junction's weights, so the sum is the number of junctions
 * times R. Without padding the mean of R over start weights is the same for all patterns, since every right neuron has the same fan-in
 * and so all have as many paths: what differs between candidates is how one draw of weights falls on their edges.
 */
export const synflow: UntrainedScore = {
  name: 'synflow',
  summary: 'Σ |w| · ∂R/∂|w| with R = 1ᵀ Π|W| 1, of the untrained network; no data',
  source:
    'Tanaka et al. 2020 (SynFlow, arXiv 2006.05467), over real inputs and outputs; its sum as a score of whole networks: Abdelfattah et al. 2021 (arXiv 2101.08134)',
  better: 'higher',
  operations: FLOW_OPERATIONS,
  measure: (network) => ({ value: synapticFlow(network), reason: null }),
};

/** Σ over edges of ∂R/∂(w²), R = 1ᵀ Π W² 1 = Σ over paths of the product of squared weights. */
const pathKernelTraceOf = (network: UntrainedNetwork): number =>
  totalOf(
    edgeFlow(
      network.pattern,
      network.architecture,
      valuesOf(network, (weight) => weight * weight),
    ),
  );

/**
 * Trace of the path kernel: Σ over paths p and edges e of p of (∂v_p/∂w_e)², v_p being the product of the weights along p. As for
 * SynFlow, its mean over start weights is the same for all patterns of the same degrees, exact or balanced, without padding.
 */
export const pathKernelTrace: UntrainedScore = {
  name: 'path-kernel-trace',
  summary: 'Σ over paths and their edges of (∂v/∂w)², v the product of weights along a path; untrained, no data',
  source:
    'Gebhart, Saxena & Schrater 2021 (arXiv 2101.10552), the data-independent factor of the neural tangent kernel, over real inputs and outputs',
  better: 'higher',
  operations: FLOW_OPERATIONS,
  measure: (network) => ({ value: pathKernelTraceOf(network), reason: null }),
};
