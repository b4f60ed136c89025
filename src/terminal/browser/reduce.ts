import { commandOf } from '../keys/key-table.ts';
import { shownColumns } from './columns.ts';
import { commandOfView, fileName, pytorchSnippet, reportWords } from './command-lines.ts';
import type { DataAnswer, DataRequest } from './data-requests.ts';
import { type Command, helpPageKeys, keysOf, viewName } from './keys.ts';
import type { StudyRef } from './listing.ts';
import { openChoice, reduceChoice } from './reduce-choice.ts';
import {
  addMarks,
  isListing,
  listingBelow,
  newDetail,
  pushLevel,
  receiveRows,
  reduceListing,
  replaceLevel,
  toggleMark,
  unmarkAll,
  visibleRows,
} from './reduce-listing.ts';
import { reducePages } from './reduce-pages.ts';
import { openPrompt, reducePrompt, type TypedKey, typedBefore } from './reduce-prompt.ts';
import {
  type BrowserState,
  type BrowserStep,
  currentCandidate,
  currentRow,
  type Effect,
  type Level,
  levelOf,
  marksOf,
  type Notice,
  studyOf,
  wholePicture,
} from './state.ts';
import { mostHelpScroll, pageHeight } from './views/pages.ts';

/** Everything that changes what is shown. */
export type BrowserEvent =
  | { readonly kind: 'key'; readonly key: TypedKey }
  | { readonly kind: 'size'; readonly columns: number; readonly rows: number }
  | { readonly kind: 'answer'; readonly answer: DataAnswer }
  /** another process has written */
  | { readonly kind: 'changed' }
  | { readonly kind: 'notice'; readonly notice: Notice };

const still = (state: BrowserState): BrowserStep => ({ state, effects: [] });
const doing = (state: BrowserState, ...effects: readonly Effect[]): BrowserStep => ({ state, effects });

function back(state: BrowserState): BrowserStep {
  const level = levelOf(state);
  if (isListing(level) && level.anchor !== null) return still(replaceLevel(state, { ...level, anchor: null }));
  return still(state.levels.length > 1 ? { ...state, levels: state.levels.slice(0, -1) } : state);
}

function compare(state: BrowserState): BrowserStep {
  const level = levelOf(state);
  const study = studyOf(level);
  const marks = marksOf(state, study);
  if (study === null || marks.length < 2) {
    const text = 'Mark two candidates or more with the space bar, then compare them with =.';
    return still({ ...state, notice: { text, tone: 'quiet' } });
  }
  return still(
    pushLevel(state, {
      ...{ kind: 'compare', study, candidates: marks.map(Number), tab: 'scatter', scroll: 0, other: 1 },
      ...{ viewport: wholePicture, facts: new Map(), fresh: new Set(), differences: new Map(), fault: null },
    }),
  );
}

function markHere(state: BrowserState): BrowserStep {
  const level = levelOf(state);
  const study = studyOf(level);
  const candidate = currentCandidate(level);
  return still(study === null || candidate === null ? state : toggleMark(state, study, String(candidate)));
}

/** The text of one cell of the candidate that commands are about. */
function cellOf(state: BrowserState, column: string): string | null {
  const listing = listingBelow(state);
  const level = levelOf(state);
  const row = listing === null ? null : currentRow(listing);
  return row !== null && row.key === String(currentCandidate(level)) ? (row.cells[column] ?? null) : null;
}

function seedsWanted(state: BrowserState): number {
  const seeds = Number(cellOf(state, 'seeds') ?? 0) + Number(cellOf(state, 'diverged') ?? 0);
  return Number.isSafeInteger(seeds) && seeds > 0 ? seeds + 2 : 3;
}

function forCandidate(state: BrowserState, work: (study: StudyRef, candidate: number) => BrowserStep): BrowserStep {
  const level = levelOf(state);
  const study = studyOf(level);
  const candidate = currentCandidate(level);
  return study === null || candidate === null ? still(state) : work(study, candidate);
}

function copySnippet(state: BrowserState): BrowserStep {
  return forCandidate(state, (study, candidate) => {
    const info = state.infos.get(study.id);
    if (info === undefined) return still(state);
    return doing(state, {
      kind: 'copy',
      what: `the PyTorch snippet of #${candidate}`,
      text: pytorchSnippet(info, candidate),
    });
  });
}

