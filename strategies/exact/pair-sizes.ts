import { greatestCommonDivisor } from '../../src/pattern/architecture.ts';

/** Windows of one junction: `size` neurons on both sides, with `share` connections wanted from each neuron to each window. */
export interface JunctionWindows {
  readonly size: number;
  readonly share: number;
}

/** Two successive junctions. */
export interface PairSizes {
  readonly left: number;
  readonly middle: number;
  readonly right: number;
  readonly first: JunctionWindows;
  readonly second: JunctionWindows;
}

/**
 * How the middle layer of a pair is cut whose second windows divide the first: position
 * ((group·turns + turn)·parts + part)·second.size + place; after the groups come `rest` windows of the first junction more.
 */
export interface MiddleCut {
  readonly groups: number;
  readonly turns: number;
  readonly parts: number;
  readonly rest: number;
}

const mirroredPair = ({ left, middle, right, first, second }: PairSizes): PairSizes => ({
  left: right,
  middle,
  right: left,
  first: second,
  second: first,
});

/** @param sizes second.size divides first.size */
export function cutMiddle({ middle, first, second }: PairSizes): MiddleCut {
  const windows = middle / first.size;
  const parts = first.size / second.size;
  const common = greatestCommonDivisor(windows, second.size);
  const isWhole = common === second.size;
  if (isWhole || windows * first.share * second.share < second.size) {
    return { groups: windows / common, turns: common, parts, rest: 0 };
  }
  // a rate above 1 that is no whole number: whole rounds of turns, and what is left over
  const groups = Math.floor(windows / second.size);
  return { groups, turns: second.size, parts, rest: windows - groups * second.size };
}

function fitsAsGiven(sizes: PairSizes): boolean {
  const { first, second } = sizes;
  if (first.size % second.size !== 0) return false;
  return cutMiddle(sizes).rest === 0 || second.share === 1 || first.share <= second.size;
}

/** The pair as it is built: given, or mirrored; null where neither can be (docs/exact-construction.md, theorem 2). */
export function orientedPair(sizes: PairSizes): { sizes: PairSizes; mirrored: boolean } | null {
  if (fitsAsGiven(sizes)) return { sizes, mirrored: false };
  const other = mirroredPair(sizes);
  return fitsAsGiven(other) ? { sizes: other, mirrored: true } : null;
}
