import type { Incidence } from './incidence.ts';
import { invert, multiplyResidues, PRIME, reduce } from './prime-field.ts';

/** row ← row − factor·pivotRow from column `from` on. */
function subtract(row: Float64Array, pivotRow: Float64Array, factor: number, from: number): void {
  const negated = PRIME - factor;
  for (let column = from; column < row.length; column++) {
    row[column] = reduce(row[column] + multiplyResidues(negated, pivotRow[column]));
  }
}

/**
 * Rank over the field of 2³¹ − 1 elements by Gaussian elimination, one row after another against the pivots found so far.
 * Deterministic. It equals the rank over the rationals unless the prime divides every minor of that size, and never exceeds it.
 * Cost: rank · rows · columns / 2 multiplications; rank · columns doubles.
 */
export function eliminationRank({ rows, columns, starts, members }: Incidence): number {
  /** by the column of their leading one */
  const pivots = new Map<number, Float64Array>();
  for (let r = 0; r < rows && pivots.size < columns; r++) {
    const row = new Float64Array(columns);
    for (let e = starts[r]; e < starts[r + 1]; e++) row[members[e]] = 1;
    for (let column = 0; column < columns; column++) {
      if (row[column] === 0) continue;
      const pivot = pivots.get(column);
      if (pivot === undefined) {
        const inverse = invert(row[column]);
        for (let c = column; c < columns; c++) row[c] = multiplyResidues(row[c], inverse);
        pivots.set(column, row);
        break;
      }
      subtract(row, pivot, row[column], column);
    }
  }
  return pivots.size;
}
