import { textLength } from '../../../report/format.ts';
import type { Line } from '../../lines.ts';
import type { Theme } from '../../theme.ts';
import { cell } from '../cells.ts';

/** A table as wide as its cells: a heading and a line a row. */
export function simpleTable(
  titles: readonly string[],
  rows: readonly (readonly string[])[],
  aligns: readonly ('left' | 'right')[],
  theme: Theme,
): readonly Line[] {
  const widths = titles.map((title, column) =>
    rows.reduce((most, row) => Math.max(most, textLength(row[column])), textLength(title)),
  );
  const line = (cells: readonly string[]) =>
    cells.map((text, column) => cell(text, widths[column], aligns[column], theme)).join('  ');
  return [[{ text: line(titles), tone: 'title' }], ...rows.map((row): Line => [{ text: line(row) }])];
}
