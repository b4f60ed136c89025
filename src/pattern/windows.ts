import { InvalidValueError } from '../base/caller-errors.ts';
import { product, range } from '../base/numbers.ts';
import type { LayerShape } from './architecture.ts';

/**
 * Groups of neurons of one layer. Any lists: they may overlap, be unequal or leave neurons out.
 * Stored by neuron, as kernels read it: the windows that hold neuron n are `members[starts[n]] … members[starts[n + 1] − 1]`.
 */
export interface Windows {
  readonly neurons: number;
  readonly count: number;
  /** neurons + 1 offsets into `members` */
  readonly starts: Uint32Array;
  readonly members: Uint32Array;
  /** neurons per window */
  readonly sizes: Uint32Array;
  /** neuron → its window, when every neuron lies in exactly one; else null */
  readonly partition: Uint32Array | null;
}

/** @param windowOf neuron → its window, each < count */
export function partitionWindows(windowOf: Uint32Array, count: number): Windows {
  const sizes = new Uint32Array(count);
  for (const window of windowOf) sizes[window]++;
  const starts = range(windowOf.length + 1);
  return { neurons: windowOf.length, count, starts, members: windowOf, sizes, partition: windowOf };
}

/** One window per neuron. */
export function singleWindows(neurons: number): Windows {
  return partitionWindows(range(neurons), neurons);
}

/** Windows of `size` neighbouring neurons; size divides neurons. */
export function runWindows(neurons: number, size: number): Windows {
  const windowOf = Uint32Array.from({ length: neurons }, (_, neuron) => Math.floor(neuron / size));
  return partitionWindows(windowOf, neurons / size);
}

/** `count` runs of nearly equal length: window w holds neurons ⌊w·n/count⌋ … ⌊(w+1)·n/count⌋ − 1. */
export function balancedWindows(neurons: number, count: number): Windows {
  const windowOf = new Uint32Array(neurons);
  for (let w = 0; w < count; w++) {
    windowOf.fill(w, Math.floor((w * neurons) / count), Math.floor(((w + 1) * neurons) / count));
  }
  return partitionWindows(windowOf, count);
}

/**
 * Sides (rows, columns, channels) of the box windows of `size` neurons that tile a layer: the smallest ratio of longest to
 * shortest side, then the lexicographically smallest. One exists for every divisor of the layer's size: g = gcd(size, height)
 * rows leave size/g, which is prime to height/g and hence divides the rest.
 * @throws RangeError when size does not divide the layer's
 */
export function tile(shape: LayerShape, size: number): number[] {
  const divisors = (n: number) => Array.from({ length: n }, (_, i) => i + 1).filter((d) => n % d === 0);
  let boxes: number[][] = [[]];
  for (const side of shape) boxes = boxes.flatMap((box) => divisors(side).map((d) => [...box, d]));
  const tilings = boxes.filter((box) => product(box) === size);
  const longer = (a: number[], b: number[]) =>
    Math.max(...a) * Math.min(...b) - Math.max(...b) * Math.min(...a) || firstDifference(a, b);
  if (tilings.length === 0)
    throw new InvalidValueError(`no windows of ${size} neurons tile a layer of ${shape.join('x')}`);
  return tilings.sort(longer)[0];
}

function firstDifference(a: readonly number[], b: readonly number[]): number {
  const index = a.findIndex((value, i) => value !== b[i]);
  return index < 0 ? 0 : a[index] - b[index];
}

/** Box windows of the given sides over a layer stored row-major with the channel fastest; windows numbered in that order too. */
export function boxWindows(shape: LayerShape, box: readonly number[]): Windows {
  const [height, width = 1, channels = 1] = shape as readonly number[];
  const [rows, columns = 1, depth = 1] = box;
  const windowOf = new Uint32Array(height * width * channels);
  for (let neuron = 0; neuron < windowOf.length; neuron++) {
    const channel = neuron % channels;
    const column = Math.floor(neuron / channels) % width;
    const row = Math.floor(neuron / (channels * width));
    const across = Math.floor(row / rows) * (width / columns) + Math.floor(column / columns);
    windowOf[neuron] = across * (channels / depth) + Math.floor(channel / depth);
  }
  return partitionWindows(windowOf, windowOf.length / (rows * columns * depth));
}

/** Longest over shortest side of all boxes of a grid of `parts`, whose boxes differ by one neuron a side where it does not divide. */
function gridRatio(shape: LayerShape, parts: readonly number[]): number {
  const longest = Math.max(...parts.map((count, axis) => Math.ceil((shape[axis] as number) / count)));
  const shortest = Math.min(...parts.map((count, axis) => Math.floor((shape[axis] as number) / count)));
  return longest / shortest;
}

