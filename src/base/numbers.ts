import type { Random } from './random.ts';

/** Numbers of the size of 1 that are closer than this are equal: scores, bounds, accuracies and correlations differ by more. */
export const ROUNDING = 1e-12;

/** 1 for none; of whole numbers exact below 2^53. */
export const product = (values: readonly number[]): number => values.reduce((a, b) => a * b, 1);

/** 0, 1, …, length − 1 */
export const range = (length: number): Uint32Array<ArrayBuffer> => Uint32Array.from({ length }, (_, index) => index);

/** The same numbers in random order. */
export const shuffledRange = (length: number, random: Random): Uint32Array<ArrayBuffer> =>
  random.shuffle(range(length));
