import { Random } from '../base/random.ts';
import { junctionSizes } from '../pattern/architecture.ts';
import type { Pattern } from '../pattern/pattern.ts';
import { blockSizes, type Front } from './fronts.ts';
import { DEFAULT_INIT } from './settings.ts';
import type { JunctionWeights, TrainingSettings } from './trainer.ts';

/** Fork numbers of a job's random streams. Every engine draws from these and nothing else. */
const streams = { weights: 1, batches: 2, front: 3 } as const;

/** Where Keras's truncated normal ends, in deviations of the normal that it is drawn from, and what deviation is left of 1 then. */
const TRUNCATED_AT = 2;
const TRUNCATED_DEVIATION = 0.8796256610342398;

/** A number of deviation 1: a normal one, drawn again while it is beyond 2 deviations, and scaled up by what that takes off. */
function truncatedNormal(random: Random): number {
  for (;;) {
    const drawn = random.normal();
    if (Math.abs(drawn) <= TRUNCATED_AT) return drawn / TRUNCATED_DEVIATION;
  }
}

/**
 * Start weights of a job (He et al. 2015), right-major as the pattern's edges and the same for every engine; biases all alike.
 * 'actual-fan-in': N(0, 2/fan-in) with the fan-in that the pattern really has, not truncated.
 * 'dense-fan-in': Keras's `he_normal` of the dense layer with the mask afterwards, as in the later code of Dey et al.: deviation
 * √(2/left neurons), padded ones included; truncated at 2 deviations of the normal before it is scaled, hence at 2.27 of its own. Only
 * the numbers that the mask keeps are drawn.
 */
export function startWeights(
  pattern: Pattern,
  seed: number,
  { biasStart, init = DEFAULT_INIT }: Pick<TrainingSettings, 'biasStart' | 'init'>,
): JunctionWeights[] {
  return junctionSizes(pattern).map(({ number, left, right, fanIn, edges }) => {
    const random = Random.fromSeed(seed).fork(streams.weights, number);
    const isDense = init === 'dense-fan-in';
    const deviation = Math.sqrt(2 / (isDense ? left : fanIn));
    const weights = new Float32Array(edges);
    for (let e = 0; e < edges; e++) weights[e] = deviation * (isDense ? truncatedNormal(random) : random.normal());
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

/** Start weights of a front, by streams of their own, whatever the junctions' are drawn by: filters N(0, 2/fan-in), biases all alike, batch norm's γ 1 and β 0. */
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
