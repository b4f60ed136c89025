import { availableParallelism } from 'node:os';
import { join, resolve } from 'node:path';
import type { TextOptions } from '../report/format.ts';

/** Options that every command takes. */
export interface GlobalOptions {
  readonly db?: string;
  readonly seed?: number;
  readonly workers?: number;
  readonly quiet?: boolean;
  readonly plain?: boolean;
  /** commander's reading of --no-color */
  readonly color?: boolean;
}

/** Where things lie and how to speak, for one run of the program. */
export interface Context {
  readonly cacheFolder: string;
  readonly database: string;
  readonly seed: number;
  readonly workers: number;
  readonly quiet: boolean;
  readonly plain: boolean;
  readonly color: boolean;
  /** how text on stdout may look: a terminal's width and colours, or neither in a file */
  readonly text: TextOptions;
  /** data: the only thing that goes to stdout */
  print(text: string): void;
  /** everything else, to stderr, unless quiet */
  say(text: string): void;
  /** even when quiet */
  warn(text: string): void;
}

export const DEFAULT_SEED = 1;

export function makeContext(options: GlobalOptions): Context {
  const home = resolve(process.env.SCATTERSHOT_HOME || '.');
  const cacheFolder = join(home, 'cache');
  const color = options.color !== false && !process.env.NO_COLOR && process.env.TERM !== 'dumb';
  const quiet = options.quiet === true;
  return {
    cacheFolder,
    database: options.db === undefined ? join(cacheFolder, 'scattershot.db') : resolve(options.db),
    seed: options.seed ?? DEFAULT_SEED,
    workers: options.workers ?? availableParallelism(),
    quiet,
    plain: options.plain === true,
    color,
    text: {
      width: process.stdout.columns ?? Number.POSITIVE_INFINITY,
      color: color && process.stdout.isTTY === true,
      unicode: isUnicode(),
    },
    print: (text) => void process.stdout.write(`${text}\n`),
    say: (text) => {
      if (!quiet) process.stderr.write(`${text}\n`);
    },
    warn: (text) => void process.stderr.write(`${text}\n`),
  };
}

export const printJson = (context: Context, value: unknown) => context.print(JSON.stringify(value, null, 2));

/** Whether the locale is UTF-8, as the C library would find it; outside a terminal files are written in it anyway. */
function isUnicode(): boolean {
  const locale = process.env.LC_ALL || process.env.LC_CTYPE || process.env.LANG || '';
  return /utf-?8/i.test(locale);
}
