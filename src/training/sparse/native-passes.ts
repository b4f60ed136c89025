import type { Split } from '../datasets/dataset.ts';
import { adam } from '../settings.ts';
import { checkedLayout } from './checked-layout.ts';
import { ROW_BYTES, TILE_WIDTH } from './kernels/arithmetic.ts';
import {
  type EdgeLists,
  type JunctionLayout,
  type KeptRows,
  layOut,
  type NetworkLayout,
  type NetworkSizes,
} from './layout.ts';
import type { KernelAddon, NativeName, NetworkHandle } from './native-kernels.ts';
import { type Batch, checkBatch, type Passes, type StepRange, type Sums } from './passes.ts';

const rowWords = ({ rows, address, rowStride }: KeptRows) => [rows, address, rowStride];

const listWords = (lists: Partial<EdgeLists & { readonly places: number }> | null) =>
  lists === null
    ? [0, 0, 0, 0, 0]
    : [lists.rows ?? 0, lists.ends ?? 0, lists.sources ?? 0, lists.weights ?? 0, lists.places ?? 0];

function junctionWords(junction: JunctionLayout): number[] {
  const { size, leftRows, liveEdges, gradientOrder, weights, biases, forward, byLeft, backward } = junction;
  const dense = Number(size.fanOut === size.right);
  const edges = dense === 1 ? leftRows * size.right : liveEdges;
  return [
    ...[dense, Number(gradientOrder === 'by-left'), leftRows, size.right, edges, weights, biases],
    ...[...listWords(forward), ...listWords(backward ?? byLeft)],
    ...[...rowWords(junction.values), ...rowWords(junction.deltas)],
  ];
}

/** A layout as `open` of native/addon.c reads it. */
export function describedLayout(layout: NetworkLayout): Uint32Array {
  const { tiles, features, outputs, usedOutputs, parameters, end, partials, examples, junctions } = layout;
  const { values, gradients, first, second } = parameters;
  return Uint32Array.of(
    ...[tiles, features, outputs, usedOutputs, values, gradients, first, second, end, partials ?? 0, examples],
    ...junctions.flatMap(junctionWords),
  );
}

/** Whether two networks' first layers can have their values in common. */
const sharesInputs = (one: NetworkLayout, other: NetworkLayout): boolean =>
  one.features === other.features && one.tiles === other.tiles && one.inputBytes === other.inputBytes;

/** Values and deltas of the tiles that are worked on at once are to stay in a processor's second cache. */
const CACHE_BYTES = 2 ** 20;
/** Tiles that a strip of the widest kernels takes. */
const STRIP_TILES = 8;

/** How many tiles are taken through all layers at once. */
function tilesAtOnce({ junctions, features, tiles }: NetworkLayout): number {
  const neurons = junctions.reduce((sum, { size }) => sum + size.right, features);
  const fitting = Math.floor(CACHE_BYTES / (2 * ROW_BYTES * neurons));
  return Math.min(tiles, Math.max(STRIP_TILES, fitting - (fitting % STRIP_TILES)));
}

/** The first layer's values of one network, or of several that share them: whose they are is known by the examples that they are of. */
class Inputs {
  #split: Split | null = null;
  #order: Uint32Array | null = null;
  #from = 0;
  #to = 0;

  /** Whether they are those of these examples, in the tiles from 0 on. */
  are({ split, order, from, to }: InputRange): boolean {
    return this.#split === split && this.#order === order && this.#from === from && this.#to === to;
  }

