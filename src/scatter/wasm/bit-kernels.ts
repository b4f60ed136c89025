import {
  defineFunction,
  type FunctionCode,
  f64,
  i8x16,
  i16x8,
  i32,
  i32x4,
  i64,
  leaveLoopIf,
  v128,
  when,
  whileBelow,
} from '../../base/wasm/assembler.ts';
import { element, horizontalSum, kernelName, type ListKind, listEnd, listKinds, next, word } from './idioms.ts';

/** Bytes of the bit rows that kernels are made for: 64, 128, 256, 512 or 1024 windows at a time. */
export const bitRowBytes: readonly number[] = [8, 16, 32, 64, 128];

/**
 * transpose(list, lists, degree, next, targets, transposedDegree, transposed): right-major to left-major. `next` is scratch of
 * `targets` words. Two passes; the lists come out ascending.
 */
const transpose = defineFunction(
  'transpose',
  ['i32', 'i32', 'i32', 'i32', 'i32', 'i32', 'i32'],
  ([list, lists, degree, cursor, targets, transposedDegree, transposed], local) => {
    const [k, j, end, place, at] = [local('i32'), local('i32'), local('i32'), local('i32'), local('i32')];
    const stride = i32.shiftLeft(transposedDegree.get, i32.const(2));
    return [
      at.set(cursor.get),
      whileBelow(k, targets.get, [
        i32.store(at.get, transposed.get),
        transposed.increase(stride),
        at.increase(word),
        k.increase(i32.const(1)),
      ]),
      whileBelow(j, lists.get, [
        end.set(i32.add(list.get, i32.shiftLeft(degree.get, i32.const(2)))),
        whileBelow(list, end.get, [
          next(list, k),
          at.set(i32.add(cursor.get, i32.shiftLeft(k.get, i32.const(2)))),
          place.set(i32.load(at.get)),
          i32.store(place.get, j.get),
          i32.store(at.get, i32.add(place.get, word)),
        ]),
        j.increase(i32.const(1)),
      ]),
    ];
  },
);

/**
 * transposeUneven(list, end, degree, cursor, targets, transposed): the same where targets differ in how often they are named. `end`
 * is where the last list ends; `cursor`, of `targets` words, is left as the addresses at which the transposed lists end.
 */
const transposeUneven = defineFunction(
  'transposeUneven',
  ['i32', 'i32', 'i32', 'i32', 'i32', 'i32'],
  ([list, end, degree, cursor, targets, transposed], local) => {
    const [k, j, at, place, stop, rowEnd] = Array.from({ length: 6 }, () => local('i32'));
    const entry = i32.add(cursor.get, i32.shiftLeft(k.get, i32.const(2)));
    const perList = i32.shiftLeft(degree.get, i32.const(2));
    return [
      stop.set(i32.add(cursor.get, i32.shiftLeft(targets.get, i32.const(2)))),
      at.set(cursor.get),
      whileBelow(at, stop.get, [i32.store(at.get, i32.const(0)), at.increase(word)]),
      rowEnd.set(list.get),
      whileBelow(rowEnd, end.get, [next(rowEnd, k), at.set(entry), i32.store(at.get, i32.add(i32.load(at.get), word))]),
      at.set(cursor.get),
      whileBelow(at, stop.get, [
        place.set(i32.load(at.get)),
        i32.store(at.get, transposed.get),
        transposed.increase(place.get),
        at.increase(word),
      ]),
      whileBelow(list, end.get, [
        rowEnd.set(i32.add(list.get, perList)),
        whileBelow(list, rowEnd.get, [
          next(list, k),
          at.set(entry),
          place.set(i32.load(at.get)),
          i32.store(place.get, j.get),
          i32.store(at.get, i32.add(place.get, word)),
        ]),
        j.increase(i32.const(1)),
      ]),
    ];
  },
);

/**
 * reachWords(list, lists, degree, windowOf, padding, out): 64 windows or fewer, a partition. out[j] = the windows of the neurons in
 * list j, and the bits of `padding` (an address).
 */
