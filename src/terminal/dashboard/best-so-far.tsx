import { Box } from 'ink';
import { fraction, textLength } from '../../report/format.ts';
import type { BestCandidate } from '../dashboard-state.ts';
import { bar } from '../sparkline.ts';
import { glyphs, type Theme } from '../theme.ts';
import { Line, type PanelProps, Title } from './line.tsx';

export interface BestSoFarProps extends PanelProps {
  readonly best: BestCandidate;
  readonly entryKeys: readonly string[];
}

/** Two entries, forward and backward of one span, stand side by side from this width on. */
const PAIR_WIDTH = 60;
const LONGEST_BAR = 24;
const GAP = 3;

/** Lines that the panel would like. */
export function bestSoFarHeight(best: BestCandidate, width: number): number {
  const entries = best.vector?.length ?? 0;
  return 1 + (width >= PAIR_WIDTH ? Math.ceil(entries / 2) : entries);
}

interface Cell {
  readonly key: string;
  readonly value: number;
  /** it is the entry that sets S */
  readonly least: boolean;
}

function cellText({ key, value, least }: Cell, keyWidth: number, width: number, theme: Theme): string {
  const text = `${key.padEnd(keyWidth)}  ${fraction(value)} `;
  const mark = ` ${glyphs(theme).least} S`;
  const room = Math.min(LONGEST_BAR, width - textLength(text) - textLength(mark));
  const drawn = room >= 4 ? bar(value, room, theme) : '';
  return `${text}${drawn}${least ? mark : ''}`.padEnd(width);
}

function cellsOf(best: BestCandidate, entryKeys: readonly string[]): Cell[] {
  const values = best.vector ?? [];
  const lowest = values.reduce((a, b) => Math.min(a, b), 1);
  return values.map((value, index) => ({
    key: entryKeys[index] ?? `entry ${index + 1}`,
    value,
    least: value === lowest,
  }));
}

/** The best candidate and the entries of its scatter vector; the lowest, which is S, is marked. */
export function BestSoFar({ best, entryKeys, width, height, theme }: BestSoFarProps) {
  const cells = cellsOf(best, entryKeys);
  const perRow = width >= PAIR_WIDTH ? 2 : 1;
  const cellWidth = Math.floor((width - GAP * (perRow - 1)) / perRow);
  const keyWidth = Math.max(0, ...cells.map(({ key }) => textLength(key)));
  const rows = Array.from({ length: Math.ceil(cells.length / perRow) }, (_, row) =>
    cells
      .slice(row * perRow, (row + 1) * perRow)
      .map((cell) => cellText(cell, keyWidth, cellWidth, theme))
      .join(' '.repeat(GAP)),
  );
  return (
    <Box flexDirection="column">
      <Title
        text={`Best so far: S ${fraction(best.scatter)}, #${best.number} ${best.strategy}`}
        width={width}
        theme={theme}
      />
      {rows.slice(0, Math.max(0, height - 1)).map((text) => (
        <Line key={text} segments={[{ text: text.trimEnd() }]} width={width} theme={theme} />
      ))}
    </Box>
  );
}
