import { InvalidValueError } from '../../base/caller-errors.ts';
import { type ContentError, type ContentReason, showValue } from '../../base/content-error.ts';
import { failure, ScattershotError } from '../../base/failure.ts';
import { type ArchitectureRequest, defineArchitecture, type LayerShape } from '../architecture.ts';
import { fingerprint, type Pattern, patternFault } from '../pattern.ts';

/** What a pattern file holds: the pattern, and what is known of the network it is for. */
export interface PatternFile {
  readonly pattern: Pattern;
  /** neurons of the first layer that are real; absent where the file does not say */
  readonly usedInputs?: number;
  /** neurons of the last layer that are real */
  readonly usedOutputs?: number;
  readonly shapes?: readonly LayerShape[];
}

/** Refuses what a file holds: thrown inside a reader, an Outcome at its door. */
export function refuse(reason: string, message: string, nextStep: string): never {
  throw new ScattershotError(failure(reason, message, nextStep));
}

const PATTERN_STEP = 'Give a pattern file written by Scattershot, or arrays junction1, junction2, ….';

export const refuseBody = (message: string): never => refuse('not-a-pattern', message, PATTERN_STEP);

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

/** A pattern in form whose edges are wrong. */
export const refuseEdges = (message: string): never =>
  refuse('faulty-pattern', message, 'Correct the program that wrote the file, or export the pattern again.');

/** @throws RangeError for a broken pattern, or padding and shapes that do not fit it: none is ever written */
export function checkPatternFile(file: PatternFile): void {
  const fault = patternFault(file.pattern);
  if (fault !== null) throw new InvalidValueError(`a pattern to be written must be whole: ${fault.message}`);
  defineArchitecture(requestOf(file));
}

function requestOf({ pattern, usedInputs, usedOutputs, shapes }: PatternFile): ArchitectureRequest {
  return { layers: pattern.layers, fanOuts: pattern.fanOuts, usedInputs, usedOutputs, shapes };
}

/** What a file may say beside its edges, unchecked. */
export interface StatedExtras {
  readonly fingerprint?: unknown;
  readonly usedInputs?: unknown;
  readonly usedOutputs?: unknown;
  readonly shapes?: unknown;
}

const absent = (value: unknown) => value === undefined || value === null;

const isShapes = (value: unknown): value is LayerShape[] => Array.isArray(value) && value.every(Array.isArray);

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

/** The pattern with what its file says beside it, or a refusal where that does not fit. */
export function withExtras(pattern: Pattern, stated: StatedExtras): PatternFile {
  const { usedInputs, usedOutputs, shapes } = stated;
  checkFingerprint(pattern, stated.fingerprint);
  if (!absent(shapes) && !isShapes(shapes)) refuseEdges('its shapes must be one list of sides a layer');
  const file: PatternFile = {
    pattern,
    ...(absent(usedInputs) ? {} : { usedInputs: usedInputs as number }),
    ...(absent(usedOutputs) ? {} : { usedOutputs: usedOutputs as number }),
    ...(absent(shapes) ? {} : { shapes: shapes as LayerShape[] }),
  };
  try {
    defineArchitecture(requestOf(file));
  } catch (error) {
    if (error instanceof RangeError) refuseEdges(error.message);
    throw error;
  }
  return file;
}
