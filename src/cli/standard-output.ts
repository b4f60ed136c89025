import { openOutput } from '../terminal/output/non-blocking-output.ts';
import type { Output } from '../terminal/output/output.ts';

let terminal: Output | null = null;
let isStreaming = false;
let instead: ((data: string | Uint8Array) => void) | null = null;

/** What stdout leads to: one for views and for results, so that each comes after what was before it. */
export const terminalOutput = (): Output => {
  terminal ??= openOutput(process.stdout);
  return terminal;
};

/** Data and results to stdout. On a terminal that nobody reads they wait, and signals are heard meanwhile; elsewhere nothing is lost either. */
export function writeData(data: string | Uint8Array): void {
  if (instead !== null) instead(data);
  else if ((isStreaming || process.stdout.isTTY === true) && typeof data === 'string') terminalOutput().write(data);
  else process.stdout.write(data);
}

/** From now on a pipe that nobody reads keeps nothing waiting either: what is written before the end waits, as on a terminal. */
export function streamData(): Output {
  isStreaming = true;
  return terminalOutput();
}

/** From now on data go to `write` and not to stdout. */
export function redirectData(write: (data: string | Uint8Array) => void): void {
  instead = write;
}

/** Waits for the reader of a terminal, however long that takes. */
export async function dataWritten(): Promise<void> {
  await terminal?.drained(Number.POSITIVE_INFINITY);
}

/** Characters that are written at once. */
const PART_LENGTH = 65_536;

/** What is written a part at a time and no faster than it is read, however long it is. Ends early, without an error, once nobody reads. */
export async function writeEach(parts: Iterable<string>, shown = (part: string) => part): Promise<void> {
  let text = '';
  for (const part of parts) {
    text += shown(part);
    if (text.length < PART_LENGTH) continue;
    writeData(text);
    text = '';
    await dataWritten();
    await pipeDrained();
    if (process.stdout.destroyed) return;
  }
  if (text !== '') writeData(text);
}

/** Waits until a pipe or file takes more, or nobody reads it any longer. */
async function pipeDrained(): Promise<void> {
  const { stdout } = process;
  if (!stdout.writableNeedDrain || stdout.destroyed) return;
  await new Promise<void>((resolve) => {
    const go = () => {
      for (const event of ['drain', 'close', 'error']) stdout.off(event, go);
      resolve();
    };
    for (const event of ['drain', 'close', 'error']) stdout.on(event, go);
  });
}
