import {
  type Code,
  defineFunction,
  type FunctionCode,
  f32x4,
  i32,
  type Local,
  v128,
} from '../../../base/wasm/assembler.ts';
import type { EdgeLists } from '../layout.ts';
import { loopBelow, type MultiplyAdd, ROW_BYTES, vectorOffsets } from './arithmetic.ts';

/** What becomes of a row's sums: as they are; max(0, ·); or 0 where the row that they replace is not above 0. */
export type Finish = 'linear' | 'relu' | 'mask';

/** What is stored for a sum. @param place beside `target`, of what is replaced */
export function finished(finish: Finish, sum: Local, target: Local, place: number): Code {
  if (finish === 'linear') return sum.get;
  if (finish === 'relu') return f32x4.pseudoMax(sum.get, v128.zero);
  return v128.and(sum.get, f32x4.above(v128.load(target.get, place), v128.zero));
}

/**
 * One junction, forward or backward, for one tile of the batch: row j of `out` becomes bias[j] + Σ weights[e] · (the row that
 * sources[e] is the address of) over its edges e, summed in the order of the edges. Addresses are part of the code.
 * @param bias address of a float a row; null for 0
 * @param out address of the rows written; with 'mask', of the activations whose gradient replaces them
 * Cost: one load, one product and one sum per four examples and edge; 16 examples stay in registers.
 */
export function edgeProduct(
  name: string,
  { rows, ends, sources, weights }: EdgeLists,
  bias: number | null,
  out: number,
  finish: Finish,
  multiplyAdd: MultiplyAdd,
): FunctionCode {
  return defineFunction(name, [], (_, local) => {
    const [edge, last, row, source, target] = Array.from({ length: 5 }, () => local('i32'));
    const sums = vectorOffsets.map(() => local('v128'));
    const weight = local('v128');
    return loopBelow(row, i32.const(4 * rows), [
      last.set(i32.load(row.get, ends)),
      weight.set(bias === null ? v128.zero : v128.load32Splat(row.get, bias)),
      sums.map((sum) => sum.set(weight.get)),
      loopBelow(edge, last.get, [
        source.set(i32.load(edge.get, sources)),
        weight.set(v128.load32Splat(edge.get, weights)),
        edge.increase(i32.const(4)),
        sums.map((sum, i) => sum.set(multiplyAdd(v128.load(source.get, vectorOffsets[i]), weight.get, sum.get))),
      ]),
      sums.map((sum, i) =>
        v128.store(target.get, finished(finish, sum, target, out + vectorOffsets[i]), out + vectorOffsets[i]),
      ),
      target.increase(i32.const(ROW_BYTES)),
      row.increase(i32.const(4)),
    ]);
  });
}
