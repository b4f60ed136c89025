import { openOutput } from './output/non-blocking-output.ts';
import type { ScreenHost, ScreenView } from './screen-view.ts';
import { TerminalSession } from './terminal-session.ts';
import type { Theme } from './theme.ts';

/** Frames of one view follow each other no faster. */
const FRAME_MS = 15;
/** After a frame that the terminal had no room for. */
const AGAIN_MS = 250;

/**
 * Shows one view on the whole terminal until it leaves, Ctrl-C, a signal or a hang-up. The user's own screen is back afterwards.
 * @throws what the view throws, after the screen was given back
 */
export async function runView(make: (host: ScreenHost) => ScreenView, theme: Theme): Promise<void> {
  let resolve: () => void = () => {};
  let reject: (error: unknown) => void = () => {};
  const ended = new Promise<void>((...both) => {
    [resolve, reject] = both;
  });
  let frame: NodeJS.Timeout | null = null;
  let shownAt = Number.NEGATIVE_INFINITY;
  /** The first change after a rest is shown at once: somebody waits for the answer to a key. */
  const schedule = (afterMs = Math.max(0, FRAME_MS - (performance.now() - shownAt))) => {
    frame ??= setTimeout(show, afterMs);
  };
  const guarded = (work: () => void) => {
    try {
      work();
    } catch (error) {
      reject(error);
    }
  };
  const host: ScreenHost = { redraw: () => schedule(), leave: () => resolve() };
  const session = new TerminalSession({
    ...{ stdin: process.stdin, stdout: process.stdout, output: openOutput(process.stdout), theme },
    onKey: (key) => (key.name === 'ctrl-c' ? resolve() : guarded(() => view.key(key))),
    onRedraw: () => schedule(0),
    onForeground: () => {},
    onGone: () => resolve(),
  });
  const view = make(host);
  const show = () => {
    frame = null;
    if (!session.isShown) return;
    shownAt = performance.now();
    guarded(() => {
      const { size } = session;
      if (!session.paint(view.lines(size), size)) schedule(AGAIN_MS);
    });
  };
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  for (const signal of signals) process.on(signal, host.leave);
  // A program that waits for keys alone has nothing else to keep it alive.
  const alive = setInterval(() => {}, 1 << 30);
  session.open();
  try {
    await ended;
  } finally {
    clearInterval(alive);
    if (frame !== null) clearTimeout(frame);
    view.close();
    await session.close(() => '');
    for (const signal of signals) process.off(signal, host.leave);
  }
}
