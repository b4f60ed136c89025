import { fronts } from '../fronts.ts';
import { type Ending, notFiniteIn, stopRequested } from '../pool/ending.ts';
import type { FeaturesMessage, SnapshotMessage } from '../pool/messages.ts';
import type { StepClock } from '../pool/step-clock.ts';
import { type EpochCourse, type JobTask, type Learner, trainWith } from '../pool/train-job.ts';
import type { EpochSums } from '../snapshot.ts';
import type { TrainingEvent, TrainingSettings } from '../trainer.ts';
import { batchOrder, startFront, startWeights } from '../weights.ts';
import { BatchReader } from './batches.ts';
import type { Runtime } from './runtime.ts';
import type { Session } from './session.ts';

/** Bigger than training batches: evaluation keeps the logits alone. Images through a front take a hundred times the memory. */
const evaluationBatch = ({ front }: TrainingSettings) => (front === undefined ? 1024 : 128);

/** One epoch of optimiser steps, or why it ended early. */
async function trainEpoch(
  task: JobTask,
  session: Session,
  reader: BatchReader,
  course: EpochCourse,
  clock: StepClock,
): Promise<EpochSums | Ending> {
  const { train } = task.dataset;
  const { epoch } = course;
  const order = batchOrder(task.job.seed, epoch, train.examples);
  const total = { ...course.sums };
  let { batches } = course;
  // Sums that were not read before an interruption are still in the session, and are read where they would have been.
  let unread = batches % session.stepsPerSums;
  let unreadRows = 0;
  clock.start();
  for (let start = batches * task.settings.batchSize; start < train.examples; start += task.settings.batchSize) {
    if (stopRequested(task)) return course.stopped(batches, total);
    const rows = reader.gather(train, order, start);
    session.step(reader.inputs, reader.labels, rows);
    batches++;
    unread++;
    unreadRows += rows;
    if (unread < session.stepsPerSums && start + rows < train.examples) continue;
    const sums = await session.sums();
    clock.count(unread, unreadRows);
    unread = 0;
    unreadRows = 0;
    total.loss += sums.loss;
    total.correct += sums.correct;
    if (!Number.isFinite(total.loss)) return notFiniteIn(epoch, 'the loss');
    const keeping = course.between(batches, total);
    if (keeping === null) continue;
    await keeping;
    clock.start();
  }
  return total;
}

/** Start weights by the job's seed, unless it brings its own. */
function openSession({ job, settings }: JobTask, runtime: Runtime): Session {
  const { architecture, pattern, seed } = job;
  const start = job.startWeights ?? startWeights(pattern, seed, settings);
  const request = { architecture, pattern, start, settings };
  if (settings.front === undefined) return runtime.openSession(request);
  const front = fronts[settings.front];
  return runtime.openSession({ ...request, front: { front, blocks: startFront(front, seed, settings.biasStart) } });
}

function openLearner(task: JobTask, runtime: Runtime): Learner {
  const { dataset, settings, job } = task;
  const width = settings.front === undefined ? job.architecture.layers[0] : dataset.features;
  const rows = Math.min(settings.batchSize, dataset.train.examples);
  const batches = new BatchReader(rows, width, dataset.features);
  const chunks = new BatchReader(evaluationBatch(settings), width, dataset.features);
  const session = openSession(task, runtime);
  return {
    evaluationBatch: evaluationBatch(settings),
    trainEpoch: (course, clock) => trainEpoch(task, session, batches, course, clock),
    correct: (split, start) => {
      const count = chunks.gather(split, null, start);
      return session.correct(chunks.inputs, chunks.labels, count);
    },
    weights: () => session.weights(),
    features: (split, start) => {
      const count = chunks.gather(split, null, start);
      return session.features(chunks.inputs, count);
    },
    state: () => session.state(),
    restore: (state) => session.restore(state),
    // A device that ran out of memory does not throw by itself: it computes garbage.
    check: () => runtime.checkDevice(),
    dispose: () => session.dispose(),
  };
}

/** `trainWith` on a backend of TF.js. */
export function trainJob(
  task: JobTask,
  runtime: Runtime,
  emit: (event: TrainingEvent) => void,
  tell?: (message: SnapshotMessage | FeaturesMessage) => void,
): Promise<void> {
  return trainWith(task, `the backend ${task.runsOn.backend}`, () => openLearner(task, runtime), emit, tell);
}
