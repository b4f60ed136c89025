import { type JunctionSize, junctionSizes } from '../../pattern/architecture.ts';
import { rowBytes, tileWidth } from './kernels/arithmetic.ts';
import type { ExampleRows } from './kernels/softmax.ts';

/** One junction's edges by the neuron that they are summed into; all are addresses of lists of 32-bit words. */
export interface EdgeLists {
  /** neurons summed into */
  readonly rows: number;
  /** byte offset, in `sources` and `weights`, at which each row's edges end */
  readonly ends: number;
  /** each edge's address of the row that it reads */
  readonly sources: number;
  readonly weights: number;
}

/** The same edges left-major, for what flows backward. */
export interface BackwardLists extends EdgeLists {
  /** each edge's address of its weight, from which `weights` is made anew after every step */
  readonly places: number;
}

/** Addresses of four arrays of equal length: all junctions' weights, then all biases. */
export interface ParameterArrays {
  readonly values: number;
  readonly gradients: number;
  /** Adam's mean, or SGD's velocity */
  readonly first: number;
  /** Adam's mean square */
  readonly second: number;
}

export interface JunctionLayout {
  readonly size: JunctionSize;
  /** edges whose input can be other than 0; they come first in every list, the others are in none but the parameters */
  readonly liveEdges: number;
  readonly forward: EdgeLists;
  /** null for the first junction, through which nothing need flow back */
  readonly backward: BackwardLists | null;
  /** byte offsets in the parameter arrays */
  readonly weights: number;
  readonly biases: number;
  /** addresses of the rows of the left and of the right layer */
  readonly input: number;
  readonly output: number;
}

/** Where everything lies in one network's memory. Patterns of one architecture share it, and with it the code. */
export interface NetworkLayout {
  readonly junctions: readonly JunctionLayout[];
  readonly parameters: ParameterArrays;
  /** byte offsets in the parameter arrays: weights from 0 to `weightsEnd`, biases from there to `end` */
  readonly weightsEnd: number;
  readonly end: number;
  /** a tile's examples as they come: 16 rows of `stride` floats */
  readonly examples: number;
  readonly stride: number;
  readonly logits: number;
  readonly outputs: number;
  readonly usedOutputs: number;
  readonly exampleRows: ExampleRows;
  readonly totalBytes: number;
}

export interface NetworkSizes {
  readonly layers: readonly number[];
  readonly fanOuts: readonly number[];
  readonly usedOutputs: number;
  /** values of an example; the first layer's other neurons are 0 */
  readonly features: number;
}

const lineBytes = 64;
const rounded = (bytes: number, to: number) => Math.ceil(bytes / to) * to;

/** Hands out addresses in order, each at the start of a cache line; 0 is nobody's. */
class Addresses {
  top = lineBytes;

  take(bytes: number): number {
    const address = this.top;
    this.top += rounded(bytes, lineBytes);
    return address;
  }
}

/** Byte offsets of lists of these lengths, one after the other from `start`, each filled up to whole vectors. */
function offsetsOf(lengths: readonly number[], start: number): { offsets: number[]; end: number } {
  let end = start;
  const offsets = lengths.map((length) => {
    const offset = end;
    end += rounded(4 * length, 16);
    return offset;
  });
  return { offsets, end };
}

export function layOut({ layers, fanOuts, usedOutputs, features }: NetworkSizes): NetworkLayout {
  const take = new Addresses();
  const sizes = junctionSizes({ layers, fanOuts });
  const weights = offsetsOf(
    sizes.map(({ edges }) => edges),
    0,
  );
  const biases = offsetsOf(
    sizes.map(({ right }) => right),
    weights.end,
  );
  const stride = rounded(features, 4);
  const rows = layers.map((neurons) => take.take(rowBytes * Math.max(neurons, neurons === layers[0] ? stride : 0)));
  const row = () => take.take(rowBytes);
  const exampleRows = { highest: row(), guesses: row(), faults: row(), shares: row(), totals: row() };
  const examples = take.take(4 * stride * tileWidth);
  const array = () => take.take(biases.end);
  const parameters = { values: array(), gradients: array(), first: array(), second: array() };
  const junctions = sizes.map((size, index): JunctionLayout => {
    const liveEdges = index === 0 ? features * size.fanOut : size.edges;
    const words = (count: number) => take.take(4 * count);
    const forwardWeights = parameters.values + weights.offsets[index];
    const backwardLists = () => ({
      ...{ rows: size.left, ends: words(size.left), sources: words(size.edges) },
      ...{ weights: words(size.edges), places: words(size.edges) },
    });
    return {
      ...{ size, liveEdges, weights: weights.offsets[index], biases: biases.offsets[index] },
      ...{ input: rows[index], output: rows[index + 1] },
      forward: { rows: size.right, ends: words(size.right), sources: words(liveEdges), weights: forwardWeights },
      backward: index === 0 ? null : backwardLists(),
    };
  });
  return {
    ...{ junctions, parameters, weightsEnd: weights.end, end: biases.end, examples, stride, exampleRows },
    ...{ logits: rows[layers.length - 1], outputs: layers[layers.length - 1], usedOutputs, totalBytes: take.top },
  };
}
