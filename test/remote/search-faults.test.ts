import { afterEach, expect, test, vi } from 'vitest';
import { realClock } from '../../src/queue/clock.ts';
import type { Executor } from '../../src/queue/executor.ts';
import type { Clock } from '../../src/queue/transport.ts';
import type { SearchEvent, SearchRequest } from '../../src/search/events.ts';
import type { StrategyPrint } from '../../src/search/island-runner.ts';
import { runSearch, type SearchRunOptions } from '../../src/search/search.ts';
import { lasting, search } from '../search/search-story.ts';
import { altered, islandOf } from '../search/strategy-files.ts';
import { labRequest, memoryServer, never, running, SearchLab } from './search-lab.ts';

let lab: SearchLab;
const newLab = () => {
  lab = new SearchLab(memoryServer());
  return lab;
};
afterEach(() => lab.close());

const few = labRequest({
  islands: [{ strategy: 'uniform-random' }, { strategy: 'local' }, { strategy: 'evolve' }],
  budget: { kind: 'candidates', candidates: 90 },
});
const local = await search(few);

async function eventsOf(asked: SearchRequest, options: SearchRunOptions = {}): Promise<SearchEvent[]> {
  const events: SearchEvent[] = [];
  for await (const event of runSearch(asked, new AbortController().signal, options)) events.push(event);
  return events;
}
const failures = (events: readonly SearchEvent[]) => events.filter(({ kind }) => kind === 'failed');

test('a worker that is lost in the middle of its steps has them done by another, and nothing changes', async () => {
  newLab();
  const begun = vi.fn();
  await lab.worker({
    threads: 2,
    change: (own, lose) =>
      running(async (jobs) => {
        begun();
        await vi.waitFor(() => expect(lab.of('joined')).toHaveLength(1), 60_000);
        lose();
        return never(jobs);
      })(own),
  });
  const story = search(few, { runner: await lab.runner() });
  await vi.waitFor(() => expect(begun).toHaveBeenCalled(), 60_000);
  await lab.worker();
  expect(lasting(await story)).toEqual(lasting(local));
  expect(
    lab
      .of('joined')
      .map(({ worker: id }) => id)
      .sort(),
  ).toEqual(['w1', 'w2']);
});

test('a worker of other sources is refused with both named, and the rest do the work', async () => {
  newLab();
  await lab.worker({
    change: (own) => ({
      open: (study, tools) =>
        own.open({ ...study, needs: { ...(study.needs as object), code: 'c'.repeat(64) } }, tools),
    }),
  });
  const story = search(few, { runner: await lab.runner() });
  await vi.waitFor(() => expect(lab.of('refused')).toHaveLength(1), 60_000);
  await lab.worker();
  expect(lasting(await story)).toEqual(lasting(local));
  expect(lab.of('refused')[0]).toMatchObject({
    worker: 'w1',
    why: /digest cccccccccccc; this worker's have [0-9a-f]{12}$/,
  });
});

test('results that cannot be used are done anew, in the end by the study itself; its user is told once', async () => {
  newLab();
  const answers: ((body: Record<string, unknown>) => unknown)[] = [
    () => null,
    () => ({ failed: 'it never would' }),
    ({ state }) => ({ state, result: state }),
    ({ result }) => ({ state: result, result: { digest: 'd'.repeat(64), sizeBytes: 3, inline: 'AAAA' } }),
    () => ({ state: { digest: 'e'.repeat(64), sizeBytes: 2 ** 39 }, result: 5 }),
    ({ state, result }) => ({ state, result, __proto__: { polluted: 1 } }),
  ];
  let turn = 0;
  await lab.worker({
    change: running(async (jobs, own) => {
      const bodies = await own.run(jobs);
      const answer = answers[turn++ % answers.length];
      if (turn % 7 === 0) throw new Error('\u001b[31mnot today');
      return bodies.map((body) => answer(body as Record<string, unknown>));
    }),
  });
  expect(lasting(await search(few, { runner: await lab.runner() }))).toEqual(lasting(local));
  const told = lab.of('trouble').map(({ message }) => message);
  expect(told).toHaveLength(1);
  expect(told[0]).toMatch(/^what lab-w1 answers cannot be used and is done anew: /);
});

