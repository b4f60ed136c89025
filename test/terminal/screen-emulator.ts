import { EventEmitter } from 'node:events';
import type { TerminalOutput } from '../../src/terminal/screen.ts';

// biome-ignore lint/suspicious/noControlCharactersInRegex: this is what a terminal reads
const SEQUENCE = /\u001b\[(\?)?([\d;]*)([A-Za-z])|\r|\n|[^\u001b\r\n]/gu;

/** As much of a terminal as the dashboard uses: two screens, absolute cursor moves, erasing, a hidden cursor. */
export class EmulatedTerminal extends EventEmitter implements TerminalOutput {
  columns: number;
  rows: number;
  writable = true;
  writableNeedDrain = false;
  cursorShown = true;
  alternate = false;
  writes = 0;
  /** throws on writing, as a destroyed stream may */
  broken = false;
  private main: string[][] = [[]];
  private other: string[][] = [];
  private row = 0;
  private column = 0;

  constructor(columns: number, rows: number) {
    super();
    this.columns = columns;
    this.rows = rows;
  }

  /** What is shown: the alternate screen while it is on, else all that was ever printed. */
  get lines(): string[] {
    const screen = this.alternate ? this.other : this.main;
    const lines = screen.map((line) =>
      Array.from(line, (character) => character ?? ' ')
        .join('')
        .trimEnd(),
    );
    while (lines.at(-1) === '') lines.pop();
    return lines;
  }

  write(text: string): boolean {
    if (this.broken) throw new Error('write EPIPE');
    this.writes += 1;
    for (const match of text.matchAll(SEQUENCE)) this.apply(match);
    return true;
  }

  resize(columns: number, rows: number): void {
    this.columns = columns;
    this.rows = rows;
    this.emit('resize');
  }

  private apply([whole, mode, parameters, final]: RegExpMatchArray): void {
    if (final === undefined) this.print(whole);
    else if (mode !== undefined) this.setMode(parameters, final === 'h');
    else if (final === 'H') {
      const [row, column] = parameters === '' ? [1, 1] : parameters.split(';').map(Number);
      this.row = row - 1;
      this.column = column - 1;
    } else if (final === 'J') this.other = [];
    else if (final === 'K') this.screen[this.row] = [];
    else if (final !== 'm') throw new Error(`unexpected sequence ${JSON.stringify(whole)}`);
  }

  private get screen(): string[][] {
    return this.alternate ? this.other : this.main;
  }

  private setMode(parameter: string, on: boolean): void {
    if (parameter === '25') this.cursorShown = on;
    else if (parameter === '1049') {
      this.alternate = on;
      this.row = on ? 0 : this.main.length - 1;
      this.column = on ? 0 : this.main[this.row].length;
    } else if (parameter !== '2026') throw new Error(`unexpected mode ${parameter}`);
  }

  private print(character: string): void {
    if (character === '\r') this.column = 0;
    else if (character === '\n') {
      this.row += 1;
      this.column = 0;
      this.screen[this.row] ??= [];
    } else {
      if (this.alternate && this.column >= this.columns) throw new Error('a frame is wider than the terminal');
      if (this.alternate && this.row >= this.rows) throw new Error('a frame is higher than the terminal');
      this.screen[this.row] ??= [];
      this.screen[this.row][this.column] = character;
      this.column += 1;
    }
  }
}
