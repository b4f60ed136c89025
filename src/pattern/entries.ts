import {
  type Architecture,
  describeFanOuts,
  feasibleFanOuts,
  greatestCommonDivisor,
  junctionSizes,
  type LayerShape,
} from './architecture.ts';
import {
  balancedWindows,
  boxWindows,
  explicitWindows,
  runWindows,
  singleWindows,
  tile,
  type Windows,
} from './windows.ts';

export type Direction = 'forward' | 'backward';

/** r = fi/N_X = fo/N_{Y+1} in lowest terms: edges (or paths) per pair of neurons of the span. */
export interface Rate {
  readonly numerator: number;
  readonly denominator: number;
}

/** Lists of neurons by entry key ("1:2 backward"), as in a windows file. */
export type ExplicitWindows = Readonly<Record<string, readonly (readonly number[])[]>>;

export interface EntryOptions {
  /** default 'integral', the paper's rule */
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
  /** every pattern scores 1 here, so the entry supports no claim */
  readonly vacuous: boolean;
  /** neurons per window and their ideal count r·size, where all windows are alike; else null */
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
  if (!Number.isSafeInteger(numerator)) {
    throw new RangeError(`span ${from}:${to} has more paths between two neurons than can be counted (2^53)`);
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

/** Windows of `size` neurons over a layer. @throws RangeError naming the nearest fan-outs whose windows tile its shape */
function shapedWindows(architecture: Architecture, entry: Span, rate: Rate): Windows {
  const layer = entry.direction === 'forward' ? entry.from : entry.to + 1;
  const shape = architecture.shapes[layer - 1];
  const size = rate.denominator;
  if (size === 1) return singleWindows(architecture.layers[layer - 1]);
  if (shape.length === 1) return runWindows(shape[0], size);
  const box = tile(shape, size);
  if (box !== null) return boxWindows(shape, box);
  throw new RangeError(
    `no windows of ${size} neurons tile the ${shape.join('x')} shape of layer ${layer} (${entryKey(entry.from, entry.to, entry.direction)})${nearestTileable(architecture, entry, shape)}`,
  );
}

type Span = Pick<Entry, 'from' | 'to' | 'direction'>;

/** Fan-outs of the junction that touches the shaped layer, nearest to the asked one, with which this span's windows tile it. */
function nearestTileable(architecture: Architecture, entry: Span, shape: LayerShape): string {
  const junction = entry.direction === 'forward' ? entry.from : entry.to;
  const { left, right, fanOut } = junctionSizes(architecture)[junction - 1];
  const tiles = (candidate: number) => {
    const fanOuts = architecture.fanOuts.with(junction - 1, candidate);
    return tile(shape, spanRate({ layers: architecture.layers, fanOuts }, entry.from, entry.to).denominator) !== null;
  };
  const feasible = feasibleFanOuts(left, right);
  const below = feasible.findLast((candidate) => candidate < fanOut && tiles(candidate));
  const above = feasible.find((candidate) => candidate > fanOut && tiles(candidate));
  const nearest = [below, above].filter((candidate) => candidate !== undefined);
  if (nearest.length === 0) return '';
  return `; nearest fan-outs of junction ${junction} that have such windows: ${describeFanOuts(right, nearest)}`;
}

function balancedEntryWindows(architecture: Architecture, span: Span): Windows {
  const layer = span.direction === 'forward' ? span.from : span.to + 1;
  if (architecture.shapes[layer - 1].length > 1) {
    throw new RangeError(`balanced windows are for layers without a shape; layer ${layer} has one`);
  }
  const neurons = architecture.layers[layer - 1];
  const sizes = junctionSizes(architecture).slice(span.from - 1, span.to);
  const degrees = sizes.map((size) => (span.direction === 'forward' ? size.fanIn : size.fanOut));
  return balancedWindows(
    neurons,
    Math.min(
      neurons,
      degrees.reduce((a, b) => a * b, 1),
    ),
  );
}

/** Every pattern gives every window its exact share: a dense junction in the span, or one window over the whole layer. */
function isVacuous(architecture: Architecture, span: Span, windows: Windows): boolean {
  const dense = junctionSizes(architecture)
    .slice(span.from - 1, span.to)
    .some((size) => size.density === 1);
  return dense || windows.sizes.every((size) => size === windows.neurons);
}

function makeEntry(architecture: Architecture, span: Span, options: EntryOptions): Entry {
  const { from, to, direction } = span;
  const key = entryKey(from, to, direction);
  const rate = spanRate(architecture, from, to);
  const windowed = direction === 'forward' ? from : to + 1;
  const other = direction === 'forward' ? to + 1 : from;
  const explicit = typeof options.windows === 'object' ? options.windows[key] : undefined;
  let windows: Windows;
  if (explicit !== undefined)
    windows = explicitWindows(architecture.layers[windowed - 1], explicit, `windows "${key}"`);
  else if (options.windows === 'balanced') windows = balancedEntryWindows(architecture, span);
  else windows = shapedWindows(architecture, span, rate);
  const neurons = architecture.layers[other - 1];
  const windowSize = windows.sizes.every((size) => size === windows.sizes[0]) ? windows.sizes[0] : null;
  const ideal = windowSize === null ? null : (rate.numerator * windowSize) / rate.denominator;
  const vacuous = isVacuous(architecture, span, windows);
  const averaged = averagedNeurons(architecture, other, neurons);
  return { key, ...span, windows, rate, neurons, averaged, vacuous, windowSize, ideal };
}

function averagedNeurons(architecture: Architecture, layer: number, neurons: number): number {
  if (layer === 1) return architecture.usedInputs;
  return layer === architecture.layers.length ? architecture.usedOutputs : neurons;
}

/**
 * The entries of the scatter vector, in its order: forward and backward of 1:1, 2:2, …, then of 1:J (or of every X:Y).
 * @throws RangeError when windows cannot be laid out, or a windows file names a span that is not measured
 */
export function scatterEntries(architecture: Architecture, options: EntryOptions = {}): Entry[] {
  const spans = spansOf(architecture.fanOuts.length, options.spans ?? 'io');
  const directions: readonly Direction[] = ['forward', 'backward'];
  if (typeof options.windows === 'object') {
    const known = spans.flatMap(([from, to]) => directions.map((direction) => entryKey(from, to, direction)));
    const unknown = Object.keys(options.windows).find((key) => !known.includes(key));
    if (unknown !== undefined) {
      throw new RangeError(
        `windows are given for "${unknown}"; expected one of ${known.map((k) => `"${k}"`).join(', ')}`,
      );
    }
  }
  return spans.flatMap(([from, to]) =>
    directions.map((direction) => makeEntry(architecture, { from, to, direction }, options)),
  );
}
