import { expect, test } from 'vitest';
import { failure, success } from '../../src/base/failure.ts';
import { currentStudies, currentWorkers, queueOf } from '../../src/queue/wire.ts';
import { JOBS, lab, TEN_SECONDS, watch } from './false-lab.ts';

test('jobs that a population takes are done together', async () => {
  const { clock, dispatcher, startWorker } = lab();
  const sizes: number[] = [];
  startWorker((jobs, process) => {
    sizes.push(jobs.length);
    return TEN_SECONDS(jobs, process);
  }, 4);
  const seen = watch(dispatcher);
  expect(await clock.goUntil(() => seen.over, 60_000)).toBe(true);
  expect(sizes).toEqual([4]);
  expect(seen.ends.map(([job, end]) => [job, 'body' in end && end.body]).sort()).toEqual(
    JOBS.map(({ id }) => [id, `result ${id}`]),
  );
});

test('what an executor throws is the job’s end, in its words', async () => {
  const { clock, dispatcher, startWorker } = lab();
  startWorker(async () => Promise.reject(new Error('the device is full')));
  const seen = watch(dispatcher);
  await clock.goUntil(() => seen.over, 60_000);
  expect(seen.ends[0][1]).toMatchObject({ failure: { reason: 'job-failed', message: 'the device is full' } });
});

test('a result that is of no use is made anew', async () => {
  const { clock, dispatcher, startWorker } = lab();
  startWorker(TEN_SECONDS);
  const ends: string[] = [];
  const seen = watch(dispatcher, {
    ended: async (job) => {
      ends.push(job);
      return ends.filter((other) => other === job).length === 1 && job === 'b' ? 'again' : 'kept';
    },
  });
  expect(await clock.goUntil(() => seen.over, 300_000)).toBe(true);
  expect([...ends].sort()).toEqual(['a', 'b', 'b', 'c', 'd']);
});

test('an abort resolves within a second, and what is done for it is cancelled', async () => {
  const { clock, server, dispatcher, startWorker } = lab();
  let cancelled = false;
  startWorker(async (jobs, process) => {
    await process.sleep(3_600_000, jobs[0].signal);
    cancelled = jobs[0].signal.aborted;
    return jobs;
  });
  const abort = new AbortController();
  const seen = watch(dispatcher, {}, abort.signal);
  await clock.goUntil(() => clock.now() > 20_000, 60_000);
  abort.abort();
  const atMs = clock.now();
  await clock.goUntil(() => seen.over, 60_000);
  expect(clock.now() - atMs).toBeLessThanOrEqual(1_000);
  await clock.goUntil(() => cancelled && server.queues.get('work-s1')?.size === 0, 60_000);
  expect(cancelled).toBe(true);
  expect(seen.ends).toEqual([]);
});

test('a worker that drains ends its job and takes no other; one that stops gives it back', async () => {
  for (const how of ['drain', 'stop'] as const) {
    const { clock, server, dispatcher, startWorker } = lab();
    const worker = startWorker(TEN_SECONDS);
    let gone = false;
    const returned: string[] = [];
    const seen = watch(dispatcher, { returned: (job) => returned.push(job) });
    await clock.goUntil(() => clock.now() > 6_000, 60_000);
    worker[how].abort();
    void worker.ended.then(() => {
      gone = true;
    });
    expect(await clock.goUntil(() => gone, 60_000)).toBe(true);
    await clock.goUntil(() => false, clock.now() + 1_000);
    expect([seen.ends.length, returned]).toEqual(how === 'drain' ? [1, []] : [0, ['a']]);
    expect(server.queues.get('work-s1')?.size).toBe(how === 'drain' ? 3 : 4);
    expect(server.boards.get('workers')?.size).toBe(0);
  }
});

