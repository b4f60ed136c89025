import { EventEmitter } from 'node:events';
import { graphemes, textLength } from '../../src/report/format.ts';
import type { Output } from '../../src/terminal/output/output.ts';
import type { SizeSource } from '../../src/terminal/terminal-session.ts';

// biome-ignore lint/suspicious/noControlCharactersInRegex: this is what a terminal reads
const SEQUENCE = /\u001b\[(\?)?([\d;]*)([A-Za-z])|\r|\n|[^\u001b\r\n]+/gu;

/** As much of a terminal as the dashboard uses: two screens, absolute cursor moves, erasing, a hidden cursor. */
export class EmulatedTerminal extends EventEmitter implements Output, SizeSource {
  columns: number;
  rows: number;
  cursorShown = true;
  alternate = false;
  /** pastes are marked */
  bracketed = false;
  writes = 0;
  bytes = 0;
  /** nothing is read: bytes wait */
  waitingBytes = 0;
  isGone = false;
  private listener: (() => void) | null = null;
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
    const lines = Array.from(screen, (line) =>
      Array.from(line ?? [], (character) => character ?? ' ')
        .join('')
        .trimEnd(),
    );
    while (lines.at(-1) === '') lines.pop();
    return lines;
  }

  write(text: string): void {
    if (this.isGone) return;
    this.writes += 1;
    this.bytes += Buffer.byteLength(text);
    for (const match of text.matchAll(SEQUENCE)) this.apply(match);
  }

  onGone(listener: () => void): void {
    this.listener = listener;
  }

  goAway(): void {
    this.isGone = true;
    this.listener?.();
  }

  async drained(): Promise<boolean> {
    return this.waitingBytes === 0;
  }

  drainNow(): void {}

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
    else if (final === 'K') {
      const line = this.screen[this.row] ?? [];
      this.screen[this.row] = parameters === '2' ? [] : line.slice(0, this.column);
    } else if (final !== 'm') throw new Error(`unexpected sequence ${JSON.stringify(whole)}`);
  }

  private get screen(): string[][] {
    return this.alternate ? this.other : this.main;
  }

  private setMode(parameter: string, on: boolean): void {
    if (parameter === '25') this.cursorShown = on;
    else if (parameter === '2004') this.bracketed = on;
    else if (parameter === '1049') {
      this.alternate = on;
      this.row = on ? 0 : this.main.length - 1;
      this.column = on ? 0 : this.main[this.row].length;
    } else if (parameter !== '2026') throw new Error(`unexpected mode ${parameter}`);
  }

  private print(text: string): void {
    if (text === '\r') this.column = 0;
    else if (text === '\n') {
      this.row += 1;
      this.column = 0;
      this.screen[this.row] ??= [];
    } else for (const character of graphemes(text)) this.put(character);
  }

  private put(character: string): void {
    const width = textLength(character);
    if (this.alternate && this.column + width > this.columns) throw new Error('a frame is wider than the terminal');
    if (this.alternate && this.row >= this.rows) throw new Error('a frame is higher than the terminal');
    this.screen[this.row] ??= [];
    const line = this.screen[this.row];
    // A wide character that loses one half is gone.
    if (line[this.column] === '' && this.column > 0) line[this.column - 1] = ' ';
    line[this.column] = character;
    for (let more = 1; more < width; more++) line[this.column + more] = '';
    this.column += Math.max(1, width);
    if (line[this.column] === '') line[this.column] = ' ';
  }
}
