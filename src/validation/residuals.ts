import { Matrix, SingularValueDecomposition } from 'ml-matrix';
import { mean, sum } from 'simple-statistics';
import { InvalidValueError } from '../base/caller-errors.ts';

/** Beside this share of what was there, what is left is rounding. */
const ROUNDING = 1e-9;

const sumOfSquares = (values: readonly number[]) => sum(values.map((value) => value * value));

/** A column less its mean, of length 1, so that columns of any units weigh alike; null for a constant one. */
function unitColumn(column: readonly number[]): number[] | null {
  const centre = mean([...column]);
  const centred = column.map((value) => value - centre);
  const size = Math.sqrt(sumOfSquares(centred));
  const isConstant = size <= ROUNDING * Math.abs(centre) * Math.sqrt(column.length);
  return isConstant ? null : centred.map((value) => value / size);
}

/**
 * What is left of values when the least-squares line on other columns (and a constant) is taken off; exactly 0 where it explains them
 * wholly.
 * @param values n numbers. @param columns each n numbers; none leaves the values less their mean
 * @throws RangeError for columns of another length. Columns that say nothing new count for nothing (pseudo-inverse)
 */
export function residuals(values: readonly number[], columns: readonly (readonly number[])[]): number[] {
  const odd = columns.find(({ length }) => length !== values.length);
  if (odd !== undefined) throw new InvalidValueError(`expected columns of ${values.length} values; got ${odd.length}`);
  const centre = mean([...values]);
  const centred = values.map((value) => value - centre);
  const units = columns.flatMap((column) => {
    const unit = unitColumn(column);
    return unit === null ? [] : [unit];
  });
  if (units.length === 0) return centred;
  const design = new Matrix(values.map((_, row) => units.map((unit) => unit[row])));
  const coefficients = new SingularValueDecomposition(design, { autoTranspose: true }).solve(
    Matrix.columnVector(centred),
  );
  const line = design.mmul(coefficients);
  const left = centred.map((value, row) => value - line.get(row, 0));
  return sumOfSquares(left) <= ROUNDING ** 2 * sumOfSquares(centred) ? left.map(() => 0) : left;
}
