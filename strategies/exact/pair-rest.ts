import { shuffledRange } from '../../src/base/numbers.ts';
import type { Random } from '../../src/base/random.ts';
import type { Connect } from './edge-table.ts';
import { cutMiddle, type PairSizes } from './pair-sizes.ts';

/**
 * The windows of a pair's middle layer that are left over from whole rounds of turns, where the span's rate is above 1 and not whole: a
 * left and a right neuron get ⌊·⌋ or ⌈·⌉ of their mean number of paths through them. Proof: docs/exact-construction.md, theorem 2.
 * @param sizes as oriented by `orientedPair`
 */
export function connectRest(sizes: PairSizes, first: Connect, second: Connect, random: Random): void {
  const { groups, turns, rest } = cutMiddle(sizes);
  if (rest === 0) return;
  const start = groups * turns * sizes.first.size;
  connectLeft(sizes, start, rest, first, random.fork(0));
  connectRight(sizes, start, rest, second, random.fork(1));
}

/** Edge t of a neuron in turn z is its number i = z·share + t; it advances one place an edge, and one part when all places were seen. */
function connectLeft(sizes: PairSizes, start: number, rest: number, connect: Connect, random: Random): void {
  const { size: window, share } = sizes.first;
  const { size: partSize, share: nextShare } = sizes.second;
  const parts = window / partSize;
  for (let w = 0; w < sizes.left / window; w++) {
    const neurons = shuffledRange(window, random);
    const turns = shuffledRange(rest, random);
    for (let label = 0; label < window; label++) {
      for (let z = 0; z < rest; z++) {
        for (let t = 0; t < share; t++) {
          const part = Math.floor(label / partSize) + (nextShare === 1 ? Math.floor((z * share + t) / partSize) : 0);
          const place = (label + nextShare * share * z + t) % partSize;
          const position = start + turns[z] * window + (part % parts) * partSize + place;
          connect(w * window + neurons[label], position);
        }
      }
    }
  }
}

/** Right neurons are connected to places share·j apart, j < share of the second junction, renumbered for every part. */
function connectRight(sizes: PairSizes, start: number, rest: number, connect: Connect, random: Random): void {
  const { size: partSize, share } = sizes.second;
  const parts = sizes.first.size / partSize;
  for (let v = 0; v < sizes.right / partSize; v++) {
    for (let part = 0; part < parts; part++) {
      const neurons = shuffledRange(partSize, random);
      for (let label = 0; label < partSize; label++) {
        for (let j = 0; j < share; j++) {
          const place = (label + sizes.first.share * j) % partSize;
          for (let z = 0; z < rest; z++) {
            connect(start + (z * parts + part) * partSize + place, v * partSize + neurons[label]);
          }
        }
      }
    }
  }
}
