import type { Random } from '../../src/base/random.ts';

/**
 * A product of finite fields with `order` elements 0 … order − 1 (one field per prime that divides the order). The difference of two
 * elements can be divided by iff they differ in every field.
 */
export interface FiniteRing {
  readonly order: number;
  readonly fields: readonly FiniteField[];
}

/** Polynomials over the integers modulo `prime`, modulo an irreducible one of degree `degree`; coefficients are base-p digits. */
interface FiniteField {
  readonly prime: number;
  readonly degree: number;
  readonly order: number;
  /** x^degree, reduced: `degree` coefficients, lowest first */
  readonly overflow: readonly number[];
}

function primePowers(order: number): [prime: number, degree: number][] {
  const result: [number, number][] = [];
  let rest = order;
  for (let prime = 2; rest > 1; prime++) {
    if (prime * prime > rest) prime = rest;
    let degree = 0;
    for (; rest % prime === 0; rest /= prime) degree++;
    if (degree > 0) result.push([prime, degree]);
  }
  return result;
}

/** Digits of a number, lowest first. */
function digits(value: number, base: number, count: number): number[] {
  const result = new Array<number>(count);
  let rest = value;
  for (let i = 0; i < count; i++) {
    result[i] = rest % base;
    rest = Math.floor(rest / base);
  }
  return result;
}

/** Whether a monic polynomial (coefficients, lowest first) divides another, modulo a prime. */
function divides(divisor: readonly number[], polynomial: readonly number[], prime: number): boolean {
  const rest = [...polynomial];
  for (let top = rest.length - 1; top >= divisor.length - 1; top--) {
    const factor = rest[top];
    const shift = top - divisor.length + 1;
    divisor.forEach((coefficient, i) => {
      rest[shift + i] = (rest[shift + i] + (prime - coefficient) * factor) % prime;
    });
  }
  return rest.every((coefficient) => coefficient === 0);
}

const monic = (lower: number, prime: number, degree: number) => [...digits(lower, prime, degree), 1];

/** Irreducible: no monic polynomial of up to half its degree divides it. */
function isIrreducible(polynomial: readonly number[], prime: number): boolean {
  const degree = polynomial.length - 1;
  for (let d = 1; 2 * d <= degree; d++) {
    for (let lower = 0; lower < prime ** d; lower++) {
      if (divides(monic(lower, prime, d), polynomial, prime)) return false;
    }
  }
  return true;
}

/** Irreducible polynomials of every degree exist, so the search ends. */
function finiteField(prime: number, degree: number): FiniteField {
  let lower = 0;
  while (!isIrreducible(monic(lower, prime, degree), prime)) lower++;
  const overflow = digits(lower, prime, degree).map((coefficient) => (prime - coefficient) % prime);
  return { prime, degree, order: prime ** degree, overflow };
}

/** The fields do not depend on anything random; made once per order. */
const rings = new Map<number, FiniteRing>();

export function finiteRing(order: number): FiniteRing {
  const known = rings.get(order);
  if (known !== undefined) return known;
  const ring = { order, fields: primePowers(order).map(([prime, degree]) => finiteField(prime, degree)) };
  rings.set(order, ring);
  return ring;
}

function timesInField({ prime, degree, overflow }: FiniteField, a: number, b: number): number {
  const factors = digits(a, prime, degree);
  let shifted = digits(b, prime, degree);
  const sum = new Array<number>(degree).fill(0);
  for (const factor of factors) {
    for (let i = 0; i < degree; i++) sum[i] = (sum[i] + factor * shifted[i]) % prime;
    const top = shifted[degree - 1];
    shifted = shifted.map((_, i) => ((i === 0 ? 0 : shifted[i - 1]) + top * overflow[i]) % prime);
  }
  return sum.reduceRight((value, digit) => value * prime + digit, 0);
}

/** a + b */
export function add(ring: FiniteRing, a: number, b: number): number {
  let sum = 0;
  let unit = 1;
  let [restA, restB] = [a, b];
  for (const { prime, degree } of ring.fields) {
    for (let i = 0; i < degree; i++) {
      sum += (((restA % prime) + (restB % prime)) % prime) * unit;
      restA = Math.floor(restA / prime);
      restB = Math.floor(restB / prime);
      unit *= prime;
    }
  }
  return sum;
}

/** a · b */
export function multiply(ring: FiniteRing, a: number, b: number): number {
  let product = 0;
  let unit = 1;
  let [restA, restB] = [a, b];
  for (const field of ring.fields) {
    product += timesInField(field, restA % field.order, restB % field.order) * unit;
    restA = Math.floor(restA / field.order);
    restB = Math.floor(restB / field.order);
    unit *= field.order;
  }
  return product;
}

/** Elements of a field that two parties choose from; more would not make neighbourhoods any more distinct. */
const CHOICES = 8;

function someElements(order: number, random: Random): number[] {
  const chosen = new Set<number>();
  while (chosen.size < Math.min(order, CHOICES)) chosen.add(random.below(order));
  return random.shuffle([...chosen]);
}

/** `count` of the elements in turn, in random order. */
function dealt(elements: readonly number[], count: number, random: Random): number[] {
  return random.shuffle(Array.from({ length: count }, (_, i) => elements[i % elements.length]));
}

/**
 * Two lists of multipliers such that each of the first differs from each of the second in every field: z ↦ (α − β)·z is then a
 * permutation of the ring. Within a list multipliers vary as much as that allows.
 */
export function disjointMultipliers(
  ring: FiniteRing,
  firstCount: number,
  secondCount: number,
  random: Random,
): { first: number[]; second: number[] } {
  const first = new Array<number>(firstCount).fill(0);
  const second = new Array<number>(secondCount).fill(0);
  let unit = 1;
  for (const { order } of ring.fields) {
    const elements = someElements(order, random);
    const half = Math.ceil(elements.length / 2);
    const parts = [elements.slice(0, half), elements.slice(half)];
    const turn = random.below(2);
    dealt(parts[turn], firstCount, random).forEach((element, i) => {
      first[i] += element * unit;
    });
    dealt(parts[1 - turn], secondCount, random).forEach((element, i) => {
      second[i] += element * unit;
    });
    unit *= order;
  }
  return { first, second };
}
