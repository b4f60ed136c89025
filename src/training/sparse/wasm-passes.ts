import type { Split } from '../datasets/dataset.ts';
import { BatchLoss } from './batch-loss.ts';
import { TILE_WIDTH } from './kernels/arithmetic.ts';
import type { NetworkLayout, NetworkSizes } from './layout.ts';
import { type Machine, makeMachine } from './machine.ts';
import { type Batch, checkBatch, type Passes, type StepRange, type Sums } from './passes.ts';

/** Rows this short are copied faster one by one than by a call. */
const SHORT_ROW = 128;

/** Passes by the WebAssembly kernels, 16 examples at a time (a tile). */
export class WasmPasses implements Passes {
  readonly layout: NetworkLayout;
  readonly floats: Float32Array;
  readonly words: Uint32Array;
  readonly #machine: Machine;
  readonly #labels = new Uint8Array(TILE_WIDTH);
  /** of the tile's examples, before softmax takes their place */
  readonly #labelLogits = new Float64Array(TILE_WIDTH);
  #loss = new BatchLoss();

  constructor(sizes: NetworkSizes, fastMath: boolean) {
    this.#machine = makeMachine(sizes, fastMath);
    ({ layout: this.layout, floats: this.floats, words: this.words } = this.#machine);
  }

  accumulate(batch: Batch, sums: Sums, stopped: () => boolean): boolean {
    checkBatch(this, batch, TILE_WIDTH);
    const { split, order, from, to } = batch;
    const { tiles } = this.layout;
    const share = 1 / (to - from);
    this.#loss = new BatchLoss();
    for (let part = from; part < to; part += tiles * TILE_WIDTH) {
      const end = Math.min(to, part + tiles * TILE_WIDTH);
      let tile = 0;
      for (let start = part; start < end; start += TILE_WIDTH, tile++) {
        if (stopped()) return false;
        const count = this.#load(split, order, start, end);
        this.#forward();
        for (const keep of this.#machine.keepValues) keep(tile);
        this.#lose(count, share, start - from, sums);
        this.#backward(tile);
      }
      if (!this.#sumGradients(tile, part === from, end === to, stopped)) return false;
    }
    sums.loss += this.#loss.take();
    return true;
  }

  countCorrect(split: Split, from: number, to: number): number {
    const { floats, words, layout } = this;
    const { guesses, faults } = layout.exampleRows;
    let correct = 0;
    for (let start = from; start < to; start += TILE_WIDTH) {
      const count = this.#load(split, null, start, to);
      this.#forward();
      for (let i = 0; i < count; i++) {
        if (words[guesses / 4 + i] === this.#labels[i]) correct++;
        correct += floats[faults / 4 + i];
      }
    }
    return correct;
  }

  outputGradients(split: Split, example: number): void {
    const { floats, layout } = this;
    const { outputs, usedOutputs } = layout;
    const logits = layout.logits.address / 4;
    this.#load(split, Uint32Array.of(example), 0, 1);
    this.#forward();
    for (const keep of this.#machine.keepValues) keep(0);
    floats.fill(0, logits, logits + TILE_WIDTH * outputs);
    for (let output = 0; output < usedOutputs; output++) floats[logits + TILE_WIDTH * output] = 1;
    this.#backward(0);
    this.#sumGradients(1, true, true, () => false);
  }

  adam({ from, to, rate, twiceL2 }: StepRange): void {
    this.#machine.adam(from, to, rate, twiceL2);
  }

  sgd({ from, to, rate, twiceL2 }: StepRange, momentum: number): void {
    this.#machine.sgd(from, to, rate, twiceL2, momentum);
  }

  gather(): void {
    for (const gather of this.#machine.gather) gather?.();
  }

  letGo(): void {}

  /** Makes the tile's examples the first layer's values; columns without example are 0. @returns examples */
  #load(split: Split, order: Uint32Array | null, start: number, end: number): number {
    const { floats, layout } = this;
    const { features } = layout;
    const { inputs } = split;
    const count = Math.min(TILE_WIDTH, end - start);
    for (let i = 0; i < count; i++) {
      const example = order === null ? start + i : order[start + i];
      this.#labels[i] = split.labels[example];
      const from = example * features;
      const to = layout.examples / 4 + i * layout.stride;
      if (features > SHORT_ROW) floats.set(inputs.subarray(from, from + features), to);
      else for (let k = 0; k < features; k++) floats[to + k] = inputs[from + k];
    }
    if (count < TILE_WIDTH)
      floats.fill(0, layout.examples / 4 + count * layout.stride, layout.examples / 4 + TILE_WIDTH * layout.stride);
    this.#machine.spread();
    return count;
  }

  /** All layers' values, and guesses. */
  #forward(): void {
    for (const forward of this.#machine.forward) forward();
    this.#machine.guess();
  }

  /** Logits become their gradients; loss and guesses are counted. @param position of the tile's first example in the batch */
  #lose(count: number, share: number, position: number, sums: Sums): void {
    const { floats, words, layout } = this;
    const { highest, guesses, shares, totals } = layout.exampleRows;
    const logits = layout.logits.address / 4;
    const place = (i: number) => logits + TILE_WIDTH * this.#labels[i] + i;
    for (let i = 0; i < TILE_WIDTH; i++) floats[shares / 4 + i] = i < count ? share : 0;
    for (let i = 0; i < count; i++) this.#labelLogits[i] = floats[place(i)];
    this.#machine.softmax();
    for (let i = 0; i < count; i++) {
      this.#loss.add(position + i, floats[highest / 4 + i] - this.#labelLogits[i], floats[totals / 4 + i]);
      floats[place(i)] -= share;
      if (words[guesses / 4 + i] === this.#labels[i]) sums.correct++;
    }
  }

  /** The tile's deltas, from the last layer to the second, each kept. @param tile its number among those that are kept */
  #backward(tile: number): void {
    const { backward, keepDeltas } = this.#machine;
    for (let i = backward.length - 1; i >= 0; i--) {
      keepDeltas[i](tile);
      backward[i]?.();
    }
  }

  /**
   * The gradients over the tiles that are kept.
   * @param first, last whether the batch begins, and whether it ends with them
   * @returns false when stopped in between
   */
  #sumGradients(tiles: number, first: boolean, last: boolean, stopped: () => boolean): boolean {
    const { gradients, biasGradients } = this.#machine;
    for (const [i, sum] of gradients.entries()) {
      if (stopped()) return false;
      sum(tiles, Number(first), Number(last));
      biasGradients[i](tiles, Number(first), Number(last));
    }
    return true;
  }
}
