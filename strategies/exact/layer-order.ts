import { range } from '../../src/base/numbers.ts';
import type { Random } from '../../src/base/random.ts';
import type { Windows } from '../../src/pattern/windows.ts';

const isRun = ({ members, sizes }: Windows) =>
  members.every((window, neuron) => window === Math.floor(neuron / sizes[0]));

/** Whether every window of `fine` lies in one of `coarse`. */
function isNested(fine: Windows, coarse: Windows): boolean {
  const within = new Int32Array(fine.count).fill(-1);
  return fine.members.every((window, neuron) => {
    if (within[window] < 0) within[window] = coarse.members[neuron];
    return within[window] === coarse.members[neuron];
  });
}

/** Windows of a layer, all of them equal partitions, largest first. */
export interface LayerWindows {
  readonly neurons: number;
  readonly windows: readonly Windows[];
  /** every window lies within one of the next larger size; else all are runs of neighbours */
  readonly nested: boolean;
}

/** @returns null where windows neither nest nor are runs: no order of the neurons makes runs of them all */
export function layerWindows(neurons: number, windows: readonly Windows[]): LayerWindows | null {
  const sorted = [...windows].sort((a, b) => b.sizes[0] - a.sizes[0]);
  const nested = sorted.every((fine, i) => i === 0 || isNested(fine, sorted[i - 1]));
  return nested || sorted.every(isRun) ? { neurons, windows: sorted, nested } : null;
}

/** Stable counting sort of neurons by a key below `count`. */
function sortedBy(neurons: Uint32Array, keyOf: (neuron: number) => number, count: number): Uint32Array {
  const next = new Uint32Array(count + 1);
  for (const neuron of neurons) next[keyOf(neuron) + 1]++;
  for (let key = 0; key < count; key++) next[key + 1] += next[key];
  const result = new Uint32Array(neurons.length);
  for (const neuron of neurons) result[next[keyOf(neuron)]++] = neuron;
  return result;
}

function leastCommonMultiple(values: readonly number[]): number {
  const divisor = (a: number, b: number): number => (b === 0 ? a : divisor(b, a % b));
  return values.reduce((a, b) => (a / divisor(a, b)) * b, 1);
}

/**
 * A random order (position → neuron) in which all windows are runs of positions that start at multiples of their size. Nested
 * windows change places freely, neurons within the smallest too; of other runs only blocks that cut no window change places.
 */
export function randomOrder({ neurons, windows, nested }: LayerWindows, random: Random): Uint32Array {
  let order: Uint32Array = range(neurons);
  if (!nested) {
    const block = leastCommonMultiple(windows.map(({ sizes }) => sizes[0]));
    const ranks = random.shuffle(range(neurons / block));
    return sortedBy(order, (neuron) => ranks[Math.floor(neuron / block)], ranks.length);
  }
  random.shuffle(order);
  for (const { members, count } of [...windows].reverse()) {
    const ranks = random.shuffle(range(count));
    order = sortedBy(order, (neuron) => ranks[members[neuron]], count);
  }
  return order;
}
