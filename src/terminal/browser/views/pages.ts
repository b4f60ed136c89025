import { helpLines } from '../../keys/key-table.ts';
import type { Line } from '../../lines.ts';
import type { Theme } from '../../theme.ts';
import { keysOf, viewName, viewTitles } from '../keys.ts';
import { type BrowserState, type CompareLevel, type DetailLevel, levelOf } from '../state.ts';
import { compareLines } from './compare-view.ts';
import { detailLines, type PageSize } from './detail-view.ts';

/** Lines of a page under its tabs where one line of keys and one of notices are below it. */
export const pageHeight = ({ rows }: Pick<BrowserState, 'rows'>): number => Math.max(1, rows - 4);

/** A page of a candidate or a comparison, all its lines. */
export const levelLines = (level: DetailLevel | CompareLevel, size: PageSize): readonly Line[] =>
  level.kind === 'detail' ? detailLines(level, size) : compareLines(level, size);

/** All lines of the help of the view that is shown. */
export function helpPage(state: BrowserState, theme: Theme): readonly Line[] {
  const view = viewName(levelOf(state));
  return helpLines(viewTitles[view], keysOf(view), state.columns, theme);
}

/** How many lines there are depends on no theme. */
const ANY_THEME: Theme = { color: false, unicode: true };

/** How far a page can be scrolled: its last line is then the last one shown. */
export function mostScroll(state: BrowserState, level: DetailLevel | CompareLevel): number {
  const height = pageHeight(state);
  const lines = levelLines(level, { width: state.columns, height, theme: ANY_THEME });
  return Math.max(0, lines.length - height);
}

/** How far the help can be scrolled. */
export const mostHelpScroll = (state: BrowserState): number =>
  Math.max(0, helpPage(state, ANY_THEME).length - pageHeight(state) - 1);
