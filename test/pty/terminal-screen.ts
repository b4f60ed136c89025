import { createRequire } from 'node:module';
import { setTimeout as delay } from 'node:timers/promises';
import type { Terminal } from '@xterm/headless';
import type { PseudoTerminal } from './pseudo-terminal.ts';

// Its module for bundlers and the one for Node export differently.
const xterm: typeof import('@xterm/headless') = createRequire(import.meta.url)('@xterm/headless');

/** What a user sees in a pseudo-terminal: a real terminal emulator (xterm.js, without its window) reads what it got. */
export class TerminalScreen {
  readonly #source: PseudoTerminal;
  readonly #terminal: Terminal;
  #read = 0;

  constructor(source: PseudoTerminal, columns = 80, rows = 24) {
    this.#source = source;
    this.#terminal = new xterm.Terminal({ cols: columns, rows, allowProposedApi: true, convertEol: false });
  }

  resize(columns: number, rows: number): void {
    this.#terminal.resize(columns, rows);
    this.#source.resize(columns, rows);
  }

  /** The lines of the screen, without the blanks at their ends. */
  async lines(): Promise<readonly string[]> {
    const text = this.#source.output.slice(this.#read);
    this.#read += text.length;
    await new Promise<void>((resolve) => this.#terminal.write(text, resolve));
    const { active } = this.#terminal.buffer;
    return Array.from({ length: this.#terminal.rows }, (_, row) =>
      (active.getLine(active.viewportY + row)?.translateToString(true) ?? '').trimEnd(),
    );
  }

  async text(): Promise<string> {
    return (await this.lines()).join('\n');
  }

  /** Whether the alternate screen is on. */
  async isAlternate(): Promise<boolean> {
    await this.lines();
    return this.#terminal.buffer.active.type === 'alternate';
  }

  /** Whether pastes are marked. */
  async isBracketed(): Promise<boolean> {
    await this.lines();
    return this.#terminal.modes.bracketedPasteMode;
  }

  /** Waits until the screen matches. @throws after `seconds`, with the screen */
  async shows(pattern: RegExp, seconds = 20): Promise<string> {
    const deadline = performance.now() + 1000 * seconds;
    for (;;) {
      const text = await this.text();
      if (pattern.test(text)) return text;
      if (performance.now() > deadline) throw new Error(`no ${pattern} within ${seconds} s on\n${text}`);
      await delay(30);
    }
  }
}
