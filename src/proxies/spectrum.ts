import { Random } from '../base/random.ts';
import { isExact, type JunctionSize } from '../pattern/architecture.ts';
import { gather, rowsOfLeft, rowsOfRight } from './adjacency.ts';
import { leadingTriplet } from './bidiagonal.ts';

/**
 * Lanczos by hand because a dense decomposition is too slow: ml-matrix takes 1.2 s at 400 × 400, and 0.02 s at 100 × 100.
 *
 * Singular values of one junction's 0/1 matrix A (definitions: λ1 = √(fi·fo) where degrees are exact, Ramanujan if λ2 ≤ √(fi−1) + √(fo−1)). */
export interface JunctionSpectrum {
  readonly lambda1: number;
  readonly lambda2: number;
  /** λ1 − λ2 */
  readonly gap: number;
  /** λ2 − √(fi−1) − √(fo−1), fo the mean where degrees are balanced; at most 0: Ramanujan */
  readonly deficit: number;
  /** a singular value lies within this of `lambda2` */
  readonly error: number;
  /** Lanczos steps taken */
  readonly steps: number;
  /** the error met the tolerance, or the space was used up */
  readonly converged: boolean;
}

export interface SpectrumOptions {
  /** wanted error, relative to λ1. Default 1e-9 */
  readonly tolerance?: number;
  /** default 1000 */
  readonly mostSteps?: number;
  /** of the start vector. Default 1 */
  readonly seed?: number;
}

/** Entries below this, relative to λ1, are round-off. */
const NEGLIGIBLE = 1e-13;
const CHECK_EVERY = 8;

const dot = (x: Float64Array, y: Float64Array) => {
  let sum = 0;
  for (let i = 0; i < x.length; i++) sum += x[i] * y[i];
  return sum;
};

const addScaled = (x: Float64Array, factor: number, y: Float64Array) => {
  for (let i = 0; i < x.length; i++) x[i] += factor * y[i];
};

const scale = (x: Float64Array, factor: number) => {
  for (let i = 0; i < x.length; i++) x[i] *= factor;
};

/** The left singular vector that is taken out: equal numbers where degrees are exact, else a unit vector; or none. */
type Taken = 'ones' | Float64Array | null;

function takeOut(x: Float64Array, taken: Taken): void {
  if (taken === 'ones') {
    // Summed in order, not by simple-statistics: λ2 ranks candidates, so a stored study must find the same bits again.
    const mean = x.reduce((sum, value) => sum + value, 0) / x.length;
    for (let i = 0; i < x.length; i++) x[i] -= mean;
  } else if (taken !== null) addScaled(x, -dot(taken, x), taken);
}

/** Takes out of x what lies along `taken` and `basis`; twice where the first pass left little, which is then mostly round-off. */
function orthogonalise(x: Float64Array, basis: readonly Float64Array[], taken: Taken): number {
  let before = Math.sqrt(dot(x, x));
  for (;;) {
    takeOut(x, taken);
    for (const vector of basis) addScaled(x, -dot(vector, x), vector);
    const after = Math.sqrt(dot(x, x));
    if (!(after <= 0.7 * before) || after === 0) return after;
    before = after;
  }
}

/** A and its transpose as maps between the smaller layer (where the basis is kept) and the larger. */
function operators(sources: Uint32Array, size: JunctionSize) {
  const [right, left] = [rowsOfRight(sources, size), rowsOfLeft(sources, size)];
  return size.right <= size.left ? { near: right, far: left } : { near: left, far: right };
}

interface LeadingValue {
  readonly value: number;
  /** its unit vector on the smaller layer; null where there is no such direction */
  readonly vector: Float64Array | null;
  readonly error: number;
  readonly steps: number;
  readonly converged: boolean;
}

/** Σ factors[k]·basis[k], to unit length. */
function combined(basis: readonly Float64Array[], factors: Float64Array): Float64Array {
  const sum = new Float64Array(basis[0].length);
  for (const [k, vector] of basis.entries()) addScaled(sum, factors[k], vector);
  scale(sum, 1 / Math.sqrt(dot(sum, sum)));
  return sum;
}

/**
 * Largest singular value of A off the vector that is taken out (with which goes its partner on the other side), by Golub–Kahan–Lanczos bidiagonalisation:
 * Aᵀu_k = a_k v_k + b_{k−1} v_{k−1}, A v_k = a_k u_k + b_k u_{k+1}, the u_k kept orthogonal to that vector and to each other (Simon & Zha
 * 2000: one side is enough). With σ, q of the projected bidiagonal matrix, a singular value lies within b_k·|q_k| of σ.
 */
