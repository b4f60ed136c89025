import { cleanText } from '../base/clean-text.ts';
import { messageOf } from '../base/failure.ts';
import type { StudyEvent, StudyListener } from '../study/events.ts';
import type { StudyControl } from '../study/study-control.ts';
import { initialControls, pressKey, situationOf } from './dashboard/controls.ts';
import { dashboardLines } from './dashboard/dashboard-view.ts';
import { summaryText } from './dashboard/summary.ts';
import { type DashboardState, initialDashboardState, reduceDashboard } from './dashboard-state.ts';
import { InkFrames } from './ink-frame.tsx';
import { isInForeground, stopJob } from './job-control.ts';
import type { KeyPress } from './keys/key-reader.ts';
import { openOutput } from './output/non-blocking-output.ts';
import type { Output } from './output/output.ts';
import { createPlainLog } from './plain-log.ts';
import type { ScreenHost, ScreenView } from './screen-view.ts';
import { type KeyInput, type SessionOptions, type SizeSource, TerminalSession } from './terminal-session.ts';
import type { Theme } from './theme.ts';

export interface DashboardOptions extends Theme {
  /** the user wants the study to stop, or, asked again, to hear what it waits for */
  onInterrupt(): void;
  /** the user wants it to end without waiting for anything; default: as `onInterrupt` */
  readonly onEndAtOnce?: () => void;
  /** the study is another process's: keys leave the view through this, and end nothing */
  readonly onLeave?: () => void;
  /** the terminal is gone, or must not be used any more */
  onGone?(): void;
  /** what keys may ask of the study beside its end; absent: nothing */
  readonly control?: Pick<StudyControl, 'pause' | 'goOn' | 'endAfterTrainings' | 'stoodStill'>;
  /** opens the leaderboard of a study, to come back when it leaves; absent: it cannot be opened from here */
  readonly openLeaderboard?: (host: ScreenHost, study: string) => Promise<ScreenView>;
  /** takes plain lines, while there is no view to see: in the background, after a hang-up, or where a view failed */
  log(text: string): void;
  readonly stdout?: SizeSource;
  readonly stdin?: KeyInput;
  /** default: the program's stdout */
  readonly output?: Output;
  readonly jobs?: SessionOptions['jobs'];
}

export interface Dashboard {
  /** the screen is the dashboard's at this moment */
  readonly isShown: boolean;
  readonly listener: StudyListener;
  /** Shows that the study is stopping, where a signal and not a key asked for it; after a key it changes nothing. */
  showStopping(): void;
  /** A sentence about the end that is under way. */
  tell(text: string): void;
  /** The terminal has hung up: gives the user's screen back, where it lives after all, and shows nothing more. */
  hangUp(): void;
  /** Restores the terminal and leaves a summary on it. Nothing is written after it resolves. */
  done(): Promise<void>;
}

const FRAME_MS = 120;
const TICK_MS = 1000;
/** After a frame that the terminal had no room for. */
const AGAIN_MS = 250;

/** Watching must not cost the study more than 3 % of a core; frames have this share of it: after a costly one the next one waits. */
const MOST_SHARE = 0.018;
/** The first frame loads what it is made with, and a busy machine makes any frame seem costly. */
const LONGEST_REST_MS = 700;

class LiveDashboard implements Dashboard {
  readonly #options: DashboardOptions;
  readonly #session: TerminalSession;
  readonly #frames = new InkFrames();
  readonly #ticker: NodeJS.Timeout;
  readonly #plain: StudyListener;
  #state: DashboardState = initialDashboardState;
  #controls = initialControls;
  #lastEventAt = performance.now();
  #nextFrameAt = Number.NEGATIVE_INFINITY;
  #frame: NodeJS.Timeout | null = null;
  /** no view to see: the lines of the plain log are written */
  #inLines = false;
  /** a view that covers the dashboard */
  #above: ScreenView | null = null;
  #opening = false;
  #finishing: Promise<void> | null = null;

