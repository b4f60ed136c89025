import { type FilterTerm, findColumn, type SortKey } from '../../store/index.ts';
import type { ListingColumn, ListingRow, ListingWindow, WantedRows } from './listing.ts';

/** A row of a listing that is short enough to be held whole: studies, families. */
export interface ValuedRow extends ListingRow {
  /** by column name; null where it is not known */
  readonly values: Readonly<Record<string, string | number | null>>;
}

const compare: Readonly<Record<string, (a: string | number, b: string | number) => boolean>> = {
  ...{ '>': (a, b) => a > b, '>=': (a, b) => a >= b, '<': (a, b) => a < b, '<=': (a, b) => a <= b },
};

/** A number as it was typed, a percentage as a fraction; a text in small letters. */
function typedValue(text: string, { kind }: ListingColumn): string | number {
  if (kind === 'text') return text.toLowerCase();
  return text.endsWith('%') ? Number(text.slice(0, -1)) / 100 : Number(text);
}

const lower = (value: string | number) => (typeof value === 'string' ? value.toLowerCase() : value);

/** What stands for a value that is not known. */
const UNKNOWN = '-';

function equals(row: ValuedRow, column: ListingColumn, typed: string): boolean {
  const value = row.values[column.name] ?? null;
  if (value === null || typed === UNKNOWN) return value === null && typed === UNKNOWN;
  const shown = (row.cells[column.name] ?? '').toLowerCase().replaceAll(' ', '');
  return lower(value) === typedValue(typed, column) || shown === typed.toLowerCase().replaceAll(' ', '');
}

const anyCell = (row: ValuedRow, word: string): boolean =>
  Object.values(row.cells).some((shown) => shown.toLowerCase().includes(word.toLowerCase()));

function holds(row: ValuedRow, term: FilterTerm, columns: readonly ListingColumn[]): boolean {
  const { comparison, value, excluded } = term;
  if (comparison === null) return anyCell(row, value) !== excluded;
  const column = findColumn(columns, comparison.column);
  if (column === undefined) return false;
  if (comparison.operator === '=') return equals(row, column, value);
  if (comparison.operator === '!=') return !equals(row, column, value);
  const own = row.values[column.name] ?? null;
  return own !== null && compare[comparison.operator](lower(own), typedValue(value, column));
}

/** As `conditionsOf` of the store: all hold, except that several equalities of one column are alternatives. */
function passes(row: ValuedRow, terms: readonly FilterTerm[], columns: readonly ListingColumn[]): boolean {
  const alternatives = new Map<string, boolean>();
  for (const term of terms) {
    const held = holds(row, term, columns);
    if (term.comparison?.operator !== '=') {
      if (!held) return false;
      continue;
    }
    const name = findColumn(columns, term.comparison.column)?.name ?? '';
    alternatives.set(name, held || alternatives.get(name) === true);
  }
  return [...alternatives.values()].every((held) => held);
}

function orderBy(keys: readonly SortKey[], columns: readonly ListingColumn[]) {
  return (a: ValuedRow, b: ValuedRow): number => {
    for (const { column: name, reversed } of keys) {
      const column = findColumn(columns, name);
      const [valueA, valueB] = [a.values[column?.name ?? ''] ?? null, b.values[column?.name ?? ''] ?? null];
      // What is not known is last, whichever way round.
      if (valueA === null || valueB === null) {
        if (valueA !== valueB) return Number(valueA === null) - Number(valueB === null);
        continue;
      }
      const order = Number(valueA > valueB) - Number(valueA < valueB);
      if (order !== 0) return (column?.first === 'high') === reversed ? order : -order;
    }
    return 0;
  };
}

/** The rows that pass, in order; equal ones stay in the order given. */
export function orderedRows(
  rows: readonly ValuedRow[],
  columns: readonly ListingColumn[],
  query: { readonly filter: readonly FilterTerm[]; readonly sort: readonly SortKey[] },
): readonly ValuedRow[] {
  const kept = rows.filter((row) => passes(row, query.filter, columns));
  return kept.toSorted(orderBy(query.sort, columns));
}

/** The part that is wanted of rows that are all here. */
export function windowOf(rows: readonly ListingRow[], { key, index, before, after }: WantedRows): ListingWindow {
  const found = key === null ? -1 : rows.findIndex((row) => row.key === key);
  const at = found < 0 ? null : found;
  const middle = Math.min(at ?? index, Math.max(0, rows.length - 1));
  const start = Math.max(0, middle - before);
  return { total: rows.length, start, rows: rows.slice(start, middle + after), at };
}
