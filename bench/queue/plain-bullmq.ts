import { createPostgresBackend, createRedisBackend, Queue, Worker } from 'bullmq';
import { Redis } from 'ioredis';
import pg from 'pg';

/** BullMQ as its documentation shows it, with its own defaults: the peer. */

const NAME = 'plain';

function connected(url: string) {
  if (url.startsWith('redis')) {
    const client = new Redis(url, { maxRetriesPerRequest: null });
    return { connection: client as never, backend: createRedisBackend as never, end: async () => client.disconnect() };
  }
  const pool = new pg.Pool({ connectionString: url, max: 40, options: '-c search_path=bullmq' });
  return { connection: pool as never, backend: createPostgresBackend as never, end: () => pool.end() };
}

/** @returns what ends it */
export async function plainWorker(url: string, atOnce: number): Promise<() => Promise<void>> {
  const { connection, backend, end } = connected(url);
  const worker = new Worker(NAME, async (job) => job.name, { connection, concurrency: atOnce }, backend);
  await worker.waitUntilReady();
  return async () => {
    await worker.close();
    await end();
  };
}

/**
 * Adds jobs in bulk and looks fifty times a second whether all are completed: events of completion would be trimmed before they are
 * read. What a job gives is never heard. @returns milliseconds of that
 */
export async function plainStudy(url: string, jobs: number, workersOpen: () => Promise<void>): Promise<number> {
  const { connection, backend, end } = connected(url);
  const queue = new Queue(NAME, { connection }, backend);
  await queue.waitUntilReady();
  await workersOpen();
  const begun = performance.now();
  for (let from = 0; from < jobs; from += 500) {
    const count = Math.min(500, jobs - from);
    await queue.addBulk(Array.from({ length: count }, (_, index) => ({ name: 'job', data: { number: from + index } })));
  }
  while ((await queue.getCompletedCount()) < jobs) await new Promise((resolve) => setTimeout(resolve, 20));
  const tookMs = performance.now() - begun;
  await queue.close();
  await end();
  return tookMs;
}
