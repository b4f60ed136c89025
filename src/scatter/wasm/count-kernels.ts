import {
  type Code,
  defineFunction,
  type FunctionCode,
  f64,
  i8x16,
  i16x8,
  i32,
  i32x4,
  type Local,
  leaveLoopIf,
  v128,
  whileBelow,
} from '../../base/wasm/assembler.ts';
import { element, horizontalSum, kernelName, type ListKind, listEnd, listKinds, next, word } from './idioms.ts';

/** Bytes of the rows of counts that kernels are made for. */
export const countRowBytes: readonly number[] = [16, 32, 64, 128];

/** Width of a saturating counter, in bits. */
export type CounterBits = 8 | 16;

interface Counter {
  readonly bits: CounterBits;
  readonly shift: number;
  readonly highest: number;
  readonly load: (address: Code) => Code;
  readonly store: (address: Code, value: Code) => Code;
  readonly add: (a: Code, b: Code) => Code;
  readonly min: (a: Code, b: Code) => Code;
  readonly greater: (a: Code, b: Code) => Code;
  readonly splat: (value: Code) => Code;
  readonly bitmask: (vector: Code) => Code;
  /** lanes added up to four of 32 bits */
  readonly widen: (vector: Code) => Code;
}

const counters: readonly Counter[] = [
  {
    bits: 8,
    shift: 0,
    highest: 255,
    load: i32.load8,
    store: i32.store8,
    add: i8x16.addSaturating,
    min: i8x16.min,
    greater: i8x16.greater,
    splat: i8x16.splat,
    bitmask: i8x16.bitmask,
    widen: (vector) => i32x4.addPairs(i16x8.addPairs(vector)),
  },
  {
    bits: 16,
    shift: 1,
    highest: 65535,
    load: i32.load16,
    store: i32.store16,
    add: i16x8.addSaturating,
    min: i16x8.min,
    greater: i16x8.greater,
    splat: i16x8.splat,
    bitmask: i16x8.bitmask,
    widen: i32x4.addPairs,
  },
];

/**
 * tally8, tally16(cursors, ends, lists, first, limit, bytes, out): row j starts at 0, then counts each w < limit at its cursor in an
 * ascending list of windows, in counter w − first; the cursor moves on. Counters stop at their highest value.
 */
function tally({ bits, shift, highest, load, store }: Counter): FunctionCode {
  return defineFunction(
    `tally${bits}`,
    ['i32', 'i32', 'i32', 'i32', 'i32', 'i32', 'i32'],
    ([cursors, ends, lists, first, limit, bytes, out], local) => {
      const [stop, cursor, end, w, at, count, rowEnd] = Array.from({ length: 7 }, () => local('i32'));
      return [
        stop.set(i32.add(cursors.get, i32.shiftLeft(lists.get, i32.const(2)))),
        whileBelow(cursors, stop.get, [
          at.set(out.get),
          rowEnd.set(i32.add(out.get, bytes.get)),
          whileBelow(at, rowEnd.get, [v128.store(at.get, v128.zero), at.increase(i32.const(16))]),
          cursor.set(i32.load(cursors.get)),
          end.set(i32.load(ends.get)),
          whileBelow(cursor, end.get, [
            w.set(i32.load(cursor.get)),
            leaveLoopIf(i32.atLeast(w.get, limit.get)),
            at.set(i32.add(out.get, i32.shiftLeft(i32.subtract(w.get, first.get), i32.const(shift)))),
            count.set(load(at.get)),
            store(at.get, i32.add(count.get, i32.below(count.get, i32.const(highest)))),
            cursor.increase(word),
          ]),
          i32.store(cursors.get, cursor.get),
          cursors.increase(word),
          ends.increase(word),
          out.set(rowEnd.get),
        ]),
      ];
    },
  );
}

/**
 * tallyTable8, tallyTable16(list, lists, degree, windowOf, bytes, out): the same for a partition that one row holds, with the
 * window of each neuron looked up.
 */
