import type { Windows } from '../pattern/windows.ts';
import type { NeighbourTable } from './incremental-junction.ts';

/**
 * A sparse vector of whole numbers: by how much the paths between one neuron and the neurons (or windows) of a layer change.
 *
 * All lies in one array, since loops over several typed arrays spend their time on checking each of them: `memory[0 … size − 1]`
 * is the dense vector, 0 between calls; from `list` to `end` stand pairs (index, value), every index once, save for values of 0.
 * Lists are written without branches (a pair that is not wanted is overwritten by the next): which neighbours two neurons share
 * is a coin that no predictor knows.
 */
export class Difference {
  readonly memory: Int32Array | Float64Array;
  readonly list: number;
  end: number;
  /** most elements it may ever have */
  readonly most: number;
  /** no value is ever larger, up or down */
  readonly largest: number;

  /**
   * @param size neurons or windows of the layer
   * @param additions most single additions of one call; each is listed once at most, before the list is tidied
   * @param largest bound on every value
   * @param exact32 whether every sum of additions fits 32 bits; else they are kept as float64, exact below 2^53
   */
  constructor(size: number, additions: number, largest: number, exact32: boolean) {
    const words = size + 2 * (additions + 1);
    this.memory = exact32 ? new Int32Array(words) : new Float64Array(words);
    this.list = size;
    this.end = size;
    // `spreadPair` keeps neighbours that two neurons share, twice; nothing else lists an index twice in the end.
    this.most = Math.min(additions, 2 * size);
    this.largest = largest;
  }

  setOne(neuron: number): void {
    const { memory, list } = this;
    memory[list] = neuron;
    memory[list + 1] = 1;
    this.end = list + 2;
  }

  /** +1 at `gained` and −1 at `lost`; nothing where they are the same. */
  setPair(gained: number, lost: number): void {
    const { memory, list } = this;
    memory[list] = gained;
    memory[list + 1] = 1;
    memory[list + 2] = lost;
    memory[list + 3] = -1;
    this.end = gained === lost ? list : list + 4;
  }

  isEmpty(): boolean {
    return this.end === this.list;
  }

  /** Whether this is +1 at `gained` and −1 at `lost`. */
  isPair(): boolean {
    const { memory, list, end } = this;
    return end === list + 4 && memory[list + 1] === 1 && memory[list + 3] === -1;
  }

  get gained(): number {
    return this.memory[this.list];
  }

  get lost(): number {
    return this.memory[this.list + 2];
  }

  /**
   * `from` carried over one junction: every element is added to each of its neuron's neighbours, or to their windows.
   * @param windowOf neighbour → its window, or null
   */
  spread(from: Difference, lists: NeighbourTable, windowOf: Uint32Array | null): void {
    const additions = ((from.end - from.list) >> 1) * lists.stride;
    if (windowOf === null && from.isPair()) this.#spreadPair(from.gained, from.lost, lists);
    else if (additions < this.list) this.#spreadListed(from, lists, windowOf);
    else this.#spreadMany(from, lists, windowOf);
  }

  /** The first junction of nearly every walk: neighbours of one neuron, less those of another. Shared ones stay, with value 0. */
  #spreadPair(gained: number, lost: number, { neighbours, stride, degrees }: NeighbourTable): void {
    const memory = this.memory;
    const gains = degrees === null ? stride : degrees[gained];
    const losses = degrees === null ? stride : degrees[lost];
    const first = gained * stride;
    const second = lost * stride;
    const pluses = this.list;
    const minuses = pluses + 2 * gains;
    for (let e = 0; e < gains; e++) memory[neighbours[first + e]] = 1;
    for (let e = 0; e < losses; e++) {
      const neuron = neighbours[second + e];
      memory[minuses + 2 * e] = neuron;
      memory[minuses + 2 * e + 1] = memory[neuron] - 1;
      memory[neuron] = 0;
    }
    for (let e = 0; e < gains; e++) {
      const neuron = neighbours[first + e];
      memory[pluses + 2 * e] = neuron;
      memory[pluses + 2 * e + 1] = memory[neuron];
      memory[neuron] = 0;
    }
    this.end = minuses + 2 * losses;
  }

  #spreadListed(from: Difference, { neighbours, stride, degrees }: NeighbourTable, windowOf: Uint32Array | null): void {
    const memory = this.memory;
    let listed = this.list;
    for (let at = from.list; at < from.end; at += 2) {
      const neuron = from.memory[at];
      const start = neuron * stride;
      const end = start + (degrees === null ? stride : degrees[neuron]);
      const value = from.memory[at + 1];
      for (let e = start; e < end; e++) {
        const target = windowOf === null ? neighbours[e] : windowOf[neighbours[e]];
        const before = memory[target];
        memory[target] = before + value;
        memory[listed] = target;
        listed += +(before === 0) << 1;
      }
    }
    this.#gather(listed);
  }

  /** The same where there are more additions than targets: all targets are looked through, so none is listed on the way. */
  #spreadMany(from: Difference, { neighbours, stride, degrees }: NeighbourTable, windowOf: Uint32Array | null): void {
    const memory = this.memory;
    for (let at = from.list; at < from.end; at += 2) {
      const neuron = from.memory[at];
      const start = neuron * stride;
      const end = start + (degrees === null ? stride : degrees[neuron]);
      const value = from.memory[at + 1];
      if (windowOf === null) for (let e = start; e < end; e++) memory[neighbours[e]] += value;
      else for (let e = start; e < end; e++) memory[windowOf[neighbours[e]]] += value;
    }
    let end = this.list;
    for (let target = 0; target < this.list; target++) {
      const sum = memory[target];
      memory[target] = 0;
      memory[end] = target;
      memory[end + 1] = sum;
      end += +(sum !== 0) << 1;
    }
    this.end = end;
  }

  /** `from` summed over windows of any kind. */
  collect(from: Difference, { starts, members }: Windows): void {
    const memory = this.memory;
    let end = this.list;
    for (let at = from.list; at < from.end; at += 2) {
      const neuron = from.memory[at];
      const value = from.memory[at + 1];
      for (let m = starts[neuron]; m < starts[neuron + 1]; m++) {
        const window = members[m];
        const before = memory[window];
        memory[window] = before + value;
        memory[end] = window;
        end += +(before === 0) << 1;
      }
    }
    this.#gather(end);
  }

  /** Keeps, of the listed indices, those whose sum is not 0. One that passed through 0 is listed again and then found cleared. */
  #gather(listed: number): void {
    const memory = this.memory;
    let end = this.list;
    for (let at = this.list; at < listed; at += 2) {
      const index = memory[at];
      const sum = memory[index];
      memory[index] = 0;
      memory[end] = index;
      memory[end + 1] = sum;
      end += +(sum !== 0) << 1;
    }
    this.end = end;
  }
}
