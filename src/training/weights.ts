import { Random } from '../base/random.ts';
import { junctionSizes } from '../pattern/architecture.ts';
import type { Pattern } from '../pattern/pattern.ts';
import { blockSizes, type Front } from './fronts.ts';
import type { JunctionWeights } from './trainer.ts';

/** Fork numbers of a job's random streams. Every engine draws from these and nothing else. */
const streams = { weights: 1, batches: 2, front: 3 } as const;

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

/** What a convolutional block learns. */
export interface BlockWeights {
  /** `filterSize × filterSize × inChannels × filters`, the last fastest */
  readonly filter: Float32Array;
  /** one a filter: the bias, or batch norm's β, which makes a bias superfluous */
  readonly shift: Float32Array;
  /** batch norm's γ, one a filter; null without batch norm */
  readonly scale: Float32Array | null;
}

/** Start weights of a front, by streams of their own: filters N(0, 2/fan-in), biases all alike, batch norm's γ 1 and β 0. */
export function startFront(front: Front, seed: number, biasStart: number): BlockWeights[] {
  return blockSizes(front).map(({ covered, filters, batchNorm }, index) => {
    const random = Random.fromSeed(seed).fork(streams.front, index + 1);
    const deviation = Math.sqrt(2 / covered);
    const filter = new Float32Array(covered * filters);
    for (let i = 0; i < filter.length; i++) filter[i] = deviation * random.normal();
    const shift = new Float32Array(filters).fill(batchNorm ? 0 : biasStart);
    return { filter, shift, scale: batchNorm ? new Float32Array(filters).fill(1) : null };
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
