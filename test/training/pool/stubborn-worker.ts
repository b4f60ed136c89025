import type { WorkerRequest } from '../../../src/training/pool/messages.ts';

/** A worker that begins a step and never comes to its end. */
export default async function stubbornWorker(request: WorkerRequest): Promise<unknown> {
  if (request.kind === 'train') {
    const { jobs, runsOn } = request.task;
    request.events.postMessage({ kind: 'started', job: jobs[0].id, ...runsOn });
    for (;;);
  }
  return { ok: true, value: { device: null, detail: null, gpu: false } };
}
