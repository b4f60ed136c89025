import { greatestCommonDivisor, leastFanIn, meanFanOut } from './architecture.ts';

/** Degrees that a junction can have. */
export interface FeasibleDegrees {
  /** mean edges leaving a left neuron: a fraction where degrees are balanced */
  readonly fanOut: number;
  readonly fanIn: number;
  readonly density: number;
}

/**
 * Every degree that a junction can have, sparsest first. Exact ones: fan-outs that are multiples of right/gcd(left, right). Balanced
 * ones: every fan-in that leaves no neuron without an edge (definitions §1); the exact ones are among them.
 * @param most how many at most, evenly chosen, the first and the last among them; default all
 */
export function feasibleDegrees(
  left: number,
  right: number,
  kind: 'exact' | 'balanced' = 'exact',
  most = Number.POSITIVE_INFINITY,
): FeasibleDegrees[] {
  const { count, fanInAt } = fanIns(left, right, kind);
  const listed = Math.min(count, Math.max(1, most));
  return Array.from({ length: listed }, (_, index) => {
    const place = listed === count ? index : Math.round((index * (count - 1)) / Math.max(1, listed - 1));
    const fanIn = fanInAt(place);
    return { fanOut: meanFanOut(left, right, fanIn), fanIn, density: fanIn / left };
  });
}

/** How many `feasibleDegrees` has. */
export const feasibleCount = (left: number, right: number, kind: 'exact' | 'balanced' = 'exact'): number =>
  fanIns(left, right, kind).count;

function fanIns(left: number, right: number, kind: 'exact' | 'balanced') {
  if (kind === 'balanced') {
    const least = leastFanIn(left, right);
    return { count: left - least + 1, fanInAt: (place: number) => least + place };
  }
  const count = greatestCommonDivisor(left, right);
  return { count, fanInAt: (place: number) => (left / count) * (place + 1) };
}
