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
import type { EdgeLists } from '../layout.ts';
import { addLanes, laneSums, loopBelow, type MultiplyAdd, rowBytes, vectorOffsets } from './arithmetic.ts';

/**
 * A branch never taken (row addresses are multiples of 4) in which the sums would change. It keeps an optimiser that sinks
 * arithmetic below every load of a stretch (V8's, up to Node 20) from running out of registers: a third of the kernel's time.
 */
const fence = (row: Local, sums: readonly Local[], number: number): Code =>
  when(
    i32.equal(row.get, i32.const(2 * number + 1)),
    sums.map((sum) => sum.set(v128.zero)),
  );

/** sums[r] = the row at the address rows[r] · the delta, four lanes each, examples in ascending order. */
function dotProducts(
  rows: readonly Local[],
  sums: readonly Local[],
  deltas: readonly Local[],
  multiplyAdd: MultiplyAdd,
): Code {
  return deltas.map((delta, i) => [
    rows.map((row, r) => {
      const x = v128.load(row.get, vectorOffsets[i]);
      return sums[r].set(i === 0 ? f32x4.multiply(x, delta.get) : multiplyAdd(x, delta.get, sums[r].get));
    }),
    i === 1 && rows.length > 1 ? fence(rows[0], sums, i) : [],
  ]);
}

/**
 * Adds one tile's share to the gradients of one junction: gradients[e] += (the row that sources[e] is the address of) · (row j of
 * `delta`), biasGradients[j] += sum of row j of `delta`. Four edges of a row at a time, which share the row's delta.
 */
export function edgeGradients(
  name: string,
  { rows, ends, sources }: EdgeLists,
  delta: number,
  gradients: number,
  biasGradients: number,
  multiplyAdd: MultiplyAdd,
): FunctionCode {
  return defineFunction(name, [], (_, local) => {
    const [edge, last, fours, row, target] = Array.from({ length: 5 }, () => local('i32'));
    const inputs = Array.from({ length: 4 }, () => local('i32'));
    const sums = Array.from({ length: 4 }, () => local('v128'));
    const deltas = vectorOffsets.map(() => local('v128'));
    const [s, t] = [local('v128'), local('v128')];
    const [d0, d1, d2, d3] = deltas.map((each) => each.get);
    const read = (count: number) =>
      inputs.slice(0, count).map((input, i) => input.set(i32.load(edge.get, sources + 4 * i)));
    return loopBelow(row, i32.const(4 * rows), [
      last.set(i32.load(row.get, ends)),
      fours.set(i32.add(edge.get, i32.and(i32.subtract(last.get, edge.get), i32.const(-16)))),
      deltas.map((each, i) => each.set(v128.load(target.get, delta + vectorOffsets[i]))),
      loopBelow(edge, fours.get, [
        read(4),
        dotProducts(inputs, sums, deltas, multiplyAdd),
        v128.store(edge.get, f32x4.add(v128.load(edge.get, gradients), laneSums(sums, s, t)), gradients),
        edge.increase(i32.const(16)),
      ]),
      loopBelow(edge, last.get, [
        read(1),
        dotProducts(inputs.slice(0, 1), sums, deltas, multiplyAdd),
        addLanes(edge, gradients, sums[0]),
        edge.increase(i32.const(4)),
      ]),
      s.set(f32x4.add(f32x4.add(d0, d1), f32x4.add(d2, d3))),
      addLanes(row, biasGradients, s),
      target.increase(i32.const(rowBytes)),
      row.increase(i32.const(4)),
    ]);
  });
}