function lanczos(
  { near, far }: ReturnType<typeof operators>,
  size: JunctionSize,
  options: Omit<Required<SpectrumOptions>, 'seed'>,
  taken: Taken,
  random: Random,
): LeadingValue {
  const lambda1 = Math.sqrt(size.fanIn * size.fanOut);
  let u = Float64Array.from({ length: near.neurons }, () => random.normal());
  const length = orthogonalise(u, [], taken);
  const dimension = near.neurons - (taken === null ? 0 : 1);
  if (dimension === 0 || length === 0) return { value: 0, vector: null, error: 0, steps: 0, converged: true };
  scale(u, 1 / length);
  let v = new Float64Array(far.neurons);
  let next = new Float64Array(far.neurons);
  const basis: Float64Array[] = [];
  const [diagonal, below]: [number[], number[]] = [[], []];
  for (;;) {
    basis.push(u);
    gather(far, u, next);
    if (below.length > 0) addScaled(next, -below[below.length - 1], v);
    [v, next] = [next, v];
    const a = Math.sqrt(dot(v, v));
    diagonal.push(a);
    const exhausted = a <= NEGLIGIBLE * lambda1;
    if (!exhausted) scale(v, 1 / a);
    u = new Float64Array(near.neurons);
    if (!exhausted) gather(near, v, u);
    const b = exhausted ? 0 : orthogonalise(u, basis, taken);
    const steps = basis.length;
    const closed = exhausted || b <= NEGLIGIBLE * lambda1 || steps === dimension;
    if (closed || steps % CHECK_EVERY === 0 || steps >= options.mostSteps) {
      if (steps === 1 && exhausted)
        return { value: 0, vector: null, error: NEGLIGIBLE * lambda1, steps, converged: true };
      const { value, last, left } = leadingTriplet(diagonal, below);
      const error = (closed ? 0 : b * last) + NEGLIGIBLE * lambda1;
      const converged = closed || error <= options.tolerance * lambda1;
      if (converged || steps >= options.mostSteps) {
        return { value, vector: combined(basis, left), error, steps, converged };
      }
    }
    scale(u, 1 / b);
    below.push(b);
  }
}

/**
 * λ1 and λ2 of one junction on its edge list. Where degrees are exact the pair of ones vectors has λ1 = √(fi·fo), and is taken out.
 * Where they are balanced λ1 (a little more than that of the mean degrees) and its vector are computed first, in the same way, and
 * the vector is taken out (from another start, in which all is left that has λ1 too); if it is off by a residual ρ, λ2 is too large by min(ρ²/gap, gap) ≤ ρ at most, which `error` holds.
 * @param sources right-major, `right × fanIn`
 * Errors: `error` bounds the distance to *a* singular value; that it is the second largest holds except for unlucky random starts:
 * λ2² is underestimated by a share ε with probability at most 1.648·√n·exp(−√ε·(2·steps − 1)) (Kuczyński & Woźniakowski 1992,
 * doi 10.1137/0613066). A λ2 that occurs many times costs nothing extra.
 * Cost: per step 2 additions per edge and 2·n·steps multiply-adds, n = min(left, right); steps × n doubles.
 */
export function junctionSpectrum(
  sources: Uint32Array,
  size: JunctionSize,
  options: SpectrumOptions = {},
): JunctionSpectrum {
  const { tolerance = 1e-9, mostSteps = 1000, seed = 1 } = options;
  const limits = { tolerance, mostSteps };
  const random = Random.fromSeed(seed);
  const sides = operators(sources, size);
  const first = isExact(size) ? null : lanczos(sides, size, limits, null, random.fork(1));
  const lambda1 = first?.value ?? Math.sqrt(size.fanIn * size.fanOut);
  const estimate = lanczos(sides, size, limits, first === null ? 'ones' : first.vector, random);
  const lambda2 = Math.min(lambda1, estimate.value <= 2 * NEGLIGIBLE * lambda1 ? 0 : estimate.value);
  return {
    lambda1,
    lambda2,
    gap: lambda1 - lambda2,
    deficit: lambda2 - Math.sqrt(size.fanIn - 1) - Math.sqrt(size.fanOut - 1),
    error: estimate.error + (first?.error ?? 0),
    steps: estimate.steps + (first?.steps ?? 0),
    converged: estimate.converged && (first?.converged ?? true),
  };
}
