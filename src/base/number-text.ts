import { gainUnit, type MaybeScore } from './score.ts';

/** What stands where a value is missing. */
export const MISSING = '-';

/** "0.9123". A value below 1 never reads as 1.0000, which would claim a perfect score. */
export function fraction(value: number | null, digits = 4): string {
  if (value === null || !Number.isFinite(value)) return MISSING;
  const shown = value.toFixed(digits);
  return value < 1 && Number(shown) === 1 ? (1 - 10 ** -digits).toFixed(digits) : shown;
}

/** "9.95 %" of a fraction, by significant digits and without zeros at the end. */
export const shortPercent = (value: number, digits: number): string => `${Number((100 * value).toPrecision(digits))} %`;

/** "61.2 %" of a fraction. */
export function percent(value: number | null, digits = 1): string {
  if (value === null || !Number.isFinite(value)) return MISSING;
  return `${(100 * value).toFixed(digits)} %`;
}

/** Accuracy in percent; another score as it was told, to five digits, with its unit. */
export function scoreValueText(value: number | null, score: MaybeScore, digits = 1): string {
  if (score == null) return percent(value, digits);
  if (value === null || !Number.isFinite(value)) return MISSING;
  const number = Math.abs(value) >= 1e5 ? value.toPrecision(5) : String(Number(value.toPrecision(5)));
  return `${number}${gainUnit(score)}`;
}

/** Standard deviation of the same: in points of accuracy, or in the score's unit. */
export const scoreSpreadText = (sd: number, score: MaybeScore): string =>
  score == null ? (100 * sd).toFixed(2) : String(Number(sd.toPrecision(3)));
