import { shuffledRange } from '../../src/base/numbers.ts';
import type { Random } from '../../src/base/random.ts';
import { randomJunction } from '../shared/biregular.ts';

/**
 * A square block of one junction: `groups` groups of `size` neurons on the near side; on the far side `parts` parts of `turns` × `size`
 * places each, so groups = parts·turns. Place (part u, turn s, class c) has number (u·turns + s)·size + c.
 */
export interface BlockSizes {
  readonly groups: number;
  readonly size: number;
  readonly parts: number;
  readonly turns: number;
  /** connections of every neuron and of every place; below groups·size, or 1 */
  readonly degree: number;
}

/**
 * A random 0/1 block in which every neuron and every place has `degree` connections and every group is connected to all classes of
 * a part equally often (summed over turns).
 * @returns near-major: the `degree` places of neuron 0, then of 1, …
 *
 * Why it works. (1) Group number i in a random order takes the `degree` parts (i·degree + t) mod parts, t < degree: every part is taken
 * turns·degree times in all, by one group at most ⌈degree/parts⌉ ≤ turns·size times. (2) A group that takes a part c times connects
 * its neuron j to the classes j + t mod size, t < c, both sides renumbered at random: c connections of every neuron and of every
 * class. (3) So class c of part u gets turns·degree connections, a neuron at most turns of them, which lie together; dealt out to the
 * turns in rotation, every place gets `degree` and none the same neuron twice.
 */
export function evenBlock(sizes: BlockSizes, random: Random): Uint32Array {
  const { groups, size, turns, degree } = sizes;
  if (size === 1 && degree === 1) return shuffledRange(groups, random);
  // without classes every regular block will do
  if (size === 1) return randomJunction(groups, groups, degree, random);
  const buckets = classConnections(sizes, random);
  const perClass = turns * degree;
  const places = new Uint32Array(groups * size * degree);
  const filled = new Uint32Array(groups * size);
  for (let bucket = 0; bucket < buckets.length / perClass; bucket++) {
    const part = Math.floor(bucket / size);
    const turnOrder = shuffledRange(turns, random);
    for (let i = 0; i < perClass; i++) {
      const neuron = buckets[bucket * perClass + i];
      const place = (part * turns + turnOrder[i % turns]) * size + (bucket % size);
      places[neuron * degree + filled[neuron]++] = place;
    }
  }
  return places;
}

/** Steps 1 and 2: neurons connected to class c of part u, `turns·degree` of them, at (u·size + c)·turns·degree. */
function classConnections({ groups, size, parts, turns, degree }: BlockSizes, random: Random): Uint32Array {
  const perClass = turns * degree;
  const buckets = new Uint32Array(parts * size * perClass);
  const filled = new Uint32Array(parts * size);
  const groupOrder = shuffledRange(groups, random);
  const partOrder = shuffledRange(parts, random);
  for (let i = 0; i < groups; i++) {
    for (let t = 0; t < Math.min(parts, degree); t++) {
      const part = partOrder[(i * degree + t) % parts];
      const count = Math.floor((degree - t - 1) / parts) + 1;
      const neurons = shuffledRange(size, random);
      const classes = shuffledRange(size, random);
      for (let j = 0; j < size; j++) {
        for (let k = 0; k < count; k++) {
          // k runs over the classes first by residue, so that repeated connections lie together
          const step = stepOf(k, count, size);
          const bucket = part * size + classes[(j + step) % size];
          buckets[bucket * perClass + filled[bucket]++] = groupOrder[i] * size + neurons[j];
        }
      }
    }
  }
  return buckets;
}

/** Numbers 0 … count − 1, ordered by residue modulo size: the k-th one's residue. */
function stepOf(k: number, count: number, size: number): number {
  const low = Math.floor(count / size);
  const more = count % size;
  return k < more * (low + 1) ? Math.floor(k / (low + 1)) : more + Math.floor((k - more * (low + 1)) / low);
}
