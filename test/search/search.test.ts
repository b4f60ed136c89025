import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { deserialize, serialize } from 'node:v8';
import { expect, test } from 'vitest';
import { ScattershotError } from '../../src/base/failure.ts';
import { scorePattern } from '../../src/scatter/kernel.ts';
import type { SearchRequest } from '../../src/search/events.ts';
import { SearchPool } from '../../src/search/pool.ts';
import { compareCandidates } from '../../src/search/ranking.ts';
import { AuditMismatchError, runSearch } from '../../src/search/search.ts';
import { strategyNames } from '../../strategies/names.ts';
import { makeProblem, strategyProblems } from '../conformance/strategy-problems.ts';
import { lasting, raised, request, type Story, search } from './search-story.ts';
import { documented, islandOf, written } from './strategy-files.ts';

const lastCheckpoint = ({ rounds }: Story) => ({ ...rounds.at(-1)!.checkpoint, seconds: 0, bestSeconds: 0 });

const whole = await search(request({ workers: 2 }));

test('a budget by number is met exactly, with distinct candidates of every strategy, numbered in order', () => {
  expect(whole.ended).toMatchObject({ why: 'budget', progress: { evaluated: 150 } });
  expect(whole.ended.progress.strategies.map(({ evaluated }) => evaluated > 0)).toEqual([true, true, true, true]);
  expect(whole.ended.progress.strategies.reduce((sum, { evaluated }) => sum + evaluated, 0)).toBe(150);
  const numbers = whole.added.map(({ number }) => number);
  expect(numbers).toEqual([...numbers].sort((a, b) => a - b));
  expect(new Set(whole.added.map(({ fingerprint }) => fingerprint)).size).toBe(whole.added.length);
  const { seen, hashBytes } = whole.rounds.at(-1)!.checkpoint;
  expect([(seen as Uint8Array[]).map(({ length }) => length), hashBytes]).toEqual([[150 * 8], 8]);
});

test('what is added was audited and has the score that its pattern has', () => {
  const { problem } = request();
  for (const { pattern, scatter, vector, audit } of whole.added) {
    expect(audit).toBe('whole');
    expect(scorePattern(pattern, problem.entries, problem.metric)).toEqual({ metric: problem.metric, scatter, vector });
  }
});

test('of every strategy and target the best few are among the added', () => {
  const anneals = whole.added.filter(({ island }) => island === 4).map(({ scatter }) => Math.abs(scatter - 0.8));
  expect(anneals.length).toBeGreaterThanOrEqual(4);
  expect(Math.max(...anneals)).toBeLessThanOrEqual(0.005);
  const { best, strategies } = whole.ended.progress;
  expect(best?.scatter).toBe(Math.max(...strategies.map((strategy) => strategy.best ?? 0)));
  expect(whole.added.find(({ number }) => number === best?.number)?.scatter).toBe(best?.scatter);
});

test('every strategy together with a file: numbers, scores, ties and checkpoint are the same on 1 thread as on 2', async () => {
  const islands = [...strategyNames.map((strategy) => ({ strategy })), islandOf(written('example.mjs', documented))];
  const story = (workers: number) =>
    search(request({ islands, workers, budget: { kind: 'candidates', candidates: 300 } }));
  const [one, two] = [await story(1), await story(2)];
  expect(lasting(two)).toEqual(lasting(one));
  expect(lastCheckpoint(two)).toEqual(lastCheckpoint(one));
  expect(one.ended.progress.strategies.at(-1)).toMatchObject({ name: 'shuffled-ring' });
  const stepped = strategyNames.length + 1 - one.refused.length;
  expect(one.ended.progress.strategies.filter(({ evaluated }) => evaluated > 0)).toHaveLength(stepped);
});

test('budgets of 1, 52 and 150 one after another end as 150 at once', async () => {
  const cut = await raised(request({ workers: 2 }), [1, 52, 150]);
  expect(lasting(cut)).toEqual(lasting(whole));
  expect(lastCheckpoint(cut)).toEqual(lastCheckpoint(whole));
});

