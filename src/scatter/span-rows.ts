import type { Entry } from '../pattern/entries.ts';
import type { Windows } from '../pattern/windows.ts';
import { kernelFor, lengthsOf, type NeighbourLists } from './junction-lists.ts';
import type { ShareClass, ShareScale } from './mean-share.ts';
import { bitRowBytes } from './wasm/bit-kernels.ts';
import { type CounterBits, countRowBytes } from './wasm/count-kernels.ts';
import type { ScatterKernels } from './wasm/scatter-kernels.ts';
import { windowLists } from './window-lists.ts';

/** Windows are worked through in blocks whose rows fit registers, so that the rows of a whole layer stay in cache. */
interface Blocks {
  readonly bytes: number;
  readonly windows: number;
  readonly starts: readonly number[];
}

function blocksOf(windows: number, bitsEach: number, rowBytes: readonly number[]): Blocks {
  const bytes = rowBytes.find((size) => (8 * size) / bitsEach >= windows) ?? rowBytes[rowBytes.length - 1];
  const perBlock = (8 * bytes) / bitsEach;
  const starts = Array.from({ length: Math.ceil(windows / perBlock) }, (_, block) => block * perBlock);
  return { bytes, windows: perBlock, starts };
}

/** Windows `first` to `limit − 1`, whose sums go to the doubles at `totals`. */
export interface Piece {
  readonly first: number;
  readonly limit: number;
  readonly totals: number;
}

/** Where sums go: all windows into one array of `averaged × classes` doubles, or as many arrays as there are `pieces`, at most. */
export class Totals {
  readonly pieces: Piece[] = [];
  readonly #machine: ScatterKernels;
  readonly #doubles: number;
  readonly #most: number;

  constructor(machine: ScatterKernels, doubles: number, most: number) {
    this.#machine = machine;
    this.#doubles = doubles;
    this.#most = most;
  }

