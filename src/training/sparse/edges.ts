import type { JunctionWeights } from '../trainer.ts';
import type { JunctionLayout, NetworkMemory } from './layout.ts';

/**
 * The order in which a junction's edges are held: those of inputs that can be other than 0 first, else as the pattern has them.
 * @returns `order[held] = edge`; null for the pattern's own order
 */
function heldOrder({ size, leftRows }: JunctionLayout, sources: Uint32Array): Uint32Array | null {
  if (leftRows === size.left) return null;
  const order = new Uint32Array(size.edges);
  let live = 0;
  let dead = 0;
  for (const source of sources) if (source < leftRows) dead++;
  for (let e = 0; e < sources.length; e++) order[sources[e] < leftRows ? live++ : dead++] = e;
  return order;
}

/** Forward lists: rows of the right layer, addresses of rows of the left one. */
function writeForward({ words }: NetworkMemory, junction: JunctionLayout, sources: Uint32Array): void {
  const { size, leftRows, forward, input } = junction;
  let live = 0;
  for (let j = 0; j < size.right; j++) {
    for (let e = j * size.fanIn; e < (j + 1) * size.fanIn; e++) {
      if (sources[e] < leftRows) words[forward.sources / 4 + live++] = input.address + input.stride * sources[e];
    }
    words[forward.ends / 4 + j] = 4 * live;
  }
}

/** Left lists: rows of the left layer, addresses of rows of the right one, edges by ascending right neuron. */
function writeByLeft({ words, layout }: NetworkMemory, junction: JunctionLayout, sources: Uint32Array): void {
  const { size, byLeft, output, weights } = junction;
  if (byLeft === null) return;
  // Left neurons may differ in their degrees by one: where each one's edges begin is counted.
  const next = new Uint32Array(byLeft.rows + 1);
  for (const source of sources) if (source < byLeft.rows) next[source + 1]++;
  for (let k = 0; k < byLeft.rows; k++) next[k + 1] += next[k];
  let held = 0;
  for (let e = 0; e < sources.length; e++) {
    if (sources[e] >= byLeft.rows) continue;
    const place = next[sources[e]]++;
    words[byLeft.sources / 4 + place] = output.address + output.stride * Math.floor(e / size.fanIn);
    words[byLeft.places / 4 + place] = layout.parameters.values + weights + 4 * held++;
  }
  for (let k = 0; k < byLeft.rows; k++) words[byLeft.ends / 4 + k] = 4 * next[k];
}

/** Writes one of the parameter arrays of a junction, as `readJunction` reads it. @param array its address */
export function writeValues(
  { floats }: NetworkMemory,
  junction: JunctionLayout,
  sources: Uint32Array,
  { weights, biases }: JunctionWeights,
  array: number,
): void {
  const order = heldOrder(junction, sources);
  const first = (array + junction.weights) / 4;
  if (order === null) floats.set(weights, first);
  else for (let held = 0; held < order.length; held++) floats[first + held] = weights[order[held]];
  floats.set(biases, (array + junction.biases) / 4);
}

/** Writes one junction's edges and start weights to an empty memory. */
export function writeJunction(
  memory: NetworkMemory,
  junction: JunctionLayout,
  sources: Uint32Array,
  start: JunctionWeights,
): void {
  writeValues(memory, junction, sources, start, memory.layout.parameters.values);
  writeForward(memory, junction, sources);
  writeByLeft(memory, junction, sources);
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
  { floats }: NetworkMemory,
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
