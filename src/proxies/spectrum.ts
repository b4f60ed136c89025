import { Random } from '../base/random.ts';
import type { JunctionSize } from '../pattern/architecture.ts';
import { gather, targetsOf } from './adjacency.ts';
import { leadingTriplet } from './bidiagonal.ts';

/**
 * Lanczos by hand because a dense decomposition is too slow: ml-matrix takes 1.2 s at 400 × 400, and 0.02 s at 100 × 100.
 *
 * Singular values of one junction's 0/1 matrix A (definitions: λ1 = √(fi·fo), Ramanujan if λ2 ≤ √(fi−1) + √(fo−1)). */
export interface JunctionSpectrum {
  readonly lambda1: number;
  readonly lambda2: number;
  /** λ1 − λ2 */
  readonly gap: number;
  /** λ2 − √(fi−1) − √(fo−1); at most 0: Ramanujan */
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

/** Takes out of x what lies along ones and along `basis`; twice where the first pass left little, which is then mostly round-off. */
function orthogonalise(x: Float64Array, basis: readonly Float64Array[]): number {
  let before = Math.sqrt(dot(x, x));
  for (;;) {
    // Summed in order, not by simple-statistics: λ2 ranks candidates, so a stored study must find the same bits again.
    const mean = x.reduce((sum, value) => sum + value, 0) / x.length;
    for (let i = 0; i < x.length; i++) x[i] -= mean;
    for (const vector of basis) addScaled(x, -dot(vector, x), vector);
    const after = Math.sqrt(dot(x, x));
    if (!(after <= 0.7 * before) || after === 0) return after;
    before = after;
  }
}

/** A and its transpose as maps between the smaller layer (where the basis is kept) and the larger. */
function operators(sources: Uint32Array, size: JunctionSize) {
  const targets = targetsOf(sources, size);
  const [near, far] =
    size.right <= size.left
      ? [
          { neurons: size.right, table: sources, degree: size.fanIn },
          { neurons: size.left, table: targets, degree: size.fanOut },
        ]
      : [
          { neurons: size.left, table: targets, degree: size.fanOut },
          { neurons: size.right, table: sources, degree: size.fanIn },
        ];
  return { near, far };
}

interface SecondValue {
  readonly value: number;
  readonly error: number;
  readonly steps: number;
  readonly converged: boolean;
}

/**
 * Largest singular value of A off the pair of ones vectors, by Golub–Kahan–Lanczos bidiagonalisation:
 * Aᵀu_k = a_k v_k + b_{k−1} v_{k−1}, A v_k = a_k u_k + b_k u_{k+1}, the u_k kept orthogonal to ones and to each other (Simon & Zha
 * 2000: one side is enough). With σ, q of the projected bidiagonal matrix, a singular value lies within b_k·|q_k| of σ.
 */
function lanczos(sources: Uint32Array, size: JunctionSize, options: Required<SpectrumOptions>): SecondValue {
  const { near, far } = operators(sources, size);
  const lambda1 = Math.sqrt(size.fanIn * size.fanOut);
  const random = Random.fromSeed(options.seed);
  let u = Float64Array.from({ length: near.neurons }, () => random.normal());
  const length = orthogonalise(u, []);
  if (near.neurons === 1 || length === 0) return { value: 0, error: 0, steps: 0, converged: true };
  scale(u, 1 / length);
  let v = new Float64Array(far.neurons);
  let next = new Float64Array(far.neurons);
  const basis: Float64Array[] = [];
  const [diagonal, below]: [number[], number[]] = [[], []];
  for (;;) {
    basis.push(u);
    gather(far.table, far.degree, u, next);
    if (below.length > 0) addScaled(next, -below[below.length - 1], v);
    [v, next] = [next, v];
    const a = Math.sqrt(dot(v, v));
    diagonal.push(a);
    const exhausted = a <= NEGLIGIBLE * lambda1;
    if (!exhausted) scale(v, 1 / a);
    u = new Float64Array(near.neurons);
    if (!exhausted) gather(near.table, near.degree, v, u);
    const b = exhausted ? 0 : orthogonalise(u, basis);
    const steps = basis.length;
    const closed = exhausted || b <= NEGLIGIBLE * lambda1 || steps === near.neurons - 1;
    if (closed || steps % CHECK_EVERY === 0 || steps >= options.mostSteps) {
      if (steps === 1 && exhausted) return { value: 0, error: NEGLIGIBLE * lambda1, steps, converged: true };
      const { value, last } = leadingTriplet(diagonal, below);
      const error = (closed ? 0 : b * last) + NEGLIGIBLE * lambda1;
      const converged = closed || error <= options.tolerance * lambda1;
      if (converged || steps >= options.mostSteps) return { value, error, steps, converged };
    }
    scale(u, 1 / b);
    below.push(b);
  }
}

/**
 * λ2 of one junction on its edge list; the pair of ones vectors, which has λ1 = √(fi·fo), is taken out.
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
  const lambda1 = Math.sqrt(size.fanIn * size.fanOut);
  const estimate = lanczos(sources, size, { tolerance, mostSteps, seed });
  const lambda2 = Math.min(lambda1, estimate.value <= 2 * NEGLIGIBLE * lambda1 ? 0 : estimate.value);
  return {
    lambda1,
    lambda2,
    gap: lambda1 - lambda2,
    deficit: lambda2 - Math.sqrt(size.fanIn - 1) - Math.sqrt(size.fanOut - 1),
    error: estimate.error,
    steps: estimate.steps,
    converged: estimate.converged,
  };
}
