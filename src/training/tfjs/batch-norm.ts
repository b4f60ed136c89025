/**
 * Batch normalisation (Ioffe & Szegedy 2015) of values whose channel is the fastest axis: every channel by its mean and variance
 * over all places of all examples of a batch. Scale and shift are the caller's.
 */

/** Keras's constants: ε is added to the variance; running statistics keep this share of what they were. */
export const batchNorm = { epsilon: 1e-3, momentum: 0.99 } as const;

/** One number a channel each. */
export interface ChannelMoments {
  readonly mean: Float64Array;
  /** over all values, undivided by any correction */
  readonly variance: Float64Array;
}

/** @param values `places × channels` */
export function channelMoments(values: Float32Array, channels: number): ChannelMoments {
  const places = values.length / channels;
  const mean = new Float64Array(channels);
  for (let at = 0; at < values.length; at += channels) for (let c = 0; c < channels; c++) mean[c] += values[at + c];
  for (let c = 0; c < channels; c++) mean[c] /= places;
  const variance = new Float64Array(channels);
  for (let at = 0; at < values.length; at += channels) {
    for (let c = 0; c < channels; c++) {
      const off = values[at + c] - mean[c];
      variance[c] += off * off;
    }
  }
  for (let c = 0; c < channels; c++) variance[c] /= places;
  return { mean, variance };
}

/** (values − mean)/√(variance + ε), in place. @returns 1/√(variance + ε), one a channel */
export function normalise(values: Float32Array, { mean, variance }: ChannelMoments): Float64Array {
  const channels = mean.length;
  const inverse = variance.map((value) => 1 / Math.sqrt(value + batchNorm.epsilon));
  for (let at = 0; at < values.length; at += channels) {
    for (let c = 0; c < channels; c++) values[at + c] = (values[at + c] - mean[c]) * inverse[c];
  }
  return inverse;
}

/**
 * From ∂loss/∂output of γ·x̂ + β to ∂loss/∂input, through the batch's own moments:
 * γ/σ · (δ − mean(δ) − x̂·mean(δ·x̂)), in place of δ.
 * @param delta `places × channels`, overwritten
 * @param normalised x̂, likewise
 * @param shiftGradient Σδ, one a channel
 * @param scaleGradient Σδ·x̂
 */
export function normaliseGradient(
  delta: Float32Array,
  normalised: Float32Array,
  scale: Float32Array,
  inverse: Float64Array,
  { shiftGradient, scaleGradient }: { shiftGradient: Float32Array; scaleGradient: Float32Array },
): void {
  const channels = scale.length;
  const places = delta.length / channels;
  for (let at = 0; at < delta.length; at += channels) {
    for (let c = 0; c < channels; c++) {
      const centred = delta[at + c] - (shiftGradient[c] + normalised[at + c] * scaleGradient[c]) / places;
      delta[at + c] = scale[c] * inverse[c] * centred;
    }
  }
}

/** What turns a batch's variance into an estimate of all data's (Bessel). @param places over which it was taken */
export const varianceCorrection = (places: number): number => places / Math.max(1, places - 1);

/**
 * What a sum of running moments is divided by after that number of steps: an exponential mean that begins at 0 has weights that add up to
 * 1 − momentum^steps. (Keras begins at mean 0 and variance 1 instead and is still near them after a short first epoch.)
 */
export const runningWeight = (steps: number): number => (steps === 0 ? 1 : 1 - batchNorm.momentum ** steps);

/** Exponential means of batches' moments, for evaluation. */
export class RunningMoments {
  readonly #mean: Float64Array;
  readonly #variance: Float64Array;
  #steps = 0;

  constructor(channels: number) {
    this.#mean = new Float64Array(channels);
    this.#variance = new Float64Array(channels);
  }

  /** @param places over which the moments were taken */
  add({ mean, variance }: ChannelMoments, places: number): void {
    const { momentum } = batchNorm;
    const correction = varianceCorrection(places);
    for (let c = 0; c < mean.length; c++) {
      this.#mean[c] = momentum * this.#mean[c] + (1 - momentum) * mean[c];
      this.#variance[c] = momentum * this.#variance[c] + (1 - momentum) * correction * variance[c];
    }
    this.#steps++;
  }

  /** What `moments` is made of, beside `steps`; not copied. */
  get sums(): Float64Array[] {
    return [this.#mean, this.#variance];
  }

  get steps(): number {
    return this.#steps;
  }

  set steps(steps: number) {
    this.#steps = steps;
  }

  moments(): ChannelMoments {
    const weight = runningWeight(this.#steps);
    return { mean: this.#mean.map((sum) => sum / weight), variance: this.#variance.map((sum) => sum / weight) };
  }
}
