import { expect, test } from 'vitest';
import { Random } from '../../src/base/random.ts';
import type { DispatchEnd } from '../../src/queue/assignment.ts';
import { Dispatcher } from '../../src/queue/dispatcher.ts';
import { MemoryServer } from '../../src/queue/memory-server.ts';
import { MemoryTransport } from '../../src/queue/memory-transport.ts';
import { MOST_MESSAGE_CHARACTERS, type QueuedJob, type Transport } from '../../src/queue/transport.ts';
import { queueOf, readToWorker, studyMailbox } from '../../src/queue/wire.ts';
import { FalseClock } from './false-clock.ts';

const notice = { token: 's1', name: 'a study', host: 'laptop', kind: 'training' as const, version: '1', needs: null };
const runner = { worker: 'w1', host: 'lab-1', device: 'cpu' };

/** A study over a queue in memory; `offers`: how many jobs each offer had. */
function study() {
  const clock = new FalseClock();
  const server = new MemoryServer(clock);
  const own = new MemoryTransport(server);
  const offers: number[] = [];
  const offer: Transport['offer'] = (queue, jobs) => {
    offers.push(jobs.length);
    return own.offer(queue, jobs);
  };
  const counting = new Proxy(own, {
    get: (target, name: keyof MemoryTransport) =>
      name === 'offer' ? offer : (target[name] as () => unknown).bind(target),
  });
  return { clock, offers, dispatcher: new Dispatcher(counting, clock, notice), other: new MemoryTransport(server) };
}

const jobsOf = (count: number, payload = '""'): QueuedJob[] =>
  Array.from({ length: count }, (_, number) => ({ id: `job-${number}`, payload }));
const settled = () => new Promise<void>((resolve) => setImmediate(resolve));
const tell = (other: Transport, message: object) => other.send(studyMailbox('s1'), [JSON.stringify(message)]);

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await settled();
}

test('twenty thousand jobs are offered by thousands as they are taken, and each ends once', async () => {
  const { dispatcher, other, offers } = study();
  const jobs = jobsOf(20_000);
  const ends = new Map<string, number>();
  let waiting = 0;
  let most = 0;
  const over = dispatcher.run(jobs, {
    ended: async (job, end) => {
      ends.set(job, (ends.get(job) ?? 0) + ('body' in end ? 1 : 0));
      return 'kept';
    },
  });
  const random = Random.fromSeed(1);
  other.take(queueOf('s1'), 100, async ({ id }) => {
    waiting += 1;
    most = Math.max(most, offers.reduce((sum, offered) => sum + offered, 0) - waiting);
    await settled();
    const done = { kind: 'done', job: id, run: `r${waiting}`, ...runner, failure: null, body: 1 };
    for (let copy = random.below(3); copy >= 0; copy -= 1) await tell(other, done);
    return 'done';
  });
  await over;
  expect([ends.size, Math.max(...ends.values())]).toEqual([20_000, 1]);
  expect(most).toBeLessThanOrEqual(2_000);
  expect(offers.length).toBeLessThanOrEqual(20);
  expect(offers.reduce((sum, offered) => sum + offered, 0)).toBe(20_000);
});

test('where more are being done, more lie in the queue; large payloads lie there one by one', async () => {
  const { dispatcher, other, offers } = study();
  void dispatcher.run(jobsOf(30_000), { ended: async () => 'kept' });
  await until(() => offers.length === 1);
  for (let number = 0; number < 10_000; number += 1) {
    await tell(other, { kind: 'begun', job: `job-${number}`, run: `r${number}`, ...runner });
    if (number % 100 === 99) await settled();
  }
  await settled();
  expect(offers.reduce((sum, offered) => sum + offered, 0)).toBeGreaterThan(15_000);
  const large = study();
  void large.dispatcher.run(jobsOf(200, JSON.stringify('x'.repeat(MOST_MESSAGE_CHARACTERS - 2))), {
    ended: async () => 'kept',
  });
  await until(() => large.offers.length === 1);
  expect(large.offers).toEqual([64]);
});

test('an abort cancels what its workers do, with each the jobs that are its own, in messages that fit', async () => {
  const { clock, dispatcher, other } = study();
  const jobs = Array.from({ length: 12_000 }, (_, number) => ({
    id: `${number}`.padStart(100, 'x'),
    payload: '""',
  }));
  const abort = new AbortController();
  const ends: DispatchEnd[] = [];
  const over = dispatcher.run(
    jobs,
    {
      ended: async (_, end) => {
        ends.push(end);
        return 'kept';
      },
    },
    abort.signal,
  );
  const workerOf = (number: number) => (number % 1_000 === 0 ? 'w2' : 'w1');
  for (const [number, { id }] of jobs.entries()) {
    await tell(other, { kind: 'begun', job: id, run: `r${number}`, ...runner, worker: workerOf(number) });
    if (number % 100 === 99) await settled();
  }
  const cancelled = { w1: [] as string[], w2: [] as string[] };
  for (const worker of ['w1', 'w2'] as const) {
    other.receive(`worker-${worker}`, async (text) => {
      const message = readToWorker(text);
      if (message?.kind === 'cancel') cancelled[worker].push(...message.jobs);
    });
  }
  await settled();
  abort.abort();
  await Promise.race([over, clock.goUntil(() => false, 10_000)]);
  await over;
  await until(() => cancelled.w1.length + cancelled.w2.length >= 12_000);
  const idsOf = (worker: string) => jobs.filter((_, number) => workerOf(number) === worker).map(({ id }) => id);
  expect(cancelled).toEqual({ w1: idsOf('w1'), w2: idsOf('w2') });
  expect(ends).toEqual([]);
});

test('a sound result that comes while another of its job is judged to be of no use counts', async () => {
  const { dispatcher, other, offers } = study();
  let judge: (verdict: 'again') => void = () => {};
  const bodies: unknown[] = [];
  const over = dispatcher.run(jobsOf(1), {
    ended: async (_job, end) => {
      bodies.push('body' in end && end.body);
      if (bodies.length > 2) return 'kept';
      return new Promise((resolve) => {
        judge = resolve;
      });
    },
  });
  const done = (run: string) => tell(other, { kind: 'done', job: 'job-0', run, ...runner, failure: null, body: run });
  await done('r1');
  await until(() => bodies.length === 1);
  await done('r2');
  await done('r3');
  await settled();
  judge('again');
  await until(() => bodies.length === 2);
  judge('again');
  await over;
  expect(bodies).toEqual(['r1', 'r2', 'r3']);
  expect(offers).toEqual([1]);
});

test('a dispatcher is closed within about a second though the queue does not answer', async () => {
  const clock = new FalseClock();
  const silent = new Proxy(new MemoryTransport(new MemoryServer(clock)), {
    get: (target, name: keyof MemoryTransport) =>
      name === 'announce' ? () => new Promise(() => {}) : (target[name] as () => unknown).bind(target),
  });
  const dispatcher = new Dispatcher(silent, clock, notice);
  let closed = false;
  void dispatcher.close().then(() => {
    closed = true;
  });
  expect(await clock.goUntil(() => closed, 1_000)).toBe(true);
});
