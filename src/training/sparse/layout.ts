import { type JunctionSize, junctionSizes } from '../../pattern/architecture.ts';
import { ROW_BYTES, TILE_WIDTH } from './kernels/arithmetic.ts';
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

/** The same edges by the left neuron that they leave; all are addresses of lists of 32-bit words. */
interface LeftLists {
  /** left neurons, those that can be other than 0 */
  readonly rows: number;
  /** byte offset in the lists at which each neuron's edges end */
  readonly ends: number;
  /** each edge's address of the right neuron's row */
  readonly sources: number;
  /** each edge's address of its weight */
  readonly places: number;
}

/** Left lists along which gradients flow backward. */
interface BackwardLists extends LeftLists, EdgeLists {
  /** each edge's weight, made anew from `places` after every step */
  readonly weights: number;
}

/** Where a layer's rows lie: neuron n's at `address + n · stride`. */
export interface Rows {
  readonly address: number;
  readonly stride: number;
}

/** A layer's values or deltas over the tiles of a batch: all tiles of a neuron side by side. */
export interface KeptRows {
  /** address of the layer's rows in the tile that is worked on */
  readonly from: number;
  readonly rows: number;
  readonly address: number;
  /** bytes from one neuron's row to the next one's; from one tile to the next they are `ROW_BYTES` */
  readonly rowStride: number;
}

/** Edges by the side that is gone through once, with what their gradients are made of. */
export interface GradientLists {
  readonly ends: number;
  /** each edge's address of the other side's row, in the tile that is worked on */
  readonly sources: number;
  readonly own: KeptRows;
  readonly others: KeptRows;
  /** each edge's address of its weight, to which `gradients` is then added; null where gradients lie in the order of the edges */
  readonly places: number | null;
  /** address of the gradients, or what is added to a place */
  readonly gradients: number;
}

/** Which side of a junction is gone through once for the gradients of its weights; it changes no bit. */
type GradientOrder = 'by-right' | 'by-left';

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
  /** left neurons that can be other than 0. Their edges come first in every list; those of others are in the parameters alone */
  readonly leftRows: number;
  readonly forward: EdgeLists;
  /** null for the first junction, through which nothing need flow back */
  readonly backward: BackwardLists | null;
  /** null where neither `backward` nor `gradientOrder` needs it */
  readonly byLeft: LeftLists | null;
  readonly gradientOrder: GradientOrder;
  /** byte offsets in the parameter arrays */
  readonly weights: number;
  readonly biases: number;
  /** edges in every list, at most: those of left neurons that can be other than 0 */
  readonly liveEdges: number;
  /** the rows that edges read forward and backward: of the tile that is worked on, or the kept ones where those are worked on */
  readonly input: Rows;
  readonly output: Rows;
  /** the left layer's values and the right one's deltas, of all tiles that are kept */
  readonly values: KeptRows;
  readonly deltas: KeptRows;
}

/** Where everything lies in one network's memory. Patterns of one architecture share it, and with it the code. */
export interface NetworkLayout {
  readonly junctions: readonly JunctionLayout[];
  readonly parameters: ParameterArrays;
  /** byte offsets in the parameter arrays: weights from 0 to `weightsEnd`, biases from there to `end` */
  readonly weightsEnd: number;
  readonly end: number;
  /** tiles of 16 examples whose values and deltas are kept until their gradients are summed */
  readonly tiles: number;
  /** 16 floats a parameter, in the order of its list: partial sums of a batch that has more tiles; null where none has */
  readonly partials: number | null;
  /** a tile's examples as they come: 16 rows of `stride` floats; for native kernels, one row of zeros */
  readonly examples: number;
  readonly stride: number;
  readonly features: number;
  readonly logits: Rows;
  readonly outputs: number;
  readonly usedOutputs: number;
  readonly exampleRows: ExampleRows;
  readonly totalBytes: number;
  /** of a memory of their own for the first layer's values, which native kernels can share; null: they lie with the rest */
  readonly inputBytes: number | null;
}

/** One network's memory as words and as floats. */
export interface NetworkMemory {
  readonly layout: NetworkLayout;
  readonly floats: Float32Array;
  readonly words: Uint32Array;
}

export interface NetworkSizes {
  readonly layers: readonly number[];
  readonly fanOuts: readonly number[];
  readonly usedOutputs: number;
  /** values of an example; the first layer's other neurons are 0 */
  readonly features: number;
  /** examples of the largest batch; default 16 */
  readonly batch?: number;
  /** tiles kept at once, at most; default: by what memory they take. It changes no bit */
  readonly mostTiles?: number | undefined;
}

/**
 * Whose memory is laid out. WebAssembly kernels work on one tile and keep its rows apart; native ones work on the kept rows, so that they
 * can take as many tiles at once as their registers hold.
 */
export type KernelKind = 'wasm' | 'native';

const LINE_BYTES = 64;

/** Values that are kept of a batch from forward to backward, in bytes, unless 256 examples take more. */
const MOST_KEPT_BYTES = 2 ** 24;
const FEWEST_TILES_KEPT = 16;

/** Edges of one row that are worth taking together: they share what they read of it. */
const SHARING_EDGES = 8;