function tallyTable({ bits, shift, highest, load, store }: Counter, kind: ListKind): FunctionCode {
  return defineFunction(
    kernelName(`tallyTable${bits}`, kind),
    ['i32', 'i32', 'i32', 'i32', 'i32', 'i32'],
    ([list, lists, degree, windowOf, bytes, out], local) => {
      const [j, end, at, count, rowEnd] = Array.from({ length: 5 }, () => local('i32'));
      return [
        whileBelow(j, lists.get, [
          at.set(out.get),
          rowEnd.set(i32.add(out.get, bytes.get)),
          whileBelow(at, rowEnd.get, [v128.store(at.get, v128.zero), at.increase(i32.const(16))]),
          listEnd(kind, list, degree, end),
          whileBelow(list, end.get, [
            next(list, at),
            at.set(i32.add(out.get, i32.shiftLeft(element(windowOf.get, at.get), i32.const(shift)))),
            count.set(load(at.get)),
            store(at.get, i32.add(count.get, i32.below(count.get, i32.const(highest)))),
          ]),
          out.set(rowEnd.get),
          j.increase(i32.const(1)),
        ]),
      ];
    },
  );
}

/** add8x16 … add16x128(list, lists, degree, seen, out): out[j] = saturating sum of the rows that list j names, in registers. */
function addRows({ bits, add }: Counter, bytes: number, kind: ListKind): FunctionCode {
  const shift = i32.const(Math.log2(bytes));
  return defineFunction(
    kernelName(`add${bits}x${bytes}`, kind),
    ['i32', 'i32', 'i32', 'i32', 'i32'],
    (parameters, local) => {
      const [list, lists, degree, seen, out] = parameters;
      const [stop, end, row] = [local('i32'), local('i32'), local('i32')];
      const sums = Array.from({ length: bytes / 16 }, () => local('v128'));
      return [
        stop.set(i32.add(out.get, i32.shiftLeft(lists.get, shift))),
        whileBelow(out, stop.get, [
          sums.map((each) => each.set(v128.zero)),
          listEnd(kind, list, degree, end),
          whileBelow(list, end.get, [
            row.set(i32.add(seen.get, i32.shiftLeft(i32.load(list.get), shift))),
            list.increase(word),
            sums.map((each, i) => each.set(add(each.get, v128.load(row.get, 16 * i)))),
          ]),
          sums.map((each, i) => v128.store(out.get, each.get, 16 * i)),
          out.increase(i32.const(bytes)),
        ]),
      ];
    },
  );
}

/**
 * credit8, credit16(rows, data, bytes, whole, unit, rest, totals): totals[j] += Σ over the counters c of row j of
 * unit·min(c, whole) + rest·[c > whole], which is min(need, c·unit) with whole = ⌊need/unit⌋ and rest = need − whole·unit.
 */
function credit(counter: Counter): FunctionCode {
  const { bits, min, greater, splat, bitmask, widen } = counter;
  return defineFunction(
    `credit${bits}`,
    ['i32', 'i32', 'i32', 'i32', 'f64', 'f64', 'i32'],
    ([rows, data, bytes, whole, unit, rest, totals], local) => {
      const [j, end, above] = [local('i32'), local('i32'), local('i32')];
      const [wholes, sums, counts] = [local('v128'), local('v128'), local('v128')];
      const plus = (sum: Code, count: Code, weight: Local) =>
        f64.add(sum, f64.multiply(f64.fromI32(count), weight.get));
      return [
        wholes.set(splat(whole.get)),
        whileBelow(j, rows.get, [
          sums.set(v128.zero),
          above.set(i32.const(0)),
          end.set(i32.add(data.get, bytes.get)),
          whileBelow(data, end.get, [
            counts.set(v128.load(data.get)),
            sums.set(i32x4.add(sums.get, widen(min(counts.get, wholes.get)))),
            above.increase(i32.popcount(bitmask(greater(counts.get, wholes.get)))),
            data.increase(i32.const(16)),
          ]),
          f64.store(totals.get, plus(plus(f64.load(totals.get), horizontalSum(sums), unit), above.get, rest)),
          totals.increase(i32.const(8)),
          j.increase(i32.const(1)),
        ]),
      ];
    },
  );
}

export const countKernels: readonly FunctionCode[] = counters.flatMap((counter) => [
  tally(counter),
  ...listKinds.flatMap((kind) => [
    tallyTable(counter, kind),
    ...countRowBytes.map((bytes) => addRows(counter, bytes, kind)),
  ]),
  credit(counter),
]);

/** The narrowest counter that can tell counts up to `cap` apart. */
export const narrowestCounter = (cap: number): CounterBits | 'double' =>
  cap <= 255 ? 8 : cap <= 65535 ? 16 : 'double';
