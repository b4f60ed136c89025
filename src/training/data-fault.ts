import type { Architecture } from '../pattern/architecture.ts';
import { frontFeatures, frontOutputs, fronts } from './fronts.ts';
import type { FrontName } from './trainer.ts';

/** What a network must make room for. */
interface DataSizes {
  readonly name: string;
  readonly features: number;
  readonly classes: number;
}

/** What keeps features from the first layer. */
function featuresFault(
  { features }: DataSizes,
  { layers, usedInputs }: Architecture,
  front?: FrontName,
): string | null {
  if (front === undefined) {
    if (features <= usedInputs) return null;
    return `has ${features} features; the network must have at least as many inputs, got ${usedInputs}`;
  }
  const takes = frontFeatures(fronts[front]);
  const gives = frontOutputs(fronts[front]);
  if (features === takes && layers[0] === gives) return null;
  return `has ${features} features and the first layer ${layers[0]} neurons; the front ${front} makes ${gives} from ${takes}`;
}

/**
 * Why a network cannot be trained on data of these sizes, in one sentence without its full stop; null where it can.
 * @param front convolutional layers between the data and the first layer; absent: none
 */
export function dataFault(data: DataSizes, architecture: Architecture, front?: FrontName): string | null {
  const fault = featuresFault(data, architecture, front);
  if (fault !== null) return `${data.name} ${fault}`;
  const { classes } = data;
  const { usedOutputs } = architecture;
  if (classes <= usedOutputs) return null;
  return `${data.name} has ${classes} classes; the network must have at least as many outputs, got ${usedOutputs}`;
}
