import { InvalidValueError } from '../base/caller-errors.ts';
import { product } from '../base/numbers.ts';
import { type Architecture, greatestCommonDivisor, isExact, junctionSizes } from './architecture.ts';
import type { Metric } from './metric.ts';
import { vacuousUnder } from './vacuous.ts';
import {
  balancedWindows,
  boxWindows,
  explicitWindows,
  gridWindows,
  runWindows,
  singleWindows,
  tile,
  type Windows,
} from './windows.ts';

/** Whether an entry looks from windows on the left to neurons on the right, or back. */
export type Direction = 'forward' | 'backward';

/**
 * r = fi/N_X = fo/N_{Y+1} in lowest terms: edges (or paths) per pair of neurons of the span (fo the mean where it differs). A numerator of 2^53 and more is rounded
 * (or infinite): paths cannot be counted there.
 */
export interface Rate {
  readonly numerator: number;
  readonly denominator: number;
}

/** Lists of neurons by entry key ("1:2 backward"), as in a windows file. */
export type ExplicitWindows = Readonly<Record<string, readonly (readonly number[])[]>>;

/** Which windows there are, and between which layers scatter is measured. */
export interface EntryOptions {
  /** default 'integral', the paper's rule. Both rules give spans with balanced degrees the same windows: near-equal ones */
  readonly windows?: 'integral' | 'balanced' | ExplicitWindows;
  /** 'io': every junction, then 1:J; 'all': every X:Y. Default 'io' */
  readonly spans?: 'io' | 'all';
}

/**
 * One entry of the scatter vector: a span of junctions, a direction and the windows it is counted in.
 * Forward: windows of layer `from`, averaged over the neurons of layer `to + 1`. Backward: windows of layer `to + 1`,
 * averaged over the neurons of layer `from`. Junctions count from 1.
 */
export interface Entry {
  readonly key: string;
  readonly from: number;
  readonly to: number;
  readonly direction: Direction;
  readonly windows: Windows;
  readonly rate: Rate;
  /** neurons on the averaged side, padding included */
  readonly neurons: number;
  /** how many of them, the first ones, are averaged over */
  readonly averaged: number;
  /** every pattern scores 1 here, so the entry supports no claim: under the metric that the entries were made for, else under both */
  readonly vacuous: boolean;
  /** the same by metric; vacuous under `fair-share` is vacuous under both */
  readonly vacuousUnder: Readonly<Record<Metric, boolean>>;
  /** neurons per window and their ideal count r·size (null above 1.8e308, too), where all windows are alike; else null */
  readonly windowSize: number | null;
  readonly ideal: number | null;
}

export const entryKey = (from: number, to: number, direction: Direction) => `${from}:${to} ${direction}`;

export function spanRate(architecture: Pick<Architecture, 'layers' | 'fanOuts'>, from: number, to: number): Rate {
  let numerator = 1;
  let denominator = architecture.layers[from - 1];
  for (const { fanIn } of junctionSizes(architecture).slice(from - 1, to)) {
    const common = greatestCommonDivisor(fanIn, denominator);
    numerator *= fanIn / common;
    denominator /= common;
  }
  return { numerator, denominator };
}

function spansOf(junctions: number, spans: 'io' | 'all'): [number, number][] {
  const singles = Array.from({ length: junctions }, (_, i): [number, number] => [i + 1, i + 1]);
  if (junctions === 1) return singles;
  if (spans === 'io') return [...singles, [1, junctions]];
  const longer: [number, number][] = [];
  for (let length = 2; length <= junctions; length++) {
    for (let from = 1; from + length - 1 <= junctions; from++) longer.push([from, from + length - 1]);
  }
  return [...singles, ...longer];
}

const directions: readonly Direction[] = ['forward', 'backward'];

/** The entries' spans and directions, in the order of the scatter vector. */
function measuredSpans(junctions: number, options: EntryOptions): Span[] {
  return spansOf(junctions, options.spans ?? 'io').flatMap(([from, to]) =>
    directions.map((direction) => ({ from, to, direction })),
  );
}

/** Windows given by hand for this entry, if any. */
function givenWindows(options: EntryOptions, span: Span): readonly (readonly number[])[] | undefined {
  return typeof options.windows === 'object'
    ? options.windows[entryKey(span.from, span.to, span.direction)]
    : undefined;
}

/** Windows of a junction's own entry; undefined where it is not among the entries. @param junction from 1 */
export const windowsOf = (entries: readonly Entry[], junction: number, direction: Direction): Windows | undefined =>
  entries.find((entry) => entry.from === junction && entry.to === junction && entry.direction === direction)?.windows;

type Span = Pick<Entry, 'from' | 'to' | 'direction'>;

const windowedLayer = (span: Span) => (span.direction === 'forward' ? span.from : span.to + 1);

