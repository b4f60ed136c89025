import { expect, test, vi } from 'vitest';
import { failure, success } from '../../src/base/failure.ts';
import { ExecutorByKind, ToldExecutor } from '../../src/cli/told-executor.ts';
import type { WorkerEvent } from '../../src/cli/worker-events.ts';
import type { Executor, ExecutorSession, OpenTools, SessionJob } from '../../src/queue/executor.ts';
import { UNWANTED } from '../../src/queue/study-link.ts';
import type { StudyNotice } from '../../src/queue/wire.ts';

const study: StudyNotice = { token: 'a', name: 'far', host: 'lab', kind: 'training', version: '1', atMs: 0 };
const tools = {} as OpenTools;
const job = (signal = new AbortController().signal) => ({ signal }) as SessionJob;

const session = (run: ExecutorSession['run']): ExecutorSession => ({
  ...{ atOnce: 2, together: true, run },
  samplesPerSecond: () => 7,
  close: async () => {},
});

function told(open: Executor['open']) {
  const events: WorkerEvent[] = [];
  const executor = new ToldExecutor({ open }, (event) => events.push(event));
  return { executor, events };
}

test('a study that is joined and left, and its jobs, are told and counted', async () => {
  const given = new AbortController();
  const unwanted = new AbortController();
  const { executor, events } = told(async () =>
    success(
      session(async (jobs) => {
        expect(executor.running).toBe(3);
        given.abort();
        unwanted.abort(UNWANTED);
        return jobs.map(() => 'body');
      }),
    ),
  );
  const opened = await executor.open(study, tools);
  if (!opened.ok) throw new Error(opened.message);
  expect(opened.value).toMatchObject({ atOnce: 2, together: true });
  expect(opened.value.samplesPerSecond?.()).toBe(7);
  expect(await opened.value.run([job(), job(given.signal), job(unwanted.signal)])).toHaveLength(3);
  await opened.value.close();
  expect(executor.counts).toEqual({ done: 1, failed: 0, returned: 1 });
  expect(events).toEqual([
    { kind: 'study-joined', study: 'far', host: 'lab', work: 'training' },
    { kind: 'jobs', running: 3, done: 0, failed: 0, returned: 0 },
    { kind: 'jobs', running: 0, done: 1, failed: 0, returned: 1 },
    { kind: 'study-left', study: 'far' },
  ]);
});

test('what a session throws is thrown on, and counted', async () => {
  const { executor } = told(async () => success(session(() => Promise.reject(new Error('broken')))));
  const opened = await executor.open(study, tools);
  await expect(opened.ok && opened.value.run([job(), job()])).rejects.toThrow('broken');
  expect(executor.running).toBe(0);
  expect(executor.counts).toEqual({ done: 0, failed: 2, returned: 0 });
});

test('a study that is refused is told with why, however that comes', async () => {
  const refusal = failure('other', 'it has revision 2; this worker has 3', 'Update.');
  const refusing = told(async () => refusal);
  expect(await refusing.executor.open(study, tools)).toEqual(refusal);
  const throwing = told(() => Promise.reject(new Error('no engine')));
  await expect(throwing.executor.open(study, tools)).rejects.toThrow('no engine');
  const whys = [...refusing.events, ...throwing.events].map((event) => 'why' in event && event.why);
  expect(whys).toEqual([refusal.message, 'no engine']);
});

test('a study that is refused again and again is told once for each reason, and anew after it was joined', async () => {
  const lacks = failure('network-too-large', 'memory is short', 'Wait.');
  const missing = failure('blob-missing', 'its data did not come', 'Wait.');
  const outcomes = [lacks, lacks, missing, success(session(async () => [])), missing];
  const { executor, events } = told(async () => outcomes.shift() ?? lacks);
  for (let open = outcomes.length; open > 0; open -= 1) await executor.open(study, tools);
  await executor.open({ ...study, token: 'b' }, tools);
  expect(events.map((event) => ('why' in event ? event.why : event.kind))).toEqual([
    'memory is short',
    'its data did not come',
    'study-joined',
    'its data did not come',
    'memory is short',
  ]);
});

test('each kind of study has an executor, made once and closed at the end', async () => {
  const made: string[] = [];
  const closed: string[] = [];
  const make = (kind: string) => async () => {
    made.push(kind);
    return { open: async () => failure(kind, kind, ''), close: async () => void closed.push(kind) };
  };
  const executor = new ExecutorByKind({ training: make('training'), search: make('search') });
  for (const kind of ['training', 'training'] as const) {
    expect(await executor.open({ ...study, kind }, tools)).toMatchObject({ reason: kind });
  }
  expect(made).toEqual(['training']);
  expect(await executor.open({ ...study, kind: 'search' }, tools)).toMatchObject({ reason: 'search' });
  await executor.close();
  expect(closed).toEqual(['training', 'search']);
});

test('it is idle neither while it makes ready for a study nor while it does jobs; a study that is refused was nothing to do', async () => {
  vi.useFakeTimers();
  try {
    let opened = (_: Awaited<ReturnType<Executor['open']>>) => {};
    const { executor } = told(() => new Promise((resolve) => (opened = resolve)));
    const open = async (outcome: Parameters<typeof opened>[0]) => {
      const opening = executor.open(study, tools);
      await vi.advanceTimersByTimeAsync(30_000);
      expect(executor.idleMs).toBe(0);
      opened(outcome);
      return opening;
    };
    await vi.advanceTimersByTimeAsync(10_000);
    expect(executor.idleMs).toBe(10_000);
    await open(failure('other', 'it has revision 2; this worker has 3', 'Update.'));
    expect(executor.idleMs).toBe(40_000);
    let done = () => {};
    const running = (jobs: readonly SessionJob[]) =>
      new Promise<readonly unknown[]>((resolve) => {
        done = () => resolve(jobs);
      });
    const joined = await open(success(session(running)));
    await vi.advanceTimersByTimeAsync(2_000);
    expect(executor.idleMs).toBe(2_000);
    const over = joined.ok && joined.value.run([job()]);
    await vi.advanceTimersByTimeAsync(2_000);
    expect(executor.idleMs).toBe(0);
    done();
    await over;
    await vi.advanceTimersByTimeAsync(1_000);
    expect(executor.idleMs).toBe(1_000);
  } finally {
    vi.useRealTimers();
  }
});
