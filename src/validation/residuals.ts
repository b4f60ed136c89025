import { Matrix, solve } from 'ml-matrix';
import { mean } from 'simple-statistics';
import { InvalidValueError } from '../base/caller-errors.ts';

/**
 * What is left of values when the least-squares line on other columns (and a constant) is taken off.
 * @param values n numbers. @param columns each n numbers; none leaves the values less their mean
 * @throws RangeError for columns of another length. Columns that say nothing new count for nothing (pseudo-inverse)
 */
export function residuals(values: readonly number[], columns: readonly (readonly number[])[]): number[] {
  const odd = columns.find(({ length }) => length !== values.length);
  if (odd !== undefined) throw new InvalidValueError(`expected columns of ${values.length} values; got ${odd.length}`);
  const centre = mean([...values]);
  const centred = values.map((value) => value - centre);
  if (columns.length === 0) return centred;
  const centres = columns.map((column) => mean([...column]));
  const design = new Matrix(values.map((_, row) => columns.map((column, c) => column[row] - centres[c])));
  const coefficients = solve(
    design.transpose().mmul(design),
    design.transpose().mmul(Matrix.columnVector(centred)),
    true,
  );
  const line = design.mmul(coefficients);
  return centred.map((value, row) => value - line.get(row, 0));
}
