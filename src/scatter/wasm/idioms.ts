import { type Code, i32, i32x4, type Local } from '../../base/wasm/assembler.ts';

/** Bytes of a list element. */
export const word = i32.const(4);

/** The number at `index` of a list of words. */
export const element = (base: Code, index: Code): Code => i32.load(i32.add(base, i32.shiftLeft(index, i32.const(2))));

/** Reads the number at `pointer` and moves on. */
export const next = (pointer: Local, into: Local): Code => [into.set(i32.load(pointer.get)), pointer.increase(word)];

/** Sum of the four lanes of 32 bits. */
export const horizontalSum = (vector: Local): Code =>
  [1, 2, 3].reduce<Code>((sum, lane) => i32.add(sum, i32x4.lane(vector.get, lane)), i32x4.lane(vector.get, 0));

/**
 * How a kernel finds the ends of neighbour lists, which follow each other in memory: all have `degree` numbers; or, in kernels whose
 * name ends in "Uneven", the parameter called degree is the address of a table with the address at which each list ends.
 */
export type ListKind = 'equal' | 'uneven';

export const listKinds: readonly ListKind[] = ['equal', 'uneven'];

export const kernelName = (name: string, kind: ListKind): string => (kind === 'equal' ? name : `${name}Uneven`);

/** Where the list that begins at `list` ends. */
export const listEnd = (kind: ListKind, list: Local, degree: Local, end: Local): Code =>
  kind === 'equal'
    ? end.set(i32.add(list.get, i32.shiftLeft(degree.get, i32.const(2))))
    : [end.set(i32.load(degree.get)), degree.increase(word)];
