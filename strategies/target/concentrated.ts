import { range, shuffledRange } from '../../src/base/numbers.ts';
import type { Random } from '../../src/base/random.ts';
import { isExact, type JunctionSize, junctionSizes } from '../../src/pattern/architecture.ts';
import type { Pattern } from '../../src/pattern/pattern.ts';
import { denseJunction, sortRows } from '../../src/pattern/pattern.ts';
import type { Problem } from '../../src/search/strategy.ts';

/**
 * Neurons of a layer so that those of one window come together, the windows of its widest entry first, then those within.
 * Windows, and neurons within the narrowest windows, are in random order.
 */
function layerOrder(problem: Problem, layer: number, random: Random): Uint32Array {
  const neurons = problem.architecture.layers[layer - 1];
  const partitions = problem.entries
    .filter(({ from, to, direction }) => (direction === 'forward' ? from : to + 1) === layer)
    .flatMap(({ windows }) => (windows.partition === null ? [] : [{ of: windows.partition, count: windows.count }]))
    .sort((a, b) => a.count - b.count);
  const ranks = partitions.map(({ count }) => shuffledRange(count, random));
  const own = shuffledRange(neurons, random);
  const compare = (a: number, b: number) => {
    for (const [i, { of }] of partitions.entries()) {
      const difference = ranks[i][of[a]] - ranks[i][of[b]];
      if (difference !== 0) return difference;
    }
    return own[a] - own[b];
  };
  return range(neurons).sort(compare);
}

/**
 * Left neurons that share their right neurons: as few whole windows as hold a fan-in, and from which a whole number of right
 * neurons is fed. All of the layer where windows are of several sizes or left neurons of two degrees.
 */
function groupSize(problem: Problem, size: JunctionSize): number {
  const { number, left, fanIn, fanOut } = size;
  const entry = problem.entries.find(
    ({ from, to, direction }) => from === number && to === number && direction === 'forward',
  );
  const window = entry?.windows.partition == null ? null : entry.windowSize;
  if (window === null || !isExact(size)) return left;
  for (let group = window; group < left; group += window) {
    if (group >= fanIn && left % group === 0 && (group * fanOut) % fanIn === 0) return group;
  }
  return left;
}

/**
 * Right neurons, in their order, fed by runs of left neurons in theirs: within each group of left neurons run j starts at j·fanIn,
 * wrapping round, and runs are dealt out by where they start. Where fan-in divides the group these are complete blocks. Each run starts
 * where one ends, so that the neurons of a group have degrees as equal as can be.
 */
function concentratedJunction(size: JunctionSize, group: number, left: Uint32Array, right: Uint32Array): Uint32Array {
  if (size.density === 1) return denseJunction(size.left, size.right);
  const { fanIn, edges } = size;
  const rightGroup = group === size.left ? size.right : (group * size.fanOut) / fanIn;
  const starts = Float64Array.from({ length: rightGroup }, (_, j) => (j * fanIn) % group).sort();
  const sources = new Uint32Array(edges);
  for (let place = 0; place < right.length; place++) {
    const base = Math.floor(place / rightGroup) * group;
    const start = starts[place % rightGroup];
    for (let e = 0; e < fanIn; e++) sources[right[place] * fanIn + e] = left[base + ((start + e) % group)];
  }
  sortRows(sources, size.right, fanIn);
  return sources;
}

/**
 * A pattern as concentrated as degrees allow: every right neuron sees as few windows as it can, and so does every left neuron where
 * right neurons of a block fill whole windows. Its scatter is near the lowest that there is (entry-floor.ts).
 */
export function concentratedPattern(problem: Problem, random: Random): Pattern {
  const { layers, fanOuts } = problem.architecture;
  const orders = layers.map((_, index) => layerOrder(problem, index + 1, random.fork(index)));
  const junctions = junctionSizes(problem.architecture).map((size) =>
    concentratedJunction(size, groupSize(problem, size), orders[size.number - 1], orders[size.number]),
  );
  return { layers, fanOuts, junctions };
}
