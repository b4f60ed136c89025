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
