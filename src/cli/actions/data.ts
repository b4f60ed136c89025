import { existsSync } from 'node:fs';
import { ScattershotError } from '../../base/failure.ts';
import { type DataRow, dataProgressText, dataText } from '../../report/data.ts';
import { type DataProgress, type DatasetSource, datasetNames, findDataset } from '../../training/datasets/index.ts';
import { type Context, type GlobalOptions, makeContext, printJson } from '../context.ts';
import { EXIT, UsageError } from '../errors.ts';
import { Interrupt } from '../interrupt.ts';
import { writeLines } from '../standard-error.ts';

interface DataCommandOptions extends GlobalOptions {
  readonly json?: boolean;
}

interface FetchCommandOptions extends DataCommandOptions {
  readonly from?: string;
}

function stateOf(source: DatasetSource, context: Context): Pick<DataRow, 'state' | 'fault'> {
  const lack = source.lacks(context.cacheFolder);
  if (lack?.reason === 'broken-data') return { state: 'broken', fault: lack.message };
  if (lack !== null) return { state: 'not fetched', fault: null };
  return { state: source.kind === 'generated' ? 'generated' : 'here', fault: null };
}

export function listAction(options: DataCommandOptions): void {
  const context = makeContext(options);
  const rows = datasetNames.map((name): DataRow => {
    const source = findDataset(name);
    const { kind, summary, features, classes, normalisation, from } = source;
    const dataPath = source.path(context.cacheFolder);
    return { name, kind, summary, features, classes, normalisation, from, path: dataPath, ...stateOf(source, context) };
  });
  if (options.json) printJson(context, rows);
  else context.print(dataText(rows, context.text).trimEnd());
}

/** A line that is written over in a terminal; elsewhere a line for every tenth of what takes long. */
class ProgressLine {
  readonly #context: Context;
  readonly #rewrites: boolean;
  #shown = '';
  #lastMs = 0;

  constructor(context: Context) {
    this.#context = context;
    this.#rewrites = process.stderr.isTTY === true && !context.plain;
  }

  readonly show = (progress: DataProgress): void => {
    if (this.#context.quiet || progress.step === 'check') return;
    const text = dataProgressText(progress, this.#context.text.unicode);
    if (this.#rewrites) {
      this.#rewrite(text);
      return;
    }
    const tenth = Math.floor((10 * progress.doneBytes) / (progress.totalBytes ?? Number.POSITIVE_INFINITY));
    const key = progress.step === 'unpack' ? progress.what : `${progress.step} ${progress.what} ${tenth}`;
    if (key === this.#shown) return;
    this.#shown = key;
    this.#context.say(text);
  };

  readonly note = (note: string): void => {
    this.clear();
    this.#context.say(note);
  };

  clear(): void {
    if (!this.#rewrites || this.#shown === '') return;
    writeLines('\r\x1b[K');
    this.#shown = '';
  }

  #rewrite(text: string): void {
    const now = performance.now();
    if (now - this.#lastMs < 100) return;
    this.#lastMs = now;
    this.#shown = text.slice(0, Math.max(1, (process.stderr.columns || 80) - 1));
    writeLines(`\r\x1b[K${this.#shown}`);
  }
}

export async function fetchAction(names: readonly string[], options: FetchCommandOptions): Promise<void> {
  const context = makeContext(options);
  if (options.from !== undefined && names.length > 1) {
    throw new UsageError('--from is for one data set', 'Fetch them one at a time.');
  }
  const sources = names.map(findDataset);
  const line = new ProgressLine(context);
  const interrupt = new Interrupt({
    onFirst: () => line.note('Stopping; what was downloaded is kept, and resumed the next time.'),
    onSecond: () => line.note('Still waiting for the present file. (Once more leaves at once.)'),
  });
  const results: { readonly name: string; readonly path: string; readonly changed: boolean }[] = [];
  try {
    for (const source of sources) {
      const { name } = source;
      const outcome = await source.fetch(context.cacheFolder, {
        ...(options.from === undefined ? {} : { from: options.from }),
        ...{ signal: interrupt.signal, onProgress: line.show, onNote: line.note },
      });
      line.clear();
      if (interrupt.signal.aborted) {
        process.exitCode = EXIT.interrupted;
        return;
      }
      if (!outcome.ok) throw new ScattershotError(outcome);
      const where = source.path(context.cacheFolder);
      results.push({ name, path: where, changed: outcome.value.changed });
      context.say(`${name} is ${outcome.value.changed ? 'now' : 'already'} in ${where}, checked and whole.`);
    }
  } finally {
    interrupt.release();
  }
  if (options.json) printJson(context, results);
}

export function pathAction(name: string, options: GlobalOptions): void {
  const context = makeContext(options);
  const source = findDataset(name);
  const lack = source.lacks(context.cacheFolder);
  if (lack !== null) throw new ScattershotError(lack);
  const where = source.path(context.cacheFolder);
  if (!existsSync(where)) context.say(`It is generated when it is needed, or by: scattershot data fetch ${name}`);
  context.print(where);
}
