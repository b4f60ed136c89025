import { failure, type Outcome, success } from '../base/failure.ts';
import { findColumn, type ValueColumn } from './table-filter.ts';

/** One column to sort by: in its own order (the better first), or the other way round. */
export interface SortKey {
  readonly column: string;
  readonly reversed: boolean;
}

/** "accuracy,-scatter": columns with commas between; a minus turns one around. Failure 'bad-sort'. */
export function parseSort(text: string): Outcome<readonly SortKey[]> {
  const keys = text.split(',').map((part) => part.trim());
  if (keys.some((key) => key === '' || key === '-')) {
    const nextStep = 'Give columns with commas between, such as accuracy,-scatter.';
    return failure('bad-sort', `"${text}" lacks the name of a column`, nextStep);
  }
  return success(keys.map((key) => ({ column: key.replace(/^-\s*/, ''), reversed: key.startsWith('-') })));
}

type RowOrder<Row> = (a: Row, b: Row) => number;

function byColumn<Row>({ value, first, rank }: ValueColumn<Row>, reversed: boolean): RowOrder<Row> {
  const highFirst = rank !== undefined || first === 'high';
  const sign = highFirst === reversed ? 1 : -1;
  const sorted = rank ?? value;
  return (rowA, rowB) => {
    const [unknownA, unknownB] = [value(rowA) === null, value(rowB) === null];
    // What is not known is last, whichever way round.
    if (unknownA || unknownB) return Number(unknownA) - Number(unknownB);
    const [a, b] = [sorted(rowA) as number | string, sorted(rowB) as number | string];
    return sign * (Number(a > b) - Number(a < b));
  };
}

/** Compares by one key after the other; 0 where rows are equal in all. Failure 'bad-sort' for a column that is not there. */
export function rowOrder<Row>(keys: readonly SortKey[], columns: readonly ValueColumn<Row>[]): Outcome<RowOrder<Row>> {
  const comparisons: RowOrder<Row>[] = [];
  for (const { column: name, reversed } of keys) {
    const column = findColumn(columns, name);
    if (column === undefined) {
      const names = columns.map((known) => known.name).join(', ');
      return failure('bad-sort', `there is no column "${name}" to sort by`, `The columns are: ${names}.`);
    }
    comparisons.push(byColumn(column, reversed));
  }
  return success((a, b) => {
    for (const compare of comparisons) {
      const order = compare(a, b);
      if (order !== 0) return order;
    }
    return 0;
  });
}
