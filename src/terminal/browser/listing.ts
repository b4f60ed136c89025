import { type Failure, failure, type Outcome, success } from '../../base/failure.ts';
import {
  type BoardColumn,
  filterTermsFault,
  findColumn,
  parseFilter,
  parseSort,
  type SortKey,
} from '../../store/index.ts';

/** A table that can be browsed. */
export type Listing =
  | { readonly kind: 'studies' }
  | { readonly kind: 'families'; readonly study: StudyRef }
  | { readonly kind: 'candidates'; readonly study: StudyRef; readonly family: string | null };

/** A study as the browser names it. */
export interface StudyRef {
  readonly id: number;
  readonly name: string;
}

/** A column of a listing: what is shown, filtered and sorted by. */
export interface ListingColumn extends BoardColumn {
  readonly title: string;
  readonly align: 'left' | 'right';
  /** shown where the user has chosen no columns */
  readonly isDefault: boolean;
}

/** Which rows of a listing, in which order. */
export interface ListingQuery {
  readonly sort: readonly SortKey[];
  /** a filter expression, free of faults; empty: all */
  readonly filter: string;
  /** a substring of any cell, which leaves the order alone; beginning with "!": of none. Empty: all */
  readonly find: string;
}

export const wholeListing: ListingQuery = { sort: [], filter: '', find: '' };

/** A row as it is shown. */
export interface ListingRow {
  /** stays the same whatever the order */
  readonly key: string;
  /** text by column name */
  readonly cells: Readonly<Record<string, string>>;
  /** how it stands: 'troubled' has trainings that failed or diverged */
  readonly state: 'usual' | 'troubled' | 'running';
}

/** Some rows of a listing as they are at one moment. */
export interface ListingWindow {
  /** rows that pass the query */
  readonly total: number;
  /** number of the first of `rows`, from 0 */
  readonly start: number;
  readonly rows: readonly ListingRow[];
  /** where the row is now that was asked for; null where it is none of them any more */
  readonly at: number | null;
}

/** Which rows are wanted: those around one that is known, else from a place on. */
export interface WantedRows {
  /** the row under the cursor; null: whatever is at `index` */
  readonly key: string | null;
  readonly index: number;
  /** rows before and after it */
  readonly before: number;
  readonly after: number;
}

/** What is wrong with a filter for a listing of these columns; null: nothing. */
export function filterRefusal(text: string, columns: readonly ListingColumn[]): Failure | null {
  const terms = parseFilter(text);
  return terms.ok ? filterTermsFault(terms.value, columns) : terms;
}

/** The sort keys that a text names; failure 'bad-sort'. An empty text: none. */
export function sortKeys(text: string, columns: readonly ListingColumn[]): Outcome<readonly SortKey[]> {
  if (text.trim() === '') return success([]);
  const keys = parseSort(text);
  if (!keys.ok) return keys;
  const unknown = keys.value.find(({ column }) => findColumn(columns, column) === undefined);
  if (unknown === undefined) {
    return success(keys.value.map((key) => ({ ...key, column: findColumn(columns, key.column)?.name ?? key.column })));
  }
  const names = columns.map(({ name }) => name).join(', ');
  return failure('bad-sort', `there is no column "${unknown.column}" to sort by`, `The columns are: ${names}.`);
}

/** "accuracy,-scatter" */
export const sortText = (sort: readonly SortKey[]): string =>
  sort.map(({ column, reversed }) => (reversed ? `-${column}` : column)).join(',');
