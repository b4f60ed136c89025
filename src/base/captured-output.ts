import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { cleanLines } from './clean-text.ts';
import { PrintLimit, type PrintRates } from './print-limit.ts';

/** Bytes of one text at most. */
const MOST_TEXT_BYTES = 2000;

/** Of one thread; what shows it may set a limit over all threads. */
const threadRates: PrintRates = { perSecond: 20, mostCharacters: Number.POSITIVE_INFINITY };

const textOf = (chunk: unknown): string =>
  chunk instanceof Uint8Array ? Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length).toString() : String(chunk);

const STDOUT = 1;
const STDERR = 2;

const isOutput = (file: unknown): boolean => file === STDOUT || file === STDERR;

/** What one thread prints, made into texts of whole lines. */
class PrintedLines {
  readonly #send: (text: string) => void;
  readonly #limit = new PrintLimit(threadRates);
  #begun = '';

  constructor(send: (text: string) => void) {
    this.#send = send;
  }

  add(printed: string): void {
    const text = this.#begun + printed;
    const end = text.lastIndexOf('\n');
    this.#begun = text.slice(end + 1);
    if (end >= 0) this.#pass(text.slice(0, end));
    if (this.#begun.length > MOST_TEXT_BYTES) this.#passBegun();
  }

  flush(): void {
    this.#passBegun();
    for (const text of this.#limit.rest()) this.#send(text);
  }

  #passBegun(): void {
    const begun = this.#begun;
    this.#begun = '';
    this.#pass(begun);
  }

  #pass(text: string): void {
    if (text.trim() === '') return;
    for (const passed of this.#limit.pass(cleanLines(text.trimEnd(), MOST_TEXT_BYTES))) this.#send(passed);
  }
}

/** The usual signature: the callback is the last argument, wherever it stands. */
function printer(lines: PrintedLines) {
  return (chunk: unknown, ...rest: unknown[]): boolean => {
    lines.add(textOf(chunk));
    const done = rest.at(-1);
    if (typeof done === 'function') process.nextTick(done as () => void);
    return true;
  };
}

/** Writing to the numbers of the standard streams goes past their objects. */
function captureFileNumbers(lines: PrintedLines): void {
  const { writeSync, write } = fs;
  fs.writeSync = ((file: number, chunk: unknown, ...rest: never[]) => {
    if (!isOutput(file)) return (writeSync as (...all: unknown[]) => number)(file, chunk, ...rest);
    lines.add(textOf(chunk));
    return Buffer.byteLength(textOf(chunk));
  }) as typeof fs.writeSync;
  fs.write = ((file: number, chunk: unknown, ...rest: unknown[]) => {
    if (!isOutput(file)) return (write as (...all: unknown[]) => void)(file, chunk, ...rest);
    lines.add(textOf(chunk));
    const done = rest.at(-1);
    if (typeof done === 'function') process.nextTick(done as () => void, null, Buffer.byteLength(textOf(chunk)), chunk);
  }) as typeof fs.write;
  syncBuiltinESMExports();
}

/**
 * Takes all that this thread prints from now on (console, both streams, their file numbers, warnings of Node): for threads that run
 * modules of a user's, whose words belong neither among the data on stdout nor on a screen that is drawn on.
 * @param send gets clean lines without a last line end, at most 20 texts a second of 2000 bytes
 * @returns sends what has no line end yet; to be called at the end of a task
 */
export function captureOutput(send: (text: string) => void): () => void {
  const lines = new PrintedLines(send);
  const print = printer(lines);
  process.stdout.write = print as typeof process.stdout.write;
  process.stderr.write = print as typeof process.stderr.write;
  // Warnings of Node go this way.
  (process as unknown as { _rawDebug: (...words: unknown[]) => void })._rawDebug = (...words) =>
    lines.add(`${words.map(String).join(' ')}\n`);
  captureFileNumbers(lines);
  return () => lines.flush();
}
