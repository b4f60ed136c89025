import type { Architecture } from '../../src/pattern/architecture.ts';
import type { Entry } from '../../src/pattern/entries.ts';
import { spanSizes } from '../../src/scatter/bound.ts';
import { shareScale } from '../../src/scatter/mean-share.ts';
import type { Metric } from '../../src/scatter/metric.ts';

/**
 * A lower bound of one entry over all patterns with these degrees; vacuous entries are 1.
 *
 * Proof. Into an averaged neuron go E paths (the least, where degrees differ), at most g from one windowed neuron (all edges of a path except the last, or all except the
 * first, determine it), so at most s·g from a window of s neurons. Every neuron lies in one window, so the counts add up to E.
 * The credit min(1, c/t) of a count c is concave and 0 at c = 0: the sum over windows is least where as few windows as can be are
 * full, ⌊E/(s·g)⌋ of them and one with the rest. Windows of unequal size: c earns at least c·credit(s·g)/(s·g), concavity again,
 * and the least such rate is taken for all. Where windows overlap or leave neurons out, the bound is 0.
 */
export function entryFloor(entry: Entry, architecture: Pick<Architecture, 'layers' | 'fanOuts'>, metric: Metric) {
  if (entry.vacuousUnder[metric]) return 1;
  const { windows } = entry;
  if (windows.partition === null) return 0;
  const { classes, classOf } = shareScale(entry, metric);
  const { entering: pathsInto, parallel } = spanSizes(architecture, entry);
  const entering = pathsInto(1).least;
  const credit = (count: number, window: number) => {
    const { need, unit } = classes[classOf[window]];
    return Math.min(need, count * unit) / need;
  };
  const sizes = [...windows.sizes];
  if (sizes.every((size) => size === sizes[0])) {
    const most = sizes[0] * parallel;
    const full = Math.floor(entering / most);
    return (full * credit(most, 0) + credit(entering - full * most, 0)) / windows.count;
  }
  const rates = sizes.map((size, window) => credit(size * parallel, window) / (size * parallel));
  return (entering * Math.min(...rates)) / windows.count;
}

/** A lower bound of S: no pattern scores lower. */
export function scoreFloor(
  entries: readonly Entry[],
  architecture: Pick<Architecture, 'layers' | 'fanOuts'>,
  metric: Metric,
): number {
  return Math.min(1, ...entries.map((entry) => entryFloor(entry, architecture, metric)));
}
