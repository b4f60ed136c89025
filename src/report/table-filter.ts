import { type Failure, type Success, success } from '../base/failure.ts';

/** What a column of a table holds, for those who filter and sort by it. */
export interface ValueColumn<Row> {
  /** as it is typed: "scatter" */
  readonly name: string;
  /** other names that are understood: the heading, say */
  readonly aliases?: readonly string[];
  /** fractions may be typed as percentages */
  readonly kind: 'text' | 'number' | 'fraction';
  /** which values are better, and come first */
  readonly first: 'high' | 'low';
  /** what is sorted by in place of the value, the higher the better: how near it is to one that was wanted, say */
  rank?(row: Row): number;
  /** null where it is not known */
  value(row: Row): string | number | null;
  /** as the table shows it */
  text(row: Row): string;
}

const operators = ['>=', '<=', '!=', '=', '>', '<'] as const;
type FilterOperator = (typeof operators)[number];

/** One condition, as it was typed. */
export interface FilterTerm {
  /** where it begins, counted from 1 */
  readonly at: number;
  /** null for a bare word, which may be in any cell */
  readonly comparison: { readonly column: string; readonly operator: FilterOperator } | null;
  readonly value: string;
}

export interface FilterFault extends Failure {
  readonly reason: 'bad-filter';
  /** the character that it is about, counted from 1 */
  readonly at: number;
}

const GRAMMAR =
  'Give conditions such as scatter>0.9 strategy=anneal accuracy>=60%, with spaces or commas between (= != > >= < <=), or words to look for in any cell; quotes keep a name with spaces together.';

function fault(at: number, what: string, nextStep = GRAMMAR): FilterFault {
  return { ok: false, reason: 'bad-filter', at, message: `${what} (character ${at} of the filter)`, nextStep };
}

