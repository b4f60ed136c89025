import './quiet.ts';
import { type Outcome, success } from '../../base/failure.ts';
import {
  type PoolTask,
  type StartedBackend,
  sendTo,
  type WorkerMessage,
  type WorkerRequest,
} from '../pool/messages.ts';
import { trainPopulation } from './population-train.ts';
import { describeRuntime, type Runtime, startRuntime } from './runtime.ts';
import { trainJob } from './train.ts';

let runtime: Promise<Outcome<Runtime>> | null = null;

/** A worker thread has one backend, started on first use. */
function runtimeOf({ backend, softwareAllowed }: WorkerRequest): Promise<Outcome<Runtime>> {
  runtime ??= startRuntime(backend, softwareAllowed);
  return runtime;
}

/** Together where the backend has a device to fill; a convolutional front, which populations have not, only one by one. */
async function trainAll(task: PoolTask, runtime: Runtime, send: (message: WorkerMessage) => void): Promise<void> {
  const { openPopulation, checkDevice, freeMemory } = runtime;
  if (openPopulation !== null && task.settings.front === undefined) {
    return trainPopulation(task, { openPopulation, checkDevice, freeMemory }, send, send);
  }
  const { jobs, ...rest } = task;
  for (const job of jobs) await trainJob({ job, ...rest }, runtime, send, send);
}

/** A task of the training pool. @returns what started; its jobs' events and results go through its port */
export default async function work(request: WorkerRequest): Promise<Outcome<StartedBackend>> {
  const started = await runtimeOf(request);
  if (!started.ok) return started;
  if (request.kind === 'train') {
    await trainAll(request.task, started.value, sendTo(request.events));
  }
  return success(describeRuntime(started.value));
}
