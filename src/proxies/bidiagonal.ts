/** Largest singular value of a bidiagonal matrix, and how far its right vector reaches into the last place. */
export interface LeadingTriplet {
  readonly value: number;
  /** |last component| of the unit right singular vector, in [0, 1] */
  readonly last: number;
  /** unit left singular vector, up to its sign */
  readonly left: Float64Array;
}

/**
 * Pivots of T − shift·I for the tridiagonal T with zeros on its diagonal and `offs` beside it; true when all are negative, which
 * they are just when shift lies above every eigenvalue (Sylvester's law of inertia).
 */
function liesAbove(offs: Float64Array, shift: number, pivots: Float64Array): boolean {
  pivots[0] = -shift;
  for (let i = 0; i < offs.length; i++) {
    if (!(pivots[i] < 0)) return false;
    pivots[i + 1] = -shift - offs[i] ** 2 / pivots[i];
  }
  return pivots[offs.length] < 0;
}

/** y ← (T − shift·I)⁻¹ y by the pivots of `liesAbove`, then to unit length. */
function solve(offs: Float64Array, pivots: Float64Array, y: Float64Array): void {
  for (let i = 0; i < offs.length; i++) y[i + 1] -= (offs[i] / pivots[i]) * y[i];
  y[offs.length] /= pivots[offs.length];
  for (let i = offs.length - 1; i >= 0; i--) y[i] = (y[i] - offs[i] * y[i + 1]) / pivots[i];
  const length = Math.sqrt(y.reduce((sum, value) => sum + value * value, 0));
  for (let i = 0; i < y.length; i++) y[i] /= length;
}

/**
 * Leading singular triplet of the lower bidiagonal k×k matrix L. The tridiagonal matrix with zero diagonal and L's entries in turn
 * beside it has the eigenvalues ±σ and interleaves left and right vectors (Golub & Kahan 1965); its largest eigenvalue is bisected
 * down to neighbouring doubles, its vector comes by inverse iteration from just above, where no pivot can vanish.
 * @param diagonal k entries ≥ 0, not all 0
 * @param below k − 1 entries ≥ 0 (more are ignored)
 * Errors: σ to a few units of round-off of the largest entry. Cost: about 60·2k divisions; 4k doubles.
 */
export function leadingTriplet(diagonal: readonly number[], below: readonly number[]): LeadingTriplet {
  const size = diagonal.length;
  const offs = new Float64Array(2 * size - 1);
  for (let i = 0; i < size; i++) {
    offs[2 * i] = diagonal[i];
    if (i + 1 < size) offs[2 * i + 1] = below[i];
  }
  const pivots = new Float64Array(2 * size);
  let low = Math.max(...diagonal, ...below.slice(0, size - 1));
  let high = 2 * low * (1 + 2 * Number.EPSILON);
  for (;;) {
    const middle = low + (high - low) / 2;
    if (!(middle > low && middle < high)) break;
    if (liesAbove(offs, middle, pivots)) high = middle;
    else low = middle;
  }
  const shift = high * (1 + 4 * Number.EPSILON);
  liesAbove(offs, shift, pivots);
  const vector = new Float64Array(2 * size).fill(1);
  for (let round = 0; round < 3; round++) solve(offs, pivots, vector);
  const left = Float64Array.from({ length: size }, (_, i) => Math.SQRT2 * vector[2 * i]);
  return { value: high, last: Math.min(1, Math.SQRT2 * Math.abs(vector[2 * size - 1])), left };
}