const reachWords = (kind: ListKind) =>
  defineFunction(
    kernelName('reachWords', kind),
    ['i32', 'i32', 'i32', 'i32', 'i32', 'i32'],
    ([list, lists, degree, windowOf, padding, out], local) => {
      const [stop, end, k] = [local('i32'), local('i32'), local('i32')];
      const [reached, start, one] = [local('i64'), local('i64'), local('i64')];
      return [
        start.set(i64.load(padding.get)),
        one.set(i64.const(1)),
        stop.set(i32.add(out.get, i32.shiftLeft(lists.get, i32.const(3)))),
        whileBelow(out, stop.get, [
          reached.set(start.get),
          listEnd(kind, list, degree, end),
          whileBelow(list, end.get, [
            next(list, k),
            reached.set(i64.or(reached.get, i64.shiftLeft(one.get, i64.fromI32(element(windowOf.get, k.get))))),
          ]),
          i64.store(out.get, reached.get),
          out.increase(i32.const(8)),
        ]),
      ];
    },
  );

/**
 * reachRows(cursors, ends, lists, first, limit, padding, bytes, out): general windows. Row j starts as the `bytes` at `padding`,
 * then gets bit w − first for every w < limit at its cursor in an ascending list of windows; the cursor moves on.
 */
const reachRows = defineFunction(
  'reachRows',
  ['i32', 'i32', 'i32', 'i32', 'i32', 'i32', 'i32', 'i32'],
  ([cursors, ends, lists, first, limit, padding, bytes, out], local) => {
    const [stop, cursor, end, w, at, rowEnd] = ['i32', 'i32', 'i32', 'i32', 'i32', 'i32'].map(() => local('i32'));
    return [
      stop.set(i32.add(cursors.get, i32.shiftLeft(lists.get, i32.const(2)))),
      whileBelow(cursors, stop.get, [
        at.set(padding.get),
        rowEnd.set(i32.add(padding.get, bytes.get)),
        w.set(out.get),
        whileBelow(at, rowEnd.get, [
          i64.store(w.get, i64.load(at.get)),
          at.increase(i32.const(8)),
          w.increase(i32.const(8)),
        ]),
        cursor.set(i32.load(cursors.get)),
        end.set(i32.load(ends.get)),
        whileBelow(cursor, end.get, [
          w.set(i32.load(cursor.get)),
          leaveLoopIf(i32.atLeast(w.get, limit.get)),
          w.set(i32.subtract(w.get, first.get)),
          at.set(i32.add(out.get, i32.shiftLeft(i32.shiftRight(w.get, i32.const(5)), i32.const(2)))),
          i32.store(at.get, i32.or(i32.load(at.get), i32.shiftLeft(i32.const(1), w.get))),
          cursor.increase(word),
        ]),
        i32.store(cursors.get, cursor.get),
        cursors.increase(word),
        ends.increase(word),
        out.increase(bytes.get),
      ]),
    ];
  },
);

/**
 * reachTable(list, lists, degree, windowOf, padding, bytes, out): a partition of any size that one row holds. Row j starts as the
 * `bytes` at `padding`, then gets the bits of the windows of the neurons in list j.
 */
const reachTable = (kind: ListKind) =>
  defineFunction(
    kernelName('reachTable', kind),
    ['i32', 'i32', 'i32', 'i32', 'i32', 'i32', 'i32'],
    ([list, lists, degree, windowOf, padding, bytes, out], local) => {
      const [j, end, at, w, rowEnd] = ['i32', 'i32', 'i32', 'i32', 'i32'].map(() => local('i32'));
      return [
        whileBelow(j, lists.get, [
          at.set(padding.get),
          w.set(out.get),
          rowEnd.set(i32.add(out.get, bytes.get)),
          whileBelow(w, rowEnd.get, [
            v128.store(w.get, v128.load(at.get)),
            at.increase(i32.const(16)),
            w.increase(i32.const(16)),
          ]),
          listEnd(kind, list, degree, end),
          whileBelow(list, end.get, [
            next(list, w),
            w.set(element(windowOf.get, w.get)),
            at.set(i32.add(out.get, i32.shiftLeft(i32.shiftRight(w.get, i32.const(5)), i32.const(2)))),
            i32.store(at.get, i32.or(i32.load(at.get), i32.shiftLeft(i32.const(1), w.get))),
          ]),
          out.set(rowEnd.get),
          j.increase(i32.const(1)),
        ]),
      ];
    },
  );

/**
 * unite8(list, lists, degree, seen, out): out[j] = OR of the 64-bit rows that list j names; a full row ends its list.
 */
