import type { PoolTask, SnapshotMessage } from '../pool/messages.ts';
import { trainPopulation as trainOn } from '../pool/population-train.ts';
import type { TrainingEvent } from '../trainer.ts';
import { GraphLearner } from './graph-learner.ts';
import type { Runtime } from './runtime.ts';

/** The runtime's parts that a population needs. */
export interface PopulationRuntime extends Pick<Runtime, 'checkDevice' | 'freeMemory'> {
  readonly openPopulation: NonNullable<Runtime['openPopulation']>;
}

/** `trainPopulation` of the pool, in one graph of TF.js. */
export function trainPopulation(
  task: PoolTask,
  { openPopulation, checkDevice, freeMemory }: PopulationRuntime,
  emit: (event: TrainingEvent) => void,
  tell?: (message: SnapshotMessage) => void,
): Promise<void> {
  const openLearner = (request: ConstructorParameters<typeof GraphLearner>[1]) => {
    const { members, architecture, settings } = request;
    return new GraphLearner(openPopulation({ members, usedOutputs: architecture.usedOutputs, settings }), request);
  };
  return trainOn(task, { openLearner, checkDevice, freeMemory }, emit, tell);
}
