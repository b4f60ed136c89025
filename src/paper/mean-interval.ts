import { mean, sampleStandardDeviation } from 'simple-statistics';
import { studentQuantile } from '../validation/distributions.ts';

/** A mean over seeds with its 95 % interval; without two values there is none. */
export interface MeanInterval {
  readonly value: number;
  readonly low: number | null;
  readonly high: number | null;
}

/** Student's interval for the mean of independent values. Null without a value. */
export function meanInterval(values: readonly number[]): MeanInterval | null {
  if (values.length === 0) return null;
  const value = mean([...values]);
  if (values.length === 1) return { value, low: null, high: null };
  const half =
    (studentQuantile(0.975, values.length - 1) * sampleStandardDeviation([...values])) / Math.sqrt(values.length);
  return { value, low: value - half, high: value + half };
}
