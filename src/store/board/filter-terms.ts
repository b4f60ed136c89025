import { type Failure, type Success, success } from '../../base/failure.ts';

const operators = ['>=', '<=', '!=', '=', '>', '<'] as const;
export type FilterOperator = (typeof operators)[number];

/** One condition, as it was typed. */
export interface FilterTerm {
  /** where it begins, counted from 1 */
  readonly at: number;
  /** null for a bare word, which may be in any cell */
  readonly comparison: { readonly column: string; readonly operator: FilterOperator } | null;
  readonly value: string;
  /** of a bare word: rows in which it stands are left out ("!word") */
  readonly excluded: boolean;
}

export interface FilterFault extends Failure {
  readonly reason: 'bad-filter';
  /** the character that it is about, counted from 1 */
  readonly at: number;
}

const GRAMMAR =
  'Give conditions such as scatter>0.9 strategy=anneal accuracy>=60%, with spaces or commas between (= != > >= < <=), or words to look for in any cell (!word: in none); quotes keep a name with spaces together.';

/** @param at the character that it is about, counted from 1 */
export function filterFault(at: number, what: string, nextStep = GRAMMAR): FilterFault {
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
/** "!" alone begins the next term. */
const OPERATOR = /\s*(?:[<>=!]*[<>=])\s*/y;

function readTerm(reader: Reader): FilterTerm | FilterFault {
  const at = reader.at + 1;
  if (reader.next === '"' || reader.next === "'") {
    const rest = reader.take(/"[^"]*$|'[^']*$/y);
    if (rest !== null) return filterFault(at, 'a quote is opened and never closed');
  }
  const excluded = reader.take(/!(?![=!<>])/y) !== null;
  const name = reader.word(NAME);
  if (name === null) return filterFault(at, `expected the name of a column or a word; got "${reader.next}"`);
  const operatorAt = reader.at;
  const typed = reader.take(OPERATOR)?.trim();
  if (typed === undefined) return { at, comparison: null, value: name, excluded };
  if (excluded) return filterFault(at, `"!" leaves out rows with a word, and "${name}" is compared; expected !=`);
  const operator = operators.find((known) => known === typed);
  if (operator === undefined) {
    return filterFault(
      operatorAt + 1,
      `"${typed}" is no comparison; expected one of ${operators.toReversed().join(' ')}`,
    );
  }
  const value = reader.word(VALUE);
  if (value === null) return filterFault(reader.at + 1, `"${name}${operator}" lacks a value`);
  return { at, comparison: { column: name, operator }, value, excluded: false };
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
      return filterFault(reader.at + 1, `expected a space or a comma; got "${reader.next}"`);
    }
  }
  return success(terms);
}
