/** The part of a terminal's output stream that is used. */
export interface TerminalOutput {
  readonly columns?: number;
  readonly rows?: number;
  readonly writable?: boolean;
  readonly writableNeedDrain?: boolean;
  write(text: string): boolean;
  on(event: 'resize', listener: () => void): unknown;
  on(event: 'error', listener: (error: Error) => void): unknown;
  off(event: 'resize', listener: () => void): unknown;
  off(event: 'error', listener: (error: Error) => void): unknown;
}

const ESC = '\u001b[';
const ENTER = `${ESC}?1049h${ESC}?25l${ESC}2J${ESC}H`;
// Cleared first, for a terminal without an alternate screen would keep the last frame under what comes next.
const LEAVE = `${ESC}0m${ESC}2J${ESC}H${ESC}?1049l${ESC}?25h`;
const BEGIN_UPDATE = `${ESC}?2026h`;
const END_UPDATE = `${ESC}?2026l`;

/** Stray output of others is painted over at the latest after this many frames. */
const WHOLE_EVERY = 50;

/**
 * Paints frames on the alternate screen, line by line and only where they changed, so that nothing flickers, a resize leaves
 * no remains, and the user's scrollback stays as it was. After a stream goes away (a closed pipe, a hung-up terminal)
 * nothing is written; it never throws.
 */
export class Screen {
  readonly #stdout: TerminalOutput;
  readonly #onGone: () => void;
  #entered = false;
  #gone = false;
  #painted = 0;
  #lines: readonly string[] | null = null;

  /** @param onGone called once, when nothing can be written any more */
  constructor(stdout: TerminalOutput, onGone: () => void) {
    this.#stdout = stdout;
    this.#onGone = onGone;
    // Stays for good: an error of the last write may come after the last frame, and without a listener it would end the process.
    stdout.on('error', this.lose);
  }

  get isGone(): boolean {
    return this.#gone;
  }

  get columns(): number {
    return this.#stdout.columns || 80;
  }

  get rows(): number {
    return this.#stdout.rows || 24;
  }

  enter(): void {
    if (this.#entered) return;
    this.#entered = true;
    this.#write(ENTER);
  }

  /** The next frame is painted whole, on an empty screen. */
  invalidate(): void {
    this.#lines = null;
  }

  paint(frame: string): void {
    // A terminal that does not keep up gets a later frame instead of a queue of old ones.
    if (!this.#entered || this.#gone || this.#stdout.writableNeedDrain === true) return;
    const lines = frame.split('\n').slice(0, this.rows);
    const known = this.#painted % WHOLE_EVERY === 0 ? [] : (this.#lines ?? []);
    const clear = this.#lines === null ? `${ESC}2J` : '';
    this.#painted += 1;
    const changes: string[] = [];
    for (let row = 0; row < Math.max(lines.length, this.#lines?.length ?? 0); row++) {
      // Erased before it is written: erasing after a full line would take its last character away.
      if (lines[row] !== known[row]) changes.push(`${ESC}${row + 1};1H${ESC}2K${lines[row] ?? ''}`);
    }
    this.#lines = lines;
    if (clear !== '' || changes.length > 0) this.#write(BEGIN_UPDATE + clear + changes.join('') + END_UPDATE);
  }

  /** Back to the user's own screen, cursor shown. Safe to call at any time, and again. */
  leave(): void {
    if (!this.#entered) return;
    this.#entered = false;
    this.#write(LEAVE);
  }

  /** Text on the user's own screen. */
  print(text: string): void {
    if (!this.#entered) this.#write(text);
  }

  /** Nothing more is written. */
  readonly lose = (): void => {
    if (this.#gone) return;
    this.#gone = true;
    this.#onGone();
  };

  #write(text: string): void {
    if (this.#gone) return;
    if (this.#stdout.writable === false) {
      this.lose();
      return;
    }
    try {
      this.#stdout.write(text);
    } catch {
      this.lose();
    }
  }
}
