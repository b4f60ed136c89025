import type { Random } from '../base/random.ts';
import { type Incidence, transpose } from './incidence.ts';
import { LinearComplexity } from './linear-complexity.ts';
import { dotProduct, multiplyResidues, randomResidue, reduce } from './prime-field.ts';

/** Terms beyond 2·rank that a recurrence must foretell before it is believed. */
const CONFIRMING = 32;

/**
 * `out[r] = Σ x[column]` over the ones of row r, mod p: exact, sums of up to 2²² residues being below 2⁵³.
 * Four sums side by side, since one would wait for each addition to end.
 */
function apply({ rows, starts, members }: Incidence, x: Float64Array, out: Float64Array): void {
  for (let r = 0; r < rows; r++) {
    const end = starts[r + 1];
    let e = starts[r];
    let a = 0;
    let b = 0;
    let c = 0;
    let d = 0;
    for (; e + 3 < end; e += 4) {
      a += x[members[e]];
      b += x[members[e + 1]];
      c += x[members[e + 2]];
      d += x[members[e + 3]];
    }
    for (; e < end; e++) a += x[members[e]];
    out[r] = reduce(a + b + c + d);
  }
}

function scaleBy(factors: Float64Array, x: Float64Array, out: Float64Array): void {
  for (let i = 0; i < out.length; i++) out[i] = multiplyResidues(factors[i], x[i]);
}

const residues = (count: number, random: Random) => Float64Array.from({ length: count }, () => randomResidue(random));

/**
 * Rank over the field of p = 2³¹ − 1 elements from products with the matrix alone (Wiedemann 1986, doi 10.1109/TIT.1986.1057137;
 * preconditioned as in Eberly & Kaltofen, ISSAC 1997): with random diagonals D, E the matrix B = A·D·Aᵀ·E has,
 * nearly always, rank(A) different eigenvalues other than 0, and the numbers xᵀE·Bⁱ·x, x random in the range of A, obey no
 * recurrence shorter than that. B being symmetric in the form E, each product gives two numbers of the sequence.
 *
 * Never above the rational rank. Below it where two of the eigenvalues happen to agree, which has a chance of the order of rows²/p
 * at most (Schwartz–Zippel on the discriminant, a polynomial in D and E that is not zero); found again by a second run, the rank
 * is hardly ever wrong.
 * @param matrix rows ≤ columns, to be cheap
 * @param enough rank at which to stop
 * Cost: per unit of rank 2 additions per one of the matrix, and about 8·rows + 8·rank multiplications.
 */
export function krylovRank(matrix: Incidence, enough: number, random: Random): number {
  const { rows, columns } = matrix;
  const flipped = transpose(matrix);
  const [inner, outer] = [residues(columns, random), residues(rows, random)];
  const across = residues(columns, random);
  let x = new Float64Array(rows);
  let next = new Float64Array(rows);
  const weighted = new Float64Array(rows);
  apply(matrix, across, x);
  const sequence = new LinearComplexity(2 * (enough + CONFIRMING));
  for (;;) {
    scaleBy(outer, x, weighted);
    sequence.push(dotProduct(x, weighted, rows));
    apply(flipped, weighted, across);
    scaleBy(inner, across, across);
    apply(matrix, across, next);
    sequence.push(dotProduct(next, weighted, rows));
    [x, next] = [next, x];
    if (sequence.length >= enough) return enough;
    if (sequence.count >= 2 * sequence.length + CONFIRMING) return sequence.length;
  }
}
