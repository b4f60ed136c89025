import * as tf from '@tensorflow/tfjs-core';
import { adam, adamRateAt, rateAt } from '../settings.ts';
import type { TrainingSettings } from '../trainer.ts';

/** Values and optimiser state as tensors of one shape; see `Slots`, of which this is the counterpart on a device. */
export interface DeviceSlots<T extends tf.Tensor> {
  readonly values: T;
  /** Adam's mean, or SGD's velocity */
  readonly first: T;
  /** Adam's mean square; SGD has none */
  readonly second: T | null;
}

export function makeDeviceSlots<T extends tf.Tensor>(values: T, settings: TrainingSettings): DeviceSlots<T> {
  const zeros = () => tf.zeros(values.shape) as T;
  return { values, first: zeros(), second: settings.optimizer === 'adam' ? zeros() : null };
}

export function disposeSlots({ values, first, second }: DeviceSlots<tf.Tensor>): void {
  values.dispose();
  first.dispose();
  second?.dispose();
}

/** What of the slots outlasts a step. */
export const slotTensors = <T extends tf.Tensor>({ values, first, second }: DeviceSlots<T>): T[] =>
  second === null ? [values, first] : [values, first, second];

/** The slots of tensors in the order of `slotTensors`. */
export const slotsOf = <T extends tf.Tensor>([
  values,
  first,
  second = null,
]: readonly (T | null)[]): DeviceSlots<T> => ({
  values: values as T,
  first: first as T,
  second,
});

/**
 * One optimiser step; new tensors, the old ones untouched. A place whose gradient, value and state are 0 stays exactly 0: the
 * gradient comes masked, the penalty is proportional to the value, and both optimisers are linear in their means.
 * @param step from 0
 */
export function updateDeviceSlots<T extends tf.Tensor>(
  slots: DeviceSlots<T>,
  gradient: T,
  l2: number,
  settings: TrainingSettings,
  step: number,
): DeviceSlots<T> {
  const { values, first, second } = slots;
  const g = l2 === 0 ? gradient : tf.add(gradient, tf.mul(values, 2 * l2));
  if (second === null) {
    const velocity = tf.sub(tf.mul(first, settings.momentum), tf.mul(g, rateAt(settings, step)));
    return { values: tf.add(values, velocity), first: velocity as T, second: null };
  }
  const mean = tf.add(tf.mul(first, adam.beta1), tf.mul(g, 1 - adam.beta1));
  const square = tf.add(tf.mul(second, adam.beta2), tf.mul(tf.square(g), 1 - adam.beta2));
  const move = tf.div(tf.mul(mean, adamRateAt(settings, step)), tf.add(tf.sqrt(square), adam.epsilon));
  return { values: tf.sub(values, move), first: mean as T, second: square as T };
}
