import { type KeyBinding, type KeyTable, keyLabel } from '../keys/key-table.ts';
import type { Level } from './state.ts';

/** What a key asks for. */
export type Command =
  | 'up'
  | 'down'
  | 'page-up'
  | 'page-down'
  | 'first'
  | 'last'
  | 'left'
  | 'right'
  | 'open'
  | 'back'
  | 'find'
  | 'filter'
  | 'sort-by'
  | 'sort-then-by'
  | 'sort-keys'
  | 'troubled'
  | 'clear'
  | 'columns'
  | 'mark'
  | 'range'
  | 'unmark-all'
  | 'compare'
  | 'next-tab'
  | 'previous-tab'
  | 'next-picture'
  | 'previous-picture'
  | 'zoom-in'
  | 'zoom-out'
  | 'next-candidate'
  | 'previous-candidate'
  | 'export'
  | 'train'
  | 'report'
  | 'copy-command'
  | 'copy-snippet'
  | 'copy-fingerprint'
  | 'copy-table'
  | 'help'
  | 'leave';

/** Where a key means something. */
export type ViewName = 'studies' | 'families' | 'candidates' | 'detail' | 'pictures' | 'compare' | 'edges';

const listings: readonly ViewName[] = ['studies', 'families', 'candidates'];
const grouped: readonly ViewName[] = ['studies', 'families'];
const pictured: readonly ViewName[] = ['pictures', 'edges'];
const tabbed: readonly ViewName[] = ['detail', 'pictures', 'compare', 'edges'];
const single: readonly ViewName[] = ['candidates', 'detail', 'pictures'];
const candidates: readonly ViewName[] = ['candidates', 'detail', 'pictures', 'compare', 'edges'];

export interface BrowserBinding extends KeyBinding<Command> {
  /** absent: everywhere */
  readonly views?: readonly ViewName[];
}

const otherThan = (...left: readonly ViewName[]): readonly ViewName[] =>
  [...listings, ...tabbed].filter((view) => !left.includes(view));

/** Every key of the browser: what it does, and what the help says of it. */
export const browserKeys: readonly BrowserBinding[] = [
  { keys: ['?'], command: 'help', help: 'the keys of this view', brief: 'keys' },
  { keys: ['q', 'ctrl-c'], command: 'leave', help: 'leave the browser', brief: 'quit' },
  { keys: ['enter'], command: 'open', help: 'open the row under the cursor', brief: 'open', views: listings },
  { keys: ['escape', 'backspace'], command: 'back', help: 'back, one level up', brief: 'back' },
  { keys: ['up', 'k'], command: 'up', help: 'one line up', views: otherThan(...pictured) },
  { keys: ['down', 'j'], command: 'down', help: 'one line down', views: otherThan(...pictured) },
  { keys: ['up', 'k'], command: 'up', help: 'move the picture’s view up', views: pictured },
  { keys: ['down', 'j'], command: 'down', help: 'move the picture’s view down', views: pictured },
  { keys: ['pageup', 'ctrl-b'], command: 'page-up', help: 'one page up' },
  { keys: ['pagedown', 'ctrl-f'], command: 'page-down', help: 'one page down' },
  { keys: ['home', 'g'], command: 'first', help: 'the first row', views: otherThan(...pictured) },
  { keys: ['end', 'G'], command: 'last', help: 'the last row', views: otherThan(...pictured) },
  { keys: ['left', 'h'], command: 'left', help: 'the column before', views: listings },
  { keys: ['right', 'l'], command: 'right', help: 'the next column', views: listings },
  { keys: ['left', 'h'], command: 'left', help: 'move the picture’s view left', views: pictured },
  { keys: ['right', 'l'], command: 'right', help: 'move the picture’s view right', views: pictured },
  { keys: ['left', 'h'], command: 'left', help: 'the candidate before', views: ['compare'] },
  { keys: ['right', 'l'], command: 'right', help: 'the next candidate', views: ['compare'] },
  {
    ...{ keys: ['s'], command: 'sort-by', brief: 'sort', views: listings },
    help: 'sort by the column under the cursor; again: the other way round',
  },
  {
    ...{ keys: ['S'], command: 'sort-then-by', views: listings },
    help: 'sort rows that are equal so far by the column under the cursor',
  },
  { keys: ['o'], command: 'sort-keys', help: 'type the columns to sort by: accuracy,-scatter', views: listings },
  {
    ...{ keys: ['/'], command: 'find', brief: 'find', views: listings },
    help: 'keep rows with a text in any cell, in their order; /!text: rows without it',
  },
  {
    ...{ keys: ['f'], command: 'filter', brief: 'filter', views: listings },
    help: 'keep rows for which conditions hold: scatter>0.9 strategy=anneal accuracy>=60%',
  },
  {
    ...{ keys: ['!'], command: 'troubled', views: ['candidates'] },
    help: 'only candidates with trainings that failed or diverged; again: all',
  },
  { keys: ['u'], command: 'clear', help: 'all rows again, in their own order', views: listings },
  { keys: ['c'], command: 'columns', help: 'choose the columns', brief: 'columns', views: listings },
  { keys: ['tab'], command: 'next-tab', help: 'the next page', brief: 'next page', views: tabbed },
  { keys: ['shift-tab'], command: 'previous-tab', help: 'the page before', views: tabbed },
  { keys: ['n'], command: 'next-picture', help: 'the next picture', brief: 'next picture', views: pictured },
  { keys: ['p'], command: 'previous-picture', help: 'the picture before', views: pictured },
  { keys: ['+'], command: 'zoom-in', help: 'enlarge the picture', brief: 'zoom', views: pictured },
  { keys: ['-'], command: 'zoom-out', help: 'make the picture smaller', views: pictured },
  {
    ...{ keys: [']'], command: 'next-candidate', views: tabbed },
    help: 'the next candidate: of the table, or that the first is compared with',
  },
  { keys: ['['], command: 'previous-candidate', help: 'the candidate before', views: tabbed },
  {
    keys: ['space'],
    command: 'mark',
    help: 'mark the candidate, or take its mark away',
    brief: 'mark',
    views: single,
  },
  {
    keys: ['v'],
    command: 'range',
    help: 'begin a range of marks; again: mark all from there to here',
    views: ['candidates'],
  },
  { keys: ['V'], command: 'unmark-all', help: 'take all marks away', views: single },
  {
    keys: ['='],
    command: 'compare',
    help: 'compare the marked candidates side by side',
    brief: 'compare',
    views: single,
  },
  { keys: ['e'], command: 'export', help: 'export the candidate as a file', brief: 'export', views: candidates },
  {
    ...{ keys: ['t'], command: 'train', brief: 'train', views: candidates },
    help: 'train the candidate: with more seeds, or again those that failed',
  },
  { keys: ['r'], command: 'report', help: 'write the study’s report and open it', brief: 'report' },
  { keys: ['y'], command: 'copy-command', help: 'copy the command line that prints candidates', views: grouped },
  { keys: ['y'], command: 'copy-command', help: 'copy the command line that exports the candidate', views: candidates },
  { keys: ['P'], command: 'copy-snippet', help: 'copy the candidate as a PyTorch snippet', views: candidates },
  { keys: ['F'], command: 'copy-fingerprint', help: 'copy the candidate’s fingerprint', views: candidates },
  { keys: ['T'], command: 'copy-table', help: 'copy what is shown as text' },
];

