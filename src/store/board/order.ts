import { failure, type Outcome, success } from '../../base/failure.ts';
import { findColumn, type SqlColumn } from './columns.ts';
import type { SortKey } from './sort-keys.ts';

/** What is not known is last, whichever way round. */
function orderTerm({ first, rank, value }: SqlColumn, reversed: boolean): string {
  const highFirst = rank !== undefined || first === 'high';
  return `${rank ?? value} ${highFirst === reversed ? 'ASC' : 'DESC'} NULLS LAST`;
}

/**
 * Terms of an ORDER BY: by one column after the other, and what is equal in all by the study's own order.
 * @param rankingKey SQL of the bytes that the study ranks by
 * @returns Failure 'bad-sort' for a column that is not there
 */
export function orderOfKeys(
  keys: readonly SortKey[],
  columns: readonly SqlColumn[],
  rankingKey: string,
): Outcome<string> {
  const terms: string[] = [];
  for (const { column: name, reversed } of keys) {
    const column = findColumn(columns, name);
    if (column === undefined) {
      const names = columns.map((known) => known.name).join(', ');
      return failure('bad-sort', `there is no column "${name}" to sort by`, `The columns are: ${names}.`);
    }
    // The study's own order begins with S, and has an index.
    if (column.name === 'scatter' && !reversed && terms.length === keys.length - 1) continue;
    terms.push(orderTerm(column, reversed));
  }
  return success([...terms, rankingKey, 'c.number'].join(', '));
}
