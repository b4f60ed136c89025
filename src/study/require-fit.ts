import { InvalidValueError } from '../base/caller-errors.ts';
import type { Architecture } from '../pattern/architecture.ts';
import type { DatasetSource } from '../training/datasets/index.ts';
import { inputFault } from '../training/fronts.ts';
import type { FrontName } from '../training/trainer.ts';

/**
 * Before anything is generated or trained.
 * @param front convolutional layers between the data and the network's inputs
 * @throws RangeError when the network cannot take the data
 */
export function requireFit(
  { name, features, classes }: DatasetSource,
  { layers, usedInputs, usedOutputs }: Architecture,
  front?: FrontName,
): void {
  if (front !== undefined) {
    const misfit = inputFault(features, layers[0], front);
    if (misfit !== null) throw new InvalidValueError(`${name} ${misfit}`);
  } else if (features > usedInputs) {
    throw new InvalidValueError(
      `${name} has ${features} features; the network must have at least as many inputs, got ${usedInputs}`,
    );
  }
  if (classes > usedOutputs) {
    throw new InvalidValueError(
      `${name} has ${classes} classes; the network must have at least as many outputs, got ${usedOutputs}`,
    );
  }
}
