import {
  type Code,
  defineFunction,
  type FunctionCode,
  f32x4,
  i32,
  type Local,
  v128,
  when,
} from '../../../base/wasm/assembler.ts';
import type { GradientLists, KeptRows } from '../layout.ts';
import { loopBelow, type MultiplyAdd, ROW_BYTES, TILE_WIDTH, vectorOffsets } from './arithmetic.ts';

/**
 * THE ORDER OF SUMS OVER A BATCH'S EXAMPLES. Gradients of weights and biases, and losses (network.ts), are summed in one order, which
 * depends on the number of examples alone, and which vectors of 4, 8 or 16 lanes can follow without a detour:
 * 1. Example e of the batch, counted from 0, belongs to partial sum e mod 16. Each of the sixteen starts at +0 and takes its examples
 *    in ascending order, e, e + 16, e + 32, …: partial = partial + (value · delta), product and sum each rounded to float32.
 * 2. At the end of the batch the sixteen become one by a fixed tree: s[i] = p[i] + p[i + 8] for i < 8; t[i] = s[i] + s[i + 4] for
 *    i < 4; u[i] = t[i] + t[i + 2] for i < 2; the sum is u[0] + u[1].
 * 3. In a batch that is no multiple of 16 the last examples are missing from partial sums (examples mod 16) … 15. A kernel may add
 *    products of 0 in their place: ±0 changes no partial sum, since none is ever −0.
 * How many examples are worked on at once, and how many are held, is in none of this.
 */
const tree = ([p0, p4, p8, p12]: readonly Code[], s: Local): Code => [
  s.set(f32x4.add(f32x4.add(p0, p8), f32x4.add(p4, p12))),
  s.set(f32x4.add(s.get, f32x4.shuffle(s.get, s.get, [2, 3, 0, 1]))),
  s.set(f32x4.add(s.get, f32x4.shuffle(s.get, s.get, [1, 0, 3, 2]))),
];

/**
 * A branch never taken (row addresses are multiples of 64) in which the sums would change. It keeps an optimiser that sinks
 * arithmetic below every load of a stretch (V8's, up to Node 20) from running out of registers: a third of the kernel's time.
 */
const fence = (row: Local, sums: readonly Local[]): Code =>
  when(
    i32.equal(row.get, i32.const(1)),
    sums.map((sum) => sum.set(v128.zero)),
  );

/** Where partial sums are kept from one part of a batch to the next: 16 floats for each place of a list, in the list's order. */
const partialsOf = (place: Local, scratch: Local): Code => scratch.set(i32.multiply(place.get, i32.const(TILE_WIDTH)));

interface SumRequest {
  readonly name: string;
  /** address of the partial sums; null where every batch comes in one part */
  readonly partials: number | null;
}

/** keep(tile): the rows of one layer in the tile that is worked on, kept as those of the tile of this number. */
export function keepKernel(name: string, { from, rows, address, rowStride }: KeptRows): FunctionCode {
  return defineFunction(name, ['i32'], ([tile], local) => {
    const [source, target] = [local('i32'), local('i32')];
    const rowLoop = loopBelow(source, i32.const(ROW_BYTES * rows), [
      vectorOffsets.map((offset) => v128.store(target.get, v128.load(source.get, from + offset), address + offset)),
      target.increase(i32.const(rowStride)),
      source.increase(i32.const(ROW_BYTES)),
    ]);
    return [target.set(i32.multiply(tile.get, i32.const(ROW_BYTES))), rowLoop];
  });
}

/** What sums take: tiles; whether the batch's first, and its last part is among them. */
const parameters = ['i32', 'i32', 'i32'] as const;

/**
 * Gradients of one junction's weights over the tiles of a batch, or of a part of it: for each row of `own` and each of its edges, the
 * sum of (own row) · (the row that sources[e] is the address of), over the examples, in the order above. Two edges at a time, which
 * share the own row. Which side of the junction is `own` changes no bit.
 * Cost: one load, one product and one sum per four examples and edge, and half a load; 8 partial sums stay in registers.
 */
