import { mean } from 'simple-statistics';
import type { Random } from '../base/random.ts';
import type { Entry } from '../pattern/entries.ts';
import { relabelWindows } from '../pattern/windows.ts';

/** The layer whose neurons the entry's windows group. */
const windowedLayer = (entry: Entry) => (entry.direction === 'forward' ? entry.from : entry.to + 1);

/**
 * The negative control: the same entries over randomly renumbered neurons. Each layer gets one permutation, the same in every
 * entry whose windows lie on it, so that the result is the scatter of one renumbered network, which trains just as well.
 * Number and sizes of windows stay; which neurons are neighbours no longer means anything.
 */
export function relabelledEntries(entries: readonly Entry[], random: Random): Entry[] {
  return entries.map((entry) => {
    const identity = Uint32Array.from({ length: entry.windows.neurons }, (_, neuron) => neuron);
    const source = random.fork(windowedLayer(entry)).shuffle(identity);
    return { ...entry, windows: relabelWindows(entry.windows, source) };
  });
}

/** Renumberings that a control is averaged over, so that it is not the luck of one. */
const CONTROL_DRAWS = 8;

/** Several independent relabellings, to score every candidate by the same. */
export function controlEntries(entries: readonly Entry[], random: Random, draws = CONTROL_DRAWS): Entry[][] {
  return Array.from({ length: draws }, (_, draw) => relabelledEntries(entries, random.fork(draw)));
}

/** Mean S of one candidate over relabellings. @param score S of the candidate under these entries */
export function controlScatter(relabellings: readonly Entry[][], score: (entries: readonly Entry[]) => number): number {
  return mean(relabellings.map(score));
}