  /** Address for the sums of each block in turn. */
  layOut(blocks: Blocks, windows: number): number[] {
    const each = Math.ceil(blocks.starts.length / this.#most);
    for (let block = 0; block < blocks.starts.length; block += each) {
      const first = blocks.starts[block];
      const limit = Math.min(windows, first + each * blocks.windows);
      this.pieces.push({ first, limit, totals: this.#machine.zeros(this.#doubles) });
    }
    return blocks.starts.map((_, block) => this.pieces[Math.floor(block / each)].totals);
  }
}

/** Two buffers for the rows of one layer after the other. */
function rowBuffers(machine: ScatterKernels, steps: readonly NeighbourLists[], bytes: number): [number, number] {
  const rows = (parity: number) => Math.max(0, ...steps.filter((_, i) => i % 2 === parity).map(({ lists }) => lists));
  return [machine.allocate(rows(0) * bytes), machine.allocate(rows(1) * bytes)];
}

/** Runs the kernel called `name` over every step except the first; returns the address of the last layer's rows. */
function follow(
  machine: ScatterKernels,
  steps: readonly NeighbourLists[],
  name: string,
  buffers: [number, number],
): number {
  for (let i = 1; i < steps.length; i++) {
    const step = steps[i];
    const [seen, out] = [buffers[(i - 1) % 2], buffers[i % 2]];
    machine.run(kernelFor(name, step), step.address, step.lists, lengthsOf(step), seen, out);
  }
  return buffers[(steps.length - 1) % 2];
}

/** Sets the bits from `real` on: those of no window count as reached, so that a full row is all ones. */
function writePadding(machine: ScatterKernels, address: number, bytes: number, real: number): void {
  for (let q = 0; q < bytes / 4; q++) {
    const bits = Math.min(32, Math.max(0, real - 32 * q));
    machine.words[address / 4 + q] = bits === 32 ? 0 : -1 << bits;
  }
}

/** Writes the first layer's rows for the windows from `first` to `limit`, into `out`. */
type FirstRows = (first: number, limit: number, out: number) => void;

function firstBits(machine: ScatterKernels, step: NeighbourLists, windows: Windows, blocks: Blocks): FirstRows {
  const { bytes } = blocks;
  const padding = machine.allocate(bytes);
  if (blocks.starts.length === 1 && windows.partition !== null) {
    const table = machine.place(windows.partition);
    writePadding(machine, padding, bytes, windows.count);
    const { address, lists } = step;
    const lengths = lengthsOf(step);
    const kernel = kernelFor(bytes === 8 ? 'reachWords' : 'reachTable', step);
    if (bytes === 8) return (_f, _l, out) => machine.run(kernel, address, lists, lengths, table, padding, out);
    return (_f, _l, out) => machine.run(kernel, address, lists, lengths, table, padding, bytes, out);
  }
  const { cursors, ends } = windowLists(machine, step, windows);
  return (first, limit, out) => {
    writePadding(machine, padding, bytes, limit - first);
    machine.run('reachRows', cursors, ends, step.lists, first, limit, padding, bytes, out);
  };
}

function firstCounts(
  machine: ScatterKernels,
  step: NeighbourLists,
  windows: Windows,
  { bytes, starts }: Blocks,
  bits: CounterBits,
): FirstRows {
  if (starts.length === 1 && windows.partition !== null) {
    const table = machine.place(windows.partition);
    const { address, lists } = step;
    const lengths = lengthsOf(step);
    const kernel = kernelFor(`tallyTable${bits}`, step);
    return (_f, _l, out) => machine.run(kernel, address, lists, lengths, table, bytes, out);
  }
  const { cursors, ends } = windowLists(machine, step, windows);
  return (first, limit, out) => machine.run(`tally${bits}`, cursors, ends, step.lists, first, limit, bytes, out);
}

/**
 * How many windows each averaged neuron reaches (eq. 1: entry ≥ 1), added to `totals`. Bit rows: bit w of a neuron's
 * row is set iff a path leads to window w, which is the sign of the window product, since path counts cannot cancel.
 * Cost: one OR of 1024 windows per edge and block, ended early where a row is full; memory is one block of rows for two layers.
 */
export function addReached(
  machine: ScatterKernels,
  steps: readonly NeighbourLists[],
  entry: Entry,
  totals: Totals,
): void {
  const { windows, averaged } = entry;
  const blocks = blocksOf(windows.count, 1, bitRowBytes);
  const { bytes } = blocks;
  const sums = totals.layOut(blocks, windows.count);
  const buffers = rowBuffers(machine, steps, bytes);
  const write = firstBits(machine, steps[0], windows, blocks);
  for (const [block, first] of blocks.starts.entries()) {
    const limit = Math.min(first + blocks.windows, windows.count);
    write(first, limit, buffers[0]);
    const rows = follow(machine, steps, `unite${bytes}`, buffers);
    const padding = limit - first - blocks.windows;
    if (bytes === 8) machine.run('sumBits8', averaged, rows, padding, sums[block]);
    else machine.run('sumBits', averaged, rows, padding, sums[block], bytes);
  }
}

/**
 * min(need, count·unit) summed over the windows of each averaged neuron, by class, added to `totals`. Path counts in saturating counters, exact since counts above ⌈need/unit⌉ change nothing.
 * Cost: one addition of 128 (64) windows per edge and block; memory is one block of rows for two layers.
 */
export function addCredits(
  machine: ScatterKernels,
  steps: readonly NeighbourLists[],
  entry: Entry,
  scale: ShareScale,
  bits: CounterBits,
  totals: Totals,
): void {
  const { windows, averaged } = entry;
  const blocks = blocksOf(windows.count, bits, countRowBytes);
  const { bytes } = blocks;
  const sums = totals.layOut(blocks, windows.count);
  const buffers = rowBuffers(machine, steps, bytes);
  const write = firstCounts(machine, steps[0], windows, blocks, bits);
  const [{ need, unit }] = scale.classes;
  const whole = Math.floor(need / unit);
  for (const [block, first] of blocks.starts.entries()) {
    const limit = Math.min(first + blocks.windows, windows.count);
    write(first, limit, buffers[0]);
    const rows = follow(machine, steps, `add${bits}x${bytes}`, buffers);
    if (scale.classes.length === 1) {
      machine.run(`credit${bits}`, averaged, rows, bytes, whole, unit, need - whole * unit, sums[block]);
    } else {
      const counts = bits === 8 ? machine.bytes(rows, averaged * bytes) : machine.shorts(rows, averaged * (bytes / 2));
      addByClass(machine, counts, blocks.windows, first, limit, scale, sums[block]);
    }
  }
}

function addByClass(
  machine: ScatterKernels,
  counts: Uint8Array | Uint16Array,
  stride: number,
  first: number,
  limit: number,
  scale: ShareScale,
  totals: number,
): void {
  const { classes, classOf } = scale;
  for (let n = 0; n < scale.averaged; n++) {
    for (let w = first; w < limit; w++) {
      const { need, unit }: ShareClass = classes[classOf[w]];
      const credit = Math.min(need, counts[n * stride + w - first] * unit);
      machine.doubles[totals / 8 + n * classes.length + classOf[w]] += credit;
    }
  }
}
