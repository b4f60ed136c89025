import { InvalidValueError } from '../base/caller-errors.ts';
import { type JunctionSize, junctionSizes } from '../pattern/architecture.ts';
import type { Entry } from '../pattern/entries.ts';
import type { Pattern } from '../pattern/pattern.ts';

/** fi/N_X of an entry's span; a double, equal for equal fractions of counts below 2^53. */
function rateOf(sizes: readonly JunctionSize[], { from, to }: Entry): number {
  let paths = 1;
  for (let i = from; i <= to; i++) paths *= sizes[i - 1].fanIn;
  return paths / sizes[from - 1].left;
}

/** @throws RangeError when there are no entries, or one of them was made for other layers or fan-outs than the pattern's */
export function requireMatching(pattern: Pick<Pattern, 'layers' | 'fanOuts'>, entries: readonly Entry[]): void {
  if (entries.length === 0) throw new InvalidValueError('expected at least one entry of the scatter vector; got none');
  const sizes = junctionSizes(pattern);
  for (const entry of entries) {
    const { key, from, to, direction, windows, neurons, rate } = entry;
    const [windowed, other] = direction === 'forward' ? [from, to + 1] : [to + 1, from];
    const [expected, got] = [
      [pattern.layers[windowed - 1], pattern.layers[other - 1]],
      [windows.neurons, neurons],
    ];
    if (expected[0] !== got[0] || expected[1] !== got[1]) {
      throw new InvalidValueError(
        `${key}: expected windows over ${expected[0]} neurons, averaged over ${expected[1]}; got ${got[0]} and ${got[1]}`,
      );
    }
    const share = rate.numerator / rate.denominator;
    const needed = rateOf(sizes, entry);
    if (Math.abs(share - needed) > 1e-9 * needed) {
      throw new InvalidValueError(
        `${key}: expected ${needed} paths a pair, from the pattern's fan-outs; got entries of ${share}`,
      );
    }
  }
}
