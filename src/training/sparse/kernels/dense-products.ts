import { type Code, defineFunction, type FunctionCode, i32, v128 } from '../../../base/wasm/assembler.ts';
import { loopBelow, type MultiplyAdd, ROW_BYTES, vectorOffsets } from './arithmetic.ts';
import { type Finish, finished } from './products.ts';

/** A junction in which every row sums over the same `count` consecutive rows, forward or backward. */
export interface DenseLists {
  readonly rows: number;
  readonly count: number;
  /** address of the first row read */
  readonly input: number;
  /** address of `rows × count` floats */
  readonly weights: number;
}

/**
 * What `edgeProduct` gives, to the bit, for a dense junction: two rows at a time, which share what they read.
 * Parameters as of `edgeProduct`.
 */
export function denseProduct(
  name: string,
  { rows, count, input, weights }: DenseLists,
  bias: number | null,
  out: number,
  finish: Finish,
  multiplyAdd: MultiplyAdd,
): FunctionCode {
  return defineFunction(name, [], (_, local) => {
    const [source, edge, row, target] = Array.from({ length: 4 }, () => local('i32'));
    const sums = [0, 1].map(() => vectorOffsets.map(() => local('v128')));
    const values = vectorOffsets.map(() => local('v128'));
    const weight = local('v128');
    /** As many rows at once. */
    const block = (size: number): Code => [
      sums
        .slice(0, size)
        .map((own, r) => [
          weight.set(bias === null ? v128.zero : v128.load32Splat(row.get, bias + 4 * r)),
          own.map((sum) => sum.set(weight.get)),
        ]),
      source.set(i32.const(0)),
      loopBelow(source, i32.const(ROW_BYTES * count), [
        values.map((value, i) => value.set(v128.load(source.get, input + vectorOffsets[i]))),
        sums
          .slice(0, size)
          .map((own, r) => [
            weight.set(v128.load32Splat(edge.get, weights + 4 * count * r)),
            own.map((sum, i) => sum.set(multiplyAdd(values[i].get, weight.get, sum.get))),
          ]),
        edge.increase(i32.const(4)),
        source.increase(i32.const(ROW_BYTES)),
      ]),
      edge.increase(i32.const(4 * count * (size - 1))),
      sums.slice(0, size).map((own, r) =>
        own.map((sum, i) => {
          const place = out + ROW_BYTES * r + vectorOffsets[i];
          return v128.store(target.get, finished(finish, sum, target, place), place);
        }),
      ),
      target.increase(i32.const(ROW_BYTES * size)),
      row.increase(i32.const(4 * size)),
    ];
    const pairs = rows - (rows % 2);
    return [loopBelow(row, i32.const(4 * pairs), block(2)), rows > pairs ? block(1) : []];
  });
}
