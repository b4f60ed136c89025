import { type Architecture, junctionSizes } from './architecture.ts';
import type { Metric } from './metric.ts';
import type { Windows } from './windows.ts';

type Sizes = Pick<Architecture, 'layers' | 'fanOuts'>;

interface Span {
  readonly from: number;
  readonly to: number;
  readonly direction: 'forward' | 'backward';
}

/**
 * The fewest neurons of the windowed layer that paths of a span join to one averaged neuron, over all patterns with these degrees.
 *
 * One junction first. Let s near neurons be given, of `near`, each with f edges, and far neurons, of `far`, with g edges each.
 * How many far neurons do the s reach at least?
 *  1. If g + s > near, all of them: a far neuron has fewer than g near neurons outside the s to go to.
 *  2. Else t = max(f, ⌈s·f/g⌉) and no fewer. No fewer: each of the s reaches f, and the s·f edges go to neurons that take g each.
 *     So few: choose t far neurons. Share the s·f edges among them as equally as can be, at most min(g, s) each, and deal each
 *     one's edges to the s in turn, round and round: every near neuron gets f different ones. What the far neurons have left, at
 *     most g ≤ near − s each, deal in the same way to the other near neurons, f each. No edge is double and all degrees are right.
 * A span: t grows with s and the junctions are independent, so the fewest follow from the fewest, from one neuron on.
 * Renumbering neurons turns patterns into patterns: what one neuron and one such set can have, any can.
 */
export function fewestReached(sizes: Sizes, { from, to, direction }: Span): number {
  const span = junctionSizes(sizes).slice(from - 1, to);
  const forward = direction === 'forward';
  let reached = 1;
  for (const { left, right, fanIn, fanOut } of forward ? span.reverse() : span) {
    const [near, far, nearDegree, farDegree] = forward ? [right, left, fanIn, fanOut] : [left, right, fanOut, fanIn];
    reached = reached + farDegree > near ? far : Math.max(nearDegree, Math.ceil((reached * nearDegree) / farDegree));
  }
  return reached;
}

/**
 * Whether every pattern with these degrees scores 1 in an entry, by metric: exact for every span, any windows and any padding.
 *
 * `indicator`: just where the smallest window is larger than the part of its layer that a neuron can leave out, `size +
 * fewestReached > neurons`. If so every window meets every set of neurons that can be reached. If not, some pattern reaches the
 * fewest neurons from the first averaged one, and, renumbered, none of that window. In one junction: degree + size > neurons; in
 * two, where fo_1 + fi_2 > N_2, always.
 *
 * `fair-share`: just where a junction of the span is dense, or every window is the whole layer. If so every count is its ideal: the
 * paths through a dense junction do not depend on where in it they go, and all paths into a neuron end in the whole layer. If
 * not, let B be the size of a window, B < neurons, and r its rate. Were every count at least r·B in every pattern, then also the
 * count of the B neurons with the fewest paths (renumber them into the window), so that all neurons had equally many, r. But
 * that is not so in every pattern. Walk from one averaged neuron: its layer has others (a junction into one neuron is dense), so the
 * paths differ there, 1 and 0; and where two neurons a, b of a layer have different numbers of paths, so can two of the next: no
 * junction is dense, so in every pattern two neurons have different neighbours, which we may number a and b, hence some edges
 * k–a and l–b without edges k–b and l–a. Exchanging them changes the paths to k by the difference of b and a, so that before or
 * after the exchange not all numbers are equal.
 *
 * Padding takes nothing away: both proofs need one averaged neuron only. Constraints do: fewer patterns may all score 1 although
 * an entry is not vacuous here; then the rules are only sufficient.
 */
export function vacuousUnder(sizes: Sizes, span: Span, windows: Windows): Readonly<Record<Metric, boolean>> {
  const smallest = windows.sizes.reduce((least, size) => Math.min(least, size), windows.neurons);
  const dense = junctionSizes(sizes)
    .slice(span.from - 1, span.to)
    .some((junction) => junction.density === 1);
  return {
    indicator: smallest + fewestReached(sizes, span) > windows.neurons,
    'fair-share': dense || smallest === windows.neurons,
  };
}
