import { shuffledRange } from '../../src/base/numbers.ts';
import type { Random } from '../../src/base/random.ts';
import { isExact, type JunctionSize } from '../../src/pattern/architecture.ts';
import { denseJunction, sortRows } from '../../src/pattern/pattern.ts';
import { junctionSpectrum } from '../../src/proxies/spectrum.ts';
import { randomJunction } from '../shared/biregular.ts';
import { evenOverlaps } from './even-overlaps.ts';
import { halved, randomTwoLift } from './two-lift.ts';

/** λ2 is compared to this part of λ1. */
const TOLERANCE = 1e-3;
const MOST_STEPS = 64;

/** Additions of matrices and vectors that choosing among draws of one junction may take. */
const ADDITIONS = 16_000_000;
const FEWEST_DRAWS = 2;
const MOST_DRAWS = 8;

const PROPOSALS_PER_EDGE = 16;
/** Additions of the swaps of one junction. */
const SWAP_ADDITIONS = 20_000_000;
/** Neurons of the smaller layer above which its table of pairs (4 bytes each) would be too large. */
const MOST_PAIRED = 2048;

interface MeasuredJunction {
  readonly sources: Uint32Array;
  readonly lambda2: number;
}

/** Whether every junction of these degrees has the same λ2: dense ones (0) and stars (that of their edges, all alike). */
export const hasOneSpectrum = ({ density, fanIn, fanOut }: JunctionSize): boolean =>
  density === 1 || fanIn === 1 || fanOut === 1;

function measured(sources: Uint32Array, size: JunctionSize): MeasuredJunction {
  if (hasOneSpectrum(size)) return { sources, lambda2: 0 };
  const { lambda2 } = junctionSpectrum(sources, size, { tolerance: TOLERANCE, mostSteps: MOST_STEPS });
  return { sources, lambda2 };
}

const drawsOf = ({ edges }: JunctionSize) =>
  Math.max(FEWEST_DRAWS, Math.min(MOST_DRAWS, Math.floor(ADDITIONS / (2 * MOST_STEPS * edges))));

/** The draw with the smallest λ2. */
function bestDraw(size: JunctionSize, draw: (index: number) => Uint32Array): MeasuredJunction {
  let best = measured(draw(0), size);
  for (let index = 1; index < drawsOf(size); index++) {
    const next = measured(draw(index), size);
    if (next.lambda2 < best.lambda2) best = next;
  }
  return best;
}

const bestRandom = (size: JunctionSize, random: Random): MeasuredJunction =>
  bestDraw(size, (index) => randomJunction(size.left, size.right, size.fanOut, random.fork(index)));

/** 2-lifts of 2-lifts of a small junction, each chosen among some; where sizes cannot be halved, `bestRandom`. */
function bestLift(size: JunctionSize, random: Random): MeasuredJunction {
  const half = halved(size);
  if (half === null) {
    return size.density === 1 ? measured(denseJunction(size.left, size.right), size) : bestRandom(size, random.fork(0));
  }
  const base = bestLift(half, random.fork(1));
  return bestDraw(size, (index) => randomTwoLift(base.sources, half, random.fork(2, index)));
}

/** Fewer swaps than edges would hardly be noticed in λ2. */
function proposalsOf(size: JunctionSize): number {
  const { edges, left, right, fanIn, fanOut } = size;
  const fromRight = right >= left || !isExact(size);
  const degree = fromRight ? fanIn : fanOut;
  const proposals = Math.min(PROPOSALS_PER_EDGE * edges, Math.floor(SWAP_ADDITIONS / (4 * degree)));
  return (fromRight ? left : right) > MOST_PAIRED || proposals < edges ? 0 : proposals;
}

/** The neurons of both layers renumbered at random: λ2 says nothing of numbers, and those of lifts are regular. */
function renumbered(sources: Uint32Array, size: JunctionSize, random: Random): Uint32Array {
  const left = shuffledRange(size.left, random);
  const right = shuffledRange(size.right, random);
  const result = new Uint32Array(sources.length);
  for (let j = 0; j < size.right; j++) {
    for (let e = 0; e < size.fanIn; e++) result[right[j] * size.fanIn + e] = left[sources[j * size.fanIn + e]];
  }
  sortRows(result, size.right, size.fanIn);
  return result;
}

/** How a junction comes about: the best of some random ones, or 2-lifts. */
export type ExpanderOrigin = 'random' | 'lift';

/** A junction chosen for a small λ2, then made better by swaps if they do make it better. */
export function expanderJunction(size: JunctionSize, origin: ExpanderOrigin, random: Random): Uint32Array {
  if (hasOneSpectrum(size)) return randomJunction(size.left, size.right, size.fanOut, random);
  const drawn = origin === 'lift' ? bestLift(size, random.fork(0)) : bestRandom(size, random.fork(0));
  const proposals = proposalsOf(size);
  let best = drawn;
  if (proposals > 0) {
    const swapped = measured(evenOverlaps(drawn.sources, size, proposals, random.fork(1)), size);
    if (swapped.lambda2 < drawn.lambda2) best = swapped;
  }
  return renumbered(best.sources, size, random.fork(2));
}
