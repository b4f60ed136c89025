import { parse } from 'csv-parse/sync';
import { max, min } from 'simple-statistics';
import { failure, type Outcome, success } from '../base/failure.ts';
import type { Accuracy } from './observation.ts';

/** A table of patterns that others trained: one row a pattern. */
export interface TrainedTable {
  readonly columns: readonly string[];
  /** `accuracy1 … accuracyK`, as many as there are */
  readonly seeds: number;
  readonly rows: readonly TableRow[];
}

interface TableRow {
  /** line of the file, the header being 1 */
  readonly line: number;
  readonly cells: Readonly<Record<string, string>>;
  readonly accuracies: readonly Accuracy[];
}

const refuse = (message: string, nextStep: string) => failure('bad-table', message, nextStep);

const LAYOUT =
  'A table has a header, one row a pattern, columns accuracy1, accuracy2, … (one a seed, fractions) and columns of numbers to judge.';

/** How tables write that there is nothing. */
const isMissing = (text: string): boolean => /^(nan|na|null|none)?$/i.test(text.trim());

/** "0.91" → 0.91, "" → null, "diverged"; undefined for anything else */
function accuracyOf(text: string): Accuracy | undefined {
  const trimmed = text.trim();
  if (isMissing(trimmed)) return null;
  if (/^diverged$/i.test(trimmed)) return 'diverged';
  const value = Number(trimmed);
  return Number.isFinite(value) ? value : undefined;
}

/** `accuracy1`, `accuracy2`, … in order of their numbers, which must run from 1 without a gap. */
function accuracyColumns(columns: readonly string[]): Outcome<readonly string[]> {
  const numbered = columns.flatMap((name) => {
    const match = /^accuracy_?(\d+)$/i.exec(name);
    return match === null ? [] : [{ name, number: Number(match[1]) }];
  });
  if (numbered.length === 0) {
    const single = columns.find((name) => /^accuracy$/i.test(name));
    if (single !== undefined) return success([single]);
    return refuse(`it has no column accuracy1 (columns: ${columns.slice(0, 12).join(', ')})`, LAYOUT);
  }
  const sorted = numbered.sort((a, b) => a.number - b.number);
  const gap = sorted.findIndex(({ number }, index) => number !== index + 1);
  if (gap < 0) return success(sorted.map(({ name }) => name));
  return refuse(`its accuracy columns must run from accuracy1 without a gap; accuracy${gap + 1} is missing`, LAYOUT);
}

function records(text: string): Outcome<readonly (readonly string[])[]> {
  try {
    return success(parse(text, { bom: true, skip_empty_lines: true, trim: true, relax_column_count: false }));
  } catch (error) {
    return refuse(`it is not comma-separated values (${(error as Error).message})`, LAYOUT);
  }
}

/** Reads a table. Failure 'bad-table', naming line and column of what is wrong. */
export function readTrainedTable(text: string): Outcome<TrainedTable> {
  const header = text.slice(0, text.search(/\r|\n|$/));
  if (!header.includes(',') && /[;\t]/.test(header)) {
    const between = header.includes(';') ? 'semicolons' : 'tabs';
    return refuse(`its columns stand between ${between}`, 'Save it with commas between columns and points in numbers.');
  }
  const lines = records(text);
  if (!lines.ok) return lines;
  const [columns, ...body] = lines.value;
  if (columns === undefined || body.length === 0) return refuse('it has no rows', LAYOUT);
  const twice = columns.find((name, index) => columns.indexOf(name) !== index);
  if (twice !== undefined) return refuse(`it has the column "${twice}" twice`, 'Give every column a name of its own.');
  const accuracies = accuracyColumns(columns);
  if (!accuracies.ok) return accuracies;
  const rows: TableRow[] = [];
  for (const [index, record] of body.entries()) {
    const cells = Object.fromEntries(columns.map((name, column) => [name, record[column]]));
    const own: Accuracy[] = [];
    for (const name of accuracies.value) {
      const accuracy = accuracyOf(cells[name]);
      if (accuracy === undefined) {
        return refuse(
          `line ${index + 2} has "${cells[name].slice(0, 40)}" in column ${name}; expected a fraction such as 0.91, "diverged" or nothing`,
          LAYOUT,
        );
      }
      own.push(accuracy);
    }
    rows.push({ line: index + 2, cells, accuracies: own });
  }
  const known = rows.flatMap(({ accuracies: own }) => own.filter((value) => typeof value === 'number')).concat(0);
  const { low, high } = rangeOf(known);
  if (high > 1) return refuse(`an accuracy of ${high} is no fraction from 0 to 1`, 'Divide percentages by 100.');
  if (low < 0) return refuse(`an accuracy of ${low} is no fraction from 0 to 1`, LAYOUT);
  return success({ columns, seeds: accuracies.value.length, rows });
}

/** Columns in which every cell is a number or missing, and one at least a number; accuracies left out. */
export function proxyColumns({ columns, rows }: TrainedTable): string[] {
  return columns.filter((name) => {
    if (/^accuracy_?\d*$/i.test(name)) return false;
    const filled = rows.flatMap(({ cells }) => (isMissing(cells[name]) ? [] : [cells[name]]));
    return filled.length > 0 && filled.every((cell) => Number.isFinite(Number(cell)));
  });
}

/** Numbers of a column; null for a missing one. @returns Failure 'bad-table' for a column that is not there, or not of numbers */
export function numericColumn(table: TrainedTable, name: string): Outcome<readonly (number | null)[]> {
  const known = proxyColumns(table);
  if (!table.columns.includes(name)) {
    return refuse(`it has no column "${name}"`, `Columns of numbers: ${known.join(', ') || 'none'}.`);
  }
  if (!known.includes(name)) {
    const row = table.rows.find(({ cells }) => !isMissing(cells[name]) && !Number.isFinite(Number(cells[name])));
    const what = row === undefined ? 'is empty' : `has "${row.cells[name].slice(0, 40)}" in line ${row.line}`;
    return refuse(`its column ${name} ${what}; expected numbers`, `Columns of numbers: ${known.join(', ') || 'none'}.`);
  }
  return success(table.rows.map(({ cells }) => (isMissing(cells[name]) ? null : Number(cells[name]))));
}

/** Lowest and highest of a column. */
export const rangeOf = (values: readonly number[]): { readonly low: number; readonly high: number } => ({
  low: min([...values]),
  high: max([...values]),
});
