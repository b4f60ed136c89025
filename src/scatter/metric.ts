/** `indicator` is eq. 1 of Dey et al.; `fair-share` credits a window with min(1, count/ideal). Equal where the ideal is ≤ 1. */
export type Metric = 'indicator' | 'fair-share';

export const metrics: readonly Metric[] = ['indicator', 'fair-share'];

export const otherMetric = (metric: Metric): Metric => (metric === 'indicator' ? 'fair-share' : 'indicator');

/** The scatter vector of one pattern, in the order of its entries, and S, its minimum. Fractions in [0, 1]. */
export interface ScatterScore {
  readonly metric: Metric;
  readonly scatter: number;
  readonly vector: readonly number[];
}