test('a step that three workers are lost with ends its island with the reason; the others go on', async () => {
  newLab();
  const deadly = (own: Executor, lose: () => void) =>
    running(async (jobs, session) => {
      if (!jobs[0].id.startsWith('step-1-')) return session.run(jobs);
      lose();
      return never(jobs);
    })(own);
  for (let made = 0; made < 4; made++) await lab.worker({ change: deadly });
  // The study takes a worker for lost after a minute of its own time.
  const quick: Clock = { now: () => 10 * performance.now(), sleep: (ms, signal) => realClock.sleep(ms / 10, signal) };
  const pending = eventsOf(few, { runner: await lab.runner({}, quick) });
  const lost = () => lab.of('returned').filter(({ job }) => job.startsWith('step-1-'));
  await vi.waitFor(() => expect(lost().length).toBeGreaterThanOrEqual(3), 100_000);
  await lab.worker();
  const events = await pending;
  expect(failures(events)).toMatchObject([
    {
      island: 1,
      round: 1,
      reason: expect.stringMatching(/^\d workers ended while they did it.*\(strategy local, in round 1\)$/),
    },
  ]);
  expect(events.at(-1)).toMatchObject({ kind: 'ended', why: 'budget' });
});

test('a strategy file that fails, or never ends, ends its island alone with the words of one machine; its prints are heard', async () => {
  newLab();
  await lab.worker();
  const throwing = altered(
    'throwing.mjs',
    'const { layers',
    'console.log("made", state.made);\nif (state.made === 2) throw new Error("lost count");\n const { layers',
  );
  const hanging = altered('hanging.mjs', 'const { layers', 'while (state.made === 1);\n const { layers');
  const islands = [{ strategy: 'uniform-random' }, islandOf(throwing), islandOf(hanging)];
  const asked = labRequest({ islands, budget: { kind: 'candidates', candidates: 150 } });
  const limits = { stepSeconds: 2 };
  const prints: StrategyPrint[] = [];
  const onPrint = (print: StrategyPrint) => void prints.push(print);
  const there = await eventsOf(asked, { limits, onPrint, runner: await lab.runner() });
  expect(failures(there)).toMatchObject([{ reason: /lost count/ }, { reason: /longer than 2 seconds/ }]);
  expect(failures(there)).toEqual(failures(await eventsOf(asked, { limits })));
  // How many lines come at a time is the machine's.
  const printed = prints.filter(({ island, strategy }) => island === 1 && strategy === 'shuffled-ring');
  expect(printed.map(({ text }) => text).join('\n')).toMatch(/^made 1$/m);
});

test('an abort ends a search while its only worker never answers', async () => {
  newLab();
  const begun = vi.fn();
  await lab.worker({
    change: running((jobs) => {
      begun();
      return never(jobs);
    }),
  });
  const stop = new AbortController();
  const runner = await lab.runner();
  const events: SearchEvent[] = [];
  const over = (async () => {
    for await (const event of runSearch(few, stop.signal, { runner })) events.push(event);
  })();
  await vi.waitFor(() => expect(begun).toHaveBeenCalled(), 60_000);
  stop.abort();
  await over;
  expect(events.at(-1)).toMatchObject({ kind: 'ended', why: 'aborted', progress: { round: 0 } });
});

test('a search that began on a queue goes on here, and the other way round, as if it had not moved', async () => {
  newLab();
  await lab.worker();
  const runner = await lab.runner();
  for (const [before, after] of [
    [{ runner }, {}],
    [{}, { runner }],
  ]) {
    const begun = await search(few, { ...before, until: 2 });
    const { checkpoint } = begun.rounds.at(-1)!;
    const rest = await search({ ...few, resume: { checkpoint, kept: begun.added } }, after);
    const whole = { ...rest, added: [...begun.added, ...rest.added] };
    expect(lasting(whole)).toEqual(lasting(local));
  }
});

test('a study that nobody works for says how to start a worker', async () => {
  newLab();
  const began = performance.now();
  const clock = { ...realClock, now: () => performance.now() + 40 * (performance.now() - began) };
  const story = search(few, { runner: await lab.runner({}, clock) });
  await vi.waitFor(() => expect(lab.of('trouble')).toHaveLength(1), 60_000);
  expect(lab.of('trouble')[0].message).toMatch(
    /^no worker has taken a job for \d+ s; start one with: scattershot worker --queue memory:\/\/lab$/,
  );
  await lab.worker();
  expect(lasting(await story)).toEqual(lasting(local));
});
