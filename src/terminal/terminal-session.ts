import { isInForeground, stopJob } from './job-control.ts';
import { type KeyPress, KeyReader } from './keys/key-reader.ts';
import { type Line, paintLine, type Size } from './lines.ts';
import type { Output } from './output/output.ts';
import { Screen } from './screen.ts';
import type { Theme } from './theme.ts';

/** The part of a keyboard that is used. */
export interface KeyInput {
  readonly isTTY?: boolean;
  setRawMode?(on: boolean): unknown;
  setEncoding(encoding: 'utf8'): unknown;
  on(event: 'data', listener: (text: string) => void): unknown;
  on(event: 'end' | 'error', listener: () => void): unknown;
  off(event: 'data', listener: (text: string) => void): unknown;
  off(event: 'end' | 'error', listener: () => void): unknown;
  resume(): unknown;
  pause(): unknown;
}

/** The part of a terminal's stream that is used beside its output. */
export interface SizeSource {
  readonly columns?: number;
  readonly rows?: number;
  getWindowSize?(): [number, number];
  on(event: 'resize', listener: () => void): unknown;
  off(event: 'resize', listener: () => void): unknown;
}

export interface SessionOptions {
  readonly stdin: KeyInput;
  readonly stdout: SizeSource;
  readonly output: Output;
  readonly theme: Theme;
  /** the rows to show for painted lines; default: the lines */
  readonly layOut?: (lines: readonly string[], size: Size) => readonly string[];
  onKey(key: KeyPress): void;
  /** the size changed, or the screen came back: paint again */
  onRedraw(): void;
  /** the job went to the background, or came back from there */
  onForeground(foreground: boolean): void;
  /** nothing can be shown any more */
  onGone(): void;
  /** job control; default: that of the system */
  readonly jobs?: { isInForeground(): boolean; stop(): void };
}

/** A lone ESC is the key when nothing has followed it for so long. */
const ESCAPE_MS = 40;
/** A job that was put to the front without a signal is noticed this soon. */
const LOOK_MS = 1000;
const SETTLING_MS = 100;
/** How long the end waits for a terminal that does not read, so that the user's own screen comes back. */
const LEAVE_WAIT_MS = 1500;

/**
 * The terminal of a program that takes the whole screen, as vim has it: alternate screen and raw mode while the job is in the foreground,
 * neither of them while it is stopped or in the background, and the user's own screen after any end.
 */
export class TerminalSession {
  readonly #options: SessionOptions;
  readonly #screen: Screen;
  readonly #jobs: { isInForeground(): boolean; stop(): void };
  #keys = new KeyReader();
  #escape: NodeJS.Timeout | null = null;
  #look: NodeJS.Timeout | null = null;
  #open = false;
  #gone = false;
  #foreground = true;
  #settledUntil = Number.NEGATIVE_INFINITY;

  constructor(options: SessionOptions) {
    this.#options = options;
    this.#screen = new Screen(options.output);
    this.#jobs = options.jobs ?? { isInForeground, stop: stopJob };
  }

