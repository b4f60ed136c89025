import type { Metric } from '../pattern/metric.ts';

export type { Metric } from '../pattern/metric.ts';

export const metrics: readonly Metric[] = ['indicator', 'fair-share'];

export const otherMetric = (metric: Metric): Metric => (metric === 'indicator' ? 'fair-share' : 'indicator');

/** The scatter vector of one pattern, in the order of its entries, and S, its minimum. Fractions in [0, 1]. */
export interface ScatterScore {
  readonly metric: Metric;
  readonly scatter: number;
  readonly vector: readonly number[];
}
