import { lineChanges } from './cells.ts';
import type { Output } from './output/output.ts';

const ESC = '\u001b[';
/** The alternate screen, empty, without a cursor; and pastes marked as such, so that they are not taken for keys. */
const ENTER = `${ESC}?1049h${ESC}?2004h${ESC}?25l${ESC}2J${ESC}H`;
// Cleared first, for a terminal without an alternate screen would keep the last frame under what comes next.
const LEAVE = `${ESC}0m${ESC}?2004l${ESC}2J${ESC}H${ESC}?1049l${ESC}?25h`;
const BEGIN_UPDATE = `${ESC}?2026h`;
const END_UPDATE = `${ESC}?2026l`;

/** Stray output of others is painted over at the latest after this many frames, and at once by Ctrl-L. */
const WHOLE_EVERY = 600;

/**
 * Paints frames on the alternate screen, and only what changed of them, so that a slow line is enough, nothing flickers, a resize
 * leaves no remains, and the user's scrollback stays as it was. It never waits: a frame for which there is no room is left out.
 */
export class Screen {
  readonly #output: Output;
  #entered = false;
  #sinceWhole = 0;
  #lines: readonly string[] | null = null;

  constructor(output: Output) {
    this.#output = output;
  }

  get isEntered(): boolean {
    return this.#entered;
  }

  enter(): void {
    if (this.#entered) return;
    this.#entered = true;
    this.#lines = null;
    this.#output.write(ENTER);
  }

  /** The next frame is painted whole, on an empty screen. */
  invalidate(): void {
    this.#lines = null;
  }

  /**
   * @param frame painted lines, no more than there are rows
   * @returns false where the terminal has not taken the last frame yet: this one is left out
   */
  paint(frame: readonly string[]): boolean {
    if (!this.#entered || this.#output.isGone) return true;
    if (this.#output.waitingBytes > 0) return false;
    const text = this.#lines === null || this.#sinceWhole >= WHOLE_EVERY ? this.#whole(frame) : this.#changes(frame);
    this.#lines = frame;
    if (text !== '') this.#output.write(BEGIN_UPDATE + text + END_UPDATE);
    return true;
  }

  /** Back to the user's own screen, cursor shown. Safe to call at any time, and again. */
  leave(): void {
    if (!this.#entered) return;
    this.#entered = false;
    this.#output.write(LEAVE);
  }

  /** Text on the user's own screen. */
  print(text: string): void {
    if (!this.#entered) this.#output.write(text);
  }

  #whole(frame: readonly string[]): string {
    const clear = this.#lines === null ? `${ESC}2J` : '';
    this.#sinceWhole = 0;
    // Erased before it is written: erasing after a full line would take its last character away.
    const rows = Math.max(frame.length, this.#lines?.length ?? 0);
    const lines = Array.from({ length: rows }, (_, row) => `${ESC}${row + 1};1H${ESC}2K${frame[row] ?? ''}`);
    return clear + lines.join('');
  }

  #changes(frame: readonly string[]): string {
    const before = this.#lines ?? [];
    this.#sinceWhole += 1;
    const rows = Math.max(frame.length, before.length);
    return Array.from({ length: rows }, (_, row) => lineChanges(before[row] ?? '', frame[row] ?? '', row + 1)).join('');
  }
}