/** What a key asks for while columns are chosen. */
export type ChoiceCommand =
  | 'up'
  | 'down'
  | 'page-up'
  | 'page-down'
  | 'earlier'
  | 'later'
  | 'toggle'
  | 'keep'
  | 'usual'
  | 'cancel'
  | 'leave';

/** The keys while columns are chosen. */
export const choiceKeys: KeyTable<ChoiceCommand> = [
  { keys: ['space'], command: 'toggle', help: 'show the column, or hide it', brief: 'shows or hides' },
  { keys: ['enter'], command: 'keep', help: 'keep the choice', brief: 'keeps' },
  { keys: ['escape'], command: 'cancel', help: 'back, with the columns as they were', brief: 'cancels' },
  { keys: ['K'], command: 'earlier', help: 'move the column one place earlier', brief: 'earlier' },
  { keys: ['J'], command: 'later', help: 'move the column one place later', brief: 'later' },
  { keys: ['d'], command: 'usual', help: 'the usual columns again', brief: 'the usual ones' },
  { keys: ['up', 'k'], command: 'up', help: 'one line up' },
  { keys: ['down', 'j'], command: 'down', help: 'one line down' },
  { keys: ['pageup'], command: 'page-up', help: 'one page up' },
  { keys: ['pagedown'], command: 'page-down', help: 'one page down' },
  { keys: ['q', 'ctrl-c'], command: 'leave', help: 'leave the browser' },
];

/** What a key asks for while the help is shown; every other key closes it. */
export type HelpCommand = 'up' | 'down' | 'page-up' | 'page-down' | 'leave';

/** The keys while the help is shown. */
export const helpPageKeys: KeyTable<HelpCommand> = [
  { keys: ['up', 'k'], command: 'up', help: 'one line up', brief: 'back' },
  { keys: ['down', 'j'], command: 'down', help: 'one line down', brief: 'more' },
  { keys: ['pageup'], command: 'page-up', help: 'one page up' },
  { keys: ['pagedown', 'space'], command: 'page-down', help: 'one page down' },
  { keys: ['q', 'ctrl-c'], command: 'leave', help: 'leave the browser', brief: 'quit' },
];

/** "Space shows or hides", for every key of a table that has a brief. */
export const briefs = (table: KeyTable, unicode: boolean): readonly string[] =>
  table.flatMap(({ keys, brief }) => (brief === undefined ? [] : [`${keyLabel(keys[0], unicode)} ${brief}`]));

export function viewName(level: Level): ViewName {
  if (level.kind === 'listing') return level.listing.kind;
  if (level.kind === 'detail') return level.tab === 'pictures' ? 'pictures' : 'detail';
  return level.tab === 'edges' ? 'edges' : 'compare';
}

/** The keys of one view. */
export const keysOf = (view: ViewName): readonly BrowserBinding[] =>
  browserKeys.filter(({ views }) => views === undefined || views.includes(view));

/** What the help of a view is called. */
export const viewTitles: Readonly<Record<ViewName, string>> = {
  studies: 'Studies',
  families: 'Families',
  candidates: 'Candidates',
  detail: 'A candidate',
  pictures: 'Pictures of a candidate',
  compare: 'A comparison',
  edges: 'Differing edges',
};
