import type { StudyListener } from '../study/events.ts';
import { chooseView, runsInCi } from '../terminal/choose-view.ts';
import { createPlainLog } from '../terminal/plain-log.ts';
import type { Context } from './context.ts';
import { Interrupt } from './interrupt.ts';

/** Someone watching a study: the dashboard in a terminal, else plain lines on stderr. */
export interface Watch {
  readonly listener: StudyListener;
  readonly signal: AbortSignal;
  /** takes the view down; afterwards stdout is free for the result */
  done(): Promise<void>;
}

export async function watchStudy(context: Context, json: boolean): Promise<Watch> {
  const view = chooseView({
    stdinIsTTY: process.stdin.isTTY === true,
    stdoutIsTTY: process.stdout.isTTY === true,
    ci: runsInCi(process.env),
    term: process.env.TERM,
    plainFlag: context.plain,
    jsonFlag: json,
    quietFlag: context.quiet,
  });
  if (view === 'ink') return watchInDashboard(context);
  return watchLines(context);
}

/** Plain lines on stderr, fewer when quiet. */
export function watchLines(context: Context): Watch {
  const interrupt = new Interrupt(() =>
    context.warn('Stopping; everything found so far is stored. (Ctrl-C again leaves at once.)'),
  );
  const listener = createPlainLog({
    // When quiet, every line is a warning, and those are cleaned: of colours too.
    write: (text) => (context.quiet ? context.warn(text.trimEnd()) : void process.stderr.write(text)),
    color: context.color && !context.quiet && process.stderr.isTTY === true,
    unicode: context.text.unicode,
    quiet: context.quiet,
  });
  return { listener, signal: interrupt.signal, done: async () => interrupt.release() };
}

async function watchInDashboard(context: Context): Promise<Watch> {
  const { renderDashboard } = await import('../terminal/dashboard.tsx');
  const interrupt = new Interrupt(() => dashboard.showStopping());
  const dashboard = renderDashboard({
    color: context.color,
    unicode: context.text.unicode,
    onInterrupt: interrupt.trigger,
  });
  return {
    listener: dashboard.listener,
    signal: interrupt.signal,
    done: async () => {
      await dashboard.done();
      interrupt.release();
    },
  };
}
