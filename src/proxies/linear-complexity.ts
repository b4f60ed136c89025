import { dotProduct, invert, multiplyResidues, PRIME, reduce } from './prime-field.ts';

/**
 * Berlekamp–Massey over the field of 2³¹ − 1 elements, term by term: the shortest linear recurrence that makes the sequence so
 * far (Massey 1969, doi 10.1109/TIT.1969.1054260).
 */
export class LinearComplexity {
  readonly #terms: Float64Array;
  /** C: Σ C[i]·s[n − i] = 0 with C[0] = 1 */
  #recurrence: Float64Array;
  /** the recurrence before the last change of length, and its discrepancy */
  #former: Float64Array;
  #spare: Float64Array;
  #formerDiscrepancy = 1;
  #formerLength = 0;
  #sinceChange = 1;
  #count = 0;
  #length = 0;

  /** @param most terms that can come */
  constructor(most: number) {
    this.#terms = new Float64Array(most);
    this.#recurrence = new Float64Array(most + 2);
    this.#former = new Float64Array(most + 2);
    this.#spare = new Float64Array(most + 2);
    this.#recurrence[0] = 1;
    this.#former[0] = 1;
  }

  /** terms seen */
  get count(): number {
    return this.#count;
  }

  /** length of the recurrence */
  get length(): number {
    return this.#length;
  }

  /** Cost: up to 4·length multiplications. */
  push(term: number): void {
    this.#terms[this.#count] = term;
    const discrepancy = dotProduct(this.#recurrence, this.#terms, this.#length + 1, this.#count, -1);
    this.#count++;
    if (discrepancy === 0) {
      this.#sinceChange++;
      return;
    }
    const lengthens = 2 * this.#length < this.#count;
    if (lengthens) this.#spare.set(this.#recurrence.subarray(0, this.#length + 1));
    this.#correct(multiplyResidues(discrepancy, invert(this.#formerDiscrepancy)));
    if (!lengthens) {
      this.#sinceChange++;
      return;
    }
    [this.#former, this.#spare] = [this.#spare, this.#former];
    this.#formerDiscrepancy = discrepancy;
    this.#formerLength = this.#length;
    this.#length = this.#count - this.#length;
    this.#sinceChange = 1;
  }

  /** C ← C − factor·x^sinceChange·B */
  #correct(factor: number): void {
    const [target, source, shift] = [this.#recurrence, this.#former, this.#sinceChange];
    const negated = PRIME - factor;
    for (let i = 0; i <= this.#formerLength; i++) {
      target[i + shift] = reduce(target[i + shift] + multiplyResidues(negated, source[i]));
    }
  }
}
