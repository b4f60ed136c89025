import { InvalidArgumentError } from 'commander';
import type { LayerShape } from '../pattern/architecture.ts';
import type { Budget } from '../search/events.ts';
import type { CandidateFilter } from '../store/index.ts';

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
export function fraction(text: string): number {
  const trimmed = text.trim();
  const percent = trimmed.endsWith('%');
  const value = Number(percent ? trimmed.slice(0, -1) : trimmed) / (percent ? 100 : 1);
  if (trimmed === '' || trimmed === '%' || !(value >= 0 && value <= 1)) {
    throw new InvalidArgumentError('Expected a fraction from 0 to 1, or a percentage such as 12.5%.');
  }
  return value;
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

/** "30s", "5m", "2h" (time) or "500" (candidates). */
export function budget(text: string): Budget {
  const match = /^(\d+(?:\.\d+)?)\s*(s|m|min|h)?$/.exec(text.trim());
  const amount = Number(match?.[1]);
  const unit = match?.[2];
  if (match === null || !(amount > 0) || (unit === undefined && !Number.isSafeInteger(amount))) {
    throw new InvalidArgumentError('Expected a time such as 30s, 5m or 2h, or a number of candidates such as 500.');
  }
  if (unit === undefined) return { kind: 'candidates', candidates: amount };
  return { kind: 'time', seconds: amount * (unit === 's' ? 1 : unit === 'h' ? 3600 : 60) };
}

export function names(text: string): string[] {
  const list = text
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');
  if (list.length === 0) throw new InvalidArgumentError('Expected at least one name.');
  return [...new Set(list)];
}

export function oneOf<T extends string>(choices: readonly T[]): (text: string) => T {
  return (text) => {
    const chosen = choices.find((choice) => choice === text);
    if (chosen === undefined) throw new InvalidArgumentError(`Expected one of: ${choices.join(', ')}.`);
    return chosen;
  };
}

/** "trained,strategy=anneal,scatter>=0.5"; several strategies are alternatives, everything else holds at once. */
export function candidateFilter(text: string): CandidateFilter {
  let filter: CandidateFilter = {};
  for (const condition of names(text)) {
    const [, key, relation, value] = /^(strategy|scatter)\s*(>=|<=|=)\s*(\S+)$/.exec(condition) ?? [];
    if (condition === 'trained' || condition === 'untrained') filter = { ...filter, trained: condition === 'trained' };
    else if (key === 'strategy' && relation === '=')
      filter = { ...filter, strategies: [...(filter.strategies ?? []), value] };
    else if (key === 'scatter' && relation === '>=') filter = { ...filter, leastScatter: fraction(value) };
    else if (key === 'scatter' && relation === '<=') filter = { ...filter, mostScatter: fraction(value) };
    else {
      throw new InvalidArgumentError(
        `Expected conditions such as trained, untrained, strategy=anneal, scatter>=0.5; got "${condition}".`,
      );
    }
  }
  return filter;
}
