/** How much of what someone prints is shown. */
export interface PrintRates {
  /** texts in a second */
  readonly perSecond: number;
  /** characters in all */
  readonly mostCharacters: number;
}

const SECOND_MS = 1000;

/** Lets texts through up to a rate and a total, and says how many it withheld: a program may print without end. */
export class PrintLimit {
  readonly #rates: PrintRates;
  readonly #now: () => number;
  #windowMs = Number.NEGATIVE_INFINITY;
  #inWindow = 0;
  #characters = 0;
  #withheld = 0;
  #toldMs = Number.NEGATIVE_INFINITY;
  #isFull = false;

  /** @param now milliseconds of a clock */
  constructor(rates: PrintRates, now: () => number = performance.now.bind(performance)) {
    this.#rates = rates;
    this.#now = now;
  }

  /** What is to be shown instead of a text: usually itself. */
  pass(text: string): string[] {
    if (this.#isFull) return [];
    const ms = this.#now();
    const told = this.#windowMs + SECOND_MS <= ms ? this.rest() : [];
    if (this.#windowMs + SECOND_MS <= ms) [this.#windowMs, this.#inWindow] = [ms, 0];
    if (this.#inWindow >= this.#rates.perSecond) {
      this.#withheld++;
      return told;
    }
    this.#inWindow++;
    this.#characters += text.length;
    if (this.#characters <= this.#rates.mostCharacters) return [...told, text];
    this.#isFull = true;
    return [...told, `(more than ${this.#rates.mostCharacters} characters were printed: the rest is not shown)`];
  }

  /** What is to be said of texts that were withheld; at most once a second. */
  rest(): string[] {
    const ms = this.#now();
    if (this.#withheld === 0 || this.#toldMs + SECOND_MS > ms) return [];
    const text = `(${this.#withheld} more printed too fast to be shown)`;
    this.#withheld = 0;
    this.#toldMs = ms;
    return [text];
  }
}
