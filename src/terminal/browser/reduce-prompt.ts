import { columnsOf } from './columns.ts';
import { exportWords, shownCommand, trainWords } from './command-lines.ts';
import { filterRefusal, sortKeys, sortText } from './listing.ts';
import { isListing, replaceLevel, withQuery } from './reduce-listing.ts';
import {
  type BrowserState,
  type BrowserStep,
  currentCandidate,
  type Effect,
  levelOf,
  type Prompt,
  studyOf,
} from './state.ts';

/** A key as prompts take it. */
export interface TypedKey {
  readonly name: string;
  /** what it types; empty: nothing */
  readonly text: string;
}

const still = (state: BrowserState): BrowserStep => ({ state, effects: [] });

const characters = (text: string): string[] => Array.from(text);

/** What a prompt begins with. */
export function openPrompt(state: BrowserState, kind: Prompt['kind'], text: string): BrowserState {
  return {
    ...state,
    notice: null,
    prompt: checked(state, { kind, text, caret: characters(text).length, fault: null }),
  };
}

/** What the listing that is shown has typed for a kind of prompt. */
export function typedBefore(state: BrowserState, kind: 'find' | 'filter' | 'sort'): string {
  const level = levelOf(state);
  if (!isListing(level)) return '';
  return kind === 'sort' ? sortText(level.query.sort) : level.query[kind];
}

/** The prompt with what is wrong with its text. */
function checked(state: BrowserState, prompt: Prompt): Prompt {
  return { ...prompt, fault: faultOf(state, prompt) };
}

function seedsFault(text: string): string | null {
  const seeds = /^\d+$/.test(text.trim()) ? Number(text) : Number.NaN;
  return seeds >= 1 && seeds <= 1000 ? null : `expected how many seeds in all, from 1 to 1000; got "${text}"`;
}

const ENDINGS = /\.(json|npz|safetensors|csv|py)$/i;

function faultOf(state: BrowserState, { kind, text }: Prompt): string | null {
  const level = levelOf(state);
  if (kind === 'train') return seedsFault(text);
  if (kind === 'export') {
    return ENDINGS.test(text) ? null : 'the ending says the format: .json, .npz, .safetensors, .csv or .py';
  }
  if (!isListing(level) || kind === 'find') return null;
  const columns = columnsOf(state, level.listing);
  const fault = kind === 'filter' ? filterRefusal(text, columns) : refusal(sortKeys(text, columns));
  return fault === null ? null : `${fault.message}. ${fault.nextStep}`;
}

const refusal = (outcome: ReturnType<typeof sortKeys>) => (outcome.ok ? null : outcome);

/** The text with what a key does to it; null: it edits nothing. */
function edited({ text, caret }: Prompt, key: TypedKey): Pick<Prompt, 'text' | 'caret'> | null {
  const all = characters(text);
  const at = (place: number) => ({ text, caret: Math.min(all.length, Math.max(0, place)) });
  const cut = (from: number, to: number) => ({
    text: [...all.slice(0, from), ...all.slice(to)].join(''),
    caret: from,
  });
  switch (key.name) {
    case 'left':
      return at(caret - 1);
    case 'right':
      return at(caret + 1);
    case 'home':
    case 'ctrl-a':
      return at(0);
    case 'end':
    case 'ctrl-e':
      return at(all.length);
    case 'backspace':
      return caret === 0 ? at(0) : cut(caret - 1, caret);
    case 'delete':
      return cut(caret, caret + 1);
    case 'ctrl-u':
      return cut(0, caret);
    case 'ctrl-k':
      return { ...cut(caret, all.length), caret };
    case 'ctrl-w': {
      const kept = all
        .slice(0, caret)
        .join('')
        .replace(/\S+\s*$/, '');
      return cut(characters(kept).length, caret);
    }
    default: {
      // One line: a pasted line break is a space.
      const typed = key.text.replaceAll(/[\r\n\t]+/g, ' ');
      if (typed === '') return null;
      return {
        text: [...all.slice(0, caret), typed, ...all.slice(caret)].join(''),
        caret: caret + characters(typed).length,
      };
    }
  }
}

