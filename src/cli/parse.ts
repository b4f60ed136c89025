import { InvalidArgumentError } from 'commander';
import type { Outcome } from '../base/failure.ts';
import type { LayerShape } from '../pattern/architecture.ts';
import type { Budget } from '../search/events.ts';
import { usage } from './errors.ts';

/** Parsers of option values. What they refuse, commander prints with the option's name; all of it exits with 2. */

export function wholeNumber(least: number, most = Number.MAX_SAFE_INTEGER): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (!/^\d+$/.test(text.trim()) || !Number.isSafeInteger(value) || value < least || value > most) {
      const range = most === Number.MAX_SAFE_INTEGER ? `${least} or more` : `from ${least} to ${most}`;
      throw new InvalidArgumentError(`Expected a whole number, ${range}.`);
    }
    return value;
  };
}

export function positiveNumber(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value) || value <= 0) {
    throw new InvalidArgumentError('Expected a number above 0.');
  }
  return value;
}

export function notNegative(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value) || value < 0) {
    throw new InvalidArgumentError('Expected a number of 0 or more.');
  }
  return value;
}

/** A fraction: "0.4" or "40%". */
export function unitFraction(text: string): number {
  const trimmed = text.trim();
  const percent = trimmed.endsWith('%');
  const value = Number(percent ? trimmed.slice(0, -1) : trimmed) / (percent ? 100 : 1);
  if (trimmed === '' || trimmed === '%' || !(value >= 0 && value <= 1)) {
    throw new InvalidArgumentError('Expected a fraction from 0 to 1, or a percentage such as 12.5%.');
  }
  return value;
}

/** "12.5%", "10%,10%,dense": one density for all junctions, or one each. */
export function densities(text: string): number[] {
  return text.split(',').map((part) => (part.trim() === 'dense' ? 1 : unitFraction(part)));
}

/** "64,1024,64" or "64-1024-64" */
export function wholeNumbers(text: string): number[] {
  const parts = text.split(/[,-]/).map((part) => part.trim());
  if (parts.some((part) => !/^\d+$/.test(part))) {
    throw new InvalidArgumentError('Expected whole numbers separated by commas, such as 64,1024,64.');
  }
  return parts.map(Number);
}

/** "28x28,112,10": one shape a layer. */
export function shapes(text: string): LayerShape[] {
  return text.split(',').map((part) => {
    const sides = part.trim().split('x');
    if (sides.length > 3 || sides.some((side) => !/^\d+$/.test(side))) {
      throw new InvalidArgumentError('Expected one shape a layer, each n, HxW or HxWxC, such as 28x28,112,10.');
    }
    return sides.map(Number) as unknown as LayerShape;
  });
}

/** Of a day, an hour, a minute, a second. */
const unitSeconds = [86_400, 3600, 60, 1];

/** "90s", "1.5h", "1h30m", "2d 4h": units from large to small, each once. Null for anything else. */
function secondsOf(text: string): number | null {
  const match = /^(?:([\d.]+)\s*d)?\s*(?:([\d.]+)\s*h)?\s*(?:([\d.]+)\s*(?:min|m))?\s*(?:([\d.]+)\s*s)?$/.exec(text);
  if (match === null) return null;
  const parts = match.slice(1).map((amount, index) => (amount === undefined ? 0 : Number(amount) * unitSeconds[index]));
  const seconds = parts.reduce((total, part) => total + part, 0);
  return Number.isFinite(seconds) && seconds > 0 ? seconds : null;
}

/** "30s", "1h30m", "2d" (time) or "500" (candidates). */
export function budget(text: string): Budget {
  const trimmed = text.trim();
  const candidates = /^\d+$/.test(trimmed) ? Number(trimmed) : Number.NaN;
  if (Number.isSafeInteger(candidates) && candidates > 0) return { kind: 'candidates', candidates };
  const seconds = secondsOf(trimmed);
  if (seconds === null) {
    throw new InvalidArgumentError(
      'Expected a time such as 30s, 90m, 1h30m or 2d, or a number of candidates such as 500.',
    );
  }
  return { kind: 'time', seconds };
}

/** "90s", "1h30m", as seconds. */
export function duration(text: string): number {
  const seconds = secondsOf(text.trim());
  if (seconds === null) throw new InvalidArgumentError('Expected a time such as 30s, 90m or 1h30m.');
  return seconds;
}

export function names(text: string): string[] {
  const list = text
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');
  if (list.length === 0) throw new InvalidArgumentError('Expected at least one name.');
  return [...new Set(list)];
}

/** The choices of each parser that `oneOf` made, for completions. */
const knownChoices = new WeakMap<object, readonly string[]>();

export function oneOf<T extends string>(choices: readonly T[]): (text: string) => T {
  const parse = (text: string) => {
    const chosen = choices.find((choice) => choice === text);
    if (chosen === undefined) throw new InvalidArgumentError(`Expected one of: ${choices.join(', ')}.`);
    return chosen;
  };
  knownChoices.set(parse, choices);
  return parse;
}

/** What `oneOf` lets a parser take; null for any other parser. */
export const choicesOf = (parse: object | undefined): readonly string[] | null =>
  (parse && knownChoices.get(parse)) ?? null;

/** A parser of an option's value that refuses with an outcome. */
export const parsed =
  <T>(parse: (text: string) => Outcome<T>) =>
  (text: string): T =>
    usage(parse(text));
