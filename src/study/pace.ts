/** What lies ahead, between a fast and a slow guess. */
export interface Range {
  readonly low: number;
  readonly high: number;
}

interface PaceSample {
  readonly atMs: number;
  readonly done: number;
}

/** Samples are thinned to half as many when there are more: weeks of them cost no memory. */
const MOST_SAMPLES = 128;

/** Parts of the time so far whose paces are compared. */
const PARTS = 8;

/** Nothing is told of a pace before so much was seen of it. */
const LEAST_MS = 1000;
const LEAST_DONE = 2;

/** Even a steady pace may change: the range is at least this share of the mean, both ways. */
const LEAST_SPREAD = 0.1;

/**
 * How fast something goes, and so how long the rest will take. The range is between the fastest and the slowest pace of the last
 * eight parts of the time so far, the whole time and its last quarter: if it goes on as it ever did, the truth lies in between.
 */
export class Pace {
  #samples: PaceSample[] = [];

  /** @param done of the units that are counted, so far; never less than before */
  add(atMs: number, done: number): void {
    const last = this.#samples.at(-1);
    if (last !== undefined && atMs <= last.atMs) {
      this.#samples[this.#samples.length - 1] = { atMs: last.atMs, done: Math.max(done, last.done) };
      return;
    }
    this.#samples.push({ atMs, done });
    if (this.#samples.length > MOST_SAMPLES) {
      this.#samples = this.#samples.filter((_, place) => place % 2 === 0 || place === this.#samples.length - 1);
    }
  }

  /** Units a second over the last quarter of the time; null where too little was seen. */
  get perSecond(): number | null {
    const rates = this.#rates();
    return rates === null ? null : rates.recent;
  }

  /** Seconds that `units` more take; null where too little was seen. */
  secondsFor(units: number): Range | null {
    const rates = this.#rates();
    if (units <= 0) return { low: 0, high: 0 };
    return rates === null ? null : { low: units / rates.fastest, high: units / rates.slowest };
  }

  /** Units that are done in so many seconds; null where too little was seen. */
  unitsIn(seconds: number): Range | null {
    const rates = this.#rates();
    if (seconds <= 0) return { low: 0, high: 0 };
    return rates === null ? null : { low: seconds * rates.slowest, high: seconds * rates.fastest };
  }

  /** Null before anything is known, and where nothing gets done. */
  #rates(): { readonly recent: number; readonly slowest: number; readonly fastest: number } | null {
    const first = this.#samples[0];
    const last = this.#samples.at(-1);
    if (first === undefined || last === undefined) return null;
    const whole = rateBetween(first, last);
    if (last.atMs - first.atMs < LEAST_MS || last.done - first.done < LEAST_DONE || whole === null) return null;
    const recent = this.#rateSince(last.atMs - (last.atMs - first.atMs) / 4) ?? whole;
    // Parts of equal work, for a part of the time in which nothing was done has no pace.
    const parts = this.#partRates(first, last);
    const slowest = Math.min(whole, recent, ...parts);
    const fastest = Math.max(whole, recent, ...parts);
    return {
      recent,
      slowest: Math.min(slowest, whole * (1 - LEAST_SPREAD)),
      fastest: Math.max(fastest, whole * (1 + LEAST_SPREAD)),
    };
  }

  #rateSince(atMs: number): number | null {
    const last = this.#samples[this.#samples.length - 1];
    let from = this.#samples[0];
    for (const sample of this.#samples) if (sample.atMs <= atMs) from = sample;
    return rateBetween(from, last);
  }

  #partRates(first: PaceSample, last: PaceSample): number[] {
    const rates: number[] = [];
    let from = first;
    for (const sample of this.#samples) {
      const isWhole = sample.done - from.done >= (last.done - first.done) / PARTS;
      const rate = isWhole ? rateBetween(from, sample) : null;
      if (rate === null) continue;
      rates.push(rate);
      from = sample;
    }
    return rates;
  }
}

function rateBetween(from: PaceSample, to: PaceSample): number | null {
  const [units, seconds] = [to.done - from.done, (to.atMs - from.atMs) / 1000];
  return units > 0 && seconds > 0 ? units / seconds : null;
}
