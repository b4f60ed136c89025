import { createHash } from 'node:crypto';
import { type Architecture, defineArchitecture } from '../../pattern/architecture.ts';
import { denseJunction, fingerprint, makePattern, type Pattern } from '../../pattern/pattern.ts';
import type { FrozenFront, TrainingJob, TrainingSettings } from '../trainer.ts';

/** The network whose training makes a frozen front, without its name. */
export type FrontJob = Omit<TrainingJob, 'id'>;

/** How the network of a frozen front is trained: as any other, for epochs of its own. */
export function frontTraining({ frozenFront, fastMath: _, ...settings }: TrainingSettings): TrainingSettings {
  return frozenFront === undefined ? settings : { ...settings, epochs: frozenFront.epochs };
}

/** How connected layers are trained on the features of a frozen front; settings without one stay as they are. */
export function connectedTraining(settings: TrainingSettings): TrainingSettings {
  if (settings.frozenFront === undefined) return settings;
  const { front: _, frozenFront: __, ...connected } = settings;
  return connected;
}

/** The same layers with all connections. */
function denseNetwork(architecture: Architecture): Pick<FrontJob, 'architecture' | 'pattern'> {
  const { layers, shapes, usedInputs, usedOutputs } = architecture;
  const dense = defineArchitecture({ layers, fanOuts: layers.slice(1), shapes, usedInputs, usedOutputs });
  const junctions = layers.slice(1).map((right, index) => denseJunction(layers[index], right));
  return { architecture: dense, pattern: makePattern(dense, junctions) };
}

/** What a frozen front is trained with and by. @param first the study's first candidate */
export function frontJob(
  frozen: FrozenFront,
  architecture: Architecture,
  first: () => Pattern,
  seed: number,
): FrontJob {
  const network = frozen.trainedWith === 'dense' ? denseNetwork(architecture) : { architecture, pattern: first() };
  return { ...network, seed: frozen.seed ?? seed };
}

/**
 * What stands for the data in the digest of an evaluation's settings (`settingsDigest`): with a front that was trained with the first
 * candidate, which candidate that was decides as well.
 */
export function learnedDigest(datasetDigest: string, frozen: FrozenFront | undefined, first: () => Pattern): string {
  if (frozen?.trainedWith !== 'first') return datasetDigest;
  return createHash('sha256')
    .update(`scattershot/frozen-front 1\n${datasetDigest}\n${fingerprint(first())}\n`)
    .digest('hex');
}
