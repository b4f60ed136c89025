/**
 * A worker process whose jobs are sums: `tiny-worker.ts URL MARK`. A payload {number, blockMs} blocks the event loop so long, the first
 * time that anybody does one: whoever makes the file MARK. Says "open" once it takes jobs.
 */
import { writeFileSync } from 'node:fs';
import { success } from '../../src/base/failure.ts';
import { connectQueue } from '../../src/queue/bullmq-transport.ts';
import { realClock } from '../../src/queue/clock.ts';
import type { SessionJob } from '../../src/queue/executor.ts';
import { Worker } from '../../src/queue/worker.ts';

const [url, mark] = process.argv.slice(2);

function blockOnce(ms: number): void {
  try {
    writeFileSync(mark, '', { flag: 'wx' });
  } catch {
    return;
  }
  process.stdout.write('blocked\n');
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}

async function run(jobs: readonly SessionJob[]): Promise<readonly unknown[]> {
  return jobs.map(({ payload }) => {
    const { number, blockMs = 0 } = payload as { number: number; blockMs?: number };
    if (blockMs > 0) blockOnce(blockMs);
    return 7 * number + 1;
  });
}

const executor = {
  open: async () => {
    setImmediate(() => process.stdout.write('open\n'));
    return success({ atOnce: 4, together: false, run, close: async () => {} });
  },
};
const card = {
  ...{ id: `w${process.pid}`, host: `host-${process.pid}`, pid: process.pid, version: '1', threads: 1 },
  ...{ memoryBytes: 0, device: 'cpu', offers: null },
};
const never = new AbortController().signal;
await new Worker(await connectQueue(url), realClock, executor, card, { drain: never, stop: never }).run();