const unite8 = (kind: ListKind) =>
  defineFunction(kernelName('unite8', kind), ['i32', 'i32', 'i32', 'i32', 'i32'], (parameters, local) => {
    const [list, lists, degree, seen, out] = parameters;
    const [stop, end, k] = [local('i32'), local('i32'), local('i32')];
    const reached = local('i64');
    return [
      stop.set(i32.add(out.get, i32.shiftLeft(lists.get, i32.const(3)))),
      whileBelow(out, stop.get, [
        reached.set(i64.const(0)),
        listEnd(kind, list, degree, end),
        whileBelow(list, end.get, [
          next(list, k),
          reached.set(i64.or(reached.get, i64.load(i32.add(seen.get, i32.shiftLeft(k.get, i32.const(3)))))),
          leaveLoopIf(i64.equal(reached.get, i64.const(-1))),
        ]),
        list.set(end.get),
        i64.store(out.get, reached.get),
        out.increase(i32.const(8)),
      ]),
    ];
  });

/**
 * unite16 … unite128(list, lists, degree, seen, out): the same for rows of 1, 2, 4 or 8 vectors, which stay in registers. Every
 * fourth list entry (of memory, not of the row: cheaper to see) a full row ends its list.
 */
function unite(bytes: number, kind: ListKind): FunctionCode {
  const shift = i32.const(Math.log2(bytes));
  return defineFunction(kernelName(`unite${bytes}`, kind), ['i32', 'i32', 'i32', 'i32', 'i32'], (parameters, local) => {
    const [list, lists, degree, seen, out] = parameters;
    const [stop, end, row] = [local('i32'), local('i32'), local('i32')];
    const reached = Array.from({ length: bytes / 16 }, () => local('v128'));
    const common = reached.map((each) => each.get).reduce((a, b) => v128.and(a, b));
    return [
      stop.set(i32.add(out.get, i32.shiftLeft(lists.get, shift))),
      whileBelow(out, stop.get, [
        reached.map((each) => each.set(v128.zero)),
        listEnd(kind, list, degree, end),
        whileBelow(list, end.get, [
          row.set(i32.add(seen.get, i32.shiftLeft(i32.load(list.get), shift))),
          list.increase(word),
          reached.map((each, i) => each.set(v128.or(each.get, v128.load(row.get, 16 * i)))),
          when(i32.eqz(i32.and(list.get, i32.const(15))), [
            when(i32.eqz(v128.anyTrue(v128.not(common))), list.set(end.get)),
          ]),
        ]),
        reached.map((each, i) => v128.store(out.get, each.get, 16 * i)),
        out.increase(i32.const(bytes)),
      ]),
    ];
  });
}

/** sumBits8(rows, out, padding, totals): totals[j] += set bits of the 64-bit row j − padding (a double). */
const sumBits8 = defineFunction('sumBits8', ['i32', 'i32', 'f64', 'i32'], ([rows, data, padding, totals], local) => {
  const stop = local('i32');
  return [
    stop.set(i32.add(data.get, i32.shiftLeft(rows.get, i32.const(3)))),
    whileBelow(data, stop.get, [
      f64.store(
        totals.get,
        f64.add(f64.add(f64.load(totals.get), padding.get), f64.fromI32(i64.toI32(i64.popcount(i64.load(data.get))))),
      ),
      data.increase(i32.const(8)),
      totals.increase(i32.const(8)),
    ]),
  ];
});

/** sumBits(rows, data, padding, totals, bytes): the same for rows of a multiple of 16 bytes. */
const sumBits = defineFunction(
  'sumBits',
  ['i32', 'i32', 'f64', 'i32', 'i32'],
  ([rows, data, padding, totals, bytes], local) => {
    const [j, end] = [local('i32'), local('i32')];
    const sums = local('v128');
    return [
      whileBelow(j, rows.get, [
        sums.set(v128.zero),
        end.set(i32.add(data.get, bytes.get)),
        whileBelow(data, end.get, [
          sums.set(i32x4.add(sums.get, i32x4.addPairs(i16x8.addPairs(i8x16.popcount(v128.load(data.get)))))),
          data.increase(i32.const(16)),
        ]),
        f64.store(totals.get, f64.add(f64.add(f64.load(totals.get), padding.get), f64.fromI32(horizontalSum(sums)))),
        totals.increase(i32.const(8)),
        j.increase(i32.const(1)),
      ]),
    ];
  },
);

export const bitKernels: readonly FunctionCode[] = [
  transpose,
  transposeUneven,
  ...listKinds.flatMap((kind) => [
    reachWords(kind),
    reachTable(kind),
    unite8(kind),
    ...bitRowBytes.slice(1).map((bytes) => unite(bytes, kind)),
  ]),
  reachRows,
  sumBits8,
  sumBits,
];