/** Most that the longest side of a window may be of its shortest one, where some grid allows it. */
const MOST_GRID_RATIO = 2;

/**
 * Parts a side of the grid that cuts a layer into as many near-equal boxes as possible, at most `most`, no side of any box more than
 * twice another. Where no grid is so square (a layer of one row, say), the squarest. Ties go to the squarest, then to the boxes of
 * the fewest rows, then of the fewest columns, as in `tile`.
 */
export function gridParts(shape: LayerShape, most: number): number[] {
  let grids: number[][] = [[]];
  for (const side of shape) {
    grids = grids.flatMap((parts) => {
      const room = Math.min(side, Math.floor(most / product(parts)));
      return Array.from({ length: room }, (_, i) => [...parts, i + 1]);
    });
  }
  const tried = grids.map((parts) => ({ parts, boxes: product(parts), ratio: gridRatio(shape, parts) }));
  const square = tried.filter(({ ratio }) => ratio <= MOST_GRID_RATIO);
  const least = tried.reduce((lowest, { ratio }) => Math.min(lowest, ratio), Number.POSITIVE_INFINITY);
  const open = square.length > 0 ? square : tried.filter(({ ratio }) => ratio === least);
  const better = (a: (typeof tried)[number], b: (typeof tried)[number]) =>
    b.boxes - a.boxes || a.ratio - b.ratio || firstDifference(b.parts, a.parts);
  return open.reduce((best, each) => (better(each, best) < 0 ? each : best)).parts;
}

/** Near-equal windows, at most `most`: runs in a row, else the boxes of `gridParts`, numbered row-major with the channel fastest. */
export function gridWindows(shape: LayerShape, most: number): Windows {
  if (shape.length === 1) return balancedWindows(shape[0], most);
  const sides: readonly number[] = shape;
  const parts = gridParts(shape, most);
  const partOf = parts.map((count, axis) => balancedWindows(sides[axis], count).members);
  const windowOf = new Uint32Array(product(sides));
  for (let neuron = 0; neuron < windowOf.length; neuron++) {
    let [rest, window, scale] = [neuron, 0, 1];
    for (let axis = sides.length - 1; axis >= 0; axis--) {
      window += scale * partOf[axis][rest % sides[axis]];
      scale *= parts[axis];
      rest = Math.floor(rest / sides[axis]);
    }
    windowOf[neuron] = window;
  }
  return partitionWindows(windowOf, product(parts));
}

/**
 * Explicit windows, in the order given.
 * @param lists neurons of each window; overlapping, unequal and incomplete are all allowed
 * @throws RangeError for an empty window, a neuron out of range or one named twice in a window
 */
export function explicitWindows(neurons: number, lists: readonly (readonly number[])[], what: string): Windows {
  if (lists.length === 0) throw new InvalidValueError(`${what}: expected at least one window; got none`);
  const starts = new Uint32Array(neurons + 1);
  for (const [w, list] of lists.entries()) {
    if (list.length === 0) throw new InvalidValueError(`${what}, window ${w}: expected at least one neuron; got none`);
    if (new Set(list).size !== list.length)
      throw new InvalidValueError(`${what}, window ${w}: a neuron is named twice`);
    for (const neuron of list) {
      if (!Number.isInteger(neuron) || neuron < 0 || neuron >= neurons) {
        throw new InvalidValueError(`${what}, window ${w}: expected neurons from 0 to ${neurons - 1}; got ${neuron}`);
      }
      starts[neuron + 1]++;
    }
  }
  for (let n = 0; n < neurons; n++) starts[n + 1] += starts[n];
  const members = new Uint32Array(starts[neurons]);
  const next = starts.slice();
  for (const [w, list] of lists.entries()) for (const neuron of list) members[next[neuron]++] = w;
  const sizes = Uint32Array.from(lists, (list) => list.length);
  const covers = Array.from({ length: neurons }, (_, n) => starts[n + 1] - starts[n]).every((count) => count === 1);
  return { neurons, count: lists.length, starts, members, sizes, partition: covers ? members : null };
}

/** The same windows over renumbered neurons: neuron n of the result lies where neuron `source[n]` lay. */
export function relabelWindows(windows: Windows, source: Uint32Array): Windows {
  if (source.length !== windows.neurons) {
    throw new InvalidValueError(
      `relabelled windows: expected a source for each of ${windows.neurons} neurons; got ${source.length}`,
    );
  }
  const lists: number[][] = Array.from({ length: windows.count }, () => []);
  for (let n = 0; n < windows.neurons; n++) {
    const from = source[n];
    for (let m = windows.starts[from]; m < windows.starts[from + 1]; m++) lists[windows.members[m]].push(n);
  }
  return explicitWindows(windows.neurons, lists, 'relabelled windows');
}
