/** Steps at the start of a training that are not timed: compilers and caches are still cold. */
const WARM_UP_STEPS = 10;

/** Samples a second over optimiser steps alone. Time runs from `start` to the last `count`; the first steps of a training do not count. */
export class StepClock {
  #steps = 0;
  #samples = 0;
  #elapsedMs = 0;
  #since = 0;
  /** everything, for trainings too short to have a warm-up */
  #allSamples = 0;
  #allMs = 0;

  start(): void {
    this.#since = performance.now();
  }

  /** Steps that are done, their sums read back, and the samples they had. */
  count(steps: number, samples: number): void {
    const now = performance.now();
    this.#allSamples += samples;
    this.#allMs += now - this.#since;
    if (this.#steps >= WARM_UP_STEPS) {
      this.#samples += samples;
      this.#elapsedMs += now - this.#since;
    }
    this.#steps += steps;
    this.#since = now;
  }

  /** 0 before the first step. */
  get samplesPerSecond(): number {
    const [samples, elapsedMs] = this.#samples > 0 ? [this.#samples, this.#elapsedMs] : [this.#allSamples, this.#allMs];
    return elapsedMs > 0 ? (1000 * samples) / elapsedMs : 0;
  }
}