  constructor(options: DashboardOptions) {
    this.#options = options;
    this.#controls = {
      ...initialControls,
      watching: options.onLeave !== undefined,
      controlled: options.control !== undefined,
      browsable: options.openLeaderboard !== undefined,
    };
    const { color, unicode, log } = options;
    this.#plain = createPlainLog({ write: log, color, unicode, isShown: () => this.#inLines });
    this.#session = new TerminalSession({
      stdin: options.stdin ?? process.stdin,
      stdout: options.stdout ?? process.stdout,
      output: options.output ?? openOutput(process.stdout),
      theme: options,
      jobs: this.#jobs(options.jobs ?? { isInForeground, stop: stopJob }),
      layOut: (lines, size) => this.#frames.layOut(lines, size),
      onKey: (key) => this.#press(key),
      onRedraw: () => this.#schedule(),
      onForeground: (foreground) => this.#toForeground(foreground),
      onGone: () => {
        this.#inLines = true;
        options.onGone?.();
      },
    });
    this.#ticker = setInterval(() => this.#schedule(), TICK_MS);
    this.#ticker.unref();
    this.#session.open();
    this.#schedule();
  }

  get isShown(): boolean {
    return this.#session.isShown;
  }

  readonly listener: StudyListener = (event: StudyEvent) => {
    if (this.#finishing !== null) return;
    this.#state = reduceDashboard(this.#state, event);
    this.#lastEventAt = performance.now();
    this.#plain(event);
    this.#schedule();
  };

  showStopping(): void {
    this.#controls = { ...this.#controls, question: null, stopping: true };
    this.#schedule();
  }

  tell(text: string): void {
    this.#controls = { ...this.#controls, told: text };
    this.#schedule();
  }

  hangUp(): void {
    this.#session.lose();
  }

  done(): Promise<void> {
    this.#finishing ??= this.#finish();
    return this.#finishing;
  }

  #elapsedMs(): number {
    const { atMs, end } = this.#state;
    return end === null ? atMs + Math.max(0, performance.now() - this.#lastEventAt) : atMs;
  }

  /** At most one frame in FRAME_MS, and always one after the last change. */
  #schedule(): void {
    if (this.#frame !== null || !this.#session.isShown) return;
    this.#frame = setTimeout(() => this.#showFrame(), Math.max(0, this.#nextFrameAt - performance.now()));
    this.#frame.unref();
  }

  #showFrame(): void {
    this.#frame = null;
    if (!this.#session.isShown) return;
    const startedAt = performance.now();
    let painted = false;
    try {
      const { size } = this.#session;
      const lines = this.#above?.lines(size) ?? dashboardLines(this.#viewProps(size));
      painted = this.#session.paint(lines, size);
    } catch (error) {
      this.#failed(error);
      return;
    }
    const rest = painted
      ? Math.min(LONGEST_REST_MS, Math.max(FRAME_MS, (performance.now() - startedAt) / MOST_SHARE))
      : AGAIN_MS;
    this.#nextFrameAt = startedAt + rest;
    if (!painted) this.#schedule();
  }

  #viewProps(size: { readonly columns: number; readonly rows: number }) {
    const keys = this.#session.hasKeys;
    return {
      ...size,
      state: this.#state,
      controls: this.#controls,
      elapsedMs: this.#elapsedMs(),
      theme: this.#options,
      keys,
    };
  }

  #press(key: KeyPress): void {
    if (this.#above === null) this.#pressOwn(key);
    else if (key.name === 'ctrl-c') this.#comeBack();
    else this.#above.key(key);
    // A key is answered at once.
    if (this.#frame !== null) clearTimeout(this.#frame);
    this.#frame = null;
    this.#nextFrameAt = performance.now();
    this.#schedule();
  }

  async #openLeaderboard(): Promise<void> {
    const { openLeaderboard } = this.#options;
    const study = this.#state.study?.study;
    if (openLeaderboard === undefined || study === undefined || this.#opening) return;
    this.#opening = true;
    try {
      const host = { redraw: () => this.#schedule(), leave: () => this.#comeBack() };
      const view = await openLeaderboard(host, study);
      if (this.#finishing === null && this.#session.isShown) this.#above = view;
      else view.close();
    } catch (error) {
      this.#controls = { ...this.#controls, told: cleanText(messageOf(error), 1000) };
    }
    this.#opening = false;
    this.#schedule();
  }

  #comeBack(): void {
    this.#above?.close();
    this.#above = null;
    this.#schedule();
  }

  #pressOwn(key: KeyPress): void {
    const { controls, effect } = pressKey(this.#controls, key, situationOf(this.#state));
    this.#controls = controls;
    if (effect === 'leaderboard') void this.#openLeaderboard();
    const { onInterrupt, onEndAtOnce = onInterrupt, onLeave = onInterrupt, control } = this.#options;
    if (effect === 'pause') control?.pause();
    if (effect === 'go-on') control?.goOn();
    if (effect === 'end-after-trainings') control?.endAfterTrainings();
    if (effect === 'interrupt') onInterrupt();
    if (effect === 'end-at-once') onEndAtOnce();
    if (effect === 'leave') onLeave();
  }

  /** While the job is stopped the study's clock stands still. */
  #jobs({ isInForeground, stop }: NonNullable<SessionOptions['jobs']>): NonNullable<SessionOptions['jobs']> {
    return {
      isInForeground,
      stop: () => {
        const from = performance.now();
        stop();
        this.#options.control?.stoodStill(performance.now() - from);
      },
    };
  }

  #toForeground(foreground: boolean): void {
    this.#inLines = !foreground;
    if (foreground) return;
    const how = 'bring it to the front (fg) to see it there, or: scattershot stop';
    this.#options.log(`In the background, the study goes on in plain lines; ${how}\n`);
  }

  /** A view threw: the study goes on, and its events are shown as plain lines. */
  #failed(error: unknown): void {
    this.#session.lose();
    const message = cleanText(messageOf(error), 1000);
    this.#options.log(`The dashboard failed (${message}); the study goes on, in plain lines.\n`);
  }

  async #finish(): Promise<void> {
    clearInterval(this.#ticker);
    if (this.#frame !== null) clearTimeout(this.#frame);
    this.#comeBack();
    this.#frames.close();
    await this.#session.close(({ columns }) =>
      summaryText({ state: this.#state, elapsedMs: this.#elapsedMs(), width: columns, theme: this.#options }),
    );
  }
}

/**
 * Shows a study live on a terminal, and in plain lines while the terminal is not this job's. A terminal that goes away ends the view, not
 * the study. The caller must await `done()` before it writes anything itself, also when the study failed.
 */
export const renderDashboard = (options: DashboardOptions): Dashboard => new LiveDashboard(options);
