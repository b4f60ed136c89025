import { fitted, heading, printable, type TextOptions, textLength, truncate } from './format.ts';

export interface Column<Row> {
  readonly title: string;
  readonly align: 'left' | 'right';
  /** columns with the highest priority number are dropped first, together; 0 always stays */
  readonly priority: number;
  /** may be cut down to this many columns before another column is dropped; default: never cut */
  readonly least?: number;
  text(row: Row): string;
}

const GAP = 2;

/** Most bytes of a cell. */
const MOST_CELL = 400;

interface MeasuredColumn<Row> {
  readonly column: Column<Row>;
  readonly width: number;
}

const tableWidth = (columns: readonly { readonly width: number }[]) =>
  columns.reduce((sum, column) => sum + column.width, 0) + GAP * Math.max(0, columns.length - 1);

/**
 * Cuts the columns that may be cut, the one with most to give first, until the table fits or none is left to cut.
 * Only columns that are no more important than `priority`: none is cut to save a lesser one.
 */
function shrink<Row>(
  columns: readonly MeasuredColumn<Row>[],
  width: number,
  priority: number,
): readonly MeasuredColumn<Row>[] {
  let shrunk = columns;
  for (;;) {
    const excess = tableWidth(shrunk) - width;
    if (excess <= 0) return shrunk;
    const slack = shrunk.map(({ column, width: wide }) =>
      column.priority < priority ? 0 : wide - (column.least ?? wide),
    );
    const most = Math.max(...slack);
    if (most <= 0) return shrunk;
    const index = slack.indexOf(most);
    shrunk = shrunk.with(index, { ...shrunk[index], width: shrunk[index].width - Math.min(excess, most) });
  }
}

function fitColumns<Row>(columns: readonly MeasuredColumn<Row>[], width: number): readonly MeasuredColumn<Row>[] {
  let kept = columns;
  for (;;) {
    const highest = Math.max(...kept.map(({ column }) => column.priority));
    const shrunk = shrink(kept, width, highest);
    if (tableWidth(shrunk) <= width) return shrunk;
    if (highest === 0) return shrunk;
    kept = kept.filter(({ column }) => column.priority < highest);
  }
}

/**
 * Lines of a table no wider than `width`: the heading, then one line a row, with every cell made printable. Columns are cut where
 * they allow it, then dropped by priority; a line that still does not fit is truncated.
 * @param rows gone through twice, first for the widths: they may be made on the way, and are never held
 */
export function* eachTableLine<Row>(
  columns: readonly Column<Row>[],
  rows: Iterable<Row>,
  { width: room, unicode, color }: TextOptions,
): Generator<string, void> {
  const shown = (text: string) => printable(text, unicode, MOST_CELL);
  const titles = columns.map((column) => ({ ...column, title: shown(column.title) }));
  const widths = titles.map(({ title }) => textLength(title));
  for (const row of rows) {
    for (const [index, column] of columns.entries()) {
      widths[index] = Math.max(widths[index], textLength(shown(column.text(row))));
    }
  }
  const measured = titles.map((column, index) => ({ column, width: widths[index] }));
  const columnsShown = fitColumns(measured, room);
  const line = (texts: readonly string[]) => {
    const cells = columnsShown.map(({ column, width }, index) => fitted(texts[index], width, column.align, unicode));
    return truncate(cells.join(' '.repeat(GAP)).trimEnd(), room, unicode);
  };
  yield heading(line(columnsShown.map(({ column }) => column.title)), color);
  for (const row of rows) yield line(columnsShown.map(({ column }) => shown(column.text(row))));
}

/** The same at once. */
export const tableLines = <Row>(
  columns: readonly Column<Row>[],
  rows: readonly Row[],
  options: TextOptions,
): readonly string[] => [...eachTableLine(columns, rows, options)];
