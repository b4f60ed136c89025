/**
 * How many standard deviations a χ² statistic of counts against equal expectations lies above its mean (Wilson & Hilferty 1931);
 * about standard normal when all outcomes are equally likely.
 */
export function chiSquareDeviation(counts: readonly number[]): number {
  const expected = counts.reduce((a, b) => a + b, 0) / counts.length;
  const statistic = counts.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
  const degrees = counts.length - 1;
  const spread = 2 / (9 * degrees);
  return (Math.cbrt(statistic / degrees) - (1 - spread)) / Math.sqrt(spread);
}
