import { type Success, success } from '../../base/failure.ts';
import { MISSING } from '../../base/number-text.ts';
import type { SqlParameters } from '../connection.ts';
import { type BoardColumn, findColumn, type SqlColumn, sqlText } from './columns.ts';
import { type FilterFault, type FilterOperator, type FilterTerm, filterFault } from './filter-terms.ts';

/** SQL that is true for the rows that pass, and what its parameters stand for. */
export interface Conditions {
  readonly sql: string;
  readonly parameters: SqlParameters;
}

/** Bare words with a meaning of their own. */
const words: Readonly<Record<string, string>> = {
  trained: 't.mean IS NOT NULL',
  untrained: 't.mean IS NULL',
};

/** Collects the values of parameters under names of their own. */
class Parameters {
  readonly values: Record<string, string | number> = {};

  /** @returns how SQL names it */
  add(value: string | number): string {
    const name = `f${Object.keys(this.values).length}`;
    this.values[name] = value;
    return `@${name}`;
  }
}

/** The number that was typed; null where it is none. */
function typedNumber(text: string, kind: 'number' | 'fraction'): number | null {
  const percent = kind === 'fraction' && text.endsWith('%');
  const digits = percent ? text.slice(0, -1) : text;
  const value = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(digits) ? Number(digits) : Number.NaN;
  return Number.isFinite(value) ? value / (percent ? 100 : 1) : null;
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: the range of ASCII
const isAscii = (text: string) => /^[\x00-\x7f]*$/.test(text);

/** SQLite's own `lower` knows ASCII alone, and takes a tenth of the time. */
const lowered = (value: string, typed: string) => (isAscii(typed) ? `lower(${value})` : `lowered(${value})`);

/** As it is, or as the table shows it: nobody types all digits of a fraction, or all of a fingerprint. */
function equality({ kind, value, shown }: SqlColumn, wanted: string | number, typed: string, own: Parameters): string {
  if (typed === MISSING) return `${value} IS NULL`;
  const isShown = `shows(${sqlText(shown)}, ${value}, ${own.add(typed)})`;
  if (kind !== 'text') return `(${value} IS NOT NULL AND (${value} = ${own.add(wanted)} OR ${isShown}))`;
  const same = `${lowered(value, typed)} = ${own.add(typed.toLowerCase())}`;
  return `(${value} IS NOT NULL AND (${shown === 'plain' ? same : `(${same} OR ${isShown})`}))`;
}

function comparison(
  column: SqlColumn,
  operator: FilterOperator,
  term: FilterTerm,
  own: Parameters,
): string | FilterFault {
  const { kind, value } = column;
  const wanted = kind === 'text' ? term.value : typedNumber(term.value, kind);
  const isEquality = operator === '=' || operator === '!=';
  if (wanted === null && !(isEquality && term.value === MISSING)) {
    const expected = kind === 'fraction' ? 'a number or a percentage' : 'a number';
    return filterFault(term.at, `${column.name} is compared with ${expected}; got "${term.value}"`);
  }
  if (!isEquality) return `(${value} IS NOT NULL AND ${value} ${operator} ${own.add(wanted as string | number)})`;
  const equal = equality(column, wanted ?? MISSING, term.value, own);
  return operator === '=' ? equal : `NOT (${equal})`;
}

/** What numbers are shown with. Only a word of these can stand in the cell of one. */
const NUMERIC = /^[0-9.e+\-% ]*$/;

/** What a cell shows, and all of a text that is cut there. A value that is not known shows nothing. */
function anyCell(columns: readonly SqlColumn[], typed: string, own: Parameters): string {
  const word = own.add(typed.toLowerCase());
  const inTexts = columns
    .filter(({ kind }) => kind === 'text')
    .map(({ value }) => `coalesce(instr(${lowered(value, typed)}, ${word}) > 0, 0)`);
  if (!NUMERIC.test(typed.toLowerCase())) return `(${inTexts.join(' OR ')})`;
  const cells = columns.filter(({ kind }) => kind !== 'text').map(({ shown, value }) => `${sqlText(shown)}, ${value}`);
  return `(${inTexts.join(' OR ')} OR any_shows(${[word, ...cells].join(', ')}))`;
}

function unknownColumn(name: string, at: number, columns: readonly SqlColumn[]): FilterFault {
  return filterFault(
    at,
    `there is no column "${name}"`,
    `The columns are: ${columns.map((column) => column.name).join(', ')}.`,
  );
}

function bareWord({ value, excluded }: FilterTerm, columns: readonly SqlColumn[], own: Parameters): string {
  const holds = Object.hasOwn(words, value) ? `(${words[value]})` : anyCell(columns, value, own);
  return excluded ? `NOT ${holds}` : holds;
}

/**
 * Which rows pass. All conditions must hold; several equalities of one column are alternatives, since a cell has one value. A value
 * that is not known passes no comparison except `!=`; it is itself found by `COLUMN=-`.
 * @returns Failure 'bad-filter' for a column that is not there and a value that does not fit its column
 */
export function conditionsOf(
  terms: readonly FilterTerm[],
  columns: readonly SqlColumn[],
): Success<Conditions> | FilterFault {
  const own = new Parameters();
  const all: string[] = [];
  const alternatives = new Map<SqlColumn, string[]>();
  for (const term of terms) {
    if (term.comparison === null) {
      all.push(bareWord(term, columns, own));
      continue;
    }
    const { column: name, operator } = term.comparison;
    const column = findColumn(columns, name);
    if (column === undefined) return unknownColumn(name, term.at, columns);
    const passes = comparison(column, operator, term, own);
    if (typeof passes !== 'string') return passes;
    if (operator === '=') alternatives.set(column, [...(alternatives.get(column) ?? []), passes]);
    else all.push(passes);
  }
  for (const any of alternatives.values()) all.push(`(${any.join(' OR ')})`);
  return success({ sql: all.length === 0 ? 'TRUE' : all.join(' AND '), parameters: own.values });
}

/** What a filter lacks for a table of these columns, whatever its rows are kept in; null: nothing. */
export function filterTermsFault(terms: readonly FilterTerm[], columns: readonly BoardColumn[]): FilterFault | null {
  const checked = conditionsOf(
    terms,
    columns.map((column): SqlColumn => ({ ...column, value: 'NULL', shown: 'plain' })),
  );
  return checked.ok ? null : checked;
}
