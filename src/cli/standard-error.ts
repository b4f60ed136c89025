import { LineOutput } from '../terminal/output/line-output.ts';
import { DescriptorOutput, openOutput } from '../terminal/output/non-blocking-output.ts';
import { isUnicodeLocale } from './locale.ts';

/** How long the end of the program waits for someone to read its last lines. */
const LAST_WAIT_MS = 2000;
const MOST_HELD = 200;

let lines: LineOutput | null = null;
/** lines written while the whole screen is a view's would only tear it: kept until the view is gone */
let isHeld: () => boolean = () => false;
let held: readonly string[] = [];
let instead: ((text: string) => void) | null = null;
let onGone: () => void = () => undefined;

/** Whole lines to stderr, which never block: what nobody reads is left out and counted. */
export function writeLines(text: string): void {
  if (instead !== null) {
    instead(text);
    return;
  }
  if (isHeld()) {
    held = [...held, text].slice(-MOST_HELD);
    return;
  }
  writeHeld();
  lines ??= open();
  lines.write(text);
}

function writeHeld(): void {
  const waiting = held;
  held = [];
  if (waiting.length === 0) return;
  lines ??= open();
  for (const text of waiting) lines.write(text);
}

/** @param hold whether the screen is a view's at this moment */
export function holdLines(hold: () => boolean): void {
  isHeld = hold;
}

function open(): LineOutput {
  const output = openOutput(process.stderr);
  output.onGone(() => onGone());
  if (output instanceof DescriptorOutput) process.on('exit', () => lines?.drainNow(LAST_WAIT_MS / 4));
  return new LineOutput(output, { unicode: isUnicodeLocale() });
}

/** Waits a little for a reader of what was written. */
export async function linesWritten(): Promise<void> {
  if (!isHeld()) writeHeld();
  await lines?.drained(LAST_WAIT_MS);
}

/** @param gone called where stderr is found to be gone: its terminal hung up, or its pipe was closed */
export function onLinesGone(gone: () => void): void {
  onGone = gone;
}

/** From now on lines go to `write` and not to stderr. */
export function redirectLines(write: (text: string) => void): void {
  instead = write;
}