/**
 * The longer side is gone through once and the shorter one's rows are read again and again, so that these stay in a cache; unless its
 * neurons have so few edges that the other side's share more.
 */
const gradientOrderOf = (leftRows: number, { right, fanOut }: JunctionSize): GradientOrder =>
  leftRows > right && fanOut >= SHARING_EDGES ? 'by-left' : 'by-right';
const rounded = (bytes: number, to: number) => Math.ceil(bytes / to) * to;

/** Hands out addresses in order, each at the start of a cache line; 0 is nobody's. */
class Addresses {
  top = LINE_BYTES;

  take(bytes: number): number {
    const address = this.top;
    this.top += rounded(bytes, LINE_BYTES);
    return address;
  }
}

/** Byte offsets of lists of these lengths, one after the other from `start`, each filled up to whole cache lines. */
function offsetsOf(lengths: readonly number[], start: number): { offsets: number[]; end: number } {
  let end = start;
  const offsets = lengths.map((length) => {
    const offset = end;
    end += rounded(4 * length, LINE_BYTES);
    return offset;
  });
  return { offsets, end };
}

/** How many tiles are kept of a batch. */
function tilesKept({ layers, mostTiles }: NetworkSizes, batch: number): number {
  const bytes = 2 * ROW_BYTES * layers.reduce((sum, neurons) => sum + neurons, 0);
  const most = mostTiles ?? Math.max(FEWEST_TILES_KEPT, Math.floor(MOST_KEPT_BYTES / bytes));
  return Math.min(Math.ceil(batch / TILE_WIDTH), most);
}

/** Tiles that are worked on: each layer's rows, the examples as they come, and what is worked out for each example. */
function tileRows(take: Addresses, { layers, features }: NetworkSizes, kind: KernelKind) {
  const stride = rounded(features, 4);
  const native = kind === 'native';
  const rowsOf = (neurons: number) => Math.max(neurons, neurons === layers[0] ? stride : 0);
  const rows = layers.map((neurons) => (native ? 0 : take.take(ROW_BYTES * rowsOf(neurons))));
  const row = () => (native ? 0 : take.take(ROW_BYTES));
  const exampleRows: ExampleRows = { highest: row(), guesses: row(), faults: row(), shares: row(), totals: row() };
  const examples = take.take(4 * stride * (native ? 1 : TILE_WIDTH));
  return { rows, exampleRows, examples, stride };
}

/** @throws RangeError for a batch or sizes that `junctionSizes` refuses */
export function layOut(request: NetworkSizes, kind: KernelKind = 'wasm'): NetworkLayout {
  const { layers, fanOuts, usedOutputs, features, batch = TILE_WIDTH } = request;
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
  const { rows, exampleRows, examples, stride } = tileRows(take, request, kind);
  const tiles = tilesKept(request, batch);
  const inputs = kind === 'native' ? new Addresses() : take;
  const kept = (from: number, count: number, addresses = take): KeptRows => {
    // A line more, or the same tile of every row would want the same place in a cache.
    const rowStride = ROW_BYTES * tiles + LINE_BYTES;
    return { from, rows: count, address: addresses.take(rowStride * count), rowStride };
  };
  /** What edges read. */
  const read = ({ from, address, rowStride }: KeptRows): Rows =>
    kind === 'native' ? { address, stride: rowStride } : { address: from, stride: ROW_BYTES };
  const array = () => take.take(biases.end);
  const parameters = { values: array(), gradients: array(), first: array(), second: array() };
  const junctions = sizes.map((size, index): JunctionLayout => {
    const words = (count: number) => take.take(4 * count);
    const forwardWeights = parameters.values + weights.offsets[index];
    const leftRows = index === 0 ? features : size.left;
    // Which left neurons have the higher degree is the pattern's: room for the most edges that they can have.
    const liveEdges = Math.min(size.edges, leftRows * size.mostFanOut);
    const gradientOrder = gradientOrderOf(leftRows, size);
    const leftLists = (): LeftLists => ({
      ...{ rows: leftRows, ends: words(leftRows), sources: words(liveEdges), places: words(liveEdges) },
    });
    const byLeft = index > 0 || gradientOrder === 'by-left' ? leftLists() : null;
    const values = kept(rows[index], leftRows, index === 0 ? inputs : take);
    const deltas = kept(rows[index + 1], size.right);
    return {
      ...{ size, leftRows, weights: weights.offsets[index], biases: biases.offsets[index] },
      ...{ liveEdges, input: read(values), output: read(deltas), values, deltas, byLeft, gradientOrder },
      forward: { rows: size.right, ends: words(size.right), sources: words(liveEdges), weights: forwardWeights },
      backward: index === 0 || byLeft === null ? null : { ...byLeft, weights: words(size.edges) },
    };
  });
  const partials = tiles * TILE_WIDTH < batch ? take.take(TILE_WIDTH * biases.end) : null;
  const logits = read(junctions[junctions.length - 1].deltas);
  return {
    ...{ junctions, parameters, weightsEnd: weights.end, end: biases.end, examples, stride, exampleRows },
    ...{ tiles, partials, logits, outputs: layers[layers.length - 1], usedOutputs, features, totalBytes: take.top },
    inputBytes: inputs === take ? null : inputs.top,
  };
}
