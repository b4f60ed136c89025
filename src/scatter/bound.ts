import { product, ROUNDING } from '../base/numbers.ts';
import type { Architecture } from '../pattern/architecture.ts';
import type { Entry } from '../pattern/entries.ts';
import { meanShare, type ShareScale, shareScale } from './mean-share.ts';
import type { Metric, ScatterScore } from './metric.ts';
import { pathFault } from './path-counts.ts';

/** Sizes of an entry's span: degrees as products over its junctions, neurons on the windowed and on the averaged side. */
interface SpanSizes {
  /** paths that leave each windowed neuron */
  readonly leaving: number;
  /** paths that enter each averaged neuron */
  readonly entering: number;
  /** most paths between one windowed and one averaged neuron */
  readonly parallel: number;
}

/** Paths of an entry's span, by degrees alone. */
export function spanSizes(architecture: Pick<Architecture, 'layers' | 'fanOuts'>, entry: Entry): SpanSizes {
  const { from, to, direction } = entry;
  const fanOuts = architecture.fanOuts.slice(from - 1, to);
  const fanIns = fanOuts.map(
    (fanOut, i) => (architecture.layers[from - 1 + i] * fanOut) / architecture.layers[from + i],
  );
  const [leaving, entering] = [product(fanOuts), product(fanIns)];
  // All edges of a path except the last determine it, given where it ends; so do all except the first.
  const parallel = Math.min(product(fanOuts.slice(0, -1)), product(fanIns.slice(1)));
  return direction === 'forward' ? { leaving, entering, parallel } : { leaving: entering, entering: leaving, parallel };
}

/** Neurons that lie in equally many windows. */
interface Weight {
  readonly weight: number;
  readonly neurons: number;
}

/** How many windows hold the windowed neurons, most first. */
function neuronWeights({ windows: { starts, neurons } }: Entry): Weight[] {
  const counts = new Map<number, number>();
  for (let n = 0; n < neurons; n++) {
    const weight = starts[n + 1] - starts[n];
    counts.set(weight, (counts.get(weight) ?? 0) + 1);
  }
  return [...counts].map(([weight, count]) => ({ weight, neurons: count })).sort((a, b) => b.weight - a.weight);
}

/** The most that `paths` paths can weigh, at most `limit` from each neuron, a path weighing its neuron's windows. */
function heaviest(weights: readonly Weight[], paths: number, limit: number): number {
  let left = paths;
  let total = 0;
  for (const { weight, neurons } of weights) {
    const taken = Math.min(left, neurons * limit);
    total += taken * weight;
    left -= taken;
  }
  return total;
}

/** Windows of one size. Counts are per window, in paths to averaged neurons. */
interface WindowGroup {
  readonly shareClass: number;
  readonly windows: number;
  /** increments by what they add to the sum of their class: full ones, then partial ones */
  readonly full: number;
  readonly partly: number;
  /** increments that averaged neurons must take, since the others cannot */
  readonly forced: number;
}

function windowGroups(entry: Entry, scale: ShareScale, sizes: SpanSizes): WindowGroup[] {
  const counts = new Map<number, { shareClass: number; windows: number }>();
  for (let w = 0; w < scale.windows; w++) {
    const held = counts.get(entry.windows.sizes[w]);
    if (held === undefined) counts.set(entry.windows.sizes[w], { shareClass: scale.classOf[w], windows: 1 });
    else held.windows++;
  }
  return [...counts].map(([size, { shareClass, windows }]) => {
    const { need, unit } = scale.classes[shareClass];
    const paths = size * sizes.leaving;
    const full = Math.min(paths, scale.averaged * Math.floor(need / unit));
    const partly = Math.min(paths - full, scale.averaged);
    const absorbed = (entry.neurons - scale.averaged) * Math.min(sizes.entering, size * sizes.parallel);
    return { shareClass, windows, full, partly, forced: Math.max(0, paths - absorbed) };
  });
}

/** What the averaged neurons can count over all windows together: paths weighed by the windows of their windowed neuron. */
function budget(entry: Entry, averaged: number, sizes: SpanSizes): number {
  const weights = neuronWeights(entry);
  const each = averaged * heaviest(weights, sizes.entering, sizes.parallel);
  const together = heaviest(weights, averaged * sizes.entering, Math.min(sizes.leaving, averaged * sizes.parallel));
  return Math.min(each, together);
}

/** Increments that gain alike: how many are open, and what each adds to the sum of its class. */
interface Increments {
  readonly shareClass: number;
  readonly open: number;
  readonly adds: number;
}

