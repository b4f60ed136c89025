import { type Column, tableLines } from '../../report/table.ts';
import { type Line, type PanelSpace, titleLine } from '../lines.ts';

export interface PanelTableProps<Row> extends PanelSpace {
  readonly columns: readonly Column<Row>[];
  readonly rows: readonly Row[];
}

/** A table whose headings are the panel's title; rows that do not fit are left out. */
export function panelTable<Row>({ columns, rows, width, height, theme }: PanelTableProps<Row>): readonly Line[] {
  const shown = rows.slice(0, Math.max(0, height - 1));
  const [title, ...lines] = tableLines(columns, shown, { width, color: false, unicode: theme.unicode });
  return [titleLine(title, width, theme), ...lines.map((text): Line => [{ text }])];
}
