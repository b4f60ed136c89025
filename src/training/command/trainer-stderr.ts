import type { Readable } from 'node:stream';
import { cleanText } from '../../base/clean-text.ts';
import { PrintLimit } from '../../base/print-limit.ts';

const MOST_LINE = 500;
/** Lines that are told with a failure. */
const LAST_LINES = 3;
const MOST_LAST_WORDS = 600;

/** Of progress bars and warnings, what a person can read. */
const shown = { perSecond: 10, mostCharacters: 100_000 } as const;

/** What a trainer writes to stderr: handed on as it comes, the end kept to tell why it failed. */
export class TrainerStderr {
  readonly #show: (text: string) => void;
  readonly #limit = new PrintLimit(shown);
  readonly #last: string[] = [];
  #begun = '';

  constructor(stream: Readable, show: (text: string) => void) {
    this.#show = show;
    stream.setEncoding('utf8').on('data', (text: string) => this.#add(text));
  }

  #add(text: string): void {
    const lines = (this.#begun + text).split('\n');
    this.#begun = (lines.pop() ?? '').slice(-4 * MOST_LINE);
    for (const line of lines) this.#hear(line);
  }

  #hear(line: string): void {
    // A progress bar writes over its own line: what stands at the end counts.
    const last = line.trimEnd().split('\r').at(-1) ?? '';
    if (last.trim() === '') return;
    const clean = cleanText(last, MOST_LINE);
    this.#last.push(clean);
    if (this.#last.length > LAST_LINES) this.#last.shift();
    for (const text of this.#limit.pass(clean)) this.#show(text);
  }

  /** " (its last words: …)", or nothing. */
  lastWords(): string {
    const lines = [...this.#last, ...(this.#begun.trim() === '' ? [] : [cleanText(this.#begun.trim(), MOST_LINE)])];
    if (lines.length === 0) return '';
    return `; its last words: ${cleanText(
      lines
        .slice(-LAST_LINES)
        .map((line) => line.trim())
        .join(' / '),
      MOST_LAST_WORDS,
    )}`;
  }

  /** No more comes. */
  end(): void {
    if (this.#begun !== '') this.#hear(this.#begun);
    this.#begun = '';
    for (const text of this.#limit.rest()) this.#show(text);
  }
}
