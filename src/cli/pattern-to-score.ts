import { unwrap } from '../base/failure.ts';
import { type Architecture, defineArchitecture } from '../pattern/architecture.ts';
import { contextKeys, contextOf, type PatternContext } from '../pattern/context.ts';
import type { EntryOptions } from '../pattern/entries.ts';
import { type PatternFile, readPatternFile } from '../pattern/formats/index.ts';
import type { Metric } from '../pattern/metric.ts';
import { entryOptionsFrom, type ScatterOptions } from './architecture-options.ts';
import type { PatternOptions } from './pattern-options.ts';

/** A pattern from a file, with what it is scored with: options come first, then what the file says, then the defaults. */
export interface PatternToScore {
  readonly file: PatternFile;
  readonly architecture: Architecture;
  readonly metric: Metric;
  readonly entryOptions: EntryOptions;
  /** what differs from the default, whoever said so */
  readonly context: PatternContext;
  /** what the file said and no option overrode */
  readonly fromFile: readonly (keyof PatternContext)[];
  /** what an option said, the default included */
  readonly fromOptions: readonly (keyof PatternContext)[];
}

/** @throws ScattershotError for a file that is none, RangeError for options that do not fit it */
export async function readPatternToScore(
  path: string,
  options: PatternOptions & ScatterOptions,
): Promise<PatternToScore> {
  const file = unwrap(await readPatternFile(path, { tensors: options.tensor, transposed: options.transposed }));
  const { layers, fanOuts, context: stated = {} } = file.pattern;
  const architecture = defineArchitecture({
    ...{ layers, fanOuts },
    shapes: options.shapes ?? stated.shapes,
    usedInputs: options.usedInputs ?? stated.usedInputs,
    usedOutputs: options.usedOutputs ?? stated.usedOutputs,
  });
  const typed = entryOptionsFrom(options);
  const entryOptions: EntryOptions = {
    windows: options.windows === undefined ? (stated.windows ?? typed.windows) : typed.windows,
    spans: options.spans ?? stated.spans ?? typed.spans,
  };
  const metric = options.metric ?? stated.metric ?? 'indicator';
  const context = contextOf(architecture, { ...entryOptions, metric });
  const fromFile = contextKeys.filter((key) => stated[key] !== undefined && options[key] === undefined);
  const fromOptions = contextKeys.filter((key) => options[key] !== undefined);
  return { file, architecture, metric, entryOptions, context, fromFile, fromOptions };
}
