import { InvalidValueError } from './caller-errors.ts';

/**
 * A generator of our own because no library's can be forked by numbers: that is how the threads of a study draw independently.
 *
 * The project's only source of randomness: xoshiro128** (Blackman & Vigna 2018), seeded by a number and forked by numbers.
 *
 * A fork depends on the seed and the numbers it was forked by, never on how much was drawn before: `random.fork(3)` is the
 * same stream wherever and whenever it is made. That is what makes a study the same on one thread and on sixty-four.
 */

const GOLDEN = 0x9e3779b9;
const TWO_32 = 4294967296;

/** Finaliser of MurmurHash3: every input bit reaches every output bit. */
function mix(word: number): number {
  let h = word;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

type Key = readonly [number, number, number, number];

function absorb(key: Key, word: number): Key {
  const a = mix(key[0] ^ mix(word + GOLDEN));
  const b = mix(key[1] ^ mix(word + Math.imul(GOLDEN, 2)) ^ a);
  const c = mix(key[2] ^ mix(word + Math.imul(GOLDEN, 3)) ^ b);
  const d = mix(key[3] ^ mix(word + Math.imul(GOLDEN, 4)) ^ c);
  return [mix(a ^ d), b, c, d];
}

function absorbNumber(key: Key, value: number): Key {
  if (!Number.isSafeInteger(value) || value < 0) {
    throw new InvalidValueError(`a seed must be a whole number from 0 to 2^53 − 1; got ${value}`);
  }
  return absorb(absorb(key, (value % TWO_32) | 0), Math.floor(value / TWO_32) | 0);
}

/**
 * Natural logarithm by arithmetic alone, so that normal numbers are bit-equal on every machine and Node version
 * (`Math.log` is left to the platform). |error| < 5e-16 relative for the (0, 1] it is used on.
 * @throws RangeError unless x is above 0 and finite
 */
export function portableLog(x: number): number {
  if (!(x > 0 && x < Infinity)) throw new InvalidValueError(`a logarithm needs a finite number above 0; got ${x}`);
  let exponent = 0;
  let m = x;
  while (m < Math.SQRT1_2) {
    m *= 2;
    exponent -= 1;
  }
  while (m > Math.SQRT2) {
    m /= 2;
    exponent += 1;
  }
  const s = (m - 1) / (m + 1);
  const square = s * s;
  let sum = 0;
  for (let k = 21; k >= 1; k -= 2) sum = sum * square + 1 / k;
  return exponent * Math.LN2 + 2 * s * sum;
}

/** Seeded random numbers: the same seed gives the same ones on every machine. */
export class Random {
  readonly #key: Key;
  #a: number;
  #b: number;
  #c: number;
  #d: number;
  #spare: number | null = null;

  private constructor(key: Key) {
    this.#key = key;
    [this.#a, this.#b, this.#c, this.#d] = key;
    if ((this.#a | this.#b | this.#c | this.#d) === 0) this.#a = 1;
  }

  /** @param seed whole number from 0 to 2^53 − 1 */
  static fromSeed(seed: number): Random {
    return new Random(absorbNumber([0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344], seed));
  }

  /** An independent stream named by `numbers` (whole, from 0), the same however much this one has drawn. */
  fork(...numbers: readonly number[]): Random {
    return new Random(numbers.reduce(absorbNumber, absorb(this.#key, 0x5bd1e995)));
  }

  /** Uniform in 0 … 2^32 − 1. */
  uint32(): number {
    const scrambled = Math.imul(this.#b, 5);
    const result = Math.imul((scrambled << 7) | (scrambled >>> 25), 9);
    const t = this.#b << 9;
    this.#c ^= this.#a;
    this.#d ^= this.#b;
    this.#b ^= this.#c;
    this.#a ^= this.#d;
    this.#c ^= t;
    this.#d = (this.#d << 11) | (this.#d >>> 21);
    return result >>> 0;
  }

  /** Uniform in 0 … bound − 1, without bias. @param bound whole number from 1 to 2^32 */
  below(bound: number): number {
    if (!(Number.isInteger(bound) && bound >= 1 && bound <= TWO_32)) {
      throw new InvalidValueError(`a bound must be a whole number from 1 to 2^32; got ${bound}`);
    }
    for (;;) {
      const draw = this.uint32();
      const remainder = draw % bound;
      // draws above the last whole multiple of the bound would favour small remainders
      if (draw - remainder <= TWO_32 - bound) return remainder;
    }
  }

  /** Uniform in [0, 1), 53 bits. */
  float(): number {
    return ((this.uint32() >>> 5) * 67108864 + (this.uint32() >>> 6)) / 9007199254740992;
  }

  /** Standard normal (Marsaglia's polar method). */
  normal(): number {
    if (this.#spare !== null) {
      const spare = this.#spare;
      this.#spare = null;
      return spare;
    }
    for (;;) {
      const u = 2 * this.float() - 1;
      const v = 2 * this.float() - 1;
      const s = u * u + v * v;
      if (s > 0 && s < 1) {
        const scale = Math.sqrt((-2 * portableLog(s)) / s);
        this.#spare = v * scale;
        return u * scale;
      }
    }
  }

  /** Fisher–Yates, in place; returns its argument. */
  shuffle<T extends Uint8Array | Uint16Array | Uint32Array | Int32Array | Float32Array | unknown[]>(items: T): T {
    for (let i = items.length - 1; i > 0; i--) {
      const j = this.below(i + 1);
      const held = items[i];
      items[i] = items[j] as never;
      items[j] = held as never;
    }
    return items;
  }
}
