import { placeOf } from '../snapshot.ts';
import type { TrainingJob } from '../trainer.ts';

/** What jobs that are trained together must have in common beside their layers. */
export interface Alike {
  readonly sameFanOuts?: boolean | undefined;
  /** and with it the order of the examples */
  readonly sameSeed?: boolean | undefined;
  /** where they go on may differ: whoever is behind catches up */
  readonly anyPlace?: boolean | undefined;
}

/**
 * Networks that can be trained together: their patterns may differ, and their fan-outs where kernels are dense; their layers may not,
 * nor where they go on, unless `anyPlace`.
 */
const shapeOf = ({ architecture, snapshot, seed }: TrainingJob, { sameFanOuts, sameSeed, anyPlace }: Alike): string => {
  const { layers, fanOuts, usedOutputs } = architecture;
  const place = snapshot === undefined || anyPlace ? null : placeOf(snapshot);
  const stands = place === null ? '' : `/${place.epoch}.${place.batches}`;
  const degrees = sameFanOuts ? `/${fanOuts.join()}` : '';
  const examples = sameSeed ? `/seed ${seed}` : '';
  return `${layers.join()}/${usedOutputs}${degrees}${examples}${stands}`;
};

/**
 * Divides jobs into populations, each of one shape and of about equal size, at most `sizeOf` those of its shape. Jobs of one shape keep
 * their order; shapes come in the order of their first job.
 */
export function planPopulations(
  jobs: readonly TrainingJob[],
  sizeOf: (alike: readonly TrainingJob[]) => number,
  alike: Alike = {},
): TrainingJob[][] {
  const byShape = new Map<string, TrainingJob[]>();
  for (const job of jobs) {
    const shape = shapeOf(job, alike);
    const others = byShape.get(shape);
    if (others === undefined) byShape.set(shape, [job]);
    else others.push(job);
  }
  return [...byShape.values()].flatMap((group) => inParts(group, sizeOf(group)));
}

function inParts(group: readonly TrainingJob[], size: number): TrainingJob[][] {
  const parts = Math.ceil(group.length / size);
  return Array.from({ length: parts }, (_, part) =>
    group.slice(Math.floor((part * group.length) / parts), Math.floor(((part + 1) * group.length) / parts)),
  );
}
