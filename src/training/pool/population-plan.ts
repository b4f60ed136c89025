import type { Architecture } from '../../pattern/architecture.ts';
import type { TrainingJob } from '../trainer.ts';

/** Networks that can be trained in one graph: their patterns and fan-outs may differ, their tensors' shapes may not. */
const shapeOf = ({ layers, usedOutputs }: Architecture) => `${layers.join()}/${usedOutputs}`;

/**
 * Divides jobs into populations, each of one shape and of about equal size, at most `sizeOf` the architecture. Jobs of one shape keep
 * their order; shapes come in the order of their first job.
 */
export function planPopulations(
  jobs: readonly TrainingJob[],
  sizeOf: (architecture: Architecture) => number,
): TrainingJob[][] {
  const byShape = new Map<string, TrainingJob[]>();
  for (const job of jobs) {
    const shape = shapeOf(job.architecture);
    const others = byShape.get(shape);
    if (others === undefined) byShape.set(shape, [job]);
    else others.push(job);
  }
  return [...byShape.values()].flatMap((group) => inParts(group, sizeOf(group[0].architecture)));
}

function inParts(group: readonly TrainingJob[], size: number): TrainingJob[][] {
  const parts = Math.ceil(group.length / size);
  return Array.from({ length: parts }, (_, part) =>
    group.slice(Math.floor((part * group.length) / parts), Math.floor(((part + 1) * group.length) / parts)),
  );
}
