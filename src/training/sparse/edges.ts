import type { JunctionWeights } from '../trainer.ts';
import { ROW_BYTES } from './kernels/arithmetic.ts';
import type { JunctionLayout } from './layout.ts';
import type { Machine } from './machine.ts';

/**
 * The order in which a junction's edges are held: those of inputs that can be other than 0 first, else as the pattern has them.
 * @returns `order[held] = edge`; null for the pattern's own order
 */
function heldOrder({ size, liveEdges }: JunctionLayout, sources: Uint32Array): Uint32Array | null {
  if (liveEdges === size.edges) return null;
  const order = new Uint32Array(size.edges);
  const features = liveEdges / size.fanOut;
  let live = 0;
  let dead = liveEdges;
  for (let e = 0; e < sources.length; e++) order[sources[e] < features ? live++ : dead++] = e;
  return order;
}

/** Forward lists: rows of the right layer, addresses of rows of the left one. */
function writeForward({ words }: Machine, junction: JunctionLayout, sources: Uint32Array): void {
  const { size, liveEdges, forward, input } = junction;
  const features = liveEdges / size.fanOut;
  let live = 0;
  for (let j = 0; j < size.right; j++) {
    for (let e = j * size.fanIn; e < (j + 1) * size.fanIn; e++) {
      if (sources[e] < features) words[forward.sources / 4 + live++] = input + ROW_BYTES * sources[e];
    }
    words[forward.ends / 4 + j] = 4 * live;
  }
}

/** Left lists: rows of the left layer, addresses of rows of the right one, edges by ascending right neuron. */
function writeByLeft({ words, layout }: Machine, junction: JunctionLayout, sources: Uint32Array): void {
  const { size, byLeft, output, weights } = junction;
  if (byLeft === null) return;
  const next = Uint32Array.from({ length: byLeft.rows }, (_, k) => k * size.fanOut);
  let held = 0;
  for (let e = 0; e < sources.length; e++) {
    if (sources[e] >= byLeft.rows) continue;
    const place = next[sources[e]]++;
    words[byLeft.sources / 4 + place] = output + ROW_BYTES * Math.floor(e / size.fanIn);
    words[byLeft.places / 4 + place] = layout.parameters.values + weights + 4 * held++;
  }
  for (let k = 0; k < byLeft.rows; k++) words[byLeft.ends / 4 + k] = 4 * (k + 1) * size.fanOut;
}

/** Writes one junction's edges and start weights to a machine's empty memory. */
export function writeJunction(
  machine: Machine,
  junction: JunctionLayout,
  sources: Uint32Array,
  { weights, biases }: JunctionWeights,
): void {
  const { floats, layout } = machine;
  const order = heldOrder(junction, sources);
  const first = (layout.parameters.values + junction.weights) / 4;
  if (order === null) floats.set(weights, first);
  else for (let held = 0; held < order.length; held++) floats[first + held] = weights[order[held]];
  floats.set(biases, (layout.parameters.values + junction.biases) / 4);
  writeForward(machine, junction, sources);
  writeByLeft(machine, junction, sources);
}

/** A copy in which every NaN has the same bits: which ones arithmetic gives is left to the processor. */
function copied(values: Float32Array): Float32Array {
  const copy = values.slice();
  const bits = new Uint32Array(copy.buffer);
  for (let i = 0; i < copy.length; i++) if (Number.isNaN(copy[i])) bits[i] = 0x7fc00000;
  return copy;
}

/** One of the parameter arrays' values of a junction, weights in the pattern's order. @param array its address */
export function readJunction(
  { floats }: Machine,
  junction: JunctionLayout,
  sources: Uint32Array,
  array: number,
): JunctionWeights {
  const { size } = junction;
  const part = (offset: number, count: number) =>
    copied(floats.subarray((array + offset) / 4, (array + offset) / 4 + count));
  const held = part(junction.weights, size.edges);
  const biases = part(junction.biases, size.right);
  const order = heldOrder(junction, sources);
  if (order === null) return { weights: held, biases };
  const weights = new Float32Array(size.edges);
  for (let i = 0; i < order.length; i++) weights[order[i]] = held[i];
  return { weights, biases };
}
