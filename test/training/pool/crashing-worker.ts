import type { WorkerRequest } from '../../../src/training/pool/messages.ts';
import work from '../../../src/training/tfjs/worker.ts';

/** The real worker, but for jobs whose name says how it is to die. */
export default async function crashingWorker(request: WorkerRequest): Promise<unknown> {
  if (request.kind === 'train') {
    const [{ id }] = request.task.jobs;
    if (id === 'exits') process.exit(7);
    if (id === 'is killed') process.kill(process.pid, 'SIGKILL');
    if (id === 'throws') throw new Error('thrown on purpose');
    if (id === 'throws later') {
      setTimeout(() => {
        throw new Error('thrown later on purpose');
      });
      await new Promise(() => {});
    }
  }
  return work(request);
}
