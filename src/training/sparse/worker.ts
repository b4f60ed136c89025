import { type Outcome, success } from '../../base/failure.ts';
import { type StartedBackend, sendTo, type WorkerRequest } from '../pool/messages.ts';
import { chosenKernels } from './native-kernels.ts';
import { trainJob } from './train.ts';

/** A task of the training pool: jobs one after the other, their events and results through its port. */
export default async function work(request: WorkerRequest): Promise<Outcome<StartedBackend>> {
  if (request.kind === 'train') {
    const { jobs, ...rest } = request.task;
    const send = sendTo(request.events);
    for (const job of jobs) await trainJob({ job, ...rest }, send, send);
  }
  const kernels = chosenKernels();
  if (!kernels.ok) return kernels;
  const { name } = kernels.value;
  return success({ device: null, detail: name === 'wasm' ? 'SIMD' : name, gpu: false });
}
