import { InvalidValueError } from '../base/caller-errors.ts';
import type { Random } from '../base/random.ts';

/**
 * Arithmetic modulo the Mersenne prime p = 2³¹ − 1 on doubles: since 2³¹ ≡ 1, a number below 2⁵³ is reduced by adding its upper
 * bits to its lower ones. Residues are whole numbers from 0 to p − 1.
 */
export const PRIME = 2147483647;

const TWO_31 = 2147483648;
const HALF = 65536;

/** x mod p. @param x whole, from 0 to 2⁵³ − 1 */
export function reduce(x: number): number {
  const high = Math.floor(x / TWO_31);
  const folded = high + (x - high * TWO_31);
  return folded >= PRIME ? folded - PRIME : folded;
}

/** a·b mod p, by halves of a: no product passes 2⁴⁸. */
export function multiplyResidues(a: number, b: number): number {
  const high = Math.floor(a / HALF);
  const low = a - high * HALF;
  return reduce(reduce(high * b) * HALF + low * b);
}

/** 1/a mod p, by Fermat: a^(p−2). @throws RangeError for 0 */
export function invert(a: number): number {
  if (a === 0) throw new InvalidValueError('the inverse of 0 does not exist; expected a residue from 1');
  let result = 1;
  let power = a;
  for (let bits = PRIME - 2; bits > 0; bits = Math.floor(bits / 2)) {
    if (bits % 2 === 1) result = multiplyResidues(result, power);
    power = multiplyResidues(power, power);
  }
  return result;
}

/** Terms whose sum stays below 2⁵³ with a residue beside it: each is below 2³¹·2¹⁶. */
const TERMS = 60;

/**
 * Σ x[i]·y[start ± i] mod p over i = 0 … count − 1.
 * @param step 1, or −1 to read y backwards from `start`
 * Cost: two multiplications a term; reduced once in 60 terms.
 */
export function dotProduct(x: Float64Array, y: Float64Array, count: number, start = 0, step = 1): number {
  let high = 0;
  let low = 0;
  for (let i = 0; i < count; ) {
    for (const end = Math.min(count, i + TERMS); i < end; i++) {
      const upper = Math.floor(x[i] / HALF);
      const other = y[start + step * i];
      high += upper * other;
      low += (x[i] - upper * HALF) * other;
    }
    high = reduce(high);
    low = reduce(low);
  }
  return reduce(high * HALF + low);
}

/** Uniform in 1 … p − 1. */
export const randomResidue = (random: Random): number => 1 + random.below(PRIME - 1);
