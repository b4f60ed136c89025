import { expect, test } from 'vitest';
import { failure, success } from '../../src/base/failure.ts';
import { lab, TEN_SECONDS, watch } from './false-lab.ts';

const session = { atOnce: 4, together: true, close: async () => {} };

test('a worker whose trouble passes joins a minute later; one that is another thing does not try again', async () => {
  for (const [reason, tries] of [
    ['blob-missing', 3],
    ['other-version', 1],
  ] as const) {
    const { clock, dispatcher, startWorker } = lab();
    let opens = 0;
    const worker = startWorker(TEN_SECONDS, 4, {
      open: async () => {
        opens += 1;
        if (opens < 3) return failure(reason, `trouble ${opens}`, 'Wait.');
        return success({ ...session, run: (jobs) => TEN_SECONDS(jobs, worker.process) });
      },
    });
    const refusals: string[] = [];
    const seen = watch(dispatcher, { refused: ({ why }) => refusals.push(why) });
    expect(await clock.goUntil(() => seen.over, 150_000)).toBe(tries > 1);
    expect([opens, refusals]).toEqual([tries, ['trouble 1', 'trouble 2'].slice(0, tries)]);
  }
});

test('a refusal is told to whoever has jobs later, once, and not if the worker has joined since', async () => {
  const { clock, dispatcher, startWorker } = lab();
  let opens = 0;
  const worker = startWorker(TEN_SECONDS, 4, {
    open: async () => {
      opens += 1;
      if (opens < 3) return failure('network-too-large', 'memory is short', 'Wait.');
      return success({ ...session, run: (jobs) => TEN_SECONDS(jobs, worker.process) });
    },
  });
  await clock.goUntil(() => opens === 2, 90_000);
  await clock.goUntil(() => false, clock.now() + 2_000);
  const refusals: string[] = [];
  const first = watch(dispatcher, { refused: ({ host, why }) => refusals.push(`${host}: ${why}`) });
  expect(await clock.goUntil(() => first.over, 300_000)).toBe(true);
  expect(refusals).toEqual(['lab-1: memory is short']);
  const second = watch(dispatcher, { refused: ({ why }) => refusals.push(why) });
  expect(await clock.goUntil(() => second.over, 600_000)).toBe(true);
  expect(refusals.length).toBe(1);
});

test('a worker that is told to leave while it joins a study waits for that, and says nothing of it', async () => {
  for (const how of ['drain', 'stop'] as const) {
    const { clock, dispatcher, startWorker } = lab();
    const steps: string[] = [];
    const worker = startWorker(TEN_SECONDS, 4, {
      open: async (_study, { signal }) => {
        steps.push('opens');
        await worker.process.sleep(60_000, signal);
        await worker.process.sleep(3_000);
        steps.push('fails');
        return failure('blob-missing', 'its data did not come', 'Wait.');
      },
    });
    const seen = watch(dispatcher, { refused: ({ why }) => steps.push(why) });
    await clock.goUntil(() => steps.length > 0, 60_000);
    worker[how].abort();
    void worker.ended.then(() => steps.push('left'));
    expect(await clock.goUntil(() => steps.includes('left'), clock.now() + 30_000)).toBe(true);
    await clock.goUntil(() => false, clock.now() + 5_000);
    expect(steps).toEqual(['opens', 'fails', 'left']);
    expect(seen.ends).toEqual([]);
  }
});

test('a join that does not end keeps no worker for long', async () => {
  const { clock, startWorker } = lab();
  let opens = 0;
  let left = false;
  const worker = startWorker(TEN_SECONDS, 4, {
    open: () => {
      opens += 1;
      return new Promise(() => {});
    },
  });
  await clock.goUntil(() => opens === 1, 60_000);
  worker.drain.abort();
  void worker.ended.then(() => {
    left = true;
  });
  expect(await clock.goUntil(() => left, clock.now() + 20_000)).toBe(true);
});
