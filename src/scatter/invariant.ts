import type { Architecture } from '../pattern/architecture.ts';
import type { Entry } from '../pattern/entries.ts';
import type { Windows } from '../pattern/windows.ts';
import type { Metric, ScatterScore } from './metric.ts';

/** Every neuron is a window of its own, in whatever order: no grouping that a renumbering could change. */
const isUngrouped = ({ count, neurons, partition }: Windows): boolean => count === neurons && partition !== null;

/**
 * Whether the layer's neurons lie somewhere: the inputs, which are pixels, samples or a feature map, and any other layer that was
 * given a shape of more than one side. Else a neuron's number is a label: hidden neurons and classes can be renumbered, and the
 * network stays the same.
 */
function hasGeometry({ shapes }: Pick<Architecture, 'shapes'>, layer: number): boolean {
  return layer === 1 || shapes[layer - 1].length > 1;
}

/** Whether an entry measures the network and not the numbers of its neurons: its windows follow a geometry, or are single neurons. */
export function isInvariant(entry: Entry, architecture: Pick<Architecture, 'shapes'>): boolean {
  const layer = entry.direction === 'forward' ? entry.from : entry.to + 1;
  return isUngrouped(entry.windows) || hasGeometry(architecture, layer);
}

export interface InvariantScatter {
  /** null where no entry tells */
  readonly value: number | null;
  /** why it is null, one sentence; else null */
  readonly reason: string | null;
}

/** Of the entries, counted from 0, those that `invariantScatter` is the least of. */
export const tellingEntries = (
  entries: readonly Entry[],
  architecture: Pick<Architecture, 'shapes'>,
  metric: Metric,
): number[] =>
  [...entries.keys()].filter(
    (index) => isInvariant(entries[index], architecture) && !entries[index].vacuousUnder[metric],
  );

/**
 * The least of the entries that do not depend on how hidden neurons and classes are numbered, vacuous ones left out. It is told
 * beside the scatter vector and is no part of S.
 */
export function invariantScatter(
  { metric, vector }: ScatterScore,
  entries: readonly Entry[],
  architecture: Pick<Architecture, 'shapes'>,
): InvariantScatter {
  const telling = tellingEntries(entries, architecture, metric);
  if (telling.length > 0) return { value: Math.min(...telling.map((index) => vector[index])), reason: null };
  const reason = entries.every((entry) => !isInvariant(entry, architecture))
    ? 'no entry has windows on a layer with a geometry, or of single neurons'
    : 'every entry whose windows lie on a layer with a geometry, or are single neurons, is vacuous: 1 for every pattern';
  return { value: null, reason };
}
