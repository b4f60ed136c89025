import { range } from '../../src/base/numbers.ts';
import type { Random } from '../../src/base/random.ts';
import { greatestCommonDivisor } from '../../src/pattern/architecture.ts';
import type { Connect } from './edge-table.ts';
import type { JunctionWindows } from './pair-sizes.ts';

/** One junction of a span in which no junction is dense. */
export interface Link extends JunctionWindows {
  readonly left: number;
  readonly right: number;
}

/** What a junction of the span adds to the sum of steps along a path, modulo `modulus`. */
interface CyclicLink extends Link {
  /** greatest common divisor of the window sizes of this and the earlier junctions, and of the next one too */
  readonly reach: number;
  readonly nextReach: number;
  /** positions of a block of the left layer: all residues of `reach` and of `size` meet in it once */
  readonly block: number;
  readonly blocks: number;
  /** shift of successive blocks */
  readonly stride: number;
  /** steps of the `share` connections: different modulo `size`, successive multiples of a unit modulo `modulus` */
  readonly steps: Uint32Array;
}

const leastCommonMultiple = (a: number, b: number) => (a / greatestCommonDivisor(a, b)) * b;

/** i·unit modulo `modulus`, made different modulo `size` by adding multiples of the modulus. */
function stepsOf({ share, size }: JunctionWindows, unit: number, modulus: number): Uint32Array {
  return Uint32Array.from(
    { length: share },
    (_, i) => (((i % modulus) * unit) % modulus) + ((modulus * Math.floor(i / modulus)) % size),
  );
}

/** @param span size of the span's windows, 1 where its rate is at least 1 */
function cyclicLinks(links: readonly Link[], span: number): CyclicLink[] {
  const modulus = links.reduce((common, link) => greatestCommonDivisor(common, link.size), 0);
  const shares = links.reduce((product, link) => (product * (link.share % modulus)) % modulus, 1 % modulus);
  let unit = 1 % modulus;
  let stride = span > 1 ? span % modulus : shares;
  let reach = links[0].size;
  return links.map((link, index) => {
    const block = leastCommonMultiple(reach, link.size);
    const blocks = index === 0 ? 1 : link.left / block;
    reach = greatestCommonDivisor(reach, link.size);
    const next = links[index + 1];
    const nextReach = next === undefined ? reach : greatestCommonDivisor(reach, next.size);
    const made = { ...link, reach, nextReach, block, blocks, stride, steps: stepsOf(link, unit, modulus) };
    unit = (unit * (link.share % modulus)) % modulus;
    stride = (stride * (blocks % modulus)) % modulus;
    return made;
  });
}

/** A random permutation of 0 … size − 1 that keeps every number's residue modulo `modulus`. */
function residuePermutation(size: number, modulus: number, random: Random): Uint32Array {
  const result = new Uint32Array(size);
  const multiples = range(size / modulus);
  for (let residue = 0; residue < modulus; residue++) {
    if (multiples.length > 1) random.shuffle(multiples);
    for (let i = 0; i < multiples.length; i++) result[i * modulus + residue] = multiples[i] * modulus + residue;
  }
  return result;
}

/** First junction: position k of a left window is connected to k + steps, renumbered per left window and block of the next layer. */
function connectFirst(link: CyclicLink, nextBlock: number, connect: Connect, random: Random): void {
  const { left, right, size, nextReach, steps } = link;
  for (let w = 0; w < left; w += size) {
    for (let start = 0; start < right; start += nextBlock) {
      const label = residuePermutation(size, nextReach, random);
      for (let k = 0; k < size; k++) {
        for (const step of steps) {
          const place = (label[k] + step) % size;
          for (let v = start; v < start + nextBlock; v += size) connect(w + k, v + place);
        }
      }
    }
  }
}

/** A later junction: position k of block z is connected to k + shift(z) + steps; blocks in random order for every right window. */
function connectLater(link: CyclicLink, connect: Connect, random: Random): void {
  const { right, size, reach, block, blocks, stride, steps } = link;
  const order = range(blocks);
  for (let v = 0; v < right; v += size) {
    random.shuffle(order);
    for (let z = 0; z < blocks; z++) {
      const shift = order[z] * stride;
      const label = residuePermutation(size, reach, random);
      for (let k = 0; k < block; k++) {
        for (const step of steps) connect(z * block + k, v + label[(k + shift + step) % size]);
      }
    }
  }
}

/**
 * All junctions of a span, in positions that make runs of all windows, such that every single-junction entry and the span's own entries
 * are at their bound, for any rates and window sizes. Proof: docs/exact-construction.md, theorem 1.
 * @param span size of the span's windows: the denominator of its rate in lowest terms where that is below 1, else 1
 * @param connects one per junction
 */
export function connectCyclic(
  links: readonly Link[],
  span: number,
  connects: readonly Connect[],
  random: Random,
): void {
  const cyclic = cyclicLinks(links, span);
  for (const [index, link] of cyclic.entries()) {
    const stream = random.fork(index);
    if (index > 0) connectLater(link, connects[index], stream);
    else connectFirst(link, cyclic[1]?.block ?? link.size, connects[0], stream);
  }
}
