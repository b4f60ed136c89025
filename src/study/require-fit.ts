import type { Architecture } from '../pattern/architecture.ts';
import type { DatasetSource } from '../training/datasets/index.ts';

/** Before anything is generated or trained. @throws RangeError when the network cannot take the data */
export function requireFit(
  { name, features, classes }: DatasetSource,
  { usedInputs, usedOutputs }: Architecture,
): void {
  if (features > usedInputs) {
    throw new RangeError(
      `${name} has ${features} features; the network must have at least as many inputs, got ${usedInputs}`,
    );
  }
  if (classes > usedOutputs) {
    throw new RangeError(
      `${name} has ${classes} classes; the network must have at least as many outputs, got ${usedOutputs}`,
    );
  }
}
