import { InvalidValueError } from '../base/caller-errors.ts';
import { isRecord } from '../base/json.ts';
import { type Architecture, defineArchitecture, type LayerShape } from './architecture.ts';
import { type EntryOptions, type ExplicitWindows, scatterEntries } from './entries.ts';
import type { Metric } from './metric.ts';
import type { Pattern } from './pattern.ts';

/** What a pattern's score depends on beyond its edges: only what differs from the default. It travels in pattern files. */
export interface PatternContext {
  /** default: every layer a row, [n] */
  readonly shapes?: readonly LayerShape[];
  /** how many neurons of the first layer are real; default: all */
  readonly usedInputs?: number;
  /** how many neurons of the last layer are real; default: all */
  readonly usedOutputs?: number;
  /** default: 'integral' */
  readonly windows?: EntryOptions['windows'];
  /** default: 'indicator' */
  readonly metric?: Metric;
  /** default: 'io' */
  readonly spans?: EntryOptions['spans'];
}

/** A pattern that may say how it is scored. Equal edges are the same pattern (`fingerprint`) whatever their context. */
export interface PatternWithContext extends Pattern {
  readonly context?: PatternContext;
}

/** What a pattern is scored with, defaults included or left out. */
export interface ScoringChoices extends EntryOptions {
  readonly metric?: Metric;
}

export const contextKeys = ['shapes', 'usedInputs', 'usedOutputs', 'windows', 'metric', 'spans'] as const;

/** The context of a network's patterns and of how they are scored: what differs from the default, and nothing else. */
export function contextOf(architecture: Architecture, choices: ScoringChoices = {}): PatternContext {
  const { layers, shapes, usedInputs, usedOutputs } = architecture;
  const { windows = 'integral', metric = 'indicator', spans = 'io' } = choices;
  return {
    ...(shapes.every((shape) => shape.length === 1) ? {} : { shapes }),
    ...(usedInputs === layers[0] ? {} : { usedInputs }),
    ...(usedOutputs === layers[layers.length - 1] ? {} : { usedOutputs }),
    ...(windows === 'integral' ? {} : { windows }),
    ...(metric === 'indicator' ? {} : { metric }),
    ...(spans === 'io' ? {} : { spans }),
  };
}

export const isEmptyContext = (context: PatternContext | undefined): boolean =>
  context === undefined || Object.values(context).every((value) => value === undefined);

/** The pattern with this context instead of its own; without any where everything is the default. */
export function withContext(pattern: Pattern, context: PatternContext): PatternWithContext {
  const { layers, fanOuts, junctions } = pattern;
  return isEmptyContext(context) ? { layers, fanOuts, junctions } : { layers, fanOuts, junctions, context };
}

/**
 * The network that a pattern is for, by its sizes and its context.
 * @throws RangeError where shapes or padding do not fit
 */
export function architectureOf(pattern: PatternWithContext): Architecture {
  const { layers, fanOuts, context = {} } = pattern;
  const { shapes, usedInputs, usedOutputs } = context;
  return defineArchitecture({ layers, fanOuts, shapes, usedInputs, usedOutputs });
}

/**
 * Checks that a context fits its pattern. Explicit windows are laid out for it, others are not: whether they can be is a matter
 * of the network, and said when it is scored.
 * @throws RangeError
 */
export function checkContext(pattern: PatternWithContext): void {
  const architecture = architectureOf(pattern);
  const { windows, spans } = pattern.context ?? {};
  if (typeof windows === 'object') scatterEntries(architecture, { windows, spans });
}

const isNumbers = (value: unknown): boolean => Array.isArray(value) && value.every((item) => typeof item === 'number');
const isLists = (value: unknown): boolean => Array.isArray(value) && value.every(isNumbers);

/** Whether a value has the form of explicit windows: lists of lists of numbers by entry. */
const areExplicitWindows = (value: unknown): value is ExplicitWindows =>
  isRecord(value) && Object.values(value).every(isLists);

const forms: Readonly<
  Record<(typeof contextKeys)[number], readonly [words: string, fits: (value: unknown) => boolean]>
> = {
  shapes: ['one list of sides a layer', isLists],
  usedInputs: ['a whole number from 1', (value) => typeof value !== 'object'],
  usedOutputs: ['a whole number from 1', (value) => typeof value !== 'object'],
  windows: [
    '"integral", "balanced" or lists of neurons by entry',
    (value) => value === 'integral' || value === 'balanced' || areExplicitWindows(value),
  ],
  metric: ['"indicator" or "fair-share"', (value) => value === 'indicator' || value === 'fair-share'],
  spans: ['"io" or "all"', (value) => value === 'io' || value === 'all'],
};

const defaults: Readonly<Record<string, unknown>> = { windows: 'integral', metric: 'indicator', spans: 'io' };

/**
 * A context as a file states it: known keys of the right form, null and defaults left out. Whether it fits the pattern is for
 * `checkContext`.
 * @throws RangeError for a value of another form
 */
export function contextFrom(stated: Readonly<Record<string, unknown>>): PatternContext {
  const context: Record<string, unknown> = {};
  for (const key of contextKeys) {
    const value = stated[key];
    if (value === undefined || value === null || value === defaults[key]) continue;
    const [words, fits] = forms[key];
    if (!fits(value)) throw new InvalidValueError(`its ${key} must be ${words}`);
    context[key] = value;
  }
  return context as PatternContext;
}
