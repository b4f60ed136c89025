import { printable, textLength } from '../../../report/format.ts';
import type { Line } from '../../lines.ts';
import type { Theme } from '../../theme.ts';
import { cell } from '../cells.ts';
import { currentColumn, shownColumns } from '../columns.ts';
import type { ListingColumn, ListingQuery } from '../listing.ts';
import { sortText } from '../listing.ts';
import { visibleRows } from '../reduce-listing.ts';
import { type BrowserState, type ListingLevel, marksOf, studyOf } from '../state.ts';

const GAP = 2;

/** A column of text is at most this wide. */
const WIDEST = 40;

/** Cursor and mark before every row. */
const SIGNS_WIDTH = 3;

interface PlacedColumn {
  readonly column: ListingColumn;
  readonly title: string;
  readonly width: number;
}

/** The title with what is sorted by, and brackets where the cursor is. */
function titleOf(column: ListingColumn, { sort }: ListingQuery, isCurrent: boolean, { unicode }: Theme): string {
  const place = sort.findIndex((key) => key.column === column.name);
  const isDown = place >= 0 && (column.first === 'high') !== sort[place].reversed;
  const [down, up] = unicode ? ['▾', '▴'] : ['v', '^'];
  const arrow = place < 0 ? '' : ` ${isDown ? down : up}${sort.length > 1 ? place + 1 : ''}`;
  const title = unicode ? column.title : column.title.replace('±', '+/-');
  return isCurrent ? `[${title}${arrow}]` : title + arrow;
}

/** Columns that fit beside the first one, from such a one on that the current one is among them. */
function placed(all: readonly PlacedColumn[], current: number, width: number): readonly PlacedColumn[] {
  const [first, ...others] = all;
  if (first === undefined) return [];
  for (let from = 0; ; from++) {
    const fitting: PlacedColumn[] = [first];
    let used = SIGNS_WIDTH + first.width;
    for (const each of others.slice(from)) {
      if (used + GAP + each.width > width) break;
      used += GAP + each.width;
      fitting.push(each);
    }
    if (from >= current - 1 || fitting.length - 2 + from >= current - 1) return fitting;
  }
}

function columnsPlaced(state: BrowserState, level: ListingLevel, width: number, theme: Theme): readonly PlacedColumn[] {
  const shown = shownColumns(state, level.listing);
  const current = currentColumn(state, level);
  const measured = shown.map((column) => {
    const title = titleOf(column, level.query, column === current, theme);
    const cells = level.rows.reduce(
      (most, row) => Math.max(most, textLength(printable(row.cells[column.name] ?? '', theme.unicode))),
      0,
    );
    return { column, title, width: Math.max(textLength(title), Math.min(WIDEST, cells)) };
  });
  return placed(measured, Math.min(level.columnIndex, shown.length - 1), width);
}

function heading(columns: readonly PlacedColumn[], theme: Theme): Line {
  const text = columns.map(({ title, width, column }) => cell(title, width, column.align, theme)).join(' '.repeat(GAP));
  return [{ text: ' '.repeat(SIGNS_WIDTH) + text, tone: 'title' }];
}

interface RowPlace {
  readonly index: number;
  readonly isMarked: boolean;
}

function isInRange({ anchor, index: cursor }: ListingLevel, index: number): boolean {
  return anchor !== null && index >= Math.min(anchor, cursor) && index <= Math.max(anchor, cursor);
}

function rowLine(level: ListingLevel, columns: readonly PlacedColumn[], place: RowPlace, theme: Theme): Line {
  const row = level.rows[place.index - level.start];
  const isCurrent = place.index === level.index;
  const [cursor, mark, ranged] = theme.unicode ? ['▸', '●', '○'] : ['>', '*', 'o'];
  const sign = place.isMarked ? mark : isInRange(level, place.index) ? ranged : ' ';
  const signs = `${isCurrent ? cursor : ' '}${sign} `;
  if (row === undefined)
    return [
      { text: signs, inverse: isCurrent },
      { text: theme.unicode ? '…' : '...', tone: 'quiet' },
    ];
  const text = columns
    .map(({ column, width }) => cell(row.cells[column.name] ?? '', width, column.align, theme))
    .join(' '.repeat(GAP));
  return [{ text: signs + text, inverse: isCurrent, ...(row.state === 'troubled' ? { tone: 'alert' as const } : {}) }];
}

const emptyText = (level: ListingLevel): string => {
  if (level.fault !== null) return level.fault;
  if (level.total === null) return 'reading';
  const { filter, find } = level.query;
  if (filter !== '' || find !== '') return 'No row passes. Press u for all rows again.';
  return level.listing.kind === 'studies' ? 'There is no study yet.' : 'There is no candidate yet.';
};

/** A table: its heading and the rows that fit, `height` lines in all; the row under the cursor is among them. */
export function listingLines(state: BrowserState, level: ListingLevel, height: number, theme: Theme): readonly Line[] {
  const visible = Math.max(1, Math.min(visibleRows(state), height - 1));
  const top = Math.max(level.top, level.index - visible + 1);
  const columns = columnsPlaced(state, level, state.columns, theme);
  const marks = new Set(marksOf(state, studyOf(level)));
  const count = Math.min(visible, Math.max(0, (level.total ?? 0) - top));
  const isMarkable = level.listing.kind === 'candidates';
  const rows = Array.from({ length: count }, (_, at) => {
    const index = top + at;
    const key = level.rows[index - level.start]?.key;
    return rowLine(level, columns, { index, isMarked: isMarkable && key !== undefined && marks.has(key) }, theme);
  });
  const body =
    count === 0 || level.fault !== null
      ? [[{ text: emptyText(level), tone: level.fault === null ? 'quiet' : 'alert' } as const]]
      : rows;
  return [heading(columns, theme), ...body];
}

/** Where the cursor is; rows of an earlier query stay on the screen while others are read. */
function placeText({ total, index, key, isStale }: ListingLevel): string {
  if (total === null) return '';
  if (isStale && key === null) return 'reading';
  return total === 0 ? '0 rows' : `${index + 1} of ${total}`;
}

/** "17 of 100000, sorted by accuracy, filter …": what the table is. */
export function listingStatus(state: BrowserState, level: ListingLevel, theme: Theme): Line {
  const { sort, filter, find } = level.query;
  const separator = theme.unicode ? ' · ' : ' | ';
  const marks = marksOf(state, studyOf(level)).length;
  const parts = [
    placeText(level),
    ...(filter === '' ? [] : [`filter: ${filter}`]),
    ...(find === '' ? [] : [`find: /${find}`]),
    ...(sort.length === 0 ? [] : [`sorted by ${sortText(sort)}`]),
    ...(marks === 0 || level.listing.kind !== 'candidates' ? [] : [`${marks} marked`]),
    ...(level.anchor === null ? [] : ['v again marks the range']),
    ...(level.listing.kind === 'candidates' ? trainedText(state, level) : []),
  ];
  return [{ text: parts.filter((part) => part !== '').join(separator), tone: 'quiet' }];
}

function trainedText(state: BrowserState, level: ListingLevel): string[] {
  const study = studyOf(level);
  const trained = study === null ? '' : (state.infos.get(study.id)?.trained ?? '');
  return trained === '' ? [] : [trained];
}
