const mean = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length;

const squaresAbout = (centre: number, values: readonly number[]) =>
  values.reduce((sum, value) => sum + (value - centre) ** 2, 0);

/**
 * Reliability of a candidate's mean accuracy over its seeds, ICC(1,k) of Shrout & Fleiss (1979) by one-way analysis of
 * variance: (MS between − MS within) / MS between, cut to [0, 1]. It is the share of the spread between candidates' means that
 * is not the noise of training. With unequal numbers of seeds MS between weighs each candidate by its own.
 * @param accuracies one list of accuracies, one a seed, for each candidate
 * @returns null with fewer than two candidates, where none has two seeds, or where all accuracies are equal
 */
export function reliability(accuracies: readonly (readonly number[])[]): number | null {
  const groups = accuracies.filter((group) => group.length > 0);
  const all = groups.flat();
  const within = all.length - groups.length;
  if (groups.length < 2 || within < 1 || all.every((value) => value === all[0])) return null;
  const grand = mean(all);
  const between = groups.reduce((sum, group) => sum + group.length * (mean(group) - grand) ** 2, 0);
  const noise = groups.reduce((sum, group) => sum + squaresAbout(mean(group), group), 0);
  const betweenSquare = between / (groups.length - 1);
  const withinSquare = noise / within;
  return betweenSquare <= withinSquare ? 0 : (betweenSquare - withinSquare) / betweenSquare;
}

/** √reliability: no proxy, however good, can be expected to correlate more than this with accuracies so noisy. */
export function noiseCeiling(accuracies: readonly (readonly number[])[]): number | null {
  const share = reliability(accuracies);
  return share === null ? null : Math.sqrt(share);
}
