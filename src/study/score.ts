import { InvalidTypeError, InvalidValueError } from '../base/caller-errors.ts';
import { Random } from '../base/random.ts';
import {
  architectureOf,
  contextKeys,
  type PatternContext,
  type PatternWithContext,
  withContext,
} from '../pattern/context.ts';
import { scatterEntries } from '../pattern/entries.ts';
import { patternFault } from '../pattern/pattern.ts';
import { requireKnownOptions } from './known-options.ts';
import { type PatternReport, reportPattern } from './pattern-report.ts';
import { searchDefaults } from './search-defaults.ts';

/** How a pattern is scored; what is left out is as its own context says, else the default. */
export interface ScoreOptions extends PatternContext {
  /** of the random patterns that the levels of long spans are sampled from; default 1 */
  readonly seed?: number;
}

/**
 * The scatter of a pattern, with every entry beside its bound and its random level.
 *
 * ```ts
 * const { pattern } = await readPatternFile('best.npz');
 * console.log(score(pattern).scatter, score(pattern, { metric: 'fair-share' }).scatter);
 * ```
 *
 * @param pattern of `search`, `makePattern` or a file; it brings the context that it was found or written with
 * @throws RangeError for a pattern whose degrees are not its own, and for a context that does not fit it; TypeError for what is no
 *   pattern
 */
export function score(pattern: PatternWithContext, options: ScoreOptions = {}): PatternReport {
  const { seed = searchDefaults.seed, ...own } = options;
  requireKnownOptions(own, contextKeys, 'score');
  requirePattern(pattern);
  const said = Object.fromEntries(Object.entries(own).filter(([, value]) => value !== undefined));
  const context: PatternContext = { ...pattern.context, ...said };
  const architecture = architectureOf(withContext(pattern, context));
  const { metric = searchDefaults.metric, windows = searchDefaults.windows, spans = searchDefaults.spans } = context;
  const entries = scatterEntries(architecture, { windows, spans }, metric);
  return reportPattern(pattern, { architecture, entries, metric, random: Random.fromSeed(seed) });
}

/** @throws RangeError, TypeError */
export function requirePattern(pattern: PatternWithContext): void {
  if (typeof pattern !== 'object' || pattern === null || !Array.isArray(pattern.junctions)) {
    throw new InvalidTypeError('a pattern has layers, fanOuts and junctions, as makePattern gives them');
  }
  const fault = patternFault(pattern);
  if (fault !== null) throw new InvalidValueError(`the pattern is broken: ${fault.message}`);
}
