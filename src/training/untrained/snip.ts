import { MOST_EXAMPLES, type UntrainedNetwork, type UntrainedScore } from './untrained-score.ts';

/** What a training example costs for each edge: a product and a sum forward, backward and for the gradient. */
export const GRADIENT_OPERATIONS = 6;

/** Σ |w · ∂L/∂w| over existing edges. */
function totalSensitivity({ train, order, open }: UntrainedNetwork): number {
  const network = open();
  network.accumulate(train, order, 0, Math.min(MOST_EXAMPLES, order.length), () => false);
  const gradients = network.gradients();
  let total = 0;
  for (const [i, { weights }] of network.weights().entries()) {
    const slopes = gradients[i].weights;
    for (let e = 0; e < weights.length; e++) total += Math.abs(weights[e] * slopes[e]);
  }
  return total;
}

/**
 * Connection sensitivity |∂L/∂c| = |w · ∂L/∂w| at c = 1, L being the mean cross-entropy of the batch, summed over existing edges.
 * Gradients are the sparse engine's (float32), the sum is float64.
 */
export const snip: UntrainedScore = {
  name: 'snip',
  summary: 'Σ |w · ∂L/∂w| of the untrained network over existing edges',
  source:
    'Connection sensitivity: Lee, Ajanthan & Torr 2019 (SNIP, arXiv 1810.02340); its sum as a score of whole networks: Abdelfattah et al. 2021 (arXiv 2101.08134)',
  better: 'higher',
  operations: GRADIENT_OPERATIONS * MOST_EXAMPLES,
  measure: (network) => ({ value: totalSensitivity(network), reason: null }),
};
