/** An order of candidates as it was at one moment. */
export class BoardSnapshot<Row> {
  readonly #numbers: Float64Array;
  readonly #read: (numbers: readonly number[]) => Row[];

  constructor(numbers: readonly number[], read: (numbers: readonly number[]) => Row[]) {
    this.#numbers = Float64Array.from(numbers);
    this.#read = read;
  }

  get count(): number {
    return this.#numbers.length;
  }

  numbers(from: number, count: number): number[] {
    return [...this.#numbers.subarray(from, from + count)];
  }

  /** Rows as they are now, in the order of that moment; those that are no longer kept are left out. */
  page(from: number, count: number): Row[] {
    return this.#read(this.numbers(from, count));
  }

  /** How many stand before the candidate; null where it is not among them. */
  position(number: number): number | null {
    const place = this.#numbers.indexOf(number);
    return place < 0 ? null : place;
  }
}
