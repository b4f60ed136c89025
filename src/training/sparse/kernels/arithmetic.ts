import { type Code, f32x4, i32, type Local, repeatBelow, v128, when } from '../../../base/wasm/assembler.ts';

/** Examples that are worked on at once, the batch innermost: a row of a tile is one cache line. */
export const TILE_WIDTH = 16;
/** Bytes of one neuron's row of a tile, and of one vector. */
export const ROW_BYTES = 4 * TILE_WIDTH;
export const VECTOR_BYTES = 16;
/** Places of a row's vectors. */
export const vectorOffsets: readonly number[] = [0, 16, 32, 48];

/** a·b + c: two roundings in the default, the same on every machine; one or two in fast math, as the processor likes. */
export type MultiplyAdd = (a: Code, b: Code, c: Code) => Code;

export const exactMultiplyAdd: MultiplyAdd = (a, b, c) => f32x4.add(f32x4.multiply(a, b), c);
export const relaxedMultiplyAdd: MultiplyAdd = f32x4.relaxedMultiplyAdd;

/** The body for as long as the pointer, which it moves, has not come to the end. */
export const loopBelow = (pointer: Local, end: Code, body: Code): Code =>
  when(i32.below(pointer.get, end), repeatBelow(pointer, end, body));

/** x, but 0 where |x| is below the limit: such small numbers take some processors a hundred times as long as normal ones. NaN stays. */
export const flushed = (x: Local, limit: number): Code =>
  v128.andNot(x.get, f32x4.below(f32x4.absolute(x.get), f32x4.const(limit)));
