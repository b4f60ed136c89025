import { type Outcome, success } from '../../base/failure.ts';
import { type StartedBackend, sendTo, type WorkerRequest } from '../pool/messages.ts';
import { chosenKernels } from './native-kernels.ts';
import { trainJobs } from './train.ts';

/** A task of the training pool: jobs at the same time, their events and results through its port. */
export default async function work(request: WorkerRequest): Promise<Outcome<StartedBackend>> {
  if (request.kind === 'train') {
    const send = sendTo(request.events);
    await trainJobs(request.task, send, send);
  }
  const kernels = chosenKernels();
  if (!kernels.ok) return kernels;
  const { name } = kernels.value;
  return success({ device: null, detail: name === 'wasm' ? 'SIMD' : name, gpu: false });
}
