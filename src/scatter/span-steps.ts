import { junctionSizes } from '../pattern/architecture.ts';
import type { Entry } from '../pattern/entries.ts';
import type { Pattern } from '../pattern/pattern.ts';

/** One junction of a span as kernels walk it: right-major `sources`, `fanIn` to a right neuron. */
export interface SpanStep {
  readonly sources: Uint32Array;
  readonly fanIn: number;
  readonly left: number;
  readonly right: number;
}

/** The junctions of an entry in the order in which windows travel: X … Y forward, Y … X backward. */
export function spanSteps(pattern: Pattern, entry: Pick<Entry, 'from' | 'to' | 'direction'>): SpanStep[] {
  const steps = junctionSizes(pattern)
    .slice(entry.from - 1, entry.to)
    .map(({ number, left, right, fanIn }) => ({ sources: pattern.junctions[number - 1], fanIn, left, right }));
  return entry.direction === 'forward' ? steps : steps.reverse();
}
