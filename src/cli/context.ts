import { availableParallelism } from 'node:os';
import { join, resolve } from 'node:path';
import { cleanColoredLines, cleanLines, safeJson } from '../base/clean-text.ts';
import type { TextOptions } from '../report/format.ts';
import { searchDefaults } from '../study/search-settings.ts';
import { heldWarnings } from './held-warnings.ts';

/** Options that every command takes. */
export interface GlobalOptions {
  readonly db?: string;
  readonly seed?: number;
  readonly workers?: number;
  readonly quiet?: boolean;
  readonly plain?: boolean;
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
  /** how text on stdout may look: a terminal's width and colours, or neither in a file */
  readonly text: TextOptions;
  /** writes lines for people to stdout; only `print` and `write` write there */
  print(text: string): void;
  /** writes a document for programs to stdout, unchanged */
  write(document: string | Uint8Array): void;
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
  const toStderr = (text: string) => void process.stderr.write(`${cleanLines(text, MOST_LINE)}\n`);
  return {
    cacheFolder,
    reportsFolder: join(home, 'reports'),
    database: options.db === undefined ? join(cacheFolder, 'scattershot.db') : resolve(options.db),
    seed: options.seed ?? searchDefaults.seed,
    workers: options.workers ?? availableParallelism(),
    quiet,
    plain: options.plain === true,
    color,
    text: {
      width: process.stdout.columns ?? Number.POSITIVE_INFINITY,
      color: colorOnStdout,
      unicode: isUnicode(),
    },
    print: (text) => void process.stdout.write(`${colorOnStdout ? cleanColoredLines(text) : cleanLines(text)}\n`),
    write: (document) => void process.stdout.write(document),
    say: (text) => {
      if (!quiet) toStderr(text);
    },
    warn: (text) => {
      if (forPrograms) heldWarnings.push(cleanLines(text, MOST_WARNING));
      else toStderr(text);
    },
  };
}

export const printJson = (context: Context, value: unknown) => context.write(`${safeJson(value, 2)}\n`);

/** Whether the locale is UTF-8, found as the C library finds it. */
function isUnicode(): boolean {
  const locale = process.env.LC_ALL || process.env.LC_CTYPE || process.env.LANG || '';
  return /utf-?8/i.test(locale);
}
