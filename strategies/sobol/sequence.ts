import { InvalidValueError } from '../../src/base/caller-errors.ts';

/**
 * The Sobol' sequence (Sobol' 1967), dimensions 1 to 16. Primitive polynomials and initial numbers are those of Joe & Kuo 2008
 * (*Constructing Sobol sequences with better two-dimensional projections*, SIAM J. Sci. Comput. 30, table new-joe-kuo-6).
 */

interface Generator {
  /** of the primitive polynomial x^s + a_1·x^(s−1) + … + a_{s−1}·x + 1 */
  readonly degree: number;
  /** a_1 … a_{s−1} as a binary number */
  readonly coefficients: number;
  /** m_1 … m_s, odd, m_k < 2^k */
  readonly initial: readonly number[];
}

const generator = (degree: number, coefficients: number, ...initial: number[]): Generator => ({
  degree,
  coefficients,
  initial,
});

/** Of dimensions 2, 3, …; the first dimension is van der Corput's. */
const generators: readonly Generator[] = [
  generator(1, 0, 1),
  generator(2, 1, 1, 3),
  generator(3, 1, 1, 3, 1),
  generator(3, 2, 1, 1, 1),
  generator(4, 1, 1, 1, 3, 3),
  generator(4, 4, 1, 3, 5, 13),
  generator(5, 2, 1, 1, 5, 5, 17),
  generator(5, 4, 1, 1, 5, 5, 5),
  generator(5, 7, 1, 1, 7, 11, 19),
  generator(5, 11, 1, 1, 5, 1, 1),
  generator(5, 13, 1, 1, 1, 3, 11),
  generator(5, 14, 1, 3, 5, 5, 31),
  generator(6, 1, 1, 3, 3, 9, 7, 49),
  generator(6, 13, 1, 1, 1, 15, 21, 21),
  generator(6, 16, 1, 3, 1, 13, 27, 49),
];

/** Dimensions that there are, numbered from 1. */
export const SOBOL_DIMENSIONS: number = generators.length + 1;

const BITS = 32;

/**
 * Direction numbers as 32-bit fractions: v_k = m_k/2^k with, beyond the initial ones,
 * m_k = m_{k−s} ⊕ 2^s·m_{k−s} ⊕ Σ_i 2^i·a_i·m_{k−i}.
 * @param dimension from 1 to SOBOL_DIMENSIONS
 * @throws RangeError for another dimension
 */
export function sobolDirections(dimension: number): Uint32Array {
  if (!(Number.isInteger(dimension) && dimension >= 1 && dimension <= SOBOL_DIMENSIONS)) {
    throw new InvalidValueError(`expected a dimension from 1 to ${SOBOL_DIMENSIONS}; got ${dimension}`);
  }
  const numbers = new Uint32Array(BITS);
  if (dimension === 1) return numbers.map((_, k) => 2 ** (BITS - 1 - k));
  const { degree, coefficients, initial } = generators[dimension - 2];
  for (let k = 0; k < BITS; k++) {
    if (k < degree) {
      numbers[k] = initial[k] * 2 ** (BITS - 1 - k);
      continue;
    }
    let number = numbers[k - degree] ^ (numbers[k - degree] >>> degree);
    for (let i = 1; i < degree; i++) if ((coefficients >> (degree - 1 - i)) & 1) number ^= numbers[k - i];
    numbers[k] = number;
  }
  return numbers;
}

/**
 * Coordinates x(0) … x(count − 1) of one dimension, as 32-bit fractions, in the sequence's own (not Gray code) order. Of any 2^m
 * points from a multiple of 2^m on, every interval [i/2^m, (i+1)/2^m) holds one.
 * @param dimension from 1 to SOBOL_DIMENSIONS
 * @throws RangeError for another dimension
 */
export function sobolCoordinates(dimension: number, count: number): Uint32Array {
  const numbers = sobolDirections(dimension);
  const points = new Uint32Array(count);
  for (let p = 1; p < count; p++) points[p] = points[p & (p - 1)] ^ numbers[31 - Math.clz32(p & -p)];
  return points;
}