function fingerprintOf(state: BrowserState, candidate: number): string | null {
  const level = levelOf(state);
  if (level.kind === 'detail') return level.facts?.candidate.fingerprint ?? null;
  if (level.kind === 'compare') return level.facts.get(candidate)?.candidate.fingerprint ?? null;
  const row = currentRow(level);
  return row?.cells['whole-fingerprint'] ?? null;
}

function copyFingerprint(state: BrowserState): BrowserStep {
  return forCandidate(state, (_study, candidate) => {
    const text = fingerprintOf(state, candidate);
    return text === null
      ? still(state)
      : doing(state, { kind: 'copy', what: `the fingerprint of #${candidate}`, text });
  });
}

/** The candidate after or before this one in the table below. */
function neighbour(state: BrowserState, by: number): BrowserStep {
  const level = levelOf(state);
  const listing = listingBelow(state);
  if (level.kind === 'compare')
    return still(reducePages(state, level, by > 0 ? 'next-candidate' : 'previous-candidate'));
  if (level.kind !== 'detail' || listing === null) return still(state);
  const row = listing.rows[listing.index - listing.start + by];
  if (row === undefined) return still(state);
  const moved = { ...listing, index: listing.index + by, key: row.key };
  const levels = state.levels.map((each) => (each === listing ? moved : each));
  const { tab, viewport } = level;
  return still(replaceLevel({ ...state, levels }, { ...newDetail(level.study, Number(row.key)), tab, viewport }));
}

function report(state: BrowserState): BrowserStep {
  const level = levelOf(state);
  const row = isListing(level) && level.listing.kind === 'studies' ? currentRow(level) : null;
  const study = row === null ? studyOf(level) : { id: Number(row.key), name: row.cells.study };
  if (study === null) return still(state);
  return doing(state, { kind: 'run', purpose: 'report', words: [...reportWords(study), ...state.options] });
}

/** Commands that mean the same in every view where they have a key. */
const everywhere: Partial<Record<Command, (state: BrowserState) => BrowserStep>> = {
  leave: (state) => doing(state, { kind: 'leave' }),
  back,
  help: (state) => still({ ...state, helpScroll: 0 }),
  find: (state) => still(openPrompt(state, 'find', typedBefore(state, 'find'))),
  filter: (state) => still(openPrompt(state, 'filter', typedBefore(state, 'filter'))),
  'sort-keys': (state) => still(openPrompt(state, 'sort', typedBefore(state, 'sort'))),
  columns: (state) => still(openChoice(state)),
  'unmark-all': (state) => still(unmarkAll(state, levelOf(state))),
  compare,
  export: (state) =>
    forCandidate(state, (study, candidate) => still(openPrompt(state, 'export', fileName(study, candidate)))),
  train: (state) => forCandidate(state, () => still(openPrompt(state, 'train', String(seedsWanted(state))))),
  report,
  'copy-command': (state) => doing(state, { kind: 'copy', what: 'the command', text: commandOfView(state) }),
  'copy-snippet': copySnippet,
  'copy-fingerprint': copyFingerprint,
  'copy-table': (state) => doing(state, { kind: 'copy-view' }),
  'next-candidate': (state) => neighbour(state, 1),
  'previous-candidate': (state) => neighbour(state, -1),
};

function reduceCommand(state: BrowserState, command: Command): BrowserStep {
  const level = levelOf(state);
  const common = everywhere[command];
  if (common !== undefined) return common(state);
  if (isListing(level)) return still(reduceListing(state, level, command, shownColumns(state, level.listing).length));
  if (command === 'mark') return markHere(state);
  return still(reducePages(state, level, command));
}

function reduceHelp(state: BrowserState, before: number, key: TypedKey): BrowserStep {
  const most = mostHelpScroll(state);
  const scroll = Math.min(most, before);
  const to = (place: number) => still({ ...state, helpScroll: Math.min(most, Math.max(0, place)) });
  switch (commandOf(helpPageKeys, key)) {
    case 'down':
      return to(scroll + 1);
    case 'up':
      return to(scroll - 1);
    case 'page-down':
      return to(scroll + pageHeight(state));
    case 'page-up':
      return to(scroll - pageHeight(state));
    case 'leave':
      return doing(state, { kind: 'leave' });
    case null:
      return still({ ...state, helpScroll: null });
  }
}

