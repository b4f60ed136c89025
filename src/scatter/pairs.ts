import { range } from '../base/numbers.ts';
import type { Entry } from '../pattern/entries.ts';
import type { Pattern } from '../pattern/pattern.ts';
import { singleWindows, type Windows } from '../pattern/windows.ts';

const identities = new WeakMap<Windows, boolean>();

/** Every window is the one neuron of its own number: the window matrix is the identity. */
export function isIdentity(windows: Windows): boolean {
  let known = identities.get(windows);
  if (known === undefined) {
    const { count, neurons, partition } = windows;
    known = count === neurons && partition !== null && partition.every((window, neuron) => window === neuron);
    identities.set(windows, known);
  }
  return known;
}

/** One window for each of the first `count` neurons of a layer; the others are in none. */
function firstSingles(neurons: number, count: number): Windows {
  if (count === neurons) return singleWindows(neurons);
  const members = range(count);
  const starts = Uint32Array.from({ length: neurons + 1 }, (_, neuron) => Math.min(neuron, count));
  return { neurons, count, starts, members, sizes: new Uint32Array(count).fill(1), partition: null };
}

/** The same pairs of neurons, seen from the other end of the span. */
function turned(entry: Entry): Entry {
  return {
    ...entry,
    direction: entry.direction === 'forward' ? 'backward' : 'forward',
    windows: firstSingles(entry.neurons, entry.averaged),
    neurons: entry.windows.neurons,
    averaged: entry.windows.neurons,
  };
}

/** Windows carried along every edge after the first junction. */
function work(pattern: Pattern, { from, to, direction, windows }: Entry): number {
  const first = direction === 'forward' ? from : to;
  let edges = 0;
  for (let i = from; i <= to; i++) if (i !== first) edges += pattern.junctions[i - 1].length;
  return edges * windows.count;
}

const chosen = new WeakMap<Entry, Entry>();

/**
 * The entry to compute instead of this one, equal to it for every pattern. Where every window is one neuron, an entry is the mean,
 * over all pairs of an averaged and a windowed neuron, of what the paths between the two are worth (both directions have the ideal
 * r), so it may as well be computed from the other end: windows are then the averaged neurons, one each, and the averaged neurons
 * all the windowed ones. The end with fewer windows to carry is much cheaper in nets that narrow. Other entries stay as they are.
 */
export function cheaperEntry(pattern: Pattern, entry: Entry): Entry {
  if (entry.from === entry.to || !isIdentity(entry.windows)) return entry;
  let best = chosen.get(entry);
  if (best === undefined) {
    const other = turned(entry);
    const difference = work(pattern, other) - work(pattern, entry);
    // at equal cost both ends turn forward, so that forward and backward of a net without padding are one computation
    best = difference < 0 || (difference === 0 && entry.direction === 'backward') ? other : entry;
    chosen.set(entry, best);
  }
  return best;
}

/** Entries with the same key are the same computation; null where only an entry itself is. */
export function pairsKey({ from, to, direction, windows, neurons, averaged }: Entry): string | null {
  return isIdentity(windows) && averaged === neurons ? `${from}:${to} ${direction}` : null;
}
