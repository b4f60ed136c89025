import { MOST_PARAGRAPH, printable, textLength, wrapText } from '../../../report/format.ts';
import { keysLine } from '../../keys/key-table.ts';
import { fitLine, type Line, type Tone } from '../../lines.ts';
import type { Theme } from '../../theme.ts';
import { plainLine } from '../cells.ts';
import { briefs, choiceKeys, helpPageKeys, keysOf, viewName } from '../keys.ts';
import { promptCommand } from '../reduce-prompt.ts';
import { type BrowserState, compareTabs, detailTabs, type Level, levelOf, type Prompt } from '../state.ts';
import { choiceLines } from './choice-view.ts';
import { listingLines, listingStatus } from './listing-view.ts';
import { helpPage, levelLines, mostHelpScroll, pageHeight } from './pages.ts';

function crumbOf(level: Level): string {
  if (level.kind === 'detail') return `#${level.candidate}`;
  if (level.kind === 'compare') return `${level.candidates.length} compared`;
  const { listing } = level;
  if (listing.kind === 'studies') return 'studies';
  if (listing.kind === 'families') return listing.study.name;
  return listing.family ?? 'all families';
}

/** "studies › morse-1 › anneal › #17": the way here, its beginning cut off where there is no room. */
function crumbs({ levels, columns }: BrowserState, theme: Theme): Line {
  const separator = theme.unicode ? ' › ' : ' > ';
  const names = levels.map(crumbOf);
  let from = 0;
  const text = () => (from > 0 ? `${theme.unicode ? '…' : '...'}${separator}` : '') + names.slice(from).join(separator);
  while (from < names.length - 1 && textLength(text()) > columns) from += 1;
  return plainLine(text(), 'title');
}

/** The pages of a detail or a comparison, the shown one in brackets. */
function tabsLine(tabs: readonly string[], tab: string): Line {
  return tabs.map((name) =>
    name === tab ? { text: `[${name}] `, tone: 'accent' } : { text: `${name} `, tone: 'quiet' },
  );
}

const promptLabels: Readonly<Record<Prompt['kind'], string>> = {
  find: '/',
  filter: 'filter: ',
  sort: 'sort by: ',
  export: 'export to: ',
  train: 'seeds in all: ',
};

/** The typed line, its caret always on the screen. */
function promptLine(prompt: Prompt, columns: number, { color, unicode }: Theme): Line {
  const label = promptLabels[prompt.kind];
  const all = Array.from(prompt.text);
  const before = all.slice(0, prompt.caret).join('');
  let start = before;
  const room = Math.max(4, columns - textLength(label) - 3);
  while (textLength(start) > room) start = Array.from(start).slice(1).join('');
  const at = all[prompt.caret] ?? ' ';
  const caret = color ? { text: at, inverse: true } : { text: `${unicode ? '▏' : '|'}${at}` };
  return [{ text: label, tone: 'accent' }, { text: start }, caret, { text: all.slice(prompt.caret + 1).join('') }];
}

/** A sentence takes at most this part of the screen's lines. */
const MOST_SENTENCE = 0.3;

/** A sentence in as many lines as it needs, as far as the screen has room; what is left out shows as an ellipsis. */
function sentence({ columns, rows }: BrowserState, text: string, tone: Tone, { unicode }: Theme): readonly Line[] {
  const lines = wrapText(printable(text, unicode, MOST_PARAGRAPH), columns);
  const most = Math.max(1, Math.floor(rows * MOST_SENTENCE));
  const shown = lines.length <= most ? lines : [...lines.slice(0, most - 1), lines.slice(most - 1).join(' ')];
  return shown.map((line) => plainLine(line, tone));
}

/** What stands under a typed line: what is wrong with it, what it runs, or how to go on. */
function underPrompt(state: BrowserState, prompt: Prompt, theme: Theme): readonly Line[] {
  if (prompt.fault !== null) return sentence(state, prompt.fault, 'alert', theme);
  const command = promptCommand(state, prompt);
  if (command !== null) return sentence(state, `Enter runs, Ctrl-Y copies: ${command}`, 'quiet', theme);
  const hint =
    prompt.kind === 'find'
      ? 'Enter keeps rows with this text, !text those without it; Escape cancels'
      : 'Enter applies, Tab completes a column, Escape cancels';
  return sentence(state, hint, 'quiet', theme);
}

/** The part of the lines that fits, as far down as was scrolled. */
function scrolledTo(lines: readonly Line[], scroll: number, height: number): readonly Line[] {
  const from = Math.min(scroll, Math.max(0, lines.length - height));
  return lines.slice(from, from + height);
}

function pageLines(state: BrowserState, height: number, theme: Theme): readonly Line[] {
  const level = levelOf(state);
  if (level.kind === 'listing')
    return [listingStatus(state, level, theme), ...listingLines(state, level, height - 1, theme)];
  const tabs = tabsLine(level.kind === 'detail' ? detailTabs : compareTabs, level.tab);
  const lines = levelLines(level, { width: state.columns, height: height - 1, theme });
  return [tabs, ...scrolledTo(lines, level.scroll, height - 1)];
}

function bodyLines(state: BrowserState, height: number, theme: Theme): readonly Line[] {
  const { choice, helpScroll } = state;
  if (choice !== null) return choiceLines(choice, height, theme);
  if (helpScroll !== null) return scrolledTo(helpPage(state, theme), helpScroll, height);
  return pageLines(state, height, theme);
}

/** How to see the rest of the help, and how to leave it. */
function helpHint(state: BrowserState, scroll: number, { unicode }: Theme): string {
  const most = mostHelpScroll(state);
  const useful = helpPageKeys.filter(
    ({ command }) => (command !== 'up' || scroll > 0) && (command !== 'down' || scroll < most),
  );
  return [...briefs(useful, unicode), 'other keys close'].join('  ');
}

/** The lines below the page: what is typed or told, and keys. */
function lastLines(state: BrowserState, theme: Theme): readonly Line[] {
  const { prompt, choice, helpScroll, notice, columns } = state;
  if (prompt !== null) return [promptLine(prompt, columns, theme), ...underPrompt(state, prompt, theme)];
  const told = notice === null ? [[]] : sentence(state, notice.text, notice.tone, theme);
  if (choice !== null)
    return [...told, ...sentence(state, briefs(choiceKeys, theme.unicode).join(', '), 'quiet', theme)];
  if (helpScroll !== null) return [...told, plainLine(helpHint(state, helpScroll, theme), 'quiet')];
  return [...told, keysLine(keysOf(viewName(levelOf(state))), columns, theme)];
}

/** The whole screen: `rows` lines, none wider than `columns`. */
export function browserLines(state: BrowserState, theme: Theme): readonly Line[] {
  const last = lastLines(state, theme);
  const height = Math.max(1, state.rows - 1 - last.length);
  const body = bodyLines(state, height, theme).slice(0, height);
  const filled = [...body, ...Array.from({ length: height - body.length }, (): Line => [])];
  const all = [crumbs(state, theme), ...filled, ...last];
  // A very low screen keeps where it is and what is typed.
  const kept = all.length <= state.rows ? all : all.slice(0, Math.max(0, state.rows));
  return kept.map((line) => fitLine(line, state.columns, theme));
}

/** What is on the screen as text, without the lines of keys and notices. */
export function viewText(state: BrowserState, theme: Theme): string {
  const lines = bodyLines(state, pageHeight(state) + 1, theme);
  const text = (line: Line) => printable(line.map((segment) => segment.text).join(''), theme.unicode).trimEnd();
  return `${lines.map(text).join('\n')}\n`;
}