  become({ split, order, from, to }: InputRange): void {
    [this.#split, this.#order, this.#from, this.#to] = [split, order, from, to];
  }

  /** Nobody's: they are about to be written over, or the data that they came from is to be let go. */
  forget(): void {
    [this.#split, this.#order] = [null, null];
  }
}

/** Examples of a split, from `from` to below `to` of an order; null: of the split's own. */
type InputRange = Omit<Batch, 'order'> & { readonly order: Uint32Array | null };

/** Passes by the native kernels of one instruction set. */
export class NativePasses implements Passes {
  readonly layout: NetworkLayout;
  readonly floats: Float32Array;
  readonly words: Uint32Array;
  readonly #addon: KernelAddon;
  readonly #network: NetworkHandle;
  readonly #inputs: Inputs;
  readonly #tilesAtOnce: number;

  /**
   * @param sharing passes whose first layer's values these share where they are laid out alike: examples that one of them has loaded
   * last, the others need not load again
   * @throws RangeError for a network that needs more than 4 GiB, and Error where there is not the memory
   */
  constructor(
    addon: KernelAddon,
    name: NativeName,
    sizes: NetworkSizes,
    fastMath: boolean,
    sharing: NativePasses | null = null,
  ) {
    this.layout = checkedLayout(layOut(sizes, 'native'));
    const alike = sharing !== null && sharing.#addon === addon && sharesInputs(sharing.layout, this.layout);
    const shared = alike ? sharing : null;
    const { totalBytes, inputBytes } = this.layout;
    const { handle, memory } = addon.open(
      ...([name, Number(fastMath), totalBytes, describedLayout(this.layout)] as const),
      ...([inputBytes ?? 0, shared === null ? null : shared.#network] as const),
    );
    this.#addon = addon;
    this.#network = handle;
    this.#inputs = shared === null ? new Inputs() : shared.#inputs;
    this.floats = new Float32Array(memory);
    this.words = new Uint32Array(memory);
    this.#tilesAtOnce = tilesAtOnce(this.layout);
  }

  accumulate(batch: Batch, sums: Sums, stopped: () => boolean): boolean {
    checkBatch(this, batch, TILE_WIDTH);
    const { split, order, from, to } = batch;
    const share = 1 / (to - from);
    for (const range of this.#rangesOf(split, order, from, to)) {
      const loaded = Number(this.#inputs.are(range));
      if (loaded === 0) this.#inputs.forget();
      for (let tile = 0; range.from + tile * TILE_WIDTH < range.to; tile += this.#tilesAtOnce) {
        if (stopped()) return false;
        const start = range.from + tile * TILE_WIDTH;
        const stop = Math.min(range.to, start + this.#tilesAtOnce * TILE_WIDTH);
        const examples = [split.inputs, split.labels, order, start, stop] as const;
        sums.correct += this.#addon.accumulate(this.#network, ...examples, from, share, tile, loaded);
      }
      this.#inputs.become(range);
      const tiles = Math.ceil((range.to - range.from) / TILE_WIDTH);
      if (!this.#sumGradients(tiles, range.from === from, range.to === to, stopped)) return false;
    }
    sums.loss += this.#addon.takeLoss(this.#network);
    return true;
  }

  countCorrect(split: Split, from: number, to: number): number {
    const { inputs, labels } = split;
    let correct = 0;
    for (const range of this.#rangesOf(split, null, from, to)) {
      const loaded = Number(this.#inputs.are(range));
      correct += this.#addon.countCorrect(this.#network, inputs, labels, null, range.from, range.to, loaded);
      this.#inputs.become(range);
    }
    return correct;
  }

  /** Examples in as many parts as there are tiles for. */
  *#rangesOf(split: Split, order: Uint32Array | null, from: number, to: number): Generator<InputRange> {
    const most = this.layout.tiles * TILE_WIDTH;
    for (let start = from; start < to; start += most)
      yield { split, order, from: start, to: Math.min(to, start + most) };
  }

  outputGradients({ inputs, labels }: Split, example: number): void {
    const { logits, outputs, usedOutputs } = this.layout;
    this.#inputs.forget();
    this.#addon.load(this.#network, inputs, labels, null, example, example + 1);
    for (let output = 0; output < outputs; output++) {
      const row = (logits.address + logits.stride * output) / 4;
      this.floats.fill(0, row, row + TILE_WIDTH);
      if (output < usedOutputs) this.floats[row] = 1;
    }
    this.#addon.backward(this.#network, 1);
    this.#sumGradients(1, true, true, () => false);
  }

  letGo(): void {
    this.#inputs.forget();
  }

  adam({ from, to, rate, twiceL2 }: StepRange): void {
    this.#addon.adam(this.#network, from, to, rate, twiceL2, adam.beta1, adam.beta2, adam.epsilon);
  }

  sgd({ from, to, rate, twiceL2 }: StepRange, momentum: number): void {
    this.#addon.sgd(this.#network, from, to, rate, twiceL2, momentum);
  }

  gather(): void {
    this.#addon.gather(this.#network);
  }

  #sumGradients(tiles: number, first: boolean, last: boolean, stopped: () => boolean): boolean {
    for (let junction = 0; junction < this.layout.junctions.length; junction++) {
      if (stopped()) return false;
      this.#addon.gradients(this.#network, junction, tiles, Number(first), Number(last));
    }
    return true;
  }
}
