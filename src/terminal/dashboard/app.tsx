import { render, renderToString, useInput } from 'ink';
import { useLayoutEffect } from 'react';
import { DashboardView, type DashboardViewProps } from './dashboard-view.tsx';
import { Summary, type SummaryProps } from './summary.tsx';

export interface AppOptions {
  readonly stdin: NodeJS.ReadStream;
  /** columns of the terminal at this moment */
  columns(): number;
  /** gets every frame */
  paint(frame: string): void;
  /** the user has asked to stop */
  onStop(): void;
  /** the view is gone, by `unmount` or because the process ends */
  onUnmount(): void;
}

export interface App {
  update(props: DashboardViewProps): void;
  unmount(): void;
  /** resolves when unmounted; rejects with the error of a view that threw */
  readonly ended: Promise<unknown>;
}

const CTRL_C = '\u0003';

function Root({ options, view }: { options: AppOptions; view: DashboardViewProps }) {
  useLayoutEffect(() => () => options.onUnmount(), [options]);
  useInput(
    (input, key) => {
      // Keys that come in one piece count one by one.
      const keys = key.ctrl && input === 'c' ? [CTRL_C] : Array.from(input);
      for (const character of keys) if (character.toLowerCase() === 'q' || character === CTRL_C) options.onStop();
    },
    { isActive: view.keys },
  );
  return <DashboardView {...view} />;
}

/**
 * What Ink sees as its terminal: every frame goes to `paint`. Ink's own painter counts lines back from the cursor, which
 * fails when a resize re-wraps them, and clears the user's scrollback when a frame fills the screen.
 */
function frameStream({ columns, paint }: AppOptions): NodeJS.WriteStream {
  const stream = {
    get columns() {
      return columns();
    },
    isTTY: false,
    write: (frame: string) => {
      paint(frame);
      return true;
    },
    on: () => stream,
    off: () => stream,
  };
  return stream as unknown as NodeJS.WriteStream;
}

export function mountApp(options: AppOptions, view: DashboardViewProps): App {
  const instance = render(<Root options={options} view={view} />, {
    stdout: frameStream(options),
    stdin: options.stdin,
    // Whole frames, one per update: throttling and painting are done by the caller.
    debug: true,
    exitOnCtrlC: false,
    patchConsole: false,
  });
  return {
    update: (next) => instance.rerender(<Root options={options} view={next} />),
    unmount: () => instance.unmount(),
    ended: instance.waitUntilExit(),
  };
}

/** The summary as text, each line ended by a newline. */
export const summaryText = (props: SummaryProps): string =>
  `${renderToString(<Summary {...props} />, { columns: props.width })}\n`;