  /** Takes the screen, or waits in the background for the job to come to the front. */
  open(): void {
    if (this.#open || this.#gone) return;
    this.#open = true;
    const { stdin, stdout, output } = this.#options;
    output.onGone(this.lose);
    // A terminal that hangs up fails on reading too.
    stdin.on('error', this.lose);
    stdin.on('end', this.lose);
    stdout.on('resize', this.#resized);
    process.on('SIGTSTP', this.suspend);
    process.on('SIGCONT', this.#continued);
    process.on('exit', this.#exit);
    this.#foreground = this.#jobs.isInForeground();
    if (this.#foreground) this.#take();
    else this.#options.onForeground(false);
    this.#look = setInterval(() => this.#lookWhereWeAre(), LOOK_MS);
    this.#look.unref();
  }

  get isGone(): boolean {
    return this.#gone;
  }

  get isShown(): boolean {
    return this.#screen.isEntered;
  }

  /** Whether keys can be read. */
  get hasKeys(): boolean {
    return this.#options.stdin.isTTY === true;
  }

  /** Of the terminal at this moment: in the background nobody tells of a change. */
  get size(): Size {
    const { stdout } = this.#options;
    let [columns, rows] = [stdout.columns ?? 0, stdout.rows ?? 0];
    try {
      [columns, rows] = stdout.getWindowSize?.() ?? [columns, rows];
    } catch {
      // A hung-up terminal has no size.
    }
    // Some terminals say 0 for what they do not know.
    return { columns: columns || 80, rows: rows || 24 };
  }

  /** @returns false where the terminal does not keep up, and the frame is left out */
  paint(lines: readonly Line[], size: Size): boolean {
    const { theme, layOut } = this.#options;
    const { columns, rows } = size;
    const painted = lines.slice(0, rows).map((line) => paintLine(line, columns, theme));
    return this.#screen.paint(layOut === undefined ? painted : layOut(painted, size));
  }

  /** Everything anew on the next frame. */
  repaint(): void {
    this.#screen.invalidate();
    this.#options.onRedraw();
  }

  /** Gives the screen back, stops the job, and takes the screen again when it goes on in the foreground. */
  readonly suspend = (): void => {
    this.#giveBack();
    this.#options.output.drainNow(200);
    // Without a handler the signal does what it does by default.
    process.off('SIGTSTP', this.suspend);
    this.#jobs.stop();
    if (!this.#open) return;
    process.on('SIGTSTP', this.suspend);
    this.#continued();
    this.#settledUntil = performance.now() + SETTLING_MS;
  };

  /** The terminal is gone: nothing is written any more, except what brings the user's screen back where it lives after all. */
  readonly lose = (): void => {
    if (this.#gone) return;
    this.#gone = true;
    this.#release();
    this.#options.onGone();
  };

  /** Gives the screen back for good, with a text on it. Nothing is written after it resolves. */
  async close(text: (size: Size) => string): Promise<void> {
    const shown = this.#open && !this.#gone;
    this.#release();
    if (!shown) return;
    if (this.#foreground) this.#screen.print(text(this.size));
    await this.#options.output.drained(LEAVE_WAIT_MS);
  }

  #take(): void {
    if (this.#gone) return;
    this.#screen.enter();
    this.#readKeys();
    this.#options.onRedraw();
  }

  #giveBack(): void {
    this.#dropKeys();
    this.#screen.leave();
  }

  #readKeys(): void {
    const { stdin } = this.#options;
    if (!this.hasKeys) return;
    try {
      // Off first: the shell has set modes of its own, which Node has not seen.
      stdin.setRawMode?.(false);
      stdin.setRawMode?.(true);
    } catch {
      this.lose();
      return;
    }
    this.#keys = new KeyReader();
    stdin.setEncoding('utf8');
    stdin.off('data', this.#typed);
    stdin.on('data', this.#typed);
    stdin.resume();
  }

  #dropKeys(): void {
    const { stdin } = this.#options;
    if (this.#escape !== null) clearTimeout(this.#escape);
    this.#escape = null;
    if (!this.hasKeys || !this.#screen.isEntered) return;
    stdin.off('data', this.#typed);
    // In the background a read would stop the job.
    stdin.pause();
    try {
      stdin.setRawMode?.(false);
    } catch {
      // A terminal that is gone has no modes.
    }
  }

  readonly #typed = (text: string): void => {
    if (this.#escape !== null) clearTimeout(this.#escape);
    this.#escape = null;
    this.#hear(this.#keys.feed(text));
    if (!this.#keys.isWaiting) return;
    this.#escape = setTimeout(() => this.#hear(this.#keys.flush()), ESCAPE_MS);
    this.#escape.unref();
  };

  #hear(keys: readonly KeyPress[]): void {
    for (const key of keys) {
      if (key.name === 'ctrl-z') this.suspend();
      else if (key.name === 'ctrl-l') this.repaint();
      else this.#options.onKey(key);
    }
  }

  readonly #resized = (): void => {
    this.#screen.invalidate();
    this.#options.onRedraw();
  };

  /** After a stop of any kind: in the foreground everything is set up anew, for the shell has changed it meanwhile. */
  readonly #continued = (): void => {
    // After a stop of our own the signal comes when everything is set up already.
    if (!this.#open || this.#gone || performance.now() < this.#settledUntil) return;
    if (this.#screen.isEntered) this.#giveBack();
    this.#setForeground(this.#jobs.isInForeground());
  };

  #lookWhereWeAre(): void {
    if (!this.#foreground && this.#jobs.isInForeground()) this.#setForeground(true);
  }

  #setForeground(foreground: boolean): void {
    if (foreground !== this.#foreground) this.#options.onForeground(foreground);
    this.#foreground = foreground;
    if (foreground) this.#take();
  }

  readonly #exit = (): void => {
    this.#release();
    this.#options.output.drainNow(LEAVE_WAIT_MS);
  };

  #release(): void {
    if (!this.#open) return;
    this.#open = false;
    this.#giveBack();
    const { stdin, stdout } = this.#options;
    stdout.off('resize', this.#resized);
    process.off('SIGTSTP', this.suspend);
    process.off('SIGCONT', this.#continued);
    process.off('exit', this.#exit);
    if (this.#look !== null) clearInterval(this.#look);
    // An error of the last read may come later; without a listener it would end the process.
    stdin.off('end', this.lose);
  }
}
