import { InvalidValueError } from '../../base/caller-errors.ts';
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

export const refuseBody = (message: string): never =>
  refuse('not-a-pattern', message, 'Give a pattern file written by Scattershot, or arrays junction1, junction2, ….');

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
    `its edges have the fingerprint ${actual.slice(0, 12)}…, but it says ${show(stated)}`,
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

/** A value from a file, short enough for a message; never looks inside a list, which may be nested without end. */
export function show(value: unknown): string {
  if (Array.isArray(value)) return `a list of ${value.length}`;
  if (typeof value === 'object' && value !== null) return 'an object';
  if (typeof value !== 'string') return String(value);
  return JSON.stringify(value.length > 40 ? `${value.slice(0, 37)}…` : value);
}
