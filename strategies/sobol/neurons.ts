import type { Random } from '../../src/base/random.ts';
import { sobolCoordinates } from './sequence.ts';

/**
 * Owen's nested uniform scrambling of the first `bits` binary digits: each is flipped or not depending on those before it. The
 * first digits are the same for every number of bits, as long as the stream is.
 */
function scrambling(bits: number, random: Random): Uint32Array {
  let scrambled = new Uint32Array(1);
  for (let level = 0; level < bits; level++) {
    const next = new Uint32Array(2 * scrambled.length);
    let flips = 0;
    for (let i = 0; i < scrambled.length; i++) {
      if (i % 32 === 0) flips = random.uint32();
      const flip = (flips >>> (i % 32)) & 1;
      next[2 * i] = 2 * scrambled[i] + flip;
      next[2 * i + 1] = 2 * scrambled[i] + 1 - flip;
    }
    scrambled = next;
  }
  return scrambled;
}

/**
 * The neuron that each of the first `count` points falls on: the points in order of their coordinate, dealt out `count / neurons`
 * to each neuron in turn, rounded down or up where that is a fraction. Where the number of neurons is a power of two this is ⌊neurons·x⌋.
 * @param scramble the layer's stream, fresh, or null to leave the sequence as it is
 */
export function neuronsOfPoints(
  dimension: number,
  count: number,
  neurons: number,
  scramble: Random | null,
): Uint32Array {
  const bits = Math.max(1, Math.ceil(Math.log2(count)));
  const points = sobolCoordinates(dimension, count);
  const scrambled = scramble === null ? null : scrambling(bits, scramble);
  // the first `bits` digits of the first 2^bits points are all different
  const pointAt = new Int32Array(2 ** bits).fill(-1);
  for (let p = 0; p < count; p++) {
    const digits = points[p] >>> (32 - bits);
    pointAt[scrambled === null ? digits : scrambled[digits]] = p;
  }
  const result = new Uint32Array(count);
  let rank = 0;
  for (const p of pointAt) if (p >= 0) result[p] = Math.floor((rank++ * neurons) / count);
  return result;
}
