import { success } from '../../src/base/failure.ts';
import type { Clock, Transport } from '../../src/queue/transport.ts';
import { Worker } from '../../src/queue/worker.ts';

let workers = 0;

/** A worker whose jobs are nothing. @param onOpen it takes a study's jobs from now on */
export function idleWorker(transport: Transport, clock: Clock, atOnce: number, onOpen: () => void) {
  const stop = new AbortController();
  const executor = {
    open: async () => {
      setImmediate(onOpen);
      const run = async (jobs: readonly { readonly id: string }[]) => {
        // In memory nothing else would ever be waited for.
        await new Promise((resolve) => setImmediate(resolve));
        return jobs.map(({ id }) => id);
      };
      return success({ atOnce, together: false, run, close: async () => {} });
    },
  };
  workers += 1;
  const card = {
    ...{ id: `w${process.pid}x${workers}`, host: 'bench', pid: process.pid, version: '1', threads: 1 },
    ...{ memoryBytes: 0, device: 'cpu', offers: null },
  };
  const signals = { drain: new AbortController().signal, stop: stop.signal };
  return { stop: () => stop.abort(), ended: new Worker(transport, clock, executor, card, signals).run() };
}
