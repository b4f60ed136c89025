import { currentColumn } from './columns.ts';
import type { Command } from './keys.ts';
import { type Listing, type ListingQuery, type ListingWindow, type StudyRef, wholeListing } from './listing.ts';
import {
  type BrowserState,
  currentRow,
  type DetailLevel,
  type Level,
  type ListingLevel,
  levelOf,
  marksOf,
  studyOf,
  wholePicture,
} from './state.ts';

/** Lines around the rows of a table: crumbs, status, heading, notice, keys. */
const FRAME_LINES = 5;

/** Rows of a table that the screen shows. */
export const visibleRows = ({ rows }: Pick<BrowserState, 'rows'>): number => Math.max(1, rows - FRAME_LINES);

export const newListing = (
  listing: Listing,
  query: ListingQuery = wholeListing,
  key: string | null = null,
): ListingLevel => ({
  ...{ kind: 'listing', listing, query, key },
  ...{ index: 0, top: 0, columnIndex: 0, anchor: null },
  ...{ total: null, start: 0, rows: [], isStale: true, fault: null },
});

export const newDetail = (study: StudyRef, candidate: number): DetailLevel => ({
  ...{ kind: 'detail', study, candidate, tab: 'scatter', scroll: 0, viewport: wholePicture },
  ...{ facts: null, analysis: null, isStale: true, fault: null },
});

export const replaceLevel = (state: BrowserState, level: Level): BrowserState => ({
  ...state,
  levels: [...state.levels.slice(0, -1), level],
});

export const pushLevel = (state: BrowserState, level: Level): BrowserState => ({
  ...state,
  levels: [...state.levels, level],
});

/** The cursor on a row, which is then on the screen. */
function atRow(level: ListingLevel, index: number, visible: number): ListingLevel {
  const last = Math.max(0, (level.total ?? 1) - 1);
  const bounded = Math.min(last, Math.max(0, index));
  const top = Math.min(Math.max(level.top, bounded - visible + 1), bounded);
  const moved = { ...level, index: bounded, top: Math.max(0, top) };
  return { ...moved, key: currentRow(moved)?.key ?? null };
}

/** Other rows, or another order: from the first row on. */
export const withQuery = (level: ListingLevel, query: Partial<ListingQuery>): ListingLevel => ({
  ...level,
  query: { ...level.query, ...query },
  ...{ index: 0, top: 0, key: null, anchor: null, isStale: true, fault: null },
});

const moves: Partial<Record<Command, (level: ListingLevel, visible: number) => number>> = {
  up: ({ index }) => index - 1,
  down: ({ index }) => index + 1,
  'page-up': ({ index }, visible) => index - visible,
  'page-down': ({ index }, visible) => index + visible,
  first: () => 0,
  last: ({ total }) => (total ?? 1) - 1,
};

function sorted(state: BrowserState, level: ListingLevel, isMore: boolean): BrowserState {
  const column = currentColumn(state, level);
  if (column === null) return state;
  const { sort } = level.query;
  const had = sort.find((key) => key.column === column.name);
  const key = { column: column.name, reversed: had === undefined ? false : !had.reversed };
  const others = sort.filter(({ column: name }) => name !== column.name);
  const changed =
    had === undefined || !isMore ? [...(isMore ? others : []), key] : sort.map((each) => (each === had ? key : each));
  return replaceLevel(state, withQuery(level, { sort: changed }));
}

function opened(state: BrowserState, level: ListingLevel): BrowserState {
  const row = currentRow(level);
  if (row === null) return state;
  const { listing } = level;
  if (listing.kind === 'studies') {
    const study = { id: Number(row.key), name: row.cells.study };
    return pushLevel(state, newListing({ kind: 'families', study }));
  }
  if (listing.kind === 'families') {
    const family = row.key === '' ? null : row.cells.family;
    return pushLevel(state, newListing({ kind: 'candidates', study: listing.study, family }));
  }
  return pushLevel(state, newDetail(listing.study, Number(row.key)));
}

const TROUBLED = 'state=failed state=diverged state=stopped';

/** The filter with the condition, or without it where it has it. */
function withTroubled(filter: string): string {
  return filter.includes(TROUBLED) ? filter.replace(TROUBLED, '').trim() : `${filter} ${TROUBLED}`.trim();
}

