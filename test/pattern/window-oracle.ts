import type { Architecture, LayerShape } from '../../src/pattern/architecture.ts';
import type { Pattern } from '../../src/pattern/pattern.ts';
import type { Windows } from '../../src/pattern/windows.ts';

/**
 * The derived-window rule once more, in the plainest way and sharing only types with the sources:
 * window lists of neurons, boxes found by trying every size, rates by whole-number products.
 */

/** Neurons of every window, ascending. */
export function listsOf(windows: Windows): number[][] {
  const lists: number[][] = Array.from({ length: windows.count }, () => []);
  for (let n = 0; n < windows.neurons; n++) {
    for (const w of windows.members.subarray(windows.starts[n], windows.starts[n + 1])) lists[w].push(n);
  }
  return lists;
}

/** r = Π fan-ins / N_X in lowest terms, by trying every divisor. */
export function bruteRate(
  architecture: Pick<Architecture, 'layers' | 'fanOuts'>,
  from: number,
  to: number,
): [number, number] {
  const { layers, fanOuts } = architecture;
  let p = 1;
  for (let i = from; i <= to; i++) p *= (layers[i - 1] * fanOuts[i - 1]) / layers[i];
  let q = layers[from - 1];
  for (let d = q; d > 1; d--) {
    if (p % d === 0 && q % d === 0) [p, q] = [p / d, q / d];
  }
  return [p, q];
}

/** Sides of the best tiling box, by trying every box that fits in the layer. */
export function bruteBox(shape: LayerShape, size: number): number[] | null {
  const [height, width = 1, depth = 1] = shape as readonly number[];
  let best: number[] | null = null;
  let bestRatio = Number.POSITIVE_INFINITY;
  // ascending loops meet the lexicographically smallest first; only a strictly better ratio replaces it
  for (let rows = 1; rows <= height; rows++) {
    for (let columns = 1; columns <= width; columns++) {
      for (let channels = 1; channels <= depth; channels++) {
        if (rows * columns * channels !== size) continue;
        if (height % rows !== 0 || width % columns !== 0 || depth % channels !== 0) continue;
        const sides = [rows, columns, channels].slice(0, shape.length);
        const ratio = Math.max(...sides) / Math.min(...sides);
        if (ratio < bestRatio * (1 - 1e-12)) [best, bestRatio] = [sides, ratio];
      }
    }
  }
  return best;
}

/** Neurons of every box, boxes and neurons in row-major order, the channel fastest. */
export function boxLists(shape: LayerShape, box: readonly number[]): number[][] {
  const [height, width = 1, depth = 1] = shape as readonly number[];
  const [rows, columns = 1, channels = 1] = box;
  const lists: number[][] = [];
  for (let top = 0; top < height; top += rows) {
    for (let side = 0; side < width; side += columns) {
      for (let front = 0; front < depth; front += channels) {
        const list: number[] = [];
        for (let y = top; y < top + rows; y++) {
          for (let x = side; x < side + columns; x++) {
            for (let z = front; z < front + channels; z++) list.push((y * width + x) * depth + z);
          }
        }
        lists.push(list);
      }
    }
  }
  return lists;
}

/** Windows of one entry by the integral rule, or null where the layer's shape has no tiling. */
export function bruteWindows(
  architecture: Pick<Architecture, 'layers' | 'fanOuts' | 'shapes'>,
  from: number,
  to: number,
  direction: 'forward' | 'backward',
): number[][] | null {
  const layer = direction === 'forward' ? from : to + 1;
  const neurons = architecture.layers[layer - 1];
  const [p, q] = bruteRate(architecture, from, to);
  const size = p >= q ? 1 : q;
  const shape = architecture.shapes[layer - 1];
  if (shape.length === 1 || size === 1) {
    return Array.from({ length: neurons / size }, (_, w) => Array.from({ length: size }, (_, i) => w * size + i));
  }
  const box = bruteBox(shape, size);
  return box && boxLists(shape, box);
}

/** Path counts of a span: `counts[j][k]` from neuron k of layer `from` to neuron j of layer `to + 1`, by walking every path. */
export function pathCounts(pattern: Pattern, from: number, to: number): number[][] {
  const left = pattern.layers[from - 1];
  let counts = Array.from({ length: left }, (_, j) => Array.from({ length: left }, (_, k) => Number(j === k)));
  for (let i = from; i <= to; i++) {
    const sources = pattern.junctions[i - 1];
    const fanIn = sources.length / pattern.layers[i];
    counts = Array.from({ length: pattern.layers[i] }, (_, j) => {
      const row = new Array<number>(left).fill(0);
      for (const source of sources.subarray(j * fanIn, (j + 1) * fanIn)) {
        for (let k = 0; k < left; k++) row[k] += counts[source][k];
      }
      return row;
    });
  }
  return counts;
}