/** Reads the text from left to right. */
class Reader {
  readonly #text: string;
  at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  /** What matches here, which is then behind; null where nothing does. @param pattern sticky */
  take(pattern: RegExp): string | null {
    pattern.lastIndex = this.at;
    const match = pattern.exec(this.#text);
    if (match === null) return null;
    this.at = pattern.lastIndex;
    return match[0];
  }

  get ended(): boolean {
    return this.at >= this.#text.length;
  }

  get next(): string {
    return this.#text[this.at] ?? '';
  }

  /** A word, or what stands in quotes. */
  word(plain: RegExp): string | null {
    const quoted = this.take(/"[^"]*"|'[^']*'/y);
    return quoted === null ? this.take(plain) : quoted.slice(1, -1);
  }
}

const SEPARATORS = /[\s,]+/y;
/** Before an operator, and after one: there "=" may be a part of the value. */
const NAME = /[^\s,"'=!<>]+/y;
const VALUE = /[^\s,"'=!<>][^\s,]*/y;
const OPERATOR = /\s*(?:[<>=!]+)\s*/y;

function readTerm(reader: Reader): FilterTerm | FilterFault {
  const at = reader.at + 1;
  if (reader.next === '"' || reader.next === "'") {
    const rest = reader.take(/"[^"]*$|'[^']*$/y);
    if (rest !== null) return fault(at, 'a quote is opened and never closed');
  }
  const name = reader.word(NAME);
  if (name === null) return fault(at, `expected the name of a column or a word; got "${reader.next}"`);
  const operatorAt = reader.at;
  const typed = reader.take(OPERATOR)?.trim();
  if (typed === undefined) return { at, comparison: null, value: name };
  const operator = operators.find((known) => known === typed);
  if (operator === undefined) {
    return fault(operatorAt + 1, `"${typed}" is no comparison; expected one of ${operators.toReversed().join(' ')}`);
  }
  const value = reader.word(VALUE);
  if (value === null) return fault(reader.at + 1, `"${name}${operator}" lacks a value`);
  return { at, comparison: { column: name, operator }, value };
}

/** The conditions of a filter, which hold of no table yet. Failure 'bad-filter', with the place. */
export function parseFilter(text: string): Success<readonly FilterTerm[]> | FilterFault {
  const reader = new Reader(text);
  const terms: FilterTerm[] = [];
  reader.take(SEPARATORS);
  while (!reader.ended) {
    const term = readTerm(reader);
    if ('ok' in term) return term;
    terms.push(term);
    if (!reader.ended && reader.take(SEPARATORS) === null) {
      return fault(reader.at + 1, `expected a space or a comma; got "${reader.next}"`);
    }
  }
  return success(terms);
}

const normal = (name: string) => name.trim().toLowerCase().replaceAll(/\s+/g, '-');

/** By name or alias; capitals and spaces do not matter ("1:2 forward", "1:2-forward"). */
export function findColumn<Row>(columns: readonly ValueColumn<Row>[], name: string): ValueColumn<Row> | undefined {
  const wanted = normal(name);
  return columns.find((column) => [column.name, ...(column.aliases ?? [])].some((known) => normal(known) === wanted));
}

/** What stands for a value that is not known. */
const UNKNOWN = '-';

type Predicate<Row> = (row: Row) => boolean;

const holds: Readonly<Record<FilterOperator, (a: number | string, b: number | string) => boolean>> = {
  ...{ '=': (a, b) => a === b, '!=': (a, b) => a !== b },
  ...{ '>': (a, b) => a > b, '>=': (a, b) => a >= b, '<': (a, b) => a < b, '<=': (a, b) => a <= b },
};

/** The number that was typed; null where it is none. */
function typedNumber(text: string, kind: 'number' | 'fraction'): number | null {
  const percent = kind === 'fraction' && text.endsWith('%');
  const digits = percent ? text.slice(0, -1) : text;
  const value = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(digits) ? Number(digits) : Number.NaN;
  return Number.isFinite(value) ? value / (percent ? 100 : 1) : null;
}

function equality<Row>({ value, text }: ValueColumn<Row>, wanted: string | number, typed: string): Predicate<Row> {
  const shown = typed.toLowerCase();
  return (row) => {
    const has = value(row);
    if (has === null) return typed === UNKNOWN;
    // As it is, or as the table shows it: nobody types all digits of a fraction, or all of a fingerprint.
    return has === wanted || String(has).toLowerCase() === shown || text(row).toLowerCase() === shown;
  };
}

function comparison<Row>(
  column: ValueColumn<Row>,
  operator: FilterOperator,
  term: FilterTerm,
): Predicate<Row> | FilterFault {
  const { kind } = column;
  const wanted = kind === 'text' ? term.value : typedNumber(term.value, kind);
  const isEquality = operator === '=' || operator === '!=';
  if (wanted === null && !(isEquality && term.value === UNKNOWN)) {
    const expected = kind === 'fraction' ? 'a number or a percentage' : 'a number';
    return fault(term.at, `${column.name} is compared with ${expected}; got "${term.value}"`);
  }
  if (isEquality) {
    const equal = equality(column, wanted ?? UNKNOWN, term.value);
    return operator === '=' ? equal : (row) => !equal(row);
  }
  return (row) => {
    const has = column.value(row);
    return has !== null && holds[operator](has, wanted as number | string);
  };
}

function unknownColumn<Row>(name: string, at: number, columns: readonly ValueColumn<Row>[]): FilterFault {
  const names = columns.map((column) => column.name);
  return fault(at, `there is no column "${name}"`, `The columns are: ${names.join(', ')}.`);
}

/**
 * Which rows pass. All conditions must hold; several equalities of one column are alternatives, since a cell has one value. A value
 * that is not known passes no comparison except `!=`; it is itself found by `COLUMN=-`.
 * @param words bare words with a meaning of their own
 * @returns Failure 'bad-filter' for a column that is not there and a value that does not fit its column
 */
export function rowFilter<Row>(
  terms: readonly FilterTerm[],
  columns: readonly ValueColumn<Row>[],
  words: Readonly<Record<string, Predicate<Row>>> = {},
): Success<Predicate<Row>> | FilterFault {
  const all: Predicate<Row>[] = [];
  const alternatives = new Map<ValueColumn<Row>, Predicate<Row>[]>();
  for (const term of terms) {
    if (term.comparison === null) {
      all.push(Object.hasOwn(words, term.value) ? words[term.value] : anyCell(columns, term.value));
      continue;
    }
    const { column: name, operator } = term.comparison;
    const column = findColumn(columns, name);
    if (column === undefined) return unknownColumn(name, term.at, columns);
    const passes = comparison(column, operator, term);
    if (typeof passes !== 'function') return passes;
    if (operator === '=') alternatives.set(column, [...(alternatives.get(column) ?? []), passes]);
    else all.push(passes);
  }
  for (const any of alternatives.values()) all.push((row) => any.some((passes) => passes(row)));
  return success((row) => all.every((passes) => passes(row)));
}

/** What a cell shows, and all of a text that is cut there. */
const cellTexts = <Row>({ kind, value, text }: ValueColumn<Row>, row: Row): string[] =>
  value(row) === null ? [] : [text(row), ...(kind === 'text' ? [String(value(row))] : [])];

function anyCell<Row>(columns: readonly ValueColumn<Row>[], word: string): Predicate<Row> {
  const wanted = word.toLowerCase();
  return (row) =>
    columns.some((column) => cellTexts(column, row).some((shown) => shown.toLowerCase().includes(wanted)));
}
