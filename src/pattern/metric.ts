/** `indicator` is eq. 1 of Dey et al.; `fair-share` credits a window with min(1, count/ideal). Equal where the ideal is ≤ 1. */
export type Metric = 'indicator' | 'fair-share';