/** Full, then partial increments of a group's windows, less the forced ones, whose gain is added to `sums`. */
function openIncrements(group: WindowGroup, scale: ShareScale, sums: Float64Array): Increments[] {
  const { shareClass, windows } = group;
  const { need, unit } = scale.classes[shareClass];
  let forced = group.forced;
  return [
    { available: group.full, adds: unit },
    { available: group.partly, adds: need - Math.floor(need / unit) * unit },
  ].map(({ available, adds }) => {
    const taken = Math.min(forced, available);
    forced -= taken;
    sums[shareClass] += windows * taken * adds;
    return { shareClass, open: windows * (available - taken), adds };
  });
}

/**
 * An upper bound of one entry over all patterns with these degrees; 1 for vacuous entries, and where paths are too many to be counted.
 *
 * Proof. Let c(n, w) be the paths between averaged neuron n (m of N are averaged) and window w, of s_w neurons and ideal t_w.
 *  1. An averaged neuron is credited with min(1, c/t_w) = (min(c, ⌊t_w⌋) + φ·[c > ⌊t_w⌋])/t_w, φ the fraction of t_w: ⌊t_w⌋ full
 *     increments, one partial, then nothing. The credit is concave in c, so over all averaged neurons a window that sends them
 *     C_w = Σ_n c(n, w) paths gains at most what C_w increments gain, the m·⌊t_w⌋ full ones first, then m partial ones.
 *  2. From a window leave s_w·L paths (L from each neuron): C_w ≤ s_w·L. Each of the N − m padding neurons takes at most
 *     min(E, s_w·g) of them (E paths enter it, at most g from one neuron: all edges of a path except the last, or except the first,
 *     determine it). The rest is forced on the averaged ones: C_w ≥ s_w·L − (N − m)·min(E, s_w·g).
 *  3. Every count is a path from a windowed neuron k, weighed by the number μ(k) of windows that hold k. Into each averaged neuron
 *     go E paths, at most g from one k; from k to all averaged neurons at most min(L, m·g). So Σ_w C_w is at most what the
 *     heaviest such choice of paths weighs, by neuron and together.
 *  4. Of all C_w within 2 and 3 those are best that take the forced increments, then others by descending gain until 3 is used
 *     up: gains of one window descend, so this is the greedy solution of a concave resource problem.
 * Without padding, windows equal and a partition, it is the bound from degrees alone: ((1 − φ)⌊t⌋ + φt)/t, or t below 1.
 * Cost: one look at every neuron and window of the windowed layer.
 */
export function entryBound(
  entry: Entry,
  architecture: Pick<Architecture, 'layers' | 'fanOuts'>,
  metric: Metric,
): number {
  if (entry.vacuousUnder[metric]) return 1;
  if (metric === 'indicator' && pathFault(architecture, entry) !== null) return 1;
  const scale = shareScale(entry, metric);
  const sizes = spanSizes(architecture, entry);
  const sums = new Float64Array(scale.classes.length);
  const groups = windowGroups(entry, scale, sizes);
  let left = budget(entry, scale.averaged, sizes);
  for (const { windows, forced } of groups) left -= windows * forced;
  const gain = ({ shareClass, adds }: Increments) => adds / scale.classes[shareClass].need;
  const open = groups.flatMap((group) => openIncrements(group, scale, sums));
  for (const batch of open.sort((a, b) => gain(b) - gain(a))) {
    const taken = Math.min(left, batch.open);
    sums[batch.shareClass] += taken * batch.adds;
    left -= taken;
  }
  return meanShare(scale, sums);
}

/** An upper bound of S: the least bound of its entries. */
export function scoreBound(
  entries: readonly Entry[],
  architecture: Pick<Architecture, 'layers' | 'fanOuts'>,
  metric: Metric,
): number {
  return Math.min(1, ...entries.map((entry) => entryBound(entry, architecture, metric)));
}

/** Whether no pattern with these degrees can have any entry higher: every one is at its bound. */
export function isOptimal(
  { metric, vector }: ScatterScore,
  entries: readonly Entry[],
  architecture: Pick<Architecture, 'layers' | 'fanOuts'>,
): boolean {
  return entries.every((entry, index) => vector[index] >= entryBound(entry, architecture, metric) - ROUNDING);
}

/** Whether every pattern scores 1 in every entry: scatter then distinguishes no pattern from another. */
export const isPointless = (entries: readonly Entry[], metric: Metric): boolean =>
  entries.every((entry) => entry.vacuousUnder[metric]);

/**
 * 'optimal' when no pattern with these degrees can have any entry higher: every entry that is not vacuous is at its bound. Null also
 * where all are vacuous: what holds of every pattern distinguishes none.
 */
export function certificate(
  score: ScatterScore,
  entries: readonly Entry[],
  architecture: Pick<Architecture, 'layers' | 'fanOuts'>,
): 'optimal' | null {
  if (isPointless(entries, score.metric)) return null;
  return isOptimal(score, entries, architecture) ? 'optimal' : null;
}
