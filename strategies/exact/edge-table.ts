import type { JunctionSize } from '../../src/pattern/architecture.ts';
import { sortRows } from '../../src/pattern/pattern.ts';

/** Receives the connections of one junction, in positions of its layers' orders. */
export type Connect = (left: number, right: number) => void;

export const reversed =
  (connect: Connect): Connect =>
  (left, right) =>
    connect(right, left);

/** One junction in the making: connections come in any order. */
export class EdgeTable {
  readonly #size: JunctionSize;
  readonly #sources: Uint32Array;
  readonly #filled: Uint32Array;

  constructor(size: JunctionSize) {
    this.#size = size;
    this.#sources = new Uint32Array(size.edges);
    this.#filled = new Uint32Array(size.right);
  }

  /** @param leftOrder, rightOrder position → neuron */
  connector(leftOrder: Uint32Array, rightOrder: Uint32Array): Connect {
    const { fanIn } = this.#size;
    const [sources, filled] = [this.#sources, this.#filled];
    return (left, right) => {
      const j = rightOrder[right];
      sources[j * fanIn + filled[j]++] = leftOrder[left];
    };
  }

  /** Right-major, rows sorted. */
  finish(): Uint32Array {
    sortRows(this.#sources, this.#size.right, this.#size.fanIn);
    return this.#sources;
  }
}
