import type { JunctionSize } from './architecture.ts';

/**
 * Balanced degrees as degrees of one number. A junction whose left neurons have d or d + 1 edges gets one more right neuron, the slack
 * neuron, to which exactly the left neurons with d edges are joined (as a slack variable makes an inequality an equation): then
 * every left neuron has d + 1. Leaving the slack neuron out again is the way back, so that balanced junctions are one to one with the simple
 * junctions of these degrees: whatever is proved of fixed degrees holds of balanced ones.
 */

/** Edges of the slack neuron: left neurons with the lower degree; 0 where degrees are exact. */
export const slackOf = ({ left, mostFanOut, edges }: Pick<JunctionSize, 'left' | 'mostFanOut' | 'edges'>): number =>
  left * mostFanOut - edges;

/** Edges that leave each left neuron. @param sources right-major, in any order */
export function leftDegrees(sources: ArrayLike<number>, left: number): Uint32Array {
  const degrees = new Uint32Array(left);
  for (let e = 0; e < sources.length; e++) degrees[sources[e]]++;
  return degrees;
}

/**
 * Right-major edges followed by those of the slack neuron, ascending; a copy.
 * @param sources `right × fanIn`, degrees balanced
 */
export function withSlack(sources: Uint32Array, size: JunctionSize): Uint32Array {
  const slack = slackOf(size);
  if (slack === 0) return sources.slice();
  const all = new Uint32Array(sources.length + slack);
  all.set(sources);
  const degrees = leftDegrees(sources, size.left);
  let next = sources.length;
  for (let k = 0; k < size.left; k++) if (degrees[k] < size.mostFanOut) all[next++] = k;
  return all;
}
