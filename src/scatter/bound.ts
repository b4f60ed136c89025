import { product, ROUNDING } from '../base/numbers.ts';
import { type Architecture, type JunctionSize, junctionSizes } from '../pattern/architecture.ts';
import type { Entry } from '../pattern/entries.ts';
import { meanShare, type ShareScale, shareScale } from './mean-share.ts';
import type { Metric, ScatterScore } from './metric.ts';
import { pathFault } from './path-counts.ts';

/** How many paths there are at least and at most. */
interface PathRange {
  readonly least: number;
  readonly most: number;
}

/** Paths of an entry's span, by degrees alone. */
interface SpanSizes {
  /** paths that leave so many windowed neurons together */
  readonly leaving: (neurons: number) => PathRange;
  /** paths that enter so many averaged neurons together */
  readonly entering: (neurons: number) => PathRange;
  /** most paths between one windowed and one averaged neuron */
  readonly parallel: number;
}

/**
 * Paths from some neurons of the first layer to the last. Junction by junction: P paths have come to its left neurons, at most c to
 * each of them, `least` edges leave each and one more leaves M of them. Then P·least paths go on, and one more for each of the paths
 * that have come to those M: P or M·c of them at most, and P − (left − M)·c at least, since the others have c each at most. To a
 * right neuron come paths from fan-in left ones, so fan-in·c at most; all this grows with P and c.
 */
function pathsFromLeft(span: readonly JunctionSize[], neurons: number): PathRange {
  let [least, most, each] = [neurons, neurons, 1];
  for (const { left, fanIn, edges, leastFanOut } of span) {
    const more = edges - left * leastFanOut;
    least = least * leastFanOut + Math.max(0, least - (left - more) * each);
    most = most * leastFanOut + Math.min(most, more * each);
    each *= fanIn;
  }
  return { least, most };
}

/** Paths of an entry's span, by degrees alone. */
export function spanSizes(architecture: Pick<Architecture, 'layers' | 'fanOuts'>, entry: Entry): SpanSizes {
  const { from, to, direction } = entry;
  const span = junctionSizes(architecture).slice(from - 1, to);
  const fanIns = span.map(({ fanIn }) => fanIn);
  const intoEach = product(fanIns);
  // All edges of a path except the last determine it, given where it ends; so do all except the first.
  const fanOuts = span.slice(0, -1).map(({ mostFanOut }) => mostFanOut);
  const parallel = Math.min(product(fanOuts), product(fanIns.slice(1)));
  const fromLeft = (neurons: number) => pathsFromLeft(span, neurons);
  const intoRight = (neurons: number) => ({ least: neurons * intoEach, most: neurons * intoEach });
  return direction === 'forward'
    ? { leaving: fromLeft, entering: intoRight, parallel }
    : { leaving: intoRight, entering: fromLeft, parallel };
}

/** The most that a concave function can sum to over so many whole numbers of this sum: they are then as equal as can be. */
function evenSum(sum: number, numbers: number, of: (value: number) => number): number {
  if (numbers === 0) return 0;
  const low = Math.floor(sum / numbers);
  const higher = sum - low * numbers;
  return (numbers - higher) * of(low) + (higher === 0 ? 0 : higher * of(low + 1));
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
    const { least, most } = sizes.leaving(size);
    const full = Math.min(most, scale.averaged * Math.floor(need / unit));
    const partly = Math.min(most - full, scale.averaged);
    const padding = entry.neurons - scale.averaged;
    const absorbed = evenSum(sizes.entering(padding).most, padding, (paths) => Math.min(paths, size * sizes.parallel));
    return { shareClass, windows, full, partly, forced: Math.max(0, least - absorbed) };
  });
}

/** What the averaged neurons can count over all windows together: paths weighed by the windows of their windowed neuron. */
function budget(entry: Entry, averaged: number, sizes: SpanSizes): number {
  const weights = neuronWeights(entry);
  const entering = sizes.entering(averaged).most;
  const each = evenSum(entering, averaged, (paths) => heaviest(weights, paths, sizes.parallel));
  const together = heaviest(weights, entering, Math.min(sizes.leaving(1).most, averaged * sizes.parallel));
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
 *  2. From a window leave L(s_w) paths: s_w times those of a neuron where degrees are exact, and somewhere between the least
 *     and the most of `pathsFromLeft` where they are balanced: C_w ≤ the most. Into the N − m padding neurons go E(N − m) paths at
 *     most, and each takes at most s_w·g from the window (at most g paths join two neurons: all edges of a path except the
 *     last, or except the first, determine it); min(·, s_w·g) being concave, together they take most where E(N − m) is dealt to
 *     them as equally as can be. The rest is forced on the averaged ones: C_w ≥ the least of L(s_w), less that.
 *  3. Every count is a path from a windowed neuron k, weighed by the number μ(k) of windows that hold k. Into the averaged
 *     neurons go E(m) paths together, at most g from one k to each; the heaviest choice of E paths into one is concave in E, so again
 *     they weigh most where dealt as equally as can be. From k to all averaged neurons go at most min(L(1), m·g). So Σ_w C_w is at
 *     most what the heaviest such choice of paths weighs, by neuron and together.
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
