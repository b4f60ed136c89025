import { InvalidValueError } from '../base/caller-errors.ts';
import { junctionSizes } from '../pattern/architecture.ts';
import type { Pattern } from '../pattern/pattern.ts';

/** Where two patterns of the same layers differ in one junction. */
export interface JunctionDifference {
  readonly junction: number;
  readonly left: number;
  readonly right: number;
  /** edges that both have */
  readonly shared: number;
  /** edges of the first alone: pairs (right neuron, left neuron), ascending */
  readonly onlyFirst: Uint32Array;
  /** edges of the second alone */
  readonly onlySecond: Uint32Array;
}

/** Merges the sorted sources of one right neuron of both patterns. @returns how many both have */
function compareRows(a: Uint32Array, b: Uint32Array, right: number, first: number[], second: number[]): number {
  let [i, k, shared] = [0, 0, 0];
  while (i < a.length || k < b.length) {
    if (k >= b.length || a[i] < b[k]) first.push(right, a[i++]);
    else if (i >= a.length || b[k] < a[i]) second.push(right, b[k++]);
    else {
      shared += 1;
      i += 1;
      k += 1;
    }
  }
  return shared;
}

/** Edges in one and not in the other, junction by junction. @throws RangeError for patterns of other layers */
export function patternDifference(first: Pattern, second: Pattern): readonly JunctionDifference[] {
  if (first.layers.join() !== second.layers.join()) {
    throw new InvalidValueError(
      `patterns are compared edge by edge where their layers are equal; got ${first.layers.join('-')} and ${second.layers.join('-')}`,
    );
  }
  return junctionSizes(first).map(({ number, left, right }) => {
    const [a, b] = [first.junctions[number - 1], second.junctions[number - 1]];
    const [fanInA, fanInB] = [a.length / right, b.length / right];
    const [onlyFirst, onlySecond]: [number[], number[]] = [[], []];
    let shared = 0;
    for (let j = 0; j < right; j++) {
      const rowA = a.subarray(j * fanInA, (j + 1) * fanInA);
      const rowB = b.subarray(j * fanInB, (j + 1) * fanInB);
      shared += compareRows(rowA, rowB, j, onlyFirst, onlySecond);
    }
    return {
      junction: number,
      left,
      right,
      shared,
      onlyFirst: Uint32Array.from(onlyFirst),
      onlySecond: Uint32Array.from(onlySecond),
    };
  });
}
