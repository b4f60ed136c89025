import type { Windows } from '../pattern/windows.ts';
import { Difference } from './incremental-difference.ts';
import type { EntryGrid } from './incremental-grid.ts';
import type { JunctionEdges, NeighbourTable } from './incremental-junction.ts';

/** One junction walked: `into` = `from` carried over the neighbours, by neuron or by window. */
interface Stride {
  readonly into: Difference;
  readonly from: Difference;
  readonly lists: NeighbourTable;
  readonly windowOf: Uint32Array | null;
}

interface Collection {
  readonly into: Difference;
  readonly from: Difference;
  readonly windows: Windows;
}

/** Whether every neuron is its own window. */
export const isSingle = (windows: Windows) => windows.partition?.every((window, neuron) => window === neuron) ?? false;

function mostMemberships({ neurons, starts }: Windows): number {
  let most = 0;
  for (let n = 0; n < neurons; n++) most = Math.max(most, starts[n + 1] - starts[n]);
  return most;
}

/**
 * Paths between one or two neurons of layer `first` and the neurons and windows of the layers on one side of it, no farther than
 * `last`. Layers count from 1. What is not asked for (`neurons`, `windows`) is not walked.
 */
class Walk {
  readonly start: Difference;
  readonly #junctions: readonly JunctionEdges[];
  readonly #first: number;
  readonly #leftwards: boolean;
  readonly #exact32: boolean;
  readonly #layers: Difference[];
  readonly #strides: Stride[] = [];
  readonly #collections: Collection[] = [];

  constructor(junctions: readonly JunctionEdges[], first: number, last: number) {
    this.#junctions = junctions;
    this.#first = first;
    this.#leftwards = last < first;
    this.#exact32 = 2 * this.#paths(Math.abs(last - first)) < 2 ** 31;
    this.start = new Difference(2, 2, 1, this.#exact32);
    this.#layers = [this.start];
  }

  /** What lies `distance` junctions from the start, and how to get there from the layer before. */
  #step(distance: number): { neurons: number; lists: NeighbourTable } {
    const number = this.#leftwards ? this.#first - distance : this.#first + distance - 1;
    const { size, fromLeft, fromRight } = this.#junctions[number - 1];
    return this.#leftwards ? { neurons: size.left, lists: fromRight } : { neurons: size.right, lists: fromLeft };
  }

