import { messageOf } from '../../base/failure.ts';
import type { TrainingSnapshot } from '../snapshot.ts';
import type { TrainingEvent, TrainingJob } from '../trainer.ts';
import { isMemoryFault } from '../webgpu/device-watch.ts';
import type { PoolTask, SnapshotMessage } from './messages.ts';
import { Population, type PopulationContact } from './population.ts';
import type { PopulationDeviceRuntime } from './population-learner.ts';
import { resultWithout } from './result-without.ts';
import { snapshotOf } from './snapshot-sender.ts';

/**
 * Trains jobs of one architecture together, on a device, and says of each what `trainJob` would: 'started', an 'epoch' each, one
 * 'result'. `samplesPerSecond` is each job's own; all of them have it at the same time. Should memory run out before the first epoch
 * is over, the population is divided in two, one trained after the other.
 */
export async function trainPopulation(
  task: PoolTask,
  runtime: PopulationDeviceRuntime,
  emit: (event: TrainingEvent) => void,
  tell: (message: SnapshotMessage) => void = () => {},
): Promise<void> {
  const snapshots = new Map<TrainingJob, TrainingSnapshot>();
  for (const job of task.jobs) {
    const snapshot = snapshotOf(job, task, tell);
    if (snapshot !== null) snapshots.set(job, snapshot);
    const { progress = null } = snapshot ?? {};
    const resumed =
      progress === null
        ? {}
        : { resumed: { epoch: progress.epoch, batches: progress.batches, epochs: progress.epochs } };
    emit({ kind: 'started', job: job.id, ...task.runsOn, ...resumed });
  }
  const contact = { emit, tell, snapshots };
  for (const jobs of byPlace(task.jobs, snapshots)) await trainTogether({ ...task, jobs }, runtime, contact);
}

/** Jobs that stand at the same place, and can take their steps together. */
function byPlace(
  jobs: readonly TrainingJob[],
  snapshots: ReadonlyMap<TrainingJob, TrainingSnapshot>,
): readonly TrainingJob[][] {
  const groups = new Map<string, TrainingJob[]>();
  for (const job of jobs) {
    const { epoch = 1, batches = 0 } = snapshots.get(job)?.progress ?? {};
    const place = `${snapshots.has(job)} ${epoch} ${batches}`;
    groups.set(place, [...(groups.get(place) ?? []), job]);
  }
  return [...groups.values()];
}

async function trainTogether(
  task: PoolTask,
  runtime: PopulationDeviceRuntime,
  contact: PopulationContact,
): Promise<void> {
  if (await trainUnlessTooBig(task, runtime, contact)) return;
  const { jobs } = task;
  const middle = Math.ceil(jobs.length / 2);
  for (const half of [jobs.slice(0, middle), jobs.slice(middle)]) {
    await trainTogether({ ...task, jobs: half }, runtime, contact);
  }
}

/** @returns false, nothing said, if memory ran out and less may fit; otherwise every job has its result */
async function trainUnlessTooBig(
  task: PoolTask,
  runtime: PopulationDeviceRuntime,
  contact: PopulationContact,
): Promise<boolean> {
  let population: Population | null = null;
  try {
    population = new Population(task, runtime, contact);
    await population.train();
  } catch (error) {
    const uncommitted = population === null || !population.committed;
    if (task.jobs.length > 1 && uncommitted && isMemoryFault(error)) return false;
    const reason = `the backend ${task.runsOn.backend} gave up: ${messageOf(error)}`;
    if (population !== null) await population.fail(reason);
    else for (const job of task.jobs) contact.emit(resultWithout(job, task.runsOn, 'failed', reason));
  } finally {
    population?.dispose();
    runtime.freeMemory();
  }
  return true;
}
