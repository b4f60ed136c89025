import { InvalidValueError } from '../base/caller-errors.ts';
import { product } from '../base/numbers.ts';
import { junctionSizes } from '../pattern/architecture.ts';
import type { Entry } from '../pattern/entries.ts';
import type { Pattern } from '../pattern/pattern.ts';
import { type ShareScale, shareFault, shareScale } from './mean-share.ts';
import type { Metric } from './metric.ts';
import { type SpanStep, spanSteps } from './span-steps.ts';

/** Adds, for every edge, one side's row of counts to the other side's. @param rows of `out` that are wanted */
function addAlong(step: SpanStep, forward: boolean, width: number, rows: number, seen: Float64Array): Float64Array {
  const { sources, fanIn } = step;
  const out = new Float64Array(rows * width);
  for (let e = 0; e < sources.length; e++) {
    const [right, left] = [Math.floor(e / fanIn), sources[e]];
    const [target, source] = forward ? [right, left] : [left, right];
    if (target >= rows) continue;
    for (let w = 0; w < width; w++) out[target * width + w] += seen[source * width + w];
  }
  return out;
}

type Degrees = Pick<Pattern, 'layers' | 'fanOuts'>;

/** Most paths of an entry that can end in one averaged neuron: all have so many where degrees are exact. Exact below 2^53. */
function pathsInto(sizes: Degrees, { from, to, direction }: Entry): number {
  const span = junctionSizes(sizes).slice(from - 1, to);
  return product(span.map(({ fanIn, mostFanOut }) => (direction === 'forward' ? fanIn : mostFanOut)));
}

const tooMany = ({ key }: Entry, paths: number) =>
  `${key}: expected paths that can be counted (below 2^53 into a neuron); got ${paths.toPrecision(2)}`;

/** Why the paths of an entry cannot be counted exactly, or null. */
export function pathFault(sizes: Degrees, entry: Entry): string | null {
  const paths = pathsInto(sizes, entry);
  return Number.isSafeInteger(paths) ? null : tooMany(entry, paths);
}

/**
 * Why the incremental scorer, which counts paths under every metric, cannot follow these entries; null where it can. A score of a
 * whole pattern under `indicator` counts nothing and has no such limit. Vacuous entries are not followed.
 */
export function pathCountFault(sizes: Degrees, entries: readonly Entry[], metric: Metric): string | null {
  for (const entry of entries) {
    if (entry.vacuousUnder[metric]) continue;
    const fault = pathFault(sizes, entry) ?? shareFault(entry, metric);
    if (fault !== null) return fault;
    const paths = pathsInto(sizes, entry);
    const counted = paths * Math.max(...shareScale(entry, metric).classes.map(({ unit }) => unit));
    if (counted > Number.MAX_SAFE_INTEGER) return tooMany(entry, paths);
  }
  return null;
}

/**
 * min(need, count·unit) summed over the windows of each averaged neuron, by class: `averaged × classes`. Plain, for ideals too
 * large for saturating counters (above 65 535 paths a window): doubles, exact below 2^53.
 * Cost: one addition per edge and window; `neurons × windows` doubles for two layers.
 * @throws RangeError when paths cannot be counted exactly
 */
export function creditsByPaths(pattern: Pattern, entry: Entry, scale: ShareScale): Float64Array {
  const fault = pathFault(pattern, entry);
  if (fault !== null) throw new InvalidValueError(fault);
  const { windows, averaged, direction, from, to } = entry;
  const width = windows.count;
  let counts: Float64Array = new Float64Array(windows.neurons * width);
  for (let n = 0; n < windows.neurons; n++) {
    for (let m = windows.starts[n]; m < windows.starts[n + 1]; m++) counts[n * width + windows.members[m]] = 1;
  }
  for (const [index, step] of spanSteps(pattern, entry).entries()) {
    const rows = index === to - from ? averaged : direction === 'forward' ? step.right : step.left;
    counts = addAlong(step, direction === 'forward', width, rows, counts);
  }
  const credits = new Float64Array(averaged * scale.classes.length);
  for (let n = 0; n < averaged; n++) {
    for (let w = 0; w < width; w++) {
      const { need, unit } = scale.classes[scale.classOf[w]];
      credits[n * scale.classes.length + scale.classOf[w]] += Math.min(need, counts[n * width + w] * unit);
    }
  }
  return credits;
}
