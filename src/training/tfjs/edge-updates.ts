import { adam, adamRateAt, rateAt } from '../settings.ts';
import type { TrainingSettings } from '../trainer.ts';

/**
 * Optimiser steps over a list of values with gradients that lie elsewhere: of a dense gradient only the places of existing edges
 * are read, so an absent weight has neither a value nor optimiser state that could move.
 */
export interface Slots {
  /** weights by edge, or biases by neuron */
  readonly values: Float32Array;
  /** where each value's gradient stands; null if in the same order */
  readonly places: Uint32Array | null;
  /** λ of the penalty λ·Σw² */
  readonly l2: number;
  /** Adam's mean, or SGD's velocity */
  readonly first: Float32Array;
  /** Adam's mean square; SGD has none */
  readonly second: Float32Array | null;
}

export function makeSlots(
  values: Float32Array,
  places: Uint32Array | null,
  l2: number,
  settings: TrainingSettings,
): Slots {
  const second = settings.optimizer === 'adam' ? new Float32Array(values.length) : null;
  return { values, places, l2, first: new Float32Array(values.length), second };
}

/** What of the slots outlasts a step, not copied. */
export const slotArrays = ({ values, first, second }: Slots): Float32Array[] =>
  second === null ? [values, first] : [values, first, second];

/**
 * Adam (Kingma & Ba 2015) with Keras's ε, outside the bias correction: w −= rate_t · m/(√v + ε).
 * @param rate `adamRateAt` this step
 */
function adamStep(slots: Slots, second: Float32Array, gradient: Float32Array, rate: number): void {
  const { values, places, l2, first } = slots;
  const { beta1, beta2, epsilon } = adam;
  for (let e = 0; e < values.length; e++) {
    const w = values[e];
    const g = gradient[places === null ? e : places[e]] + 2 * l2 * w;
    const m = beta1 * first[e] + (1 - beta1) * g;
    const v = beta2 * second[e] + (1 - beta2) * g * g;
    first[e] = m;
    second[e] = v;
    values[e] = w - (rate * m) / (Math.sqrt(v) + epsilon);
  }
}

/** SGD with momentum as in Keras: velocity = momentum·velocity − rate·g; w += velocity. */
function sgdStep(slots: Slots, gradient: Float32Array, rate: number, momentum: number): void {
  const { values, places, l2, first } = slots;
  for (let e = 0; e < values.length; e++) {
    const w = values[e];
    const g = gradient[places === null ? e : places[e]] + 2 * l2 * w;
    const velocity = momentum * first[e] - rate * g;
    first[e] = velocity;
    values[e] = w + velocity;
  }
}

/** One optimiser step, in place. @param step from 0 */
export function updateSlots(slots: Slots, gradient: Float32Array, settings: TrainingSettings, step: number): void {
  if (slots.second === null) sgdStep(slots, gradient, rateAt(settings, step), settings.momentum);
  else adamStep(slots, slots.second, gradient, adamRateAt(settings, step));
}
