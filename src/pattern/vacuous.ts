import { type Architecture, isExact, type JunctionSize, junctionSizes } from './architecture.ts';
import type { Metric } from './metric.ts';
import type { Windows } from './windows.ts';

type Sizes = Pick<Architecture, 'layers' | 'fanOuts'>;

interface Span {
  readonly from: number;
  readonly to: number;
  readonly direction: 'forward' | 'backward';
}

/** A side of a junction: how many neurons it has, their smallest degree, and how many of them have one edge more. */
interface DegreeSide {
  readonly neurons: number;
  readonly least: number;
  readonly more: number;
}

const sidesOf = ({ left, right, fanIn, edges, leastFanOut }: JunctionSize): Record<'left' | 'right', DegreeSide> => ({
  left: { neurons: left, least: leastFanOut, more: edges - left * leastFanOut },
  right: { neurons: right, least: fanIn, more: 0 },
});

/** The fewest far neurons that `given` near ones reach in one junction: `fewestReached`. */
function fewestFar(near: DegreeSide, far: DegreeSide, given: number): number {
  const others = near.neurons - given;
  if (far.least > others) return far.neurons;
  const ends = given * near.least + Math.max(0, near.more - others);
  const each = (degree: number) => Math.min(degree, given);
  const heavy = far.more * each(far.least + 1);
  const enough =
    ends <= heavy ? Math.ceil(ends / each(far.least + 1)) : far.more + Math.ceil((ends - heavy) / each(far.least));
  return far.least + 1 > others ? Math.max(far.more, enough) : enough;
}

/**
 * The fewest neurons of the windowed layer that paths of a span join to one averaged neuron, over all patterns with these degrees.
 *
 * One junction first. Let s near neurons be given; the far ones have g_k edges each. On both sides degrees differ by one at most (on
 * the right they are equal). Edges leave the s in some number D, and t far neurons take them all.
 *  1. A far neuron with g_k > near − s is among the t: it has too many edges for the near neurons outside the s.
 *  2. Of D, far neuron k takes min(g_k, s) at most. So t is least where D is least, which is where as few as possible of the s
 *     have an edge more, and where the t are the far neurons with most edges.
 *  3. Whatever 1 and 2 allow is possible. Let the t take D in any shares within min(g_k, s) that leave at most near − s each
 *     to the other near neurons; there are some, since the s can have D edges in some pattern. Deal the shares to the s in turn, round
 *     and round: no edge is double, and degrees differ by one at most, so they are those of the s up to their order. What the far
 *     neurons have left, deal in the same way to the other near neurons.
 * Where all degrees are equal, near f and far g, this is all far neurons if g + s > near, else max(f, ⌈s·f/g⌉).
 *
 * A span: t grows with s (more neurons reach no fewer) and the junctions are independent, so the fewest follow from the fewest, from
 * one neuron on. Renumbering neurons turns patterns into patterns: what one neuron and one such set can have, any can.
 */
export function fewestReached(sizes: Sizes, { from, to, direction }: Span): number {
  const span = junctionSizes(sizes)
    .slice(from - 1, to)
    .map(sidesOf);
  const forward = direction === 'forward';
  let reached = 1;
  for (const { left, right } of forward ? span.reverse() : span) {
    reached = forward ? fewestFar(right, left, reached) : fewestFar(left, right, reached);
  }
  return reached;
}

/**
 * Whether every pattern with these degrees scores 1 in an entry, by metric: exact for every span, any windows and any padding.
 *
 * `indicator`: just where the smallest window is larger than the part of its layer that a neuron can leave out, `size +
 * fewestReached > neurons`. If so every window meets every set of neurons that can be reached. If not, some pattern reaches the
 * fewest neurons from the first averaged one, and, renumbered, none of that window. In one junction of equal degrees: degree + size >
 * neurons; in two, where fo_1 + fi_2 > N_2, always.
 *
 * `fair-share`, degrees exact: just where a junction of the span is dense, or every window is the whole layer. If so every count is
 * its ideal: the paths through a dense junction do not depend on where in it they go, and all paths into a neuron end in the whole
 * layer. If not, let B be the size of a window, B < neurons, and r its rate. Were every count at least r·B in every pattern, then also
 * the count of the B neurons with the fewest paths (renumber them into the window), so that r·neurons paths or more end in every
 * averaged neuron; that being their mean, just as many, and all neurons had equally many, r. But
 * that is not so in every pattern. Walk from one averaged neuron: its layer has others (a junction into one neuron is dense), so the
 * paths differ there, 1 and 0; and where two neurons a, b of a layer have different numbers of paths, so can two of the next: no
 * junction is dense, so in every pattern two neurons have different neighbours, which we may number a and b, hence some edges
 * k–a and l–b without edges k–b and l–a. Exchanging them changes the paths to k by the difference of b and a, so that before or
 * after the exchange not all numbers are equal.
 *
 * `fair-share`, degrees balanced somewhere: equally many paths still enter every right neuron of the span (fan-ins are equal), while
 * those that leave its left neurons differ in some pattern, just where a balanced junction comes before the first dense one.
 * (They are the paths up to the dense junction times a constant. If the balanced junction is the last before it, degrees differ;
 * what differs in one layer can differ in the one before, by the exchange above; and if all were alike behind a balanced
 * junction, degrees would make them differ.) So a dense junction makes every count its ideal only if nothing balanced comes before it,
 * in both directions: with it paths between k and j are a product of what leaves k and what enters j. Windows that are the whole
 * layer do so forward; backward they count all that leaves a neuron, and again nothing may make that differ. Without a dense
 * junction, and with a smaller window, the proof for exact degrees holds as it stands.
 *
 * Padding takes nothing away: the proofs need one averaged neuron only, which can be any. Constraints do: fewer patterns may all
 * score 1 although an entry is not vacuous here; then the rules are only sufficient.
 */
export function vacuousUnder(sizes: Sizes, span: Span, windows: Windows): Readonly<Record<Metric, boolean>> {
  const smallest = windows.sizes.reduce((least, size) => Math.min(least, size), windows.neurons);
  const whole = smallest === windows.neurons;
  const junctions = junctionSizes(sizes).slice(span.from - 1, span.to);
  const dense = junctions.findIndex((junction) => junction.density === 1);
  const alike = junctions.slice(0, dense < 0 ? junctions.length : dense).every(isExact);
  return {
    indicator: smallest + fewestReached(sizes, span) > windows.neurons,
    'fair-share': alike ? dense >= 0 || whole : whole && span.direction === 'forward',
  };
}