  /** Most paths through `distance` junctions from one neuron: all of them may end in one window, and in one neuron of the next layer. */
  #paths(distance: number): number {
    let paths = 1;
    for (let step = 1; step <= distance; step++) paths *= this.#step(step).lists.stride;
    return paths;
  }

  /** Where `run` leaves the paths by neuron of a layer. */
  neurons(layer: number): Difference {
    const distance = Math.abs(layer - this.#first);
    for (let next = this.#layers.length; next <= distance; next++) {
      const from = this.#layers[next - 1];
      const { neurons, lists } = this.#step(next);
      const into = new Difference(neurons, from.most * lists.stride, this.#paths(next - 1), this.#exact32);
      this.#strides.push({ into, from, lists, windowOf: null });
      this.#layers.push(into);
    }
    return this.#layers[distance];
  }

  /** Where `run` leaves the paths by window of a layer. */
  windows(layer: number, windows: Windows): Difference {
    if (isSingle(windows)) return this.neurons(layer);
    const distance = Math.abs(layer - this.#first);
    if (windows.partition === null || distance === 0) {
      const from = this.neurons(layer);
      const into = new Difference(
        windows.count,
        from.most * mostMemberships(windows),
        this.#paths(distance),
        this.#exact32,
      );
      this.#collections.push({ into, from, windows });
      return into;
    }
    const from = this.neurons(layer + (this.#leftwards ? 1 : -1));
    const { lists } = this.#step(distance);
    const into = new Difference(windows.count, from.most * lists.stride, this.#paths(distance), this.#exact32);
    this.#strides.push({ into, from, lists, windowOf: windows.partition });
    return into;
  }

  run(): void {
    for (const { into, from, lists, windowOf } of this.#strides) into.spread(from, lists, windowOf);
    for (const { into, from, windows } of this.#collections) into.collect(from, windows);
  }
}

/** A grid, and its places in the scatter vector. */
export interface PlacedGrid {
  readonly grid: EntryGrid;
  readonly places: readonly number[];
}

/** In place of the second right neuron, where only one changes a source. */
export const NONE = -1;

interface Product extends PlacedGrid {
  readonly neurons: Difference;
  readonly windows: Difference;
}

/**
 * What a swap in one junction does to the entries whose spans hold that junction.
 *
 * With a → j1 and b → j2 becoming b → j1 and a → j2, A_i changes by (e_j1 − e_j2)·(e_b − e_a)ᵀ, and so the path counts of a span
 * X:Y by the outer product of d = A_Y ⋯ A_{i+1}·(e_j1 − e_j2) and uᵀ = (e_b − e_a)ᵀ·A_{i−1} ⋯ A_X. Forward counts change by
 * d·(uᵀP_l), backward ones by (P_rᵀd)·uᵀ. d and u are sparse (products of degrees, not layers), are walked once per swap for
 * all entries, and do not depend on junction i itself. With a → j alone becoming b → j the same holds of e_j·(e_b − e_a)ᵀ.
 */
export class SwapProducts {
  readonly #up: Walk;
  readonly #down: Walk;
  readonly #products: Product[] = [];
  #walked = false;

  /** @param junction the one whose edges are swapped, from 1 @param grids of entries whose spans hold it, at least one */
  constructor(junctions: readonly JunctionEdges[], junction: number, grids: readonly PlacedGrid[]) {
    const lowest = Math.min(...grids.map(({ grid }) => grid.entry.from));
    const highest = Math.max(...grids.map(({ grid }) => grid.entry.to));
    this.#up = new Walk(junctions, junction, lowest);
    this.#down = new Walk(junctions, junction + 1, highest + 1);
    for (const { grid, places } of grids) {
      const { from, to, direction, windows } = grid.entry;
      const [averaged, windowed] =
        direction === 'forward'
          ? [this.#down.neurons(to + 1), this.#up.windows(from, windows)]
          : [this.#up.neurons(from), this.#down.windows(to + 1, windows)];
      this.#products.push({ grid, places, neurons: averaged, windows: windowed });
      grid.setLargestChange(averaged.largest * windowed.largest);
    }
  }

  /**
   * @param gained left neuron that right neuron `j1` gains and `j2`, if any, loses
   * @param lost the one that goes the other way
   * @param j2 `NONE` where only `j1` changes a source
   * @param values by place in the vector; those of the grids are overwritten
   */
  preview(gained: number, lost: number, j1: number, j2: number, values: Float64Array): void {
    this.#walked = false;
    for (const { grid, places, neurons, windows } of this.#products) {
      if (!grid.cannotChange && !this.#walked) this.#walk(gained, lost, j1, j2);
      const value = grid.cannotChange ? grid.previewUnchanged() : grid.preview(neurons, windows);
      for (const place of places) values[place] = value;
    }
  }

  #walk(gained: number, lost: number, j1: number, j2: number): void {
    this.#up.start.setPair(gained, lost);
    if (j2 === NONE) this.#down.start.setOne(j1);
    else this.#down.start.setPair(j1, j2);
    this.#up.run();
    this.#down.run();
    this.#walked = true;
  }

  /** Writes what was previewed last, with the same neurons. */
  apply(gained: number, lost: number, j1: number, j2: number): void {
    if (!this.#walked) this.#walk(gained, lost, j1, j2);
    for (const { grid, neurons, windows } of this.#products) grid.apply(neurons, windows);
  }
}

/** Counts the paths of a whole pattern into a new grid. Cost: one walk per averaged neuron. */
export function fillGrid(grid: EntryGrid, junctions: readonly JunctionEdges[]): void {
  const { from, to, direction, windows, neurons } = grid.entry;
  if (from === to) {
    fillFromEdges(grid, junctions[from - 1]);
    return;
  }
  const [first, last] = direction === 'forward' ? [to + 1, from] : [from, to + 1];
  const walk = new Walk(junctions, first, last);
  const paths = walk.windows(last, windows);
  for (let neuron = 0; neuron < neurons; neuron++) {
    walk.start.setOne(neuron);
    walk.run();
    for (let i = paths.list; i < paths.end; i += 2) grid.fill(neuron, paths.memory[i], paths.memory[i + 1]);
  }
}

function fillFromEdges(grid: EntryGrid, { size, sources }: JunctionEdges): void {
  const { direction, windows } = grid.entry;
  for (let e = 0; e < size.edges; e++) {
    const j = Math.floor(e / size.fanIn);
    const [neuron, windowed] = direction === 'forward' ? [j, sources[e]] : [sources[e], j];
    for (let m = windows.starts[windowed]; m < windows.starts[windowed + 1]; m++) {
      grid.fill(neuron, windows.members[m], 1);
    }
  }
}
