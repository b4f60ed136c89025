import { InvalidTypeError } from '../base/caller-errors.ts';

/**
 * Refuses an option that nobody reads: a misspelt one would otherwise be ignored without a word.
 * @param what the function, for the message: "search"
 * @throws TypeError naming the option and those there are
 */
export function requireKnownOptions(options: object, known: readonly string[], what: string): void {
  const unknown = Object.keys(options).find((key) => !known.includes(key));
  if (unknown === undefined) return;
  throw new InvalidTypeError(`${what} has no option "${unknown}"; expected one of ${known.join(', ')}`);
}
