import './quiet.ts';
import { type Outcome, success } from '../../pattern/failure.ts';
import type { TrainingEvent } from '../trainer.ts';
import type { StartedBackend, WorkerRequest } from './messages.ts';
import { type Runtime, startRuntime } from './runtime.ts';
import { trainJob } from './train.ts';

let runtime: Promise<Outcome<Runtime>> | null = null;

/** A worker thread has one backend, started on first use. */
function runtimeOf({ backend, softwareAllowed }: WorkerRequest): Promise<Outcome<Runtime>> {
  runtime ??= startRuntime(backend, softwareAllowed);
  return runtime;
}

/** A task of the training pool. @returns what started; a job's events and result go through its port */
export default async function work(request: WorkerRequest): Promise<Outcome<StartedBackend>> {
  const started = await runtimeOf(request);
  if (!started.ok) return started;
  if (request.kind === 'train') {
    const emit = (event: TrainingEvent) => request.events.postMessage(event);
    await trainJob(request.task, started.value, emit);
  }
  const { device, detail, gpu } = started.value;
  return success({ device, detail, gpu });
}
