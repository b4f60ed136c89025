import { setTimeout as delay } from 'node:timers/promises';
import { EmulatedTerminal } from '../terminal/screen-emulator.ts';
import type { PseudoTerminal } from './pseudo-terminal.ts';

// biome-ignore lint/suspicious/noControlCharactersInRegex: a sequence of a terminal's operating system, such as one for its clipboard
const SYSTEM_SEQUENCE = /\u001b\][^\u0007]*\u0007/g;

// biome-ignore lint/suspicious/noControlCharactersInRegex: the beginning of a sequence
const UNFINISHED = /\u001b[^A-Za-z]*$/;

/** What a screen that is painted anew begins with. */
const CLEARED = '\u001b[2J';

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
    // After a resize the screen is painted anew, on the alternate screen as before; what comes before that was still for the old size.
    const output = this.terminal.output.slice(this.#from);
    const painted = this.#from > 0 ? output.lastIndexOf(CLEARED) : 0;
    if (painted < 0) return [];
    if (this.#from > 0) screen.write('\u001b[?1049h');
    // A sequence that has not come whole yet is left for the next look.
    const text = output.slice(painted).replaceAll(SYSTEM_SEQUENCE, '');
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
      const late = performance.now() > deadline;
      const lines = this.#linesUnless(late);
      if (pattern.test(lines.join('\n'))) return lines;
      if (late) throw new Error(`no ${pattern} within ${seconds} s:\n${lines.join('\n')}`);
      await delay(30);
    }
  }

  /** Nothing where a frame for the size before came late, unless that is the end of it. */
  #linesUnless(late: boolean): readonly string[] {
    try {
      return this.lines;
    } catch (error) {
      if (late || this.#from === 0) throw error;
      return [];
    }
  }
}
