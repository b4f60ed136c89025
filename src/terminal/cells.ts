import { graphemes, textLength } from '../report/format.ts';

/** One column of a painted line. */
export interface Cell {
  /** what stands there; '' for the second column of a wide character */
  readonly text: string;
  /** parameters of the colour sequence, '' for none */
  readonly style: string;
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: the colours of a painted line
const STYLE = /\u001b\[([\d;]*)m/;
const BLANK: Cell = { text: ' ', style: '' };

/** Unchanged columns between two changed ones that are cheaper to write again than to jump over. */
const SHORTEST_JUMP = 6;

/** Parameters that end others: bold and dim, inverse, the colour of the text, that of the background. */
const ends: Readonly<Record<string, RegExp>> = {
  '0': /./,
  '22': /^[12]$/,
  '27': /^7$/,
  '39': /^(3|9)\d/,
  '49': /^(4|10)\d/,
};

/** The style after a colour sequence. */
function styleAfter(style: string, parameters: string): string {
  let codes = style === '' ? [] : style.split(';');
  for (const code of parameters === '' ? ['0'] : parameters.split(';')) {
    const ended = ends[code];
    codes = codes.filter((each) => each !== code && ended?.test(each) !== true);
    if (ended === undefined) codes.push(code);
  }
  return codes.join(';');
}

/** The columns of a line as `paintLine` makes it, or Ink. */
function paintedCells(painted: string): readonly Cell[] {
  const cells: Cell[] = [];
  let style = '';
  for (const [index, part] of painted.split(STYLE).entries()) {
    if (index % 2 === 1) {
      style = styleAfter(style, part);
      continue;
    }
    for (const text of graphemes(part)) {
      cells.push({ text, style });
      for (let column = textLength(text); column > 1; column--) cells.push({ text: '', style });
    }
  }
  return cells;
}

const same = (a: Cell, b: Cell) => a.text === b.text && a.style === b.style;

interface ColumnRange {
  readonly start: number;
  readonly end: number;
}

/** Columns that differ, as ranges; no range begins or ends inside a wide character. */
function changedRuns(before: readonly Cell[], after: readonly Cell[]): readonly ColumnRange[] {
  const runs: ColumnRange[] = [];
  const width = Math.max(before.length, after.length);
  const at = (cells: readonly Cell[], column: number) => cells[column] ?? BLANK;
  const inside = (column: number) => at(before, column).text === '' || at(after, column).text === '';
  for (let column = 0; column < width; column++) {
    if (same(at(before, column), at(after, column))) continue;
    let start = column;
    while (start > 0 && inside(start)) start -= 1;
    let end = column + 1;
    while (end < width && inside(end)) end += 1;
    const last = runs.at(-1);
    if (last !== undefined && start - last.end < SHORTEST_JUMP) runs[runs.length - 1] = { start: last.start, end };
    else runs.push({ start, end });
    column = end - 1;
  }
  return runs;
}

function paintCells(cells: readonly Cell[]): string {
  let painted = '';
  let style = '';
  for (const cell of cells) {
    if (cell.style !== style) {
      painted += `${style === '' ? '' : '\u001b[0m'}${cell.style === '' ? '' : `\u001b[${cell.style}m`}`;
      style = cell.style;
    }
    painted += cell.text;
  }
  return style === '' ? painted : `${painted}\u001b[0m`;
}

/** What turns one painted line into another in the given row (from 1): cursor moves and the columns that changed. */
export function lineChanges(before: string, after: string, row: number): string {
  if (before === after) return '';
  const [old, next] = [paintedCells(before), paintedCells(after)];
  return changedRuns(old, next)
    .map(({ start, end }) => {
      const move = `\u001b[${row};${start + 1}H`;
      // What is past the end of the new line is erased and not written over with spaces.
      const rest = end > next.length ? '\u001b[K' : '';
      return move + paintCells(next.slice(start, Math.min(end, next.length))) + rest;
    })
    .join('');
}
