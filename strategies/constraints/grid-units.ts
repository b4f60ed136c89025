import { shuffledRange } from '../../src/base/numbers.ts';
import type { Random } from '../../src/base/random.ts';
import type { MemoryGrid } from './grid-trades.ts';

/** Colourings tried where a left neuron may come into a unit twice, which another order of its edges may avoid. */
const TRIES = 20;
const NONE = -1;

/**
 * Colours for the edges of a bipartite graph, such that no two at a vertex are the same: an edge that finds none free at both ends
 * changes colours along a path (Kőnig 1916).
 * @param ends left and right vertex of every edge; none has more edges than there are colours
 */
class EdgeColouring {
  readonly #ends: readonly [Uint32Array, Uint32Array];
  readonly #colours: number;
  /** side → vertex · colours + colour → edge */
  readonly #edgeAt: readonly [Int32Array, Int32Array];
  readonly colourOf: Uint32Array;

  constructor(ends: readonly [Uint32Array, Uint32Array], vertices: number, colours: number) {
    this.#ends = ends;
    this.#colours = colours;
    this.#edgeAt = [new Int32Array(vertices * colours).fill(NONE), new Int32Array(vertices * colours).fill(NONE)];
    this.colourOf = new Uint32Array(ends[0].length);
    for (let e = 0; e < this.colourOf.length; e++) this.#insert(e);
  }

  #insert(e: number): void {
    const a = this.#free(0, this.#ends[0][e]);
    const b = this.#free(1, this.#ends[1][e]);
    if (a !== b) this.#swapPath(this.#ends[1][e], a, b);
    this.#set(e, a);
  }

  #free(side: 0 | 1, vertex: number): number {
    const start = vertex * this.#colours;
    let colour = 0;
    while (this.#edgeAt[side][start + colour] !== NONE) colour++;
    return colour;
  }

  /** Exchanges two colours along the path that leaves a right vertex, where b is free, by colour a; a is free there afterwards. */
  #swapPath(start: number, a: number, b: number): void {
    const path: number[] = [];
    let vertex = start;
    let side: 0 | 1 = 1;
    for (let colour = a; ; colour = colour === a ? b : a) {
      const e = this.#edgeAt[side][vertex * this.#colours + colour];
      if (e === NONE) break;
      path.push(e);
      side = side === 0 ? 1 : 0;
      vertex = this.#ends[side][e];
    }
    for (const e of path) {
      for (const own of [0, 1] as const) {
        this.#edgeAt[own][this.#ends[own][e] * this.#colours + this.colourOf[e]] = NONE;
      }
    }
    for (const e of path) this.#set(e, this.colourOf[e] === a ? b : a);
  }

  #set(e: number, colour: number): void {
    this.colourOf[e] = colour;
    for (const side of [0, 1] as const) this.#edgeAt[side][this.#ends[side][e] * this.#colours + colour] = e;
  }
}

/** Edges of a class in turn, `perVertex` to a vertex of its own. */
function splitEnds(neurons: Uint32Array, classOf: (k: number) => number, verticesOf: number, perVertex: number) {
  const next = new Map<number, number>();
  return neurons.map((k) => {
    const own = classOf(k);
    const index = next.get(own) ?? 0;
    next.set(own, index + 1);
    return own * verticesOf + Math.floor(index / perVertex);
  });
}

/** Within a window and memory the left neurons are dealt anew, so that no unit has one twice; null where one would have to. */
function dealCells(grid: MemoryGrid, neurons: Uint32Array, colourOf: Uint32Array, units: number): number[][] | null {
  const cells = new Map<number, { neurons: Set<number>; colours: number[] }>();
  for (let e = 0; e < neurons.length; e++) {
    const key = grid.windowOf[neurons[e]] * grid.z + (neurons[e] % grid.z);
    const cell = cells.get(key) ?? { neurons: new Set(), colours: [] };
    cell.neurons.add(neurons[e]);
    cell.colours.push(colourOf[e]);
    cells.set(key, cell);
  }
  const dealt: number[][] = Array.from({ length: units }, () => []);
  for (const cell of cells.values()) {
    const own = [...cell.neurons];
    cell.colours.sort((a, b) => a - b);
    for (const [index, unit] of cell.colours.entries()) {
      if (index >= own.length && cell.colours[index - own.length] === unit) return null;
      dealt[unit].push(own[index % own.length]);
    }
  }
  return dealt;
}

/**
 * The left neurons of each unit of one right window, where each left neuron has `times` edges: by colouring the edges of the graph
 * of windows and memories, each of them split so that every vertex has one edge in every unit. With one edge for each left neuron
 * it exists always.
 */
function colouredUnits(grid: MemoryGrid, times: number, random: Random): number[][] | null {
  const { left } = grid.size;
  const units = grid.units[0].length;
  const order = shuffledRange(left, random);
  const neurons = Uint32Array.from({ length: left * times }, (_, e) => order[Math.floor(e / times)]);
  const perWindow = (left * times) / grid.windows / units;
  const perMemory = (left * times) / grid.z / units;
  const ends = [
    splitEnds(neurons, (k) => grid.windowOf[k], perWindow, units),
    splitEnds(neurons, (k) => k % grid.z, perMemory, units),
  ] as const;
  const { colourOf } = new EdgeColouring(ends, grid.windows * perWindow, units);
  return dealCells(grid, neurons, colourOf, units);
}

/** The left neurons of each unit of a right window, every window and memory with its share; null where none was found. */
export function gridUnits(grid: MemoryGrid, random: Random): number[][] | null {
  const units = grid.units[0].length;
  const times = grid.size.fanOut / grid.units.length;
  const [perWindow, perMemory] = [grid.size.left / grid.windows, grid.size.left / grid.z];
  if (perWindow % units === 0 && perMemory % units === 0) {
    // each unit has `times` of the shares that hold every left neuron once
    const once = colouredUnits(grid, 1, random);
    if (once === null) return null;
    return once.map((_, u) => Array.from({ length: times }, (_unused, i) => once[(u + i) % units]).flat());
  }
  const isMostly = grid.rowsPerUnit === 1 && 2 * times > units;
  for (let attempt = 0; attempt < TRIES; attempt++) {
    const found = colouredUnits(grid, isMostly ? units - times : times, random);
    if (found === null) continue;
    return isMostly ? found.map((absent) => others(absent, grid.size.left)) : found;
  }
  return null;
}

function others(absent: readonly number[], left: number): number[] {
  const isAbsent = new Set(absent);
  return Array.from({ length: left }, (_, k) => k).filter((k) => !isAbsent.has(k));
}
