import { cellsOf, type JunctionRules, sharesVary } from './rules.ts';

/** n over k, or `most` where it is more than that. */
function boundedBinomial(n: number, k: number, most: number): number {
  let value = 1;
  for (let i = 1; i <= Math.min(k, n - k); i++) {
    value = Math.round((value * (n - i + 1)) / i);
    if (value >= most) return most;
  }
  return value;
}

function boundedPower(base: number, exponent: number, most: number): number {
  let value = 1;
  for (let i = 0; i < exponent && value < most && base > 1; i++) value *= base;
  return Math.min(value, most);
}

/**
 * How many sets of left neurons a right neuron may have, forced and forbidden edges aside, or `most` where there are more. Where
 * cycles end within right neurons of more edges than a cycle, every set of fan-in neurons is counted.
 */
export function possibleRows(rules: JunctionRules, most: number): number {
  const { left, fanIn } = rules.size;
  const z = rules.parallelism ?? 1;
  if (!sharesVary(rules)) {
    const classes = cellsOf(rules).leftClasses;
    return boundedPower(boundedBinomial(left / classes, fanIn / classes, most), classes, most);
  }
  if (z % fanIn !== 0) return boundedBinomial(left, fanIn, most);
  return Math.min(most, boundedBinomial(z, fanIn, most) * boundedPower(left / z, fanIn, most));
}
