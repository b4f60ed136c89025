import type { WorkerRequest } from '../../../src/training/pool/messages.ts';
import work from '../../../src/training/sparse/worker.ts';

/** The real worker, but for a job whose name says that it is to die. */
export default function crashingWorker(request: WorkerRequest): unknown {
  if (request.kind === 'train' && request.task.jobs.some(({ id }) => id === 'exits')) process.exit(7);
  return work(request);
}