/** Neurons per derived window: q of r = p/q; one neuron wherever r ≥ 1 (then the ideal is r itself, fractions included). */
const derivedSize = (rate: Rate) => (rate.numerator >= rate.denominator ? 1 : rate.denominator);

/** The paper's windows: of one size throughout, which divides both layers of the span, so that boxes of it tile any shape. */
function shapedWindows(architecture: Architecture, span: Span, rate: Rate): Windows {
  const layer = windowedLayer(span);
  const shape = architecture.shapes[layer - 1];
  const size = derivedSize(rate);
  if (size === 1) return singleWindows(architecture.layers[layer - 1]);
  return shape.length === 1 ? runWindows(shape[0], size) : boxWindows(shape, tile(shape, size));
}

function balancedEntryWindows(architecture: Architecture, span: Span): Windows {
  const layer = windowedLayer(span);
  if (architecture.shapes[layer - 1].length > 1) {
    throw new InvalidValueError(`balanced windows are for layers without a shape; layer ${layer} has one`);
  }
  const neurons = architecture.layers[layer - 1];
  const sizes = junctionSizes(architecture).slice(span.from - 1, span.to);
  const degrees = sizes.map((size) => (span.direction === 'forward' ? size.fanIn : size.fanOut));
  return balancedWindows(neurons, Math.min(neurons, product(degrees)));
}

/** Whether the left neurons of some junction of a span differ in degree. */
const isUneven = (architecture: Architecture, { from, to }: Span) =>
  junctionSizes(architecture)
    .slice(from - 1, to)
    .some((size) => !isExact(size));

/**
 * Windows of a span with balanced degrees: as many as the fan-ins, or the mean fan-outs, of its junctions multiply to, rounded down,
 * at least 1 and at most one a neuron. That is ⌊r·N⌋ on either side: r·N_X is the product of the fan-ins, r·N_{Y+1} that of the means.
 */
function unevenWindows(architecture: Architecture, span: Span, rate: Rate): Windows {
  const layer = windowedLayer(span);
  const neurons = architecture.layers[layer - 1];
  if (rate.numerator >= rate.denominator) return singleWindows(neurons);
  // both factors are below 2^31 here, and their product may be too large for a double
  const count = Number((BigInt(rate.numerator) * BigInt(neurons)) / BigInt(rate.denominator));
  return gridWindows(architecture.shapes[layer - 1], Math.max(1, count));
}

function makeEntry(architecture: Architecture, span: Span, options: EntryOptions, metric: Metric): Entry {
  const { from, to, direction } = span;
  const key = entryKey(from, to, direction);
  const rate = spanRate(architecture, from, to);
  const other = direction === 'forward' ? to + 1 : from;
  const given = givenWindows(options, span);
  let windows: Windows;
  if (given !== undefined) {
    windows = explicitWindows(architecture.layers[windowedLayer(span) - 1], given, `windows "${key}"`);
  } else if (isUneven(architecture, span)) windows = unevenWindows(architecture, span, rate);
  else if (options.windows === 'balanced') windows = balancedEntryWindows(architecture, span);
  else windows = shapedWindows(architecture, span, rate);
  const neurons = architecture.layers[other - 1];
  const windowSize = windows.sizes.every((size) => size === windows.sizes[0]) ? windows.sizes[0] : null;
  const shares = ((windowSize ?? 0) * rate.numerator) / rate.denominator;
  const ideal = windowSize !== null && Number.isFinite(shares) ? shares : null;
  const byMetric = vacuousUnder(architecture, span, windows);
  const averaged = averagedNeurons(architecture, other, neurons);
  const vacuous = { vacuous: byMetric[metric], vacuousUnder: byMetric };
  return { key, ...span, windows, rate, neurons, averaged, ...vacuous, windowSize, ideal };
}

function averagedNeurons(architecture: Architecture, layer: number, neurons: number): number {
  if (layer === 1) return architecture.usedInputs;
  return layer === architecture.layers.length ? architecture.usedOutputs : neurons;
}

/**
 * The entries of the scatter vector, in its order: forward and backward of 1:1, 2:2, …, then of 1:J (or of every X:Y).
 * @param metric the one that ranks, for `vacuous`; without it only what is vacuous under both metrics is called so
 * @throws RangeError when windows cannot be laid out, or a windows file names a span that is not measured
 */
export function scatterEntries(
  architecture: Architecture,
  options: EntryOptions = {},
  metric: Metric = 'fair-share',
): Entry[] {
  const spans = measuredSpans(architecture.fanOuts.length, options);
  if (typeof options.windows === 'object') {
    const known = spans.map(({ from, to, direction }) => entryKey(from, to, direction));
    const unknown = Object.keys(options.windows).find((key) => !known.includes(key));
    if (unknown !== undefined) {
      throw new InvalidValueError(
        `windows are given for "${unknown}"; expected one of ${known.map((k) => `"${k}"`).join(', ')}`,
      );
    }
  }
  return spans.map((span) => makeEntry(architecture, span, options, metric));
}
