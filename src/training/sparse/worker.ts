import { type Outcome, success } from '../../base/failure.ts';
import type { StartedBackend, WorkerRequest } from '../pool/messages.ts';
import type { TrainingEvent } from '../trainer.ts';
import { trainJob } from './train.ts';

/** A task of the training pool: jobs one after the other, their events and results through its port. */
export default async function work(request: WorkerRequest): Promise<Outcome<StartedBackend>> {
  if (request.kind === 'train') {
    const { jobs, ...rest } = request.task;
    const emit = (event: TrainingEvent) => request.events.postMessage(event);
    for (const job of jobs) await trainJob({ job, ...rest }, emit);
  }
  return success({ device: null, detail: 'SIMD', gpu: false });
}