function withMarks(state: BrowserState, study: StudyRef, marks: readonly string[]): BrowserState {
  return { ...state, marks: new Map(state.marks).set(study.id, marks) };
}

/** Marks a candidate, or takes its mark away. */
export function toggleMark(state: BrowserState, study: StudyRef, key: string): BrowserState {
  const marks = marksOf(state, study);
  return withMarks(state, study, marks.includes(key) ? marks.filter((each) => each !== key) : [...marks, key]);
}

/** Marks these too. */
export const addMarks = (state: BrowserState, study: StudyRef, keys: readonly string[]): BrowserState =>
  withMarks(state, study, [...new Set([...marksOf(state, study), ...keys])]);

export const unmarkAll = (state: BrowserState, level: Level): BrowserState => {
  const study = studyOf(level);
  return study === null ? state : withMarks(state, study, []);
};

function range(state: BrowserState, level: ListingLevel): BrowserState {
  if (level.anchor === null) return replaceLevel(state, { ...level, anchor: level.index });
  const [from, to] = [level.anchor, level.index].sort((a, b) => a - b);
  const { listing, query } = level;
  return { ...replaceLevel(state, { ...level, anchor: null }), pendingRange: { listing, query, from, to } };
}

function mark(state: BrowserState, level: ListingLevel): BrowserState {
  const row = currentRow(level);
  const study = studyOf(level);
  if (row === null || study === null) return state;
  if (level.anchor !== null) return range(state, level);
  return replaceLevel(toggleMark(state, study, row.key), atRow(level, level.index + 1, visibleRows(state)));
}

function sideways(state: BrowserState, level: ListingLevel, by: number, columns: number): BrowserState {
  const columnIndex = Math.min(columns - 1, Math.max(0, level.columnIndex + by));
  return replaceLevel(state, { ...level, columnIndex });
}

/** A command for the table that is shown; the same state where it means nothing there. @param columns how many are shown */
export function reduceListing(
  state: BrowserState,
  level: ListingLevel,
  command: Command,
  columns: number,
): BrowserState {
  const move = moves[command];
  if (move !== undefined) {
    const visible = visibleRows(state);
    return replaceLevel(state, atRow(level, move(level, visible), visible));
  }
  switch (command) {
    case 'left':
      return sideways(state, level, -1, columns);
    case 'right':
      return sideways(state, level, 1, columns);
    case 'open':
      return opened(state, level);
    case 'sort-by':
      return sorted(state, level, false);
    case 'sort-then-by':
      return sorted(state, level, true);
    case 'troubled':
      return replaceLevel(state, withQuery(level, { filter: withTroubled(level.query.filter) }));
    case 'clear':
      return replaceLevel(state, { ...withQuery(level, wholeListing), key: level.key, index: level.index });
    case 'mark':
      return mark(state, level);
    case 'range':
      return range(state, level);
    default:
      return state;
  }
}

/** Rows that came for the table that is shown: the cursor stays on its row, and the row where it is on the screen. */
export function receiveRows(level: ListingLevel, window: ListingWindow, visible: number): ListingLevel {
  const { total, start, rows, at } = window;
  const offset = level.index - level.top;
  const index = at ?? level.index;
  const bounded = Math.min(Math.max(0, total - 1), Math.max(0, index));
  const top = Math.max(0, Math.min(bounded - Math.min(offset, visible - 1), total - visible));
  const next = { ...level, total, start, rows, index: bounded, top, isStale: false, fault: null };
  return { ...next, key: currentRow(next)?.key ?? null };
}

/** Whether rows that the screen shows are not here. */
export function lacksRows({ total, start, rows, top }: ListingLevel, visible: number): boolean {
  if (total === null) return true;
  return top < start || Math.min(total, top + visible) > start + rows.length;
}

/** Whether the next page would lack rows: they are read before somebody goes there. */
export function isNearEdge({ total, start, rows, top }: ListingLevel, visible: number): boolean {
  const end = start + rows.length;
  return (start > 0 && top - visible < start) || (end < (total ?? 0) && top + 2 * visible > end);
}

export const isListing = (level: Level): level is ListingLevel => level.kind === 'listing';

/** The table below a detail or a comparison; null where there is none. */
export function listingBelow(state: BrowserState): ListingLevel | null {
  const level = levelOf(state);
  const below = level.kind === 'listing' ? level : state.levels.findLast(isListing);
  return below ?? null;
}
