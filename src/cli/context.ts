import { availableParallelism } from 'node:os';
import { join, resolve } from 'node:path';
import { cleanColoredLines, cleanLines, safeJson } from '../base/clean-text.ts';
import type { TextOptions } from '../report/format.ts';
import { searchDefaults } from '../study/search-defaults.ts';
import { heldWarnings } from './held-warnings.ts';
import { isUnicodeLocale } from './locale.ts';
import type { RunOptions } from './run-options.ts';
import { writeLines } from './standard-error.ts';
import { writeData, writeEach } from './standard-output.ts';

/** Options that every command takes. */
export interface GlobalOptions extends RunOptions {
  readonly db?: string;
  readonly seed?: number;
  readonly workers?: number;
  readonly quiet?: boolean;
  readonly plain?: boolean;
  readonly ascii?: boolean;
  /** commander's reading of --no-color */
  readonly color?: boolean;
  /** of the commands that have it: the result as one JSON document, and an error too */
  readonly json?: boolean;
}

/** Where files are and how output is written, for one run of the program. */
export interface Context {
  readonly cacheFolder: string;
  /** one folder a study */
  readonly reportsFolder: string;
  readonly database: string;
  readonly seed: number;
  readonly workers: number;
  readonly quiet: boolean;
  readonly plain: boolean;
  readonly color: boolean;
  /** the result is wanted as a document for programs */
  readonly json: boolean;
  /** of the commands that run a study */
  readonly run: RunOptions;
  /** how text on stdout may look: a terminal's width and colours, or neither in a file */
  readonly text: TextOptions;
  /** writes lines for people to stdout; only `print` and `write` write there */
  print(text: string): void;
  /** writes a document for programs to stdout, unchanged */
  write(document: string | Uint8Array): void;
  /** writes a document for programs to stdout, unchanged, a part at a time and no faster than it is read */
  writeAll(parts: Iterable<string>): Promise<void>;
  /** the same for lines for people */
  printAll(lines: Iterable<string>): Promise<void>;
  /** writes everything else to stderr, except when quiet */
  say(text: string): void;
  /** writes to stderr, also when quiet */
  warn(text: string): void;
}

/** Most bytes that `say` and `warn` write at once, and most bytes of a warning that is held back. */
const MOST_LINE = 4000;
const MOST_WARNING = 1000;

export function makeContext(options: GlobalOptions): Context {
  const home = resolve(process.env.SCATTERSHOT_HOME || '.');
  const cacheFolder = join(home, 'cache');
  const color = options.color !== false && !process.env.NO_COLOR && process.env.TERM !== 'dumb';
  const stderrIsRead = process.stderr.isTTY === true || options.plain === true;
  const forPrograms = options.json === true && !stderrIsRead;
  const quiet = options.quiet === true || forPrograms;
  const colorOnStdout = color && process.stdout.isTTY === true;
  const toStderr = (text: string) => writeLines(`${cleanLines(text, MOST_LINE)}\n`);
  return {
    cacheFolder,
    reportsFolder: join(home, 'reports'),
    database: options.db === undefined ? join(cacheFolder, 'scattershot.db') : resolve(options.db),
    seed: options.seed ?? searchDefaults.seed,
    workers: options.workers ?? availableParallelism(),
    quiet,
    plain: options.plain === true,
    color,
    json: options.json === true,
    run: {
      detach: options.detach,
      log: options.log,
      jsonLines: options.jsonLines,
      onEnd: options.onEnd,
      queue: options.queue,
    },
    text: {
      // Some terminals say 0 for what they do not know.
      width: process.stdout.isTTY ? process.stdout.columns || 80 : Number.POSITIVE_INFINITY,
      color: colorOnStdout,
      unicode: options.ascii !== true && isUnicodeLocale(),
    },
    print: (text) => writeData(`${colorOnStdout ? cleanColoredLines(text) : cleanLines(text)}\n`),
    write: (document) => writeData(document),
    writeAll: (parts) => writeEach(parts),
    printAll: (lines) => writeEach(lines, (line) => `${colorOnStdout ? cleanColoredLines(line) : cleanLines(line)}\n`),
    say: (text) => {
      if (!quiet) toStderr(text);
    },
    warn: (text) => {
      if (forPrograms) heldWarnings.push(cleanLines(text, MOST_WARNING));
      else toStderr(text);
    },
  };
}

/** One document; with `--json-lines` the last line. */
export function printJson(context: Context, value: unknown): void {
  const text = context.run.jsonLines === true ? safeJson({ kind: 'result', result: value }) : safeJson(value, 2);
  context.write(`${text}\n`);
}
