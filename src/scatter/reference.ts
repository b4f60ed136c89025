import type { Matrix } from 'ml-matrix';
import type { Entry } from '../pattern/entries.ts';
import type { Pattern } from '../pattern/pattern.ts';
import { junctionMatrix, windowMatrix } from './dense.ts';
import { requireMatching } from './matching.ts';
import { meanShare, shareScale } from './mean-share.ts';
import type { Metric, ScatterScore } from './metric.ts';
import { pathFault } from './path-counts.ts';

/** 1 for every count above 0, in place: what is left of path counts where only the reach matters. */
export function markReached(counts: Matrix): Matrix {
  for (let row = 0; row < counts.rows; row++) {
    for (let column = 0; column < counts.columns; column++) if (counts.get(row, column) > 0) counts.set(row, column, 1);
  }
  return counts;
}

/** Whether an entry is computed from reach alone: where its paths cannot be counted, which `indicator` has no need of. */
export const isReachAlone = (pattern: Pattern, entry: Entry, metric: Metric): boolean =>
  metric === 'indicator' && pathFault(pattern, entry) !== null;

/**
 * Scatter by its definition: dense window products of Dey et al., eq. 1 and appendix 5, by ml-matrix. Every other scorer is
 * tested against this one, and must equal it exactly.
 *
 * Forward: F = A_Y ⋯ A_X·P_l, right neurons × left windows. Backward: B = P_rᵀ·A_Y ⋯ A_X, right windows × left neurons. The
 * window matrix is multiplied by one junction after the other, never two junctions with each other: the products stay as narrow
 * as the windows are few. Path counts are whole numbers and exact as doubles below 2^53.
 * @param reachAlone 1 instead of every count above 0, after every product: nothing then grows too large to be exact
 * @returns right neurons × windows (forward), windows × left neurons (backward)
 */
export function windowProduct(pattern: Pattern, entry: Entry, reachAlone = false): Matrix {
  const { from, to, direction, windows } = entry;
  const kept = reachAlone ? markReached : (counts: Matrix) => counts;
  if (direction === 'forward') {
    let product = windowMatrix(windows);
    for (let i = from; i <= to; i++) product = kept(junctionMatrix(pattern, i).mmul(product));
    return product;
  }
  let product = windowMatrix(windows).transpose();
  for (let i = to; i >= from; i--) product = kept(product.mmul(junctionMatrix(pattern, i)));
  return product;
}

/** One entry of the scatter vector: the mean over the first `averaged` neurons and all windows. */
export function referenceEntry(pattern: Pattern, entry: Entry, metric: Metric): number {
  const scale = shareScale(entry, metric);
  const product = windowProduct(pattern, entry, isReachAlone(pattern, entry, metric));
  const sums = new Float64Array(scale.classes.length);
  for (let n = 0; n < entry.averaged; n++) {
    for (let w = 0; w < scale.windows; w++) {
      const count = entry.direction === 'forward' ? product.get(n, w) : product.get(w, n);
      const { need, unit } = scale.classes[scale.classOf[w]];
      sums[scale.classOf[w]] += Math.min(need, count * unit);
    }
  }
  return meanShare(scale, sums);
}

/**
 * The scatter vector and S of a pattern, vacuous entries included, with nothing left out to save time.
 * Cost: `referenceCost` multiply-adds, and dense matrices in memory.
 * @throws RangeError when the entries belong to another architecture
 */
export function referenceScore(pattern: Pattern, entries: readonly Entry[], metric: Metric): ScatterScore {
  requireMatching(pattern, entries);
  const vector = entries.map((entry) => referenceEntry(pattern, entry, metric));
  return { metric, scatter: Math.min(...vector), vector };
}

/** Multiply-adds of the dense products behind one entry. */
export function referenceCost(sizes: Pick<Pattern, 'layers'>, entry: Entry): number {
  let cost = 0;
  for (let i = entry.from; i <= entry.to; i++) cost += sizes.layers[i - 1] * sizes.layers[i] * entry.windows.count;
  return cost;
}
