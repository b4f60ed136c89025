import { SOBOL_DIMENSIONS, sobolDirections } from './sequence.ts';

/** The first `bits` digits of a coordinate as sums over the digits of the point's number: one row a digit, column k in bit k. */
function digitRows(dimension: number, bits: number): Int32Array {
  const numbers = sobolDirections(dimension);
  return Int32Array.from({ length: bits }, (_, row) => {
    let digits = 0;
    for (let k = 0; k < bits; k++) digits |= ((numbers[k] >>> (31 - row)) & 1) << k;
    return digits;
  });
}

/** Whether the rows are linearly independent over GF(2). */
function independent(rows: Iterable<number>): boolean {
  const pivots = new Int32Array(32);
  for (const row of rows) {
    let rest = row;
    while (rest !== 0) {
      const lead = 31 - Math.clz32(rest);
      if (pivots[lead] === 0) {
        pivots[lead] = rest;
        break;
      }
      rest ^= pivots[lead];
    }
    if (rest === 0) return false;
  }
  return true;
}

/**
 * The quality parameter t of the first 2^bits points in two dimensions: the least t for which every interval of 2^−a × 2^−b,
 * a + b = bits − t, holds 2^t of them (a (t, bits, 2)-net; Niederreiter 1987). With t = 0 layers of 2^a and 2^b neurons get no
 * double edge, and windows are reached evenly.
 */
export function netQuality(first: number, second: number, bits: number): number {
  const [one, other] = [digitRows(first, bits), digitRows(second, bits)];
  const even = (digits: number) => {
    for (let a = 0; a <= digits; a++) {
      if (!independent([...one.subarray(0, a), ...other.subarray(0, digits - a)])) return false;
    }
    return true;
  };
  let digits = bits;
  while (!even(digits)) digits--;
  return bits - digits;
}

const tables = new Map<number, readonly Uint8Array[]>();

/** `netQuality` of all pairs: `table[first][second]`, dimensions from 1; of a dimension with itself, `bits`. */
export function netQualities(bits: number): readonly Uint8Array[] {
  const known = tables.get(bits);
  if (known !== undefined) return known;
  const table = Array.from({ length: SOBOL_DIMENSIONS + 1 }, () => new Uint8Array(SOBOL_DIMENSIONS + 1).fill(bits));
  for (let first = 1; first <= SOBOL_DIMENSIONS; first++) {
    for (let second = 1; second < first; second++) {
      table[first][second] = netQuality(first, second, bits);
      table[second][first] = table[first][second];
    }
  }
  tables.set(bits, table);
  return table;
}