/** The word before the caret completed to a column's name, as far as the columns agree. */
function completed(state: BrowserState, prompt: Prompt): Prompt {
  const level = levelOf(state);
  if (!isListing(level) || (prompt.kind !== 'filter' && prompt.kind !== 'sort')) return prompt;
  const all = characters(prompt.text);
  const before = all.slice(0, prompt.caret).join('');
  const [word] = /[^\s,=!<>-][^\s,=!<>]*$/.exec(before) ?? [''];
  const names = columnsOf(state, level.listing)
    .map(({ name }) => name)
    .filter((name) => word !== '' && name.startsWith(word.toLowerCase()));
  if (names.length === 0) return prompt;
  const common = names.reduce((a, b) => {
    let length = 0;
    while (length < a.length && a[length] === b[length]) length += 1;
    return a.slice(0, length);
  });
  const start = before.slice(0, before.length - word.length) + common;
  return { ...prompt, text: start + all.slice(prompt.caret).join(''), caret: characters(start).length };
}

/** The effect that an export or a training has; null where there is no candidate to it. */
function commandWords(state: BrowserState, { kind, text }: Prompt): readonly string[] | null {
  const level = levelOf(state);
  const study = studyOf(level);
  const candidate = currentCandidate(level);
  if (study === null || candidate === null) return null;
  if (kind === 'export') return exportWords(study, candidate, text.trim());
  return trainWords(study, candidate, Number(text), state.infos.get(study.id)?.training ?? []);
}

/** The command that an export or a training runs, as it can be typed; null for other prompts and while it has a fault. */
export function promptCommand(state: BrowserState, prompt: Prompt): string | null {
  if ((prompt.kind !== 'export' && prompt.kind !== 'train') || prompt.fault !== null) return null;
  const words = commandWords(state, prompt);
  return words === null ? null : shownCommand([...words, ...state.options]);
}

/** What Enter does. A text with a fault stays to be mended. */
function submitted(state: BrowserState, prompt: Prompt): BrowserStep {
  if (prompt.fault !== null) return still(state);
  const closed = { ...state, prompt: null };
  if (prompt.kind === 'export' || prompt.kind === 'train') {
    const words = commandWords(state, prompt);
    const effects: Effect[] =
      words === null ? [] : [{ kind: 'run', purpose: prompt.kind, words: [...words, ...state.options] }];
    return { state: closed, effects };
  }
  const level = levelOf(state);
  if (!isListing(level)) return still(closed);
  const text = prompt.text.trim();
  if (prompt.kind === 'sort') {
    const keys = sortKeys(text, columnsOf(state, level.listing));
    return still(keys.ok ? replaceLevel(closed, withQuery(level, { sort: keys.value })) : closed);
  }
  return still(replaceLevel(closed, withQuery(level, { [prompt.kind]: text })));
}

/** A key while a line is typed: every letter is a letter. */
export function reducePrompt(state: BrowserState, prompt: Prompt, key: TypedKey): BrowserStep {
  if (key.name === 'escape') return still({ ...state, prompt: null });
  if (key.name === 'ctrl-c') return { state, effects: [{ kind: 'leave' }] };
  if (key.name === 'enter') return submitted(state, prompt);
  if (key.name === 'tab') return still({ ...state, prompt: checked(state, completed(state, prompt)) });
  if (key.name === 'ctrl-y') {
    const text = promptCommand(state, prompt);
    return text === null
      ? still(state)
      : { state: { ...state, prompt: null }, effects: [{ kind: 'copy', what: 'the command', text }] };
  }
  const next = edited(prompt, key);
  return next === null ? still(state) : still({ ...state, prompt: checked(state, { ...prompt, ...next }) });
}
