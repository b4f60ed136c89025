import { Box } from 'ink';
import { type Column, tableLines } from '../../report/table.ts';
import { Line, type PanelProps, Title } from './line.tsx';

export interface PanelTableProps<Row> extends PanelProps {
  readonly columns: readonly Column<Row>[];
  readonly rows: readonly Row[];
}

/** A table whose headings are the panel's title; rows that do not fit are left out. */
export function PanelTable<Row>({ columns, rows, width, height, theme }: PanelTableProps<Row>) {
  const shown = rows.slice(0, Math.max(0, height - 1));
  const [title, ...lines] = tableLines(columns, shown, { width, color: false, unicode: theme.unicode });
  return (
    <Box flexDirection="column">
      <Title text={title} width={width} theme={theme} />
      {lines.map((text, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a row is its place in the ranking
        <Line key={index} segments={[{ text }]} width={width} theme={theme} />
      ))}
    </Box>
  );
}