export function edgeGradients(
  { name, partials }: SumRequest,
  { ends, sources, own, others: otherRows, places, gradients }: GradientLists,
  multiplyAdd: MultiplyAdd,
): FunctionCode {
  return defineFunction(name, [...parameters], ([tiles, first, last], local) => {
    const [edge, stop, pairs, row, target, tile, kept] = Array.from({ length: 7 }, () => local('i32'));
    const others = [0, 1].map(() => local('i32'));
    const sums = [0, 1].map(() => vectorOffsets.map(() => local('v128')));
    const shared = local('v128');
    const total = local('v128');
    const [place, limit] = [local('i32'), local('i32')];
    /** Offset of the row that is kept of the tile's row at an address. */
    const keptRow = (address: Code): Code =>
      i32.multiply(i32.subtract(address, i32.const(otherRows.from)), i32.const(otherRows.rowStride / ROW_BYTES));
    /** As many edges at once. */
    const block = (size: number): Code => {
      const some = sums.slice(0, size);
      const memory = (move: (sum: Local, offset: number) => Code): Code =>
        partials === null
          ? []
          : some.map((own16, r) => own16.map((sum, i) => move(sum, partials + ROW_BYTES * r + vectorOffsets[i])));
      return [
        others.slice(0, size).map((other, r) => other.set(keptRow(i32.load(edge.get, sources + 4 * r)))),
        some.map((own16) => own16.map((sum) => sum.set(v128.zero))),
        partials === null ? [] : partialsOf(edge, kept),
        partials === null
          ? []
          : when(
              i32.eqz(first.get),
              memory((sum, at) => sum.set(v128.load(kept.get, at))),
            ),
        tile.set(target.get),
        loopBelow(tile, limit.get, [
          vectorOffsets.map((offset, i) => [
            shared.set(v128.load(tile.get, own.address + offset)),
            some.map((own16, r) =>
              own16[i].set(multiplyAdd(v128.load(others[r].get, otherRows.address + offset), shared.get, own16[i].get)),
            ),
            i === 1 && size > 1 ? fence(tile, some[0]) : [],
          ]),
          others.slice(0, size).map((other) => other.increase(i32.const(ROW_BYTES))),
          tile.increase(i32.const(ROW_BYTES)),
        ]),
        partials === null
          ? []
          : when(
              i32.eqz(last.get),
              memory((sum, at) => v128.store(kept.get, sum.get, at)),
            ),
        some.map((own16, r) => [
          tree(
            own16.map((sum) => sum.get),
            total,
          ),
          places === null
            ? v128.store32(edge.get, total.get, gradients + 4 * r)
            : [place.set(i32.load(edge.get, places + 4 * r)), v128.store32(place.get, total.get, gradients)],
        ]),
        edge.increase(i32.const(4 * size)),
      ];
    };
    return loopBelow(row, i32.const(4 * own.rows), [
      stop.set(i32.load(row.get, ends)),
      limit.set(i32.add(target.get, i32.multiply(tiles.get, i32.const(ROW_BYTES)))),
      pairs.set(i32.add(edge.get, i32.and(i32.subtract(stop.get, edge.get), i32.const(-8)))),
      loopBelow(edge, pairs.get, block(2)),
      loopBelow(edge, stop.get, block(1)),
      target.increase(i32.const(own.rowStride)),
      row.increase(i32.const(4)),
    ]);
  });
}

/** Gradients of one junction's biases: for each right neuron the sum of its row of `delta`, in the order above. */
export function biasGradients(
  { name, partials }: SumRequest,
  { rows, address, rowStride }: KeptRows,
  gradients: number,
): FunctionCode {
  return defineFunction(name, [...parameters], ([tiles, first, last], local) => {
    const [row, target, tile, kept, limit] = Array.from({ length: 5 }, () => local('i32'));
    const sums = vectorOffsets.map(() => local('v128'));
    const total = local('v128');
    const memory = (flag: Local, move: (sum: Local, offset: number) => Code): Code =>
      partials === null
        ? []
        : when(
            i32.eqz(flag.get),
            sums.map((sum, i) => move(sum, partials + vectorOffsets[i])),
          );
    return loopBelow(row, i32.const(4 * rows), [
      sums.map((sum) => sum.set(v128.zero)),
      partialsOf(row, kept),
      memory(first, (sum, at) => sum.set(v128.load(kept.get, at))),
      tile.set(target.get),
      limit.set(i32.add(target.get, i32.multiply(tiles.get, i32.const(ROW_BYTES)))),
      loopBelow(tile, limit.get, [
        sums.map((sum, i) => sum.set(f32x4.add(sum.get, v128.load(tile.get, address + vectorOffsets[i])))),
        tile.increase(i32.const(ROW_BYTES)),
      ]),
      memory(last, (sum, at) => v128.store(kept.get, sum.get, at)),
      tree(
        sums.map((sum) => sum.get),
        total,
      ),
      v128.store32(row.get, total.get, gradients),
      target.increase(i32.const(rowStride)),
      row.increase(i32.const(4)),
    ]);
  });
}
