import { graphemes } from '../../report/format.ts';

/** A key as it was pressed, or what was pasted. */
export interface KeyPress {
  /** 'q', 'Q', 'up', 'pagedown', 'enter', 'escape', 'space', 'ctrl-c', 'alt-x', …; 'paste' for pasted text */
  readonly name: string;
  /** what it types: the character, or the pasted text; '' for keys that type nothing */
  readonly text: string;
}

const ESC = '\u001b';
const PASTE_START = `${ESC}[200~`;
const PASTE_END = `${ESC}[201~`;

/** Characters of a pasted text that are kept; the rest is read and dropped. */
const MOST_PASTED = 10_000;

/** Keys by their control sequence, without its ESC. */
const named: Readonly<Record<string, string>> = {
  ...{ '[A': 'up', '[B': 'down', '[C': 'right', '[D': 'left', '[H': 'home', '[F': 'end', '[Z': 'shift-tab' },
  ...{ OA: 'up', OB: 'down', OC: 'right', OD: 'left', OH: 'home', OF: 'end', OM: 'enter' },
  ...{ '[1~': 'home', '[2~': 'insert', '[3~': 'delete', '[4~': 'end', '[5~': 'pageup', '[6~': 'pagedown' },
  ...{ '[7~': 'home', '[8~': 'end' },
  ...{ '[1;2A': 'shift-up', '[1;2B': 'shift-down', '[1;2C': 'shift-right', '[1;2D': 'shift-left' },
  ...{ '[1;5A': 'ctrl-up', '[1;5B': 'ctrl-down', '[1;5C': 'ctrl-right', '[1;5D': 'ctrl-left' },
};

const controls: Readonly<Record<string, string>> = {
  ...{ '\r': 'enter', '\n': 'enter', '\t': 'tab', '\u007f': 'backspace', '\b': 'backspace', '\0': 'ctrl-space' },
};

// biome-ignore lint/suspicious/noControlCharactersInRegex: what a terminal sends for a key without a character
const SEQUENCE = /^\u001b(\[[\d;<=>?]*[ -/]*[@-~]|O[A-Z])/;
// biome-ignore lint/suspicious/noControlCharactersInRegex: the beginning of such a sequence
const UNFINISHED = /^\u001b(\[[\d;<=>?]*[ -/]*|O)?$/;
// biome-ignore lint/suspicious/noControlCharactersInRegex: what a terminal answers to a question (OSC, DCS …), up to its end
const ANSWER = /^\u001b[\]P^_X][^\u0007\u001b]*(?:\u0007|\u001b\\)/;

function controlName(character: string): string | null {
  const name = controls[character];
  if (name !== undefined) return name;
  const code = character.codePointAt(0) as number;
  if (code >= 1 && code <= 26) return `ctrl-${String.fromCharCode(96 + code)}`;
  return code < 32 ? `ctrl-${String.fromCharCode(64 + code)}` : null;
}

function typedKey(character: string): KeyPress {
  const control = controlName(character);
  if (control !== null) return { name: control, text: '' };
  return { name: character === ' ' ? 'space' : character, text: character };
}

/**
 * Makes keys of what a terminal in raw mode sends. What is pasted (bracketed paste) is one key 'paste', however it comes in pieces, so that
 * no character of it counts as a key. A lone ESC may be the start of a sequence: `isWaiting` tells so, and `flush` takes it as the key.
 */
export class KeyReader {
  #rest = '';
  /** what was pasted so far; null outside a paste */
  #pasted: string | null = null;

  get isWaiting(): boolean {
    return this.#pasted === null && this.#rest !== '';
  }

  feed(text: string): readonly KeyPress[] {
    this.#rest += text;
    const keys: KeyPress[] = [];
    for (let before = -1; this.#rest !== '' && before !== this.#rest.length; ) {
      before = this.#rest.length;
      const key = this.#pasted === null ? this.#next() : this.#paste();
      if (key !== null) keys.push(key);
    }
    return keys;
  }

  /** Nothing more came: what looked like the start of a sequence is a key. */
  flush(): readonly KeyPress[] {
    if (!this.isWaiting) return [];
    const [, ...others] = this.#rest;
    this.#rest = '';
    return [{ name: 'escape', text: '' }, ...this.feed(others.join(''))];
  }

  #take(length: number): string {
    const taken = this.#rest.slice(0, length);
    this.#rest = this.#rest.slice(length);
    return taken;
  }

  #next(): KeyPress | null {
    if (!this.#rest.startsWith(ESC)) {
      const at = this.#rest.indexOf(ESC);
      const [first] = graphemes(at < 0 ? this.#rest : this.#rest.slice(0, at));
      return typedKey(this.#take(first.length));
    }
    if (this.#rest.startsWith(PASTE_START)) {
      this.#take(PASTE_START.length);
      this.#pasted = '';
      return null;
    }
    if (UNFINISHED.test(this.#rest)) return null;
    const answer = ANSWER.exec(this.#rest);
    const sequence = SEQUENCE.exec(this.#rest) ?? answer;
    if (sequence !== null) {
      const name = named[this.#take(sequence[0].length).slice(1)];
      return name === undefined ? null : { name, text: '' };
    }
    this.#take(1);
    if (this.#rest.startsWith(ESC)) return { name: 'escape', text: '' };
    const key = typedKey(this.#take(graphemes(this.#rest)[0].length));
    return { name: `alt-${key.name}`, text: '' };
  }

  #paste(): KeyPress | null {
    const end = this.#rest.indexOf(PASTE_END);
    // The end mark itself may come in two pieces.
    const upTo = end >= 0 ? end : Math.max(0, this.#rest.length - PASTE_END.length + 1);
    this.#pasted = ((this.#pasted ?? '') + this.#take(upTo)).slice(0, MOST_PASTED);
    if (end < 0) return null;
    this.#take(PASTE_END.length);
    const text = this.#pasted;
    this.#pasted = null;
    return { name: 'paste', text };
  }
}