test('so they do with one candidate kept, strategies that learn from elites, and an end by patience', async () => {
  const islands = ['anneal', 'uniform-random', 'permutation-grid'].map((strategy) => ({ strategy }));
  const asked = request({ seed: 12, keep: 1, islands, patience: 60 });
  const [cut, straight] = [await raised(asked, [23, 400]), await raised(asked, [400])];
  expect(straight.ended.why).toBe('no-improvement');
  expect(lasting(cut)).toEqual(lasting(straight));
  expect(lastCheckpoint(cut)).toEqual(lastCheckpoint(straight));
});

test('patterns of equal scatter are kept by what tells them apart, as if all had been measured in full', async () => {
  const problem = makeProblem({ layers: [16, 32, 16], fanOuts: [8, 4] });
  const order = ['rank', 'other-scatter', 'four-cycles'];
  const islands = [{ strategy: 'permutation-grid' }, { strategy: 'permutation-grid' }];
  const few = await search(request({ problem, order, islands, keep: 3 }));
  const all = await search(request({ problem, order, islands, keep: 150 }));
  expect(new Set(all.added.map(({ scatter }) => scatter)).size).toBeLessThan(all.added.length);
  const best = all.added.toSorted(compareCandidates(null, order)).slice(0, 3);
  expect(few.added.toSorted(compareCandidates(null, order)).slice(0, 3)).toEqual(best);
  expect(few.ended.progress.best?.number).toBe(best[0].number);
  expect(few.added.length).toBeLessThan(all.added.length);
});

test('another seed gives another search', async () => {
  expect(lasting(await search(request({ seed: 8, budget: { kind: 'candidates', candidates: 20 } }))).added).not.toEqual(
    lasting(whole).added.slice(0, 20),
  );
});

test('a search that was stopped and resumed twice ends exactly as one that was not', async () => {
  const first = await search(request(), { until: 3 });
  expect(first.ended).toMatchObject({ why: 'aborted', progress: { round: 3 } });
  const resumed = (...stories: Story[]) => {
    const kept = stories.flatMap(({ added }) => added);
    const checkpoint = stories.at(-1)!.rounds.at(-1)!.checkpoint;
    return request({ resume: deserialize(serialize({ checkpoint, kept })) });
  };
  const second = await search(resumed(first), { until: 5 });
  const third = await search(resumed(first, second));
  const added = [...first.added, ...second.added, ...third.added];
  expect(lasting({ ...third, added })).toEqual(lasting(whole));
  expect(third.ended.progress.seconds).toBeGreaterThan(second.ended.progress.seconds);

  const again = await search(resumed(first, second, third));
  expect(again.rounds).toEqual([]);
  expect(lasting({ ...again, added })).toEqual(lasting(whole));
});

test('an abort ends the threads: the process ends by itself', async () => {
  const child = fileURLToPath(new URL('./abort-child.ts', import.meta.url));
  const { stdout } = await promisify(execFile)(process.execPath, ['--import', 'tsx', child], { timeout: 170_000 });
  expect(stdout).toBe('aborted after round 3');
});

test('a search that is aborted before it begins says so and does nothing', async () => {
  const events = [];
  for await (const event of runSearch(request(), AbortSignal.abort())) events.push(event);
  expect(events).toMatchObject([{ kind: 'ended', why: 'aborted', progress: { round: 0, evaluated: 0, best: null } }]);
});

test('a wrong score stops the search, naming the candidate, the entry and both values', async () => {
  const lying = search(request(), { workerFile: new URL('./lying-worker.ts', import.meta.url) });
  await expect(lying).rejects.toThrow(AuditMismatchError);
  await expect(lying).rejects.toThrow(
    /^candidate 1 \([0-9a-f]{12}, uniform-random\) has a wrong score: 1:1 backward: the reference gives 0\.\d+, the score says 0\.999$/,
  );
});

