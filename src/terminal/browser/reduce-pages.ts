import type { Command } from './keys.ts';
import { mostZoom } from './picture.ts';
import { picturesOf } from './pictures.ts';
import { replaceLevel } from './reduce-listing.ts';
import {
  type BrowserState,
  type CompareLevel,
  compareTabs,
  type DetailLevel,
  detailTabs,
  type Viewport,
} from './state.ts';
import { mostScroll, pageHeight } from './views/pages.ts';

/** The tab after or before; the first after the last. */
function neighbourOf<Tab>(tabs: readonly Tab[], tab: Tab, by: number): Tab {
  return tabs[(tabs.indexOf(tab) + by + tabs.length) % tabs.length];
}

function turned(level: DetailLevel | CompareLevel, by: number): DetailLevel | CompareLevel {
  return level.kind === 'detail'
    ? { ...level, tab: neighbourOf(detailTabs, level.tab, by), scroll: 0 }
    : { ...level, tab: neighbourOf(compareTabs, level.tab, by), scroll: 0 };
}

/** Part of what is shown that one step moves by. */
const STEP = 0.25;

function movedView(viewport: Viewport, x: number, y: number): Viewport {
  const step = STEP / 2 ** viewport.zoom;
  const half = 0.5 / 2 ** viewport.zoom;
  const inside = (middle: number) => Math.min(1 - half, Math.max(half, middle));
  return { ...viewport, x: inside(viewport.x + x * step), y: inside(viewport.y + y * step) };
}

function zoomed(level: DetailLevel | CompareLevel, by: number): Viewport {
  const { viewport } = level;
  const pictures = picturesOf(level);
  const picture = pictures[viewport.picture % Math.max(1, pictures.length)];
  const most = picture === undefined ? 0 : mostZoom(picture);
  return movedView({ ...viewport, zoom: Math.min(most, Math.max(0, viewport.zoom + by)) }, 0, 0);
}

function anotherPicture(level: DetailLevel | CompareLevel, by: number): Viewport {
  const pictures = picturesOf(level).length;
  const picture = pictures === 0 ? 0 : (level.viewport.picture + by + pictures) % pictures;
  return { picture, zoom: 0, x: 0.5, y: 0.5 };
}

const directions: Partial<Record<Command, readonly [x: number, y: number]>> = {
  left: [-1, 0],
  right: [1, 0],
  up: [0, -1],
  down: [0, 1],
  'page-up': [0, -4],
  'page-down': [0, 4],
};

function inPicture(level: DetailLevel | CompareLevel, command: Command): Viewport | null {
  const direction = directions[command];
  if (direction !== undefined) return movedView(level.viewport, ...direction);
  if (command === 'zoom-in') return zoomed(level, 1);
  if (command === 'zoom-out') return zoomed(level, -1);
  if (command === 'next-picture') return anotherPicture(level, 1);
  return command === 'previous-picture' ? anotherPicture(level, -1) : null;
}

/** Where a page is scrolled to, of `most` lines at most; null: the command scrolls nothing. */
function scrolled(from: number, command: Command, page: number, most: number): number | null {
  switch (command) {
    case 'up':
      return from - 1;
    case 'down':
      return from + 1;
    case 'page-up':
      return from - page;
    case 'page-down':
      return from + page;
    case 'first':
      return 0;
    case 'last':
      return most;
    default:
      return null;
  }
}

/** The other candidate that the first is held against. */
function others(level: CompareLevel, by: number): CompareLevel {
  return {
    ...level,
    other: Math.min(level.candidates.length - 1, Math.max(1, level.other + by)),
    viewport: level.viewport,
  };
}

/** A command for a detail or a comparison. */
export function reducePages(state: BrowserState, level: DetailLevel | CompareLevel, command: Command): BrowserState {
  if (command === 'next-tab') return replaceLevel(state, turned(level, 1));
  if (command === 'previous-tab') return replaceLevel(state, turned(level, -1));
  if (level.kind === 'compare') {
    const isEdges = level.tab === 'edges';
    const forward = command === 'next-candidate' || (!isEdges && command === 'right');
    const backward = command === 'previous-candidate' || (!isEdges && command === 'left');
    if (forward || backward) return replaceLevel(state, others(level, forward ? 1 : -1));
  }
  if (level.tab === 'pictures' || level.tab === 'edges') {
    const viewport = inPicture(level, command);
    return viewport === null ? state : replaceLevel(state, { ...level, viewport });
  }
  const most = mostScroll(state, level);
  // A larger screen, or fewer lines, may have left less to scroll.
  const scroll = scrolled(Math.min(most, level.scroll), command, pageHeight(state), most);
  return scroll === null ? state : replaceLevel(state, { ...level, scroll: Math.min(most, Math.max(0, scroll)) });
}
