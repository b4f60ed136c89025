import { cleanText } from '../base/clean-text.ts';
import { messageOf } from '../base/failure.ts';
import type { StudyEvent, StudyListener } from '../study/events.ts';
import type { App } from './dashboard/app.tsx';
import type { DashboardViewProps } from './dashboard/dashboard-view.tsx';
import { type DashboardState, initialDashboardState, reduceDashboard } from './dashboard-state.ts';
import { createPlainLog } from './plain-log.ts';
import { Screen, type TerminalOutput } from './screen.ts';
import type { Theme } from './theme.ts';

export interface DashboardOptions extends Theme {
  /** the user wants the study to stop; asked a second time, at once */
  onInterrupt(): void;
  readonly stdout?: TerminalOutput;
  readonly stdin?: NodeJS.ReadStream;
  /** where a plain log goes if a view should fail */
  readonly stderr?: { write(text: string): unknown };
}

export interface Dashboard {
  readonly listener: StudyListener;
  /** Shows that the study is stopping, where a signal and not a key asked for it; after a key it changes nothing. */
  showStopping(): void;
  /** Restores the terminal and leaves a summary on it. Nothing is written after it resolves. */
  done(): Promise<void>;
}

const FRAME_MS = 100;
const TICK_MS = 1000;

/** Watching must not cost the study more than this share of a core: after a costly frame the next one waits. */
const MOST_SHARE = 0.1;

/** Ink and React, loaded only here. React's development build keeps a record of every update, for hours of them. */
async function loadApp(): Promise<typeof import('./dashboard/app.tsx')> {
  const env: { NODE_ENV?: string } = process.env;
  const set = env.NODE_ENV === undefined;
  if (set) env.NODE_ENV = 'production';
  try {
    return await import('./dashboard/app.tsx');
  } finally {
    if (set) delete env.NODE_ENV;
  }
}

class LiveDashboard implements Dashboard {
  readonly #options: DashboardOptions;
  readonly #stdin: NodeJS.ReadStream;
  readonly #screen: Screen;
  readonly #mounting: Promise<void>;
  readonly #ticker: NodeJS.Timeout;
  #state: DashboardState = initialDashboardState;
  #lastEventAt: number;
  #nextFrameAt = Number.NEGATIVE_INFINITY;
  #frame: NodeJS.Timeout | null = null;
  #stopping = 0;
  #app: App | null = null;
  #fallback: StudyListener | null = null;
  #summary: ((width: number) => string) | null = null;
  #finishing: Promise<void> | null = null;

  constructor(options: DashboardOptions) {
    this.#options = options;
    this.#stdin = options.stdin ?? process.stdin;
    this.#lastEventAt = performance.now();
    const stdout = options.stdout ?? process.stdout;
    this.#screen = new Screen(stdout, () => this.#unmount());
    stdout.on('resize', this.#resized);
    // A terminal that hangs up fails on reading too.
    this.#stdin.on('error', this.#screen.lose);
    process.on('SIGHUP', this.#screen.lose);
    process.on('exit', this.#restore);
    this.#ticker = setInterval(() => this.#schedule(), TICK_MS);
    this.#ticker.unref();
    this.#mounting = this.#mount();
  }

  readonly listener: StudyListener = (event: StudyEvent) => {
    if (this.#finishing !== null) return;
    this.#state = reduceDashboard(this.#state, event);
    this.#lastEventAt = performance.now();
    if (this.#fallback === null) this.#schedule();
    else this.#fallback(event);
  };

  showStopping(): void {
    this.#stopping = Math.max(1, this.#stopping);
    this.#schedule();
  }

  done(): Promise<void> {
    this.#finishing ??= this.#finish();
    return this.#finishing;
  }

  async #mount(): Promise<void> {
    try {
      const { mountApp, summaryText } = await loadApp();
      this.#summary = (width) =>
        summaryText({ state: this.#state, elapsedMs: this.#elapsedMs(), width, theme: this.#options });
      if (this.#finishing !== null || this.#screen.isGone) return;
      this.#screen.enter();
      const app = mountApp(
        {
          stdin: this.#stdin,
          columns: () => this.#screen.columns,
          paint: (frame) => this.#screen.paint(frame),
          onStop: () => this.#stop(),
          onUnmount: this.#restore,
        },
        this.#view(),
      );
      this.#app = app;
      app.ended.catch((error: unknown) => this.#failed(error));
    } catch (error) {
      this.#failed(error);
    }
  }

  #view(): DashboardViewProps {
    const { columns, rows } = this.#screen;
    const keys = Boolean(this.#stdin.isTTY);
    const [state, stopping] = [this.#state, this.#stopping];
    return { state, elapsedMs: this.#elapsedMs(), columns, rows, theme: this.#options, stopping, keys };
  }

  #elapsedMs(): number {
    const { atMs, end } = this.#state;
    return end === null ? atMs + Math.max(0, performance.now() - this.#lastEventAt) : atMs;
  }

  /** At most one frame in FRAME_MS, and always one after the last change. */
  #schedule(): void {
    if (this.#frame !== null || this.#app === null) return;
    this.#frame = setTimeout(() => this.#showFrame(), Math.max(0, this.#nextFrameAt - performance.now()));
    this.#frame.unref();
  }

  #showFrame(): void {
    this.#frame = null;
    const startedAt = performance.now();
    this.#app?.update(this.#view());
    this.#nextFrameAt = startedAt + Math.max(FRAME_MS, (performance.now() - startedAt) / MOST_SHARE);
  }

  readonly #resized = (): void => {
    this.#screen.invalidate();
    this.#schedule();
  };

  #stop(): void {
    this.#stopping += 1;
    this.#schedule();
    this.#options.onInterrupt();
  }

  readonly #restore = (): void => this.#screen.leave();

  /** A view threw: the study goes on, and its events are shown as plain lines. */
  #failed(error: unknown): void {
    if (this.#fallback !== null) return;
    const stderr = this.#options.stderr ?? process.stderr;
    this.#unmount();
    this.#fallback = createPlainLog({ write: (text) => stderr.write(text), color: this.#options.color });
    const message = cleanText(messageOf(error), 1000);
    stderr.write(`The dashboard failed (${message}); the study goes on, in plain lines.\n`);
  }

  #unmount(): void {
    const app = this.#app;
    this.#app = null;
    if (this.#frame !== null) clearTimeout(this.#frame);
    this.#frame = null;
    app?.unmount();
    this.#screen.leave();
  }

  async #finish(): Promise<void> {
    await this.#mounting;
    this.#unmount();
    clearInterval(this.#ticker);
    const stdout = this.#options.stdout ?? process.stdout;
    stdout.off('resize', this.#resized);
    process.off('SIGHUP', this.#screen.lose);
    process.off('exit', this.#restore);
    if (this.#fallback !== null || this.#summary === null || this.#screen.isGone) return;
    this.#screen.print(this.#summary(this.#screen.columns));
  }
}

/**
 * Shows a study live on a terminal. Events may come at once; Ink is loaded meanwhile, and only by this call.
 * A terminal that goes away ends the view, not the study. The caller must await `done()` before it writes anything itself, also when the study failed.
 */
export function renderDashboard(options: DashboardOptions): Dashboard {
  const live = new LiveDashboard(options);
  return { listener: live.listener, showStopping: () => live.showStopping(), done: () => live.done() };
}