test('a worker that cannot do a study’s jobs says why, once, and both are on the boards', async () => {
  const { clock, server, dispatcher, startWorker } = lab();
  startWorker(TEN_SECONDS, 1, { open: async () => failure('other-engine', 'revision 2 there, 3 here', 'Update it.') });
  const refusals: string[] = [];
  watch(dispatcher, { refused: ({ host, why }) => refusals.push(`${host}: ${why}`) });
  await clock.goUntil(() => false, 40_000);
  expect(refusals).toEqual(['lab-1: revision 2 there, 3 here']);
  const texts = (board: string) => [...(server.boards.get(board)?.values() ?? [])].map((text) => ({ text }));
  expect(currentStudies(texts('studies'), clock.now())).toMatchObject([{ token: 's1', host: 'laptop' }]);
  expect(currentWorkers(texts('workers'), clock.now())).toMatchObject([{ id: 'w1', jobs: 0, draining: false }]);
});

test('a queue that is down is told once, and the work goes on when it is back', async () => {
  const { clock, server, dispatcher, startWorker } = lab();
  startWorker(TEN_SECONDS);
  const troubles: string[] = [];
  const seen = watch(dispatcher, { trouble: (sentence) => troubles.push(sentence) });
  await clock.goUntil(() => clock.now() > 6_000, 60_000);
  server.down = true;
  await clock.goUntil(() => false, 100_000);
  server.down = false;
  expect(await clock.goUntil(() => seen.over, 600_000)).toBe(true);
  expect(troubles).toEqual(['the queue does not answer; trying on (it is down)']);
});

test('what a session says it trains a second is on the board, and in what its study hears', async () => {
  const { clock, server, dispatcher, startWorker } = lab();
  const session = { atOnce: 1, together: false, samplesPerSecond: () => 1234, close: async () => {} };
  startWorker(TEN_SECONDS, 1, {
    open: async () =>
      success({
        ...session,
        run: async ([job]) => {
          await new Promise((resolve) => job.signal.addEventListener('abort', resolve));
          return [null];
        },
      }),
  });
  const pulses: unknown[] = [];
  watch(dispatcher, { pulse: ({ body, doing }) => pulses.push({ body, jobs: doing.length }) });
  await clock.goUntil(() => pulses.length > 0, 60_000);
  await clock.goUntil(() => false, clock.now() + 6_000);
  expect(pulses[0]).toEqual({ body: { samplesPerSecond: 1234 }, jobs: 1 });
  const board = [...(server.boards.get('workers')?.values() ?? [])].map((text) => ({ text }));
  expect(currentWorkers(board, clock.now())).toMatchObject([{ samplesPerSecond: 1234, jobs: 1 }]);
});

test('a job that was cancelled and is wanted again is done anew, once the worker that has it has let go', async () => {
  const { clock, dispatcher, startWorker } = lab();
  let begun = 0;
  // Slow to stop.
  startWorker(async (jobs, process) => {
    begun += 1;
    await process.sleep(8_000);
    return jobs;
  });
  const abort = new AbortController();
  watch(dispatcher, {}, abort.signal);
  await clock.goUntil(() => begun === 1, 60_000);
  abort.abort();
  await clock.goUntil(() => false, clock.now() + 2_000);
  const again = watch(dispatcher);
  expect(await clock.goUntil(() => again.over, clock.now() + 55_000)).toBe(true);
  expect(again.ends.map(([job]) => job).sort()).toEqual(['a', 'b', 'c', 'd']);
});

test('a job that the server says was lost several times, since its workers did not reach it, is done all the same', async () => {
  const { clock, server, dispatcher, startWorker } = lab();
  const seen = watch(dispatcher);
  const offered = () => [...(server.queues.get(queueOf('s1'))?.values() ?? [])];
  expect(await clock.goUntil(() => offered().length === JOBS.length, 60_000)).toBe(true);
  for (const item of offered()) item.lost = 5;
  startWorker(TEN_SECONDS);
  expect(await clock.goUntil(() => seen.over, 300_000)).toBe(true);
  expect(seen.ends.map(([job, end]) => [job, 'body' in end && end.body]).sort()).toEqual(
    JOBS.map(({ id }) => [id, `result ${id}`]),
  );
});
