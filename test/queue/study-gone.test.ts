import { expect, test } from 'vitest';
import { JOBS, lab, TEN_SECONDS, watch } from './false-lab.ts';

test('what one study cancels goes on for another whose jobs have the same ids', async () => {
  const { clock, dispatcher, startStudy, startWorker } = lab();
  const other = startStudy('s2').dispatcher;
  let begun = 0;
  startWorker(async (jobs, process) => {
    begun += 1;
    return TEN_SECONDS(jobs, process);
  });
  const abort = new AbortController();
  const heard: string[] = [];
  watch(dispatcher, { begun: (job) => heard.push(job) }, abort.signal);
  const returned: string[] = [];
  const seen = watch(other, { returned: (job) => returned.push(job) });
  await clock.goUntil(() => begun === 2 && heard.length === 1, 60_000);
  abort.abort();
  expect(await clock.goUntil(() => seen.over, clock.now() + 55_000)).toBe(true);
  expect(seen.ends.map(([job]) => job)).toEqual(JOBS.map(({ id }) => id));
  expect(returned).toEqual([]);
});

test('a worker that could not see the boards goes on with what it does when it can again', async () => {
  const { clock, server, dispatcher, startWorker } = lab();
  let begun = 0;
  const aborted: unknown[] = [];
  startWorker(async (jobs, process) => {
    begun += 1;
    await process.sleep(1_200_000, jobs[0].signal);
    if (jobs[0].signal.aborted) aborted.push(jobs[0].id);
    return jobs.map(({ id }) => `result ${id}`);
  }, 4);
  const seen = watch(dispatcher);
  await clock.goUntil(() => begun === 1, 60_000);
  for (const outageMs of [90_000, 700_000]) {
    await clock.goUntil(() => false, clock.now() + 30_000);
    server.down = true;
    await clock.goUntil(() => false, clock.now() + outageMs);
    server.down = false;
  }
  expect(await clock.goUntil(() => seen.over, 1_300_000)).toBe(true);
  expect([begun, aborted]).toEqual([1, []]);
});

test('a result that was made while nobody answered reaches its study however long that was', async () => {
  const { clock, server, dispatcher, startWorker } = lab();
  let runs = 0;
  startWorker(async (jobs, process) => {
    runs += 1;
    return TEN_SECONDS(jobs, process);
  }, 4);
  const seen = watch(dispatcher);
  await clock.goUntil(() => runs === 1, 60_000);
  server.down = true;
  await clock.goUntil(() => false, clock.now() + 800_000);
  server.down = false;
  expect(await clock.goUntil(() => seen.over, clock.now() + 30_000)).toBe(true);
  expect(runs).toBe(1);
});

test('what a killed study and a killed worker left is told nothing more, then removed', async () => {
  const { clock, server, dispatcher, study, startWorker } = lab();
  startWorker(TEN_SECONDS, 4);
  const other = startWorker(TEN_SECONDS);
  let ends = 0;
  watch(dispatcher, {
    ended: () => {
      ends += 1;
      return new Promise(() => {});
    },
  });
  expect(await clock.goUntil(() => ends > 0, 60_000)).toBe(true);
  study.kill();
  other.process.kill();
  await server.post('worker-w2', '"for nobody"');
  const letters = () => server.mail.get('study-s1')?.length ?? 0;
  await clock.goUntil(() => false, 120_000);
  const told = letters();
  expect(told).toBeGreaterThan(0);
  await clock.goUntil(() => false, 600_000);
  expect(letters()).toBe(told);
  await clock.goUntil(() => false, 1_320_000);
  expect([...server.boards.values()].map((board) => [...board.keys()])).toEqual([[], ['w1']]);
  expect([...server.queues.keys(), ...server.mail.keys()]).toEqual([]);
});
