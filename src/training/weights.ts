import { junctionSizes } from '../pattern/architecture.ts';
import type { Pattern } from '../pattern/pattern.ts';
import { Random } from '../pattern/random.ts';
import type { JunctionWeights } from './trainer.ts';

/** Fork numbers of a job's random streams. Every engine draws from these and nothing else. */
const streams = { weights: 1, batches: 2 } as const;

/**
 * Start weights of a job: N(0, 2/fan-in) (He et al. 2015) with the fan-in that the pattern really has, not the layer's width;
 * biases all alike. Right-major as the pattern's edges, and the same for every engine.
 */
export function startWeights(pattern: Pattern, seed: number, biasStart: number): JunctionWeights[] {
  return junctionSizes(pattern).map(({ number, right, fanIn, edges }) => {
    const random = Random.fromSeed(seed).fork(streams.weights, number);
    const deviation = Math.sqrt(2 / fanIn);
    const weights = new Float32Array(edges);
    for (let e = 0; e < edges; e++) weights[e] = deviation * random.normal();
    return { weights, biases: new Float32Array(right).fill(biasStart) };
  });
}

/**
 * The order in which an epoch (from 1) goes through the examples; batches are consecutive runs of it, the last one perhaps shorter.
 */
export function batchOrder(seed: number, epoch: number, examples: number): Uint32Array {
  const order = new Uint32Array(examples);
  for (let i = 0; i < examples; i++) order[i] = i;
  return Random.fromSeed(seed).fork(streams.batches, epoch).shuffle(order);
}
