import type { StudyListener } from '../study/events.ts';
import type { StudyControl } from '../study/study-control.ts';
import { chooseView, runsInCi } from '../terminal/choose-view.ts';
import { spareTerminalAtExit } from '../terminal/job-control.ts';
import { createPlainLog } from '../terminal/plain-log.ts';
import { hasLightBackground } from '../terminal/theme.ts';
import type { Context } from './context.ts';
import { EXIT } from './errors.ts';
import { holdLines, linesWritten, writeLines } from './standard-error.ts';
import { terminalOutput } from './standard-output.ts';

/** Someone watching a study: the dashboard in a terminal, else plain lines on stderr. */
export interface StudyView {
  readonly listener: StudyListener;
  /** an orderly end was asked for by a signal */
  showStopping(): void;
  /** a sentence about the end that is under way */
  tell(text: string): void;
  /** the terminal is gone, or is not to be used any more: nothing is written to it from now on */
  hangUp(): void;
  /** takes the view down; afterwards stdout is free for the result */
  done(): Promise<void>;
}

export interface ViewChoice {
  /** the user wants the study to stop, by a key */
  readonly onInterrupt: () => void;
  /** the view found its terminal gone */
  readonly onGone: () => void;
  /** the study is another process's: keys only leave the view */
  readonly onLeave?: () => void;
  /** of a study of this process: what keys may ask of it */
  readonly control?: StudyControl;
  /** plain lines in every case */
  readonly lines?: boolean;
}

export async function openView(context: Context, choice: ViewChoice): Promise<StudyView> {
  const view = chooseView({
    stdinIsTTY: process.stdin.isTTY === true,
    stdoutIsTTY: process.stdout.isTTY === true,
    ci: runsInCi(process.env),
    term: process.env.TERM,
    plainFlag: context.plain || choice.lines === true,
    jsonFlag: context.json,
    quietFlag: context.quiet,
  });
  spareTerminalAtExit();
  return view === 'dashboard' ? dashboardView(context, choice) : lineView(context);
}

/** Plain lines on stderr, fewer when quiet. */
export function lineView(context: Context): StudyView {
  let isLost = false;
  const listener = createPlainLog({
    // When quiet, every line is a warning, and those are cleaned: of colours too.
    write: (text) => (context.quiet ? context.warn(text.trimEnd()) : writeLines(text)),
    color: context.color && !context.quiet && process.stderr.isTTY === true,
    unicode: context.text.unicode,
    quiet: context.quiet,
    isShown: () => !isLost,
  });
  return {
    listener,
    showStopping: () =>
      context.warn('Stopping; everything found so far is stored. (Ctrl-C again tells what this waits for.)'),
    tell: context.warn,
    hangUp: () => {
      isLost = true;
    },
    done: linesWritten,
  };
}

/** Nothing at all: for a study whose log is in a file alone. */
export const noView: StudyView = {
  listener: () => undefined,
  showStopping: () => undefined,
  tell: () => undefined,
  hangUp: () => undefined,
  done: async () => undefined,
};

async function dashboardView(
  context: Context,
  { onInterrupt, onGone, onLeave, control }: ViewChoice,
): Promise<StudyView> {
  const { renderDashboard } = await import('../terminal/dashboard.ts');
  let isLost = false;
  const dashboard = renderDashboard({
    color: context.color,
    unicode: context.text.unicode,
    light: hasLightBackground(process.env),
    onInterrupt,
    onEndAtOnce: () => process.exit(EXIT.interrupted),
    onGone,
    ...(onLeave === undefined ? {} : { onLeave }),
    ...(control === undefined ? {} : { control }),
    output: terminalOutput(),
    openLeaderboard: async (host, study) => {
      const { browserOpener } = await import('./browse.ts');
      const open = await browserOpener(context, { study, sort: [], filter: [], database: context.database });
      return open(host);
    },
    log: (text) => {
      if (!isLost) writeLines(text);
    },
  });
  // On a terminal of their own, as with 2>FILE, lines disturb nothing.
  if (process.stderr.isTTY === true) holdLines(() => dashboard.isShown);
  return {
    listener: dashboard.listener,
    showStopping: () => dashboard.showStopping(),
    tell: (text) => dashboard.tell(text),
    hangUp: () => {
      isLost = true;
      dashboard.hangUp();
    },
    done: async () => {
      await dashboard.done();
      await linesWritten();
    },
  };
}
