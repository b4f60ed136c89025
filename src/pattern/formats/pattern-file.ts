import { InvalidValueError } from '../../base/caller-errors.ts';
import { type ContentError, type ContentReason, showValue } from '../../base/content-error.ts';
import { failure, ScattershotError } from '../../base/failure.ts';
import { isRecord } from '../../base/json.ts';
import { checkContext, contextFrom, contextKeys, type PatternWithContext, withContext } from '../context.ts';
import { fingerprint, type Pattern, patternFault } from '../pattern.ts';

/** What a pattern file holds. */
export interface PatternFile {
  /** with the context that its score depends on, where the file says any */
  readonly pattern: PatternWithContext;
  /** arrays that were read as its junctions; absent for files without names */
  readonly arrays?: readonly string[];
  /** how arrays were read, [right, left] or [left, right]; absent for files that list edges */
  readonly order?: 'right-left' | 'left-right';
  /** true where nobody said the order, and the sizes of several arrays follow on one another in this one alone */
  readonly orderFromSizes?: boolean;
  /** junctions (from 1) with values other than 0 and 1, every nonzero one of which is an edge; absent where there is none */
  readonly weighted?: readonly number[];
}

/** Refuses what a file holds: thrown inside a reader, an Outcome at its door. */
export function refuse(reason: string, message: string, nextStep: string): never {
  throw new ScattershotError(failure(reason, message, nextStep));
}

const PATTERN_STEP = 'Give a pattern file written by Scattershot, or arrays junction1, junction2, ….';

export const refuseBody = (message: string): never => refuse('not-a-pattern', message, PATTERN_STEP);

/** A pattern in form whose edges are wrong. */
export const refuseEdges = (message: string): never =>
  refuse('faulty-pattern', message, 'Correct the program that wrote the file, or export the pattern again.');

const wordings: Readonly<Record<ContentReason, readonly [reason: string, nextStep: string]>> = {
  'damaged-content': ['not-a-pattern', PATTERN_STEP],
  'unsupported-content': [
    'unsupported-array',
    'Save it as a two-dimensional array of bool, integers or floats, [right, left].',
  ],
  'content-too-big': ['file-too-big', 'Give this pattern as .json, which lists edges.'],
  'out-of-proportion': ['out-of-proportion', 'Give this pattern as .json, which lists edges.'],
};

/** What the readers of `base` find wrong, in the words of patterns: for `wordContentErrors`. */
export function wordForPatterns({ reason, message }: ContentError): never {
  const [patternReason, nextStep] = wordings[reason];
  return refuse(patternReason, message, nextStep);
}

/** @throws RangeError for a broken pattern, or a context that does not fit it: none is ever written */
export function checkPatternFile({ pattern }: PatternFile): void {
  const fault = patternFault(pattern);
  if (fault !== null) throw new InvalidValueError(`a pattern to be written must be whole: ${fault.message}`);
  checkContext(pattern);
}

const absent = (value: unknown) => value === undefined || value === null;

function checkFingerprint(pattern: Pattern, stated: unknown): void {
  if (absent(stated)) return;
  const actual = fingerprint(pattern);
  if (typeof stated === 'string' && stated.toLowerCase() === actual) return;
  refuse(
    'fingerprint-mismatch',
    `its edges have the fingerprint ${actual.slice(0, 12)}…, but it says ${showValue(stated)}`,
    'The edges were changed: remove the fingerprint if that was meant, or export the pattern again.',
  );
}

/** What files say beside edges and context. */
const OTHER_KEYS = ['version', 'fingerprint'];

/**
 * The pattern with what its file states beside it.
 * @param stated context and fingerprint, unchecked
 * @throws ScattershotError where it does not fit, and for a key of a later version: a score could depend on it
 */
export function withStated(pattern: Pattern, stated: Readonly<Record<string, unknown>>): PatternWithContext {
  checkFingerprint(pattern, stated.fingerprint);
  const unknown = Object.keys(stated).find((key) => ![...contextKeys, ...OTHER_KEYS].includes(key));
  if (unknown !== undefined) {
    const message = `its context says ${showValue(unknown)}, which is not known here`;
    refuse('newer-version', message, `Update Scattershot, or correct it: known are ${contextKeys.join(', ')}.`);
  }
  try {
    const described = withContext(pattern, contextFrom(stated));
    checkContext(described);
    return described;
  } catch (error) {
    if (error instanceof RangeError) refuseEdges(error.message);
    throw error;
  }
}

/** The object that a text beside the arrays holds. @param where "its scattershot metadata". @throws ScattershotError */
export function statedObject(value: unknown, where: string): Readonly<Record<string, unknown>> {
  return isRecord(value) ? value : refuseBody(`${where} is not a JSON object`);
}
