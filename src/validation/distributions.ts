import jstat from 'jstat';

const { normal, studentt, centralF } = jstat.jStat;

/** Value below which a share `p` of the standard normal law lies. */
export const normalQuantile = (p: number): number => normal.inv(p, 0, 1);

/** Above this the tail is taken from its continued fraction: 1 − erf has no digits left. */
const FAR = 4;

/** Share of the standard normal law above z ≥ FAR: Laplace's continued fraction of the Mills ratio. */
function farTail(z: number): number {
  let fraction = z;
  for (let k = 60; k >= 1; k--) fraction = z + k / fraction;
  return Math.exp(-(z * z) / 2) / (Math.sqrt(2 * Math.PI) * fraction);
}

/** Two-sided p of a standard normal value; never 0. */
export function normalTwoSidedP(z: number): number {
  const away = Math.abs(z);
  return Math.max(2 * (away < FAR ? normal.cdf(-away, 0, 1) : farTail(away)), Number.MIN_VALUE);
}

/** @param degrees degrees of freedom, at least 1 */
export const studentQuantile = (p: number, degrees: number): number => studentt.inv(p, degrees);

/** @param between @param within degrees of freedom of numerator and denominator, at least 1 */
export const fQuantile = (p: number, between: number, within: number): number => centralF.inv(p, between, within);
