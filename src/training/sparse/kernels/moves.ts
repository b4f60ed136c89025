import {
  type Code,
  defineFunction,
  type FunctionCode,
  f32x4,
  i32,
  type Local,
  v128,
} from '../../../base/wasm/assembler.ts';
import { loopBelow, ROW_BYTES, VECTOR_BYTES, vectorOffsets } from './arithmetic.ts';

/** Rows and columns of a 4 × 4 block exchanged, in eight shuffles. */
function exchanged([a, b, c, d]: readonly Local[], [p, q, r, s]: readonly Local[]): Code[] {
  const low: [number, number, number, number] = [0, 1, 4, 5];
  const high: [number, number, number, number] = [2, 3, 6, 7];
  const even: [number, number, number, number] = [0, 4, 1, 5];
  const odd: [number, number, number, number] = [2, 6, 3, 7];
  return [
    p.set(f32x4.shuffle(a.get, b.get, even)),
    q.set(f32x4.shuffle(c.get, d.get, even)),
    r.set(f32x4.shuffle(a.get, b.get, odd)),
    s.set(f32x4.shuffle(c.get, d.get, odd)),
    a.set(f32x4.shuffle(p.get, q.get, low)),
    b.set(f32x4.shuffle(p.get, q.get, high)),
    c.set(f32x4.shuffle(r.get, s.get, low)),
    d.set(f32x4.shuffle(r.get, s.get, high)),
  ];
}

/**
 * spread: a tile's examples, as they come from the dataset (16 rows of `stride` floats, a multiple of 4), become the first layer's rows,
 * the batch innermost.
 */
export function spreadKernel(examples: number, stride: number, out: number): FunctionCode {
  return defineFunction('spread', [], (_, local) => {
    const [feature, target] = [local('i32'), local('i32')];
    const block = Array.from({ length: 4 }, () => local('v128'));
    const scratch = Array.from({ length: 4 }, () => local('v128'));
    const rowOf = (group: number, i: number) => examples + 4 * stride * (4 * group + i);
    return loopBelow(feature, i32.const(4 * stride), [
      vectorOffsets.map((offset, group) => [
        block.map((each, i) => each.set(v128.load(feature.get, rowOf(group, i)))),
        exchanged(block, scratch),
        block.map((each, i) => v128.store(target.get, each.get, out + offset + ROW_BYTES * i)),
      ]),
      feature.increase(i32.const(VECTOR_BYTES)),
      target.increase(i32.const(4 * ROW_BYTES)),
    ]);
  });
}

/** A list of words made by looking each up: out[i] = the word that places[i] is the address of. */
export function gatherKernel(name: string, places: number, count: number, out: number): FunctionCode {
  return defineFunction(name, [], (_, local) => {
    const at = local('i32');
    return loopBelow(at, i32.const(4 * count), [
      i32.store(at.get, i32.load(i32.load(at.get, places)), out),
      at.increase(i32.const(4)),
    ]);
  });
}