test('workers that cannot even start end it too', async () => {
  const missing = search(request(), { workerFile: new URL('./no-such-worker.ts', import.meta.url) });
  await expect(missing).rejects.toThrow(ScattershotError);
  await expect(missing).rejects.toMatchObject({
    failure: { reason: 'worker-lost', message: expect.stringContaining('no-such-worker') },
  });
});

test('threads that neither start nor end do not keep it waiting', async () => {
  const problem = makeProblem({ layers: [16, 32, 16], fanOuts: [8, 4] });
  const setup = { problem, seed: 1, islands: [{ strategy: 'uniform-random' as const }], order: [] };
  const file = new URL('./never-starting-worker.mjs', import.meta.url);
  const pool = new SearchPool(setup, 2, { file, startSeconds: 3 });
  await expect(pool.start()).rejects.toMatchObject({
    failure: {
      reason: 'worker-lost',
      message: 'no search worker started within 3 seconds',
      nextStep: expect.stringContaining('ulimit -n'),
    },
  });
  await pool.destroy();
});

test('a thread that could open no more files says how to give it more', async () => {
  const lacking = search(request(), { workerFile: new URL('./fileless-worker.mjs', import.meta.url) });
  await expect(lacking).rejects.toMatchObject({
    failure: {
      reason: 'worker-lost',
      message: expect.stringContaining('EMFILE'),
      nextStep: expect.stringMatching(/ulimit -n 4096/),
    },
  });
});

test('a strategy that cannot do the problem is refused with its reason, and the others go on', async () => {
  const { refused, ended } = await search(
    request({
      problem: strategyProblems['overlapping windows given by hand'],
      islands: [{ strategy: 'permutation-grid' }, { strategy: 'uniform-random' }],
      budget: { kind: 'candidates', candidates: 10 },
    }),
  );
  expect(refused).toEqual([
    {
      kind: 'refused',
      island: 0,
      strategy: 'permutation-grid',
      reason: 'the left windows of junction 1 do not hold every neuron once',
    },
  ]);
  expect(ended).toMatchObject({ why: 'budget', progress: { evaluated: 10 } });
});

test('a net with 2^57 paths is searched by every strategy that accepts it, and fails none', async () => {
  const layers = new Array<number>(20).fill(32);
  const problem = makeProblem({ layers, fanOuts: layers.slice(1).map(() => 8) });
  const islands = [...strategyNames, 'anneal'].map((strategy) => ({ strategy }));
  const events = [];
  const { signal } = new AbortController();
  for await (const event of runSearch(
    request({ problem, islands, budget: { kind: 'candidates', candidates: 30 } }),
    signal,
  ))
    events.push(event);
  expect(events.filter(({ kind }) => kind === 'failed')).toEqual([]);
  expect(events.flatMap((event) => (event.kind === 'refused' ? [event.strategy] : []))).toEqual(['target']);
  expect(events.at(-1)).toMatchObject({ kind: 'ended', why: 'budget' });
});

test('what a caller gets wrong is said', async () => {
  const wrong: [Partial<SearchRequest>, RegExp][] = [
    [{ islands: [{ strategy: 'simulated-magic' }] }, /expected a strategy of uniform-random, .*; got simulated-magic/],
    [{ islands: [] }, /the number of islands must be a whole number from 1; got 0/],
    [{ workers: 0 }, /the number of workers must be a whole number from 1; got 0/],
    [{ order: ['beauty'] }, /a ranking criterion got "beauty"; expected one of other-scatter, distinct-neighbourhoods/],
    [{ keep: 1.5 }, /the number of candidates kept must be a whole number from 1; got 1.5/],
    [{ seed: -1 }, /the seed must be a whole number from 0; got -1/],
    [
      { budget: { kind: 'candidates', candidates: 0 } },
      /the budget of candidates must be a whole number from 1; got 0/,
    ],
    [{ budget: { kind: 'time', seconds: 0 } }, /the budget must be above 0 seconds; got 0/],
  ];
  for (const [changes, message] of wrong) {
    const error = await search(request(changes)).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(RangeError);
    expect((error as RangeError).message).toMatch(message);
  }
});
