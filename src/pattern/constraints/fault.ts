import { range } from '../../base/numbers.ts';
import type { JunctionSize } from '../architecture.ts';
import { clashFreeFault } from '../clash-free.ts';
import type { Pattern, PatternFault } from '../pattern.ts';
import type { Constraints } from './constraints.ts';
import { type JunctionRules, junctionRules } from './rules.ts';

/** Place of a left neuron in the sorted row of a right neuron, or −1. */
function edgeOf(sources: Uint32Array, fanIn: number, left: number, right: number): number {
  let low = right * fanIn;
  let high = low + fanIn - 1;
  while (low <= high) {
    const middle = (low + high) >>> 1;
    if (sources[middle] === left) return middle;
    if (sources[middle] < left) low = middle + 1;
    else high = middle - 1;
  }
  return -1;
}

const at = ({ number }: JunctionSize, right: number, message: string): PatternFault => ({
  junction: number,
  right,
  message: `junction ${number}, right neuron ${right}: ${message}`,
});

function edgeFault(sources: Uint32Array, { size, forbidden, forced }: JunctionRules): PatternFault | null {
  const { fanIn } = size;
  const present = forbidden.find(([left, right]) => edgeOf(sources, fanIn, left, right) >= 0);
  if (present !== undefined) return at(size, present[1], `the edge from left neuron ${present[0]} is forbidden`);
  const absent = forced.find(([left, right]) => edgeOf(sources, fanIn, left, right) < 0);
  if (absent !== undefined) return at(size, absent[1], `the forced edge from left neuron ${absent[0]} is missing`);
  return null;
}

/** Of every m neighbouring left neurons each right neuron keeps n: its sorted row holds n of each block in turn. */
function structureFault(sources: Uint32Array, { size, structure }: JunctionRules): PatternFault | null {
  if (structure === null) return null;
  const { n, m, transposable } = structure;
  for (let e = 0; e < sources.length; e++) {
    const block = Math.floor((e % size.fanIn) / n);
    if (Math.floor(sources[e] / m) === block) continue;
    const range = `left neurons ${block * m} to ${(block + 1) * m - 1}`;
    return at(size, Math.floor(e / size.fanIn), `does not keep ${n} of ${range}`);
  }
  return transposable ? transposedFault(sources, size, n, m) : null;
}

/** Of every m neighbouring right neurons each left neuron keeps n. */
function transposedFault(sources: Uint32Array, size: JunctionSize, n: number, m: number): PatternFault | null {
  const counts = new Uint32Array(size.left);
  for (let start = 0; start < size.right; start += m) {
    counts.fill(0);
    for (let e = start * size.fanIn; e < (start + m) * size.fanIn; e++) counts[sources[e]]++;
    const left = counts.findIndex((count) => count !== n);
    if (left < 0) continue;
    const range = `right neurons ${start} to ${start + m - 1}`;
    return at(size, start, `left neuron ${left} keeps ${counts[left]} of ${range}; expected ${n}`);
  }
  return null;
}

/** Right neurons in the lexicographic order of their rows: equal ones are neighbours. */
function distinctFault(sources: Uint32Array, { size, distinct }: JunctionRules): PatternFault | null {
  if (!distinct) return null;
  const { right, fanIn } = size;
  const compare = (a: number, b: number) => {
    for (let i = 0; i < fanIn; i++) {
      const difference = sources[a * fanIn + i] - sources[b * fanIn + i];
      if (difference !== 0) return difference;
    }
    return 0;
  };
  const order = range(right).sort(compare);
  const twin = order.findIndex((j, index) => index > 0 && compare(order[index - 1], j) === 0);
  if (twin < 0) return null;
  const [a, b] = [order[twin - 1], order[twin]].sort((x, y) => x - y);
  return at(size, b, `has the same left neurons as right neuron ${a}`);
}

function parallelFault(sources: Uint32Array, { size, parallelism }: JunctionRules): PatternFault | null {
  if (parallelism === null) return null;
  const fault = clashFreeFault(sources, size.left, size.right, parallelism);
  const { number } = size;
  return fault && { junction: number, right: fault.right, message: `junction ${number}: ${fault.message}` };
}

/**
 * The first constraint that a pattern breaks, or null. Degrees are patternFault's matter and taken as right.
 * Cost: a few passes over the edges, and for distinct neighbourhoods a sort of the right neurons.
 * @throws RangeError for constraints that do not fit the pattern's sizes
 */
export function constraintFault(pattern: Pattern, constraints: Constraints): PatternFault | null {
  for (const rules of junctionRules(pattern, constraints)) {
    const sources = pattern.junctions[rules.size.number - 1];
    const fault =
      edgeFault(sources, rules) ??
      structureFault(sources, rules) ??
      parallelFault(sources, rules) ??
      distinctFault(sources, rules);
    if (fault !== null) return fault;
  }
  return null;
}
