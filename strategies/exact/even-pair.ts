import { InvalidValueError } from '../../src/base/caller-errors.ts';
import type { Random } from '../../src/base/random.ts';
import { type Connect, reversed } from './edge-table.ts';
import { evenBlock } from './even-block.ts';
import { add, disjointMultipliers, type FiniteRing, finiteRing, multiply } from './finite-ring.ts';
import { connectRest } from './pair-rest.ts';
import { cutMiddle, type MiddleCut, orientedPair, type PairSizes } from './pair-sizes.ts';

/** The middle layer without its rest; a place of a part is turn·size + class. */
interface Middle extends MiddleCut {
  readonly size: number;
  readonly ring: FiniteRing;
  /** [group·parts + part]: multipliers for every left window (`first`) and for every right window (`second`) */
  readonly multipliers: readonly { readonly first: readonly number[]; readonly second: readonly number[] }[];
}

function middleOf(sizes: PairSizes, random: Random): Middle {
  const cut = cutMiddle(sizes);
  const ring = finiteRing(cut.turns);
  const multipliers = Array.from({ length: cut.groups * cut.parts }, () =>
    disjointMultipliers(ring, sizes.left / sizes.first.size, sizes.right / sizes.second.size, random),
  );
  return { ...cut, size: sizes.second.size / cut.turns, ring, multipliers };
}

/** (multiplier, turn) → their product; products of one multiplier are computed once. */
function productTable(ring: FiniteRing): (multiplier: number) => Uint32Array {
  const known = new Map<number, Uint32Array>();
  return (multiplier) => {
    const table =
      known.get(multiplier) ?? Uint32Array.from({ length: ring.order }, (_, z) => multiply(ring, multiplier, z));
    known.set(multiplier, table);
    return table;
  };
}

/**
 * Both junctions of a pair, in positions that make runs of all windows, such that every entry of a single junction and of the span is at
 * its bound. Proof: docs/exact-construction.md, theorem 2. The span's windows are runs too, where its rate is below 1.
 * @throws RangeError when `orientedPair` finds no way to build it
 */
export function connectPair(given: PairSizes, first: Connect, second: Connect, random: Random): void {
  const oriented = orientedPair(given);
  if (oriented === null) {
    throw new InvalidValueError(
      `expected window sizes that divide one another; got ${given.first.size} and ${given.second.size}`,
    );
  }
  const { sizes, mirrored } = oriented;
  const left = mirrored ? reversed(second) : first;
  const right = mirrored ? reversed(first) : second;
  const middle = middleOf(sizes, random.fork(0));
  connectLeft(sizes, middle, left, random.fork(1));
  connectRight(sizes, middle, right, random.fork(2));
  connectRest(sizes, left, right, random.fork(3));
}

/** Every left window and group of middle windows: one even block, repeated in every turn, the turns of its places rotated. */
function connectLeft(sizes: PairSizes, middle: Middle, connect: Connect, random: Random): void {
  const { groups, turns, parts, size, ring } = middle;
  const { size: window, share: degree } = sizes.first;
  const partSize = sizes.second.size;
  const products = productTable(ring);
  for (let w = 0; w < sizes.left / window; w++) {
    for (let g = 0; g < groups; g++) {
      const block = evenBlock({ groups: window / size, size, parts, turns, degree }, random);
      for (let e = 0; e < block.length; e++) {
        const neuron = w * window + Math.floor(e / degree);
        const part = Math.floor(block[e] / partSize);
        const place = block[e] % partSize;
        const shift = products(middle.multipliers[g * parts + part].first[w]);
        for (let z = 0; z < turns; z++) {
          const turn = add(ring, Math.floor(place / size), shift[z]);
          connect(neuron, ((g * turns + z) * parts + part) * partSize + turn * size + (place % size));
        }
      }
    }
  }
}

/** Every right window and part of a group: one even block, repeated in every turn, the turns of its places rotated. */
function connectRight(sizes: PairSizes, middle: Middle, connect: Connect, random: Random): void {
  const { groups, turns, parts, size, ring } = middle;
  const { size: window, share: degree } = sizes.second;
  const products = productTable(ring);
  for (let v = 0; v < sizes.right / window; v++) {
    for (let part = 0; part < groups * parts; part++) {
      const group = Math.floor(part / parts);
      const block = evenBlock({ groups: turns, size, parts: 1, turns, degree }, random);
      const shift = products(middle.multipliers[part].second[v]);
      for (let e = 0; e < block.length; e++) {
        const neuron = v * window + Math.floor(e / degree);
        for (let z = 0; z < turns; z++) {
          const turn = add(ring, Math.floor(block[e] / size), shift[z]);
          const start = ((group * turns + z) * parts + (part % parts)) * window;
          connect(start + turn * size + (block[e] % size), neuron);
        }
      }
    }
  }
}
