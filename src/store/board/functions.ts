import { fraction, MISSING, percent } from '../../base/number-text.ts';
import type { Connection } from '../connection.ts';
import type { Shown } from './columns.ts';

type Value = number | string | null;

const shownAs: Readonly<Record<Shown, (value: number | string) => string>> = {
  plain: String,
  start: (value) => String(value).slice(0, 10),
  fraction: (value) => fraction(Number(value)),
  percent: (value) => percent(Number(value), 2),
  points: (value) => (100 * Number(value)).toFixed(2),
};

/** What a table shows of a value. */
const shownText = (shown: Shown, value: Value): string => (value === null ? MISSING : shownAs[shown](value));

/** Spaces are left out: "61.23 %" is typed "61.23%". */
const comparable = (text: string) => text.toLowerCase().replaceAll(' ', '');

/**
 * Gives a connection the functions that the board's SQL calls, so that a value that is compared as it is shown, a mean or a rounding
 * is the same there as everywhere else.
 */
export function addBoardFunctions(connection: Connection): void {
  connection.function('nine_digits', (value: Value) =>
    typeof value === 'number' ? Number(value.toPrecision(9)) : null,
  );
  connection.function('lowered', (text: Value) => (text === null ? null : String(text).toLowerCase()));
  connection.function('shows', (shown: Shown, value: Value, typed: string) =>
    Number(value !== null && comparable(shownText(shown, value)) === comparable(typed)),
  );
  connection.function('any_shows', (word: string, ...cells: Value[]) => Number(anyShows(word, cells)));
}

/** @param cells of each how it is shown, then its value */
function anyShows(word: string, cells: readonly Value[]): boolean {
  for (let at = 0; at < cells.length; at += 2) {
    const value = cells[at + 1];
    if (value !== null && shownText(cells[at] as Shown, value).includes(word)) return true;
  }
  return false;
}
