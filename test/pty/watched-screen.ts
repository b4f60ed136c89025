import { setTimeout as delay } from 'node:timers/promises';
import { EmulatedTerminal } from '../terminal/screen-emulator.ts';
import type { PseudoTerminal } from './pseudo-terminal.ts';

// biome-ignore lint/suspicious/noControlCharactersInRegex: a sequence of a terminal's operating system, such as one for its clipboard
const SYSTEM_SEQUENCE = /\u001b\][^\u0007]*\u0007/g;

// biome-ignore lint/suspicious/noControlCharactersInRegex: the beginning of a sequence
const UNFINISHED = /\u001b[^A-Za-z]*$/;

/** What a person sees on a pseudo-terminal. */
export class WatchedScreen {
  readonly terminal: PseudoTerminal;
  #columns: number;
  #rows: number;
  #from = 0;

  constructor(terminal: PseudoTerminal, columns: number, rows: number) {
    this.terminal = terminal;
    this.#columns = columns;
    this.#rows = rows;
  }

  /** @throws where a frame is wider or higher than the terminal */
  get lines(): readonly string[] {
    const screen = new EmulatedTerminal(this.#columns, this.#rows);
    // After a resize the screen is painted anew, on the alternate screen as before.
    if (this.#from > 0) screen.write('\u001b[?1049h');
    // A sequence that has not come whole yet is left for the next look.
    const text = this.terminal.output.slice(this.#from).replaceAll(SYSTEM_SEQUENCE, '');
    screen.write(text.replace(UNFINISHED, ''));
    return screen.lines;
  }

  get text(): string {
    return this.lines.join('\n');
  }

  resize(columns: number, rows: number): void {
    this.#columns = columns;
    this.#rows = rows;
    this.#from = this.terminal.output.length;
    this.terminal.resize(columns, rows);
  }

  type(text: string): void {
    this.terminal.type(text);
  }

  /** Waits for the screen to show this. @returns its lines. @throws after `seconds`, with what it shows */
  async until(pattern: RegExp, seconds = 20): Promise<readonly string[]> {
    const deadline = performance.now() + 1000 * seconds;
    for (;;) {
      const { lines } = this;
      if (pattern.test(lines.join('\n'))) return lines;
      if (performance.now() > deadline) throw new Error(`no ${pattern} within ${seconds} s:\n${lines.join('\n')}`);
      await delay(30);
    }
  }
}
