import type { Output } from './output.ts';

export interface LineOutputOptions {
  /** bytes that may wait before lines are left out; default 64 KiB */
  readonly mostWaiting?: number;
  /** false where the locale is not UTF-8; default true */
  readonly unicode?: boolean;
}

const MOST_WAITING = 65_536;
const LAST_KEPT = 5;

/**
 * Lines to an output that may not be read for hours: what has no room is left out, which is told by one line as soon as there is room
 * again, followed by the last of those lines: how a study ended must not be lost.
 */
export class LineOutput {
  readonly #output: Output;
  readonly #mostWaiting: number;
  readonly #mark: string;
  #leftOut = 0;
  #last: readonly string[] = [];

  constructor(output: Output, { mostWaiting = MOST_WAITING, unicode = true }: LineOutputOptions = {}) {
    this.#output = output;
    this.#mostWaiting = mostWaiting;
    this.#mark = unicode ? '…' : '...';
  }

  /** @param lines whole ones, each ended by a newline */
  write(lines: string): void {
    if (this.#output.waitingBytes > (this.#leftOut > 0 ? 0 : this.#mostWaiting)) {
      this.#leftOut += 1;
      this.#last = [...this.#last, lines].slice(-LAST_KEPT);
      return;
    }
    this.#tellLeftOut();
    this.#output.write(lines);
  }

  /** Waits at most so long for a reader. */
  async drained(withinMs: number): Promise<boolean> {
    if (!(await this.#output.drained(withinMs))) return false;
    this.#tellLeftOut();
    return this.#output.drained(withinMs);
  }

  drainNow(withinMs: number): void {
    this.#output.drainNow(withinMs);
    if (this.#output.waitingBytes > 0) return;
    this.#tellLeftOut();
    this.#output.drainNow(withinMs);
  }

  #tellLeftOut(): void {
    const missing = this.#leftOut - this.#last.length;
    const told =
      missing > 0 ? `${this.#mark} ${missing} ${missing === 1 ? 'line' : 'lines'} left out while nobody read\n` : '';
    const text = told + this.#last.join('');
    this.#leftOut = 0;
    this.#last = [];
    if (text !== '') this.#output.write(text);
  }
}