function reduceKey(state: BrowserState, key: TypedKey): BrowserStep {
  const { prompt, choice, helpScroll } = state;
  if (prompt !== null) return reducePrompt(state, prompt, key);
  if (choice !== null) return reduceChoice(state, choice, key);
  if (helpScroll !== null) return reduceHelp(state, helpScroll, key);
  const command = commandOf(keysOf(viewName(levelOf(state))), key);
  return command === null ? still(state) : reduceCommand({ ...state, notice: null }, command);
}

const sameListing = (a: unknown, b: unknown) => JSON.stringify(a) === JSON.stringify(b);

function receive(state: BrowserState, answer: DataAnswer): BrowserState {
  const level = levelOf(state);
  switch (answer.kind) {
    case 'study':
      return { ...state, infos: new Map(state.infos).set(answer.info.id, answer.info) };
    case 'rows': {
      const { listing, query, wanted } = answer.request;
      if (!isListing(level) || !sameListing([level.listing, level.query], [listing, query])) return state;
      // The cursor moved while the rows were read: its place counts, and not that of the row that it was on.
      const window =
        level.key === wanted.key && level.index === wanted.index ? answer.window : { ...answer.window, at: null };
      return replaceLevel(state, receiveRows(level, window, visibleRows(state)));
    }
    case 'keys': {
      const marked = addMarks({ ...state, pendingRange: null }, answer.study, answer.keys);
      return marked;
    }
    case 'facts':
      if (level.kind === 'detail' && level.candidate === answer.candidate) {
        return replaceLevel(state, { ...level, facts: answer.facts, isStale: false, fault: null });
      }
      if (level.kind !== 'compare') return state;
      return replaceLevel(state, {
        ...level,
        facts: new Map(level.facts).set(answer.candidate, answer.facts),
        fresh: new Set(level.fresh).add(answer.candidate),
      });
    case 'analysis':
      if (level.kind !== 'detail' || level.candidate !== answer.candidate) return state;
      return replaceLevel(state, { ...level, analysis: answer.analysis });
    case 'difference':
      if (level.kind !== 'compare') return state;
      return replaceLevel(state, {
        ...level,
        differences: new Map(level.differences).set(answer.name, answer.difference),
      });
    case 'fault':
      return concerns(level, answer.request) ? receiveFault(state, answer.message) : state;
  }
}

/** Whether a level is shown from what the request asks for: the fault of a page that was left is not told on another. */
function concerns(level: Level, request: DataRequest): boolean {
  switch (request.kind) {
    case 'study':
      return studyOf(level)?.id === request.study;
    case 'rows':
    case 'keys':
      return isListing(level) && sameListing([level.listing, level.query], [request.listing, request.query]);
    case 'facts':
      return level.kind === 'detail'
        ? level.candidate === request.candidate
        : level.kind === 'compare' && level.candidates.includes(request.candidate);
    case 'analysis':
      return level.kind === 'detail' && level.candidate === request.candidate;
    case 'difference':
      return level.kind === 'compare' && level.candidates.includes(request.second);
  }
}

function receiveFault(state: BrowserState, message: string): BrowserState {
  const level = levelOf(state);
  const next = isListing(level) || level.kind === 'detail' ? { ...level, isStale: false } : level;
  return { ...replaceLevel(state, { ...next, fault: message }), pendingRange: null };
}

/** The facts of candidates change with their trainings; their patterns never do. */
const aged = (state: BrowserState): BrowserState => ({
  ...state,
  levels: state.levels.map((level) =>
    level.kind === 'compare' ? { ...level, fresh: new Set(), fault: null } : { ...level, isStale: true, fault: null },
  ),
});

/** The state after one more event, and what the world must do. Pure. */
export function reduceBrowser(state: BrowserState, event: BrowserEvent): BrowserStep {
  switch (event.kind) {
    case 'key':
      return reduceKey(state, event.key);
    case 'size':
      return still(resized({ ...state, columns: event.columns, rows: event.rows }));
    case 'answer':
      return still(receive(state, event.answer));
    case 'changed':
      return still(aged(state));
    case 'notice':
      return still({ ...state, notice: event.notice });
  }
}

/** The cursor stays on the screen. */
function resized(state: BrowserState): BrowserState {
  const visible = visibleRows(state);
  const levels = state.levels.map((level) => {
    if (!isListing(level)) return level;
    const top = Math.min(level.index, Math.max(level.top, level.index - visible + 1));
    return { ...level, top: Math.max(0, Math.min(top, (level.total ?? 1) - 1)) };
  });
  return { ...state, levels };
}
