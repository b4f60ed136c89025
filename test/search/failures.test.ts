import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { deserialize, serialize } from 'node:v8';
import { afterEach, expect, test, vi } from 'vitest';
import { ScattershotError } from '../../src/base/failure.ts';
import { defaultSearchOrder } from '../../src/search/default-order.ts';
import type { IslandSpec, SearchEvent, SearchRequest } from '../../src/search/events.ts';
import type { StrategyPrint } from '../../src/search/island-runner.ts';
import { runSearch, type SearchRunOptions } from '../../src/search/search.ts';
import { makeProblem } from '../conformance/strategy-problems.ts';
import { altered, documented, folder, islandOf, written } from './strategy-files.ts';

const request = (islands: readonly IslandSpec[], changes: Partial<SearchRequest> = {}): SearchRequest => ({
  problem: makeProblem({ layers: [16, 32, 16], fanOuts: [8, 4] }),
  islands,
  seed: 5,
  budget: { kind: 'candidates', candidates: 30 },
  keep: 5,
  order: defaultSearchOrder,
  workers: 1,
  ...changes,
});

/** Events until the end; an error that ended the search is the last. */
async function eventsOf(asked: SearchRequest, options: SearchRunOptions = {}): Promise<(SearchEvent | Error)[]> {
  const events: (SearchEvent | Error)[] = [];
  try {
    for await (const event of runSearch(asked, new AbortController().signal, options)) events.push(event);
  } catch (error) {
    events.push(error as Error);
  }
  return events;
}

const failures = (events: readonly (SearchEvent | Error)[]) =>
  events.flatMap((event) => ('kind' in event && event.kind === 'failed' ? [event] : []));

const isRound = (event: SearchEvent | Error): event is Extract<SearchEvent, { kind: 'round' }> =>
  'kind' in event && event.kind === 'round';

afterEach(() => {
  vi.unstubAllEnvs();
});

const mistakes: readonly (readonly [string, string | RegExp, string, RegExp])[] = [
  ['throws', 'const { layers', 'if (state.made === 2) throw new Error("lost count");\n const { layers', /^lost count$/],
  [
    'throws something odd',
    'const { layers',
    'if (state.made === 2) throw { odd: 1 };\n const { layers',
    /object Object/,
  ],
  ['wires wrongly', '.sort()', '.fill(j % 2)', /expected a pattern of the problem's degrees; .*connected twice/],
  ['gives an array for a junction', 'return sources;', 'return [...sources];', /must be a Uint32Array; got an array/],
  [
    'gives no candidates',
    'candidates: [{ junctions }]',
    'candidates: junctions[0]',
    /must be an array; got a Uint32Array/,
  ],
  ['gives nothing', 'return { state', 'if (layers) return;\n return { state', /must return .*; got undefined/],
  ['gives a fraction of swaps', 'swaps: 0', 'swaps: 0.5', /swaps must be a whole number; got 0\.5/],
  ['gives a promise', 'step(problem', 'async step(problem', /step must return its result, not a promise of it/],
  [
    'rejects a promise',
    'step(problem',
    'step: async () => { throw new Error("late"); },\n leap(problem',
    /not a promise/,
  ],
  ['keeps a function', 'state.made + 1 }', 'state.made + 1, f: () => 1 }', /step returned is not plain data/],
  ['starts with a function', '({ made: 0 })', '({ made: () => 0 })', /start returned is not plain data/],
  ['draws by itself', 'random.fork(i)', '{ shuffle: (a) => a.sort(() => Math.random()) }', /^Math\.random is not for/],
  ['looks at the clock', 'state.made + 1 }', 'state.made + Date.now() }', /^Date\.now is not for strategies/],
  ['makes a date of now', 'state.made + 1 }', 'new Date().getTime() }', /^new Date\(\) is not for strategies/],
  ['writes the date of now', 'state.made + 1 }', 'Date() }', /^Date\(\) is not for strategies/],
  ['takes the time', 'state.made + 1 }', 'process.hrtime()[1] }', /^process\.hrtime is not for strategies/],
  ['takes long time', 'state.made + 1 }', 'process.hrtime.bigint() }', /^process\.hrtime\.bigint is not for/],
  [
    'draws bytes by itself',
    'state.made + 1 }',
    'crypto.getRandomValues(new Uint8Array(1))[0] }',
    /^crypto\.getRandomValues is not/,
  ],
  ['names by itself', 'state.made + 1 }', 'crypto.randomUUID() }', /^crypto\.randomUUID is not for strategies/],
  ['says neither yes nor why', /accepts: .*/, 'accepts: () => 0,', /accepts must return true, or why not/],
];

const files = mistakes.map(([mistake, place, by]) => altered(`${mistake.replaceAll(' ', '-')}.mjs`, place, by));
const islands = [{ strategy: 'uniform-random' }, ...files.map((path) => islandOf(path))];
const mixed = await eventsOf(request(islands, { budget: { kind: 'candidates', candidates: 100 } }));

test.each(mistakes.map(([mistake, , , message], index) => [mistake, message, index + 1] as const))(
  'a strategy that %s ends its own island, by the name of its file',
  (_, message, island) => {
    const own = failures(mixed).filter((event) => event.island === island);
    const path = files[island - 1];
    expect(own).toMatchObject([{ strategy: 'shuffled-ring', file: path }]);
    const [{ reason }] = own;
    const behind = reason.indexOf(` (strategy shuffled-ring of ${path}`);
    expect(reason.slice(behind + ` (strategy shuffled-ring of ${path}`.length)).toMatch(
      /^(:\d+)?, (in round \d+|when it was asked whether it can do the problem)\)$/,
    );
    expect(reason.slice(0, behind)).toMatch(message);
  },
);

test('what a strategy throws is told with the line of its own file, or of the file that it imports', () => {
  const reasonOf = (mistake: string) =>
    failures(mixed).find(({ island }) => island === 1 + mistakes.findIndex(([name]) => name === mistake))?.reason;
  const lineOf = (text: string) => documented.split('\n').findIndex((line) => line.includes(text)) + 1;
  expect(reasonOf('throws')).toContain(`throws.mjs:${lineOf('const { layers')}, in round 3)`);
  // what is found in its result has no line
  expect(reasonOf('gives no candidates')).toMatch(/gives-no-candidates\.mjs, in round 1\)$/);
});

test('an error in a file that a strategy imports is told with that file’s name and line', async () => {
  const helper = written('helper.mjs', 'export function help() {\n  throw new Error("no help");\n}\n');
  const path = altered('helped.mjs', 'const { layers', 'help();\n const { layers');
  writeFileSync(path, `import { help } from './helper.mjs';\n${readFileSync(path, 'utf8')}`);
  const [{ reason }] = failures(await eventsOf(request([islandOf(path)])));
  expect(reason).toBe(`no help (strategy shuffled-ring of ${path}, at ${helper}:2, in round 1)`);
});

/** A search with what its strategies print. */
async function printedBy(asked: SearchRequest, options: SearchRunOptions = {}) {
  const prints: StrategyPrint[] = [];
  const events = await eventsOf(asked, { ...options, onPrint: (print) => void prints.push(print) });
  return { prints, events };
}

test('what a strategy prints in any way is heard clean, with its island, and is on neither stream', async () => {
  const path = altered(
    'loud.mjs',
    'const { layers',
    `console.log('made %d \\x1b[31m', state.made); console.error('error');
     process.stdout.write('half '); process.stderr.write(new TextEncoder().encode('line\\n'));
     fs.writeSync(1, 'raw\\n'); process.stdout.write('no end');
     const { layers`,
  );
  writeFileSync(path, `import fs from 'node:fs';\nconsole.log('loaded');\n${readFileSync(path, 'utf8')}`);
  const [out, err] = [vi.spyOn(process.stdout, 'write'), vi.spyOn(process.stderr, 'write')];
  const quiet = { budget: { kind: 'candidates', candidates: 2 } } as const;
  const { prints, events } = await printedBy(request([{ strategy: 'uniform-random' }, islandOf(path)], quiet));
  expect(events.at(-1)).toMatchObject({ kind: 'ended' });
  const texts = ['loaded', 'made 0 \\x1b[31m', 'error', 'half line', 'raw', 'no end'];
  expect(prints.map(({ text }) => text)).toEqual(texts);
  expect(prints.every(({ island, strategy }) => island === 1 && strategy === 'shuffled-ring')).toBe(true);
  expect([out, err].flatMap(({ mock }) => mock.calls).join('')).not.toMatch(/made 0|half|raw|no end/);
});

test('a strategy that prints without end is cut short, and finds what a silent one does', async () => {
  const path = altered(
    'endless.mjs',
    'const { layers',
    'for (let n = 0; n < 5000; n++) console.log(n, "x".repeat(9000));\n const { layers',
  );
  const begunMs = performance.now();
  const { prints, events } = await printedBy(request([islandOf(path)]));
  const seconds = (performance.now() - begunMs) / 1000;
  // 50 a second, and how many were withheld.
  expect(prints.length).toBeLessThanOrEqual(51 * (seconds + 1));
  expect(Math.max(...prints.map(({ text }) => Buffer.byteLength(text)))).toBeLessThanOrEqual(2000);
  expect(prints.some(({ text }) => /^\(\d+ more printed too fast to be shown\)$/.test(text))).toBe(true);
  expect(timeless(events)).toEqual(timeless(await eventsOf(request([islandOf(written('silent.mjs', documented))]))));
});

test('a step that hangs ends its island and nothing else, on whatever thread', async () => {
  const path = altered('hanging.mjs', 'const { layers', 'while (state.made === 2);\n const { layers');
  const asked = (workers: number) =>
    request([{ strategy: 'uniform-random' }, islandOf(path), { strategy: 'anneal' }], { workers });
  const [one, two] = [
    await eventsOf(asked(1), { limits: { stepSeconds: 3 } }),
    await eventsOf(asked(2), { limits: { stepSeconds: 3 } }),
  ];
  expect(failures(one)).toEqual([
    {
      ...{ kind: 'failed', island: 1, strategy: 'shuffled-ring', file: path, round: 3 },
      reason: `it took longer than 3 seconds and was ended; --step-timeout gives more (strategy shuffled-ring of ${path}, in round 3)`,
    },
  ]);
  expect(one.at(-1)).toMatchObject({ kind: 'ended', why: 'budget', progress: { evaluated: 30 } });
  expect(timeless(two)).toEqual(timeless(one));
});

test('being asked can hang as well', async () => {
  const path = altered('pondering.mjs', /accepts: .*/, 'accepts: () => { for (;;); },');
  const events = await eventsOf(request([islandOf(path), { strategy: 'uniform-random' }]), {
    limits: { stepSeconds: 2 },
  });
  expect(failures(events)).toMatchObject([{ island: 0, round: 0, reason: expect.stringMatching(/longer than 2 s/) }]);
  expect(events.at(-1)).toMatchObject({ kind: 'ended', why: 'budget' });
});

test('a step that eats memory ends its island and nothing else', async () => {
  const path = altered(
    'hungry.mjs',
    'const { layers',
    'const all = []; while (state.made === 1) all.push({ n: [all.length] });\n const { layers',
  );
  const events = await eventsOf(request([{ strategy: 'uniform-random' }, islandOf(path)]), {
    limits: { workerMemoryMb: 96 },
  });
  expect(failures(events)).toMatchObject([
    {
      round: 2,
      reason: expect.stringMatching(
        /^it needed more than 96 MB of memory, twice; --worker-memory gives more \(strategy .*hungry\.mjs, in round 2\)$/,
      ),
    },
  ]);
  expect(events.at(-1)).toMatchObject({ kind: 'ended', why: 'budget', progress: { evaluated: 30 } });
});

test('limits that cannot be are the caller’s mistake', async () => {
  const wrong = async (limits: SearchRunOptions['limits']) => String((await eventsOf(request([]), { limits })).at(-1));
  const islands = [{ strategy: 'uniform-random' }];
  const said = async (limits: SearchRunOptions['limits']) =>
    String((await eventsOf(request(islands), { limits })).at(-1));
  expect(await said({ stepSeconds: 0 })).toMatch(/^RangeError: a step's time must be above 0 seconds; got 0/);
  expect(await said({ workerMemoryMb: 10 })).toMatch(/^RangeError: .*megabytes from 64; got 10/);
  expect(await wrong({})).toMatch(/number of islands/);
});

test('the islands that did not fail go on to the end', () => {
  expect(failures(mixed)).toHaveLength(mistakes.length);
  expect(mixed.at(-1)).toMatchObject({ kind: 'ended', why: 'budget', progress: { evaluated: 100 } });
});

test('a pattern that breaks a constraint ends its island', async () => {
  const path = altered('unbound.mjs', "problem.constraints === undefined || 'keeps no constraints'", 'true');
  const { problem } = request([]);
  const constraints = { forced: [Array.from({ length: 8 }, (_, left) => [left, 0] as const), []] };
  const events = await eventsOf(request([islandOf(path)], { problem: { ...problem, constraints } }));
  expect(failures(events)).toMatchObject([
    { reason: expect.stringMatching(/expected a pattern that keeps the constraints; got one where .*forced edge/) },
  ]);
});

test('what a strategy writes into what it is given reaches nobody else', async () => {
  const spoil = `for (const { pattern } of _elites) for (const junction of pattern.junctions) junction.fill(0);
    problem.architecture.layers[0] = 1;
    problem.entries.length = 0;
    const { layers, fanOuts } = { layers: [16, 32, 16], fanOuts: [8, 4] };`;
  const spoiling = altered('spoiling.mjs', 'const { layers, fanOuts } = problem.architecture;', spoil);
  const islands = (path: string) => [{ strategy: 'anneal' }, islandOf(path), { strategy: 'permutation-grid' }];
  const added = (events: (SearchEvent | Error)[]) =>
    events
      .filter(isRound)
      .flatMap((round) => round.added.map(({ number, fingerprint, vector }) => [number, fingerprint, vector]));
  const spoilt = await eventsOf(request(islands(spoiling)));
  expect(failures(spoilt)).toEqual([]);
  expect(added(spoilt)).toEqual(added(await eventsOf(request(islands(written('fair.mjs', documented))))));
});

test('a failure is stored with its round: a resumed search says it again, does not try again, and ends the same', async () => {
  const path = altered(
    'thrice.mjs',
    'const { layers',
    'if (state.made === 2) throw new Error("thrice");\n const { layers',
  );
  const asked = request([islandOf(path), { strategy: 'uniform-random' }, { strategy: 'anneal' }]);
  const whole = await eventsOf(asked);
  const cut = whole
    .slice(0, whole.findIndex((event) => isRound(event) && event.progress.round === 4) + 1)
    .filter(isRound);
  const resume = { checkpoint: cut.at(-1)!.checkpoint, kept: cut.flatMap(({ added }) => added) };
  const rest = await eventsOf({ ...asked, resume: deserialize(serialize(resume)) });
  expect(rest[0]).toEqual(failures(whole)[0]);
  expect(failures(rest)).toEqual([expect.objectContaining({ island: 0, round: 3 })]);
  const last = (events: (SearchEvent | Error)[]) => ({
    ...events.filter(isRound).at(-1)!.checkpoint,
    seconds: 0,
    bestSeconds: 0,
  });
  expect(last(rest)).toEqual(last(whole));
});

test('when every island has failed the search ends with a Failure that says why, in a resume too', async () => {
  const path = altered(
    'hopeless.mjs',
    'const { layers',
    'if (state.made === 1) throw new Error("hopeless");\n const { layers',
  );
  const asked = request([islandOf(path), islandOf(path)]);
  const events = await eventsOf(asked);
  const error = events.at(-1);
  expect(error).toBeInstanceOf(ScattershotError);
  expect(error).toMatchObject({
    failure: {
      reason: 'strategies-failed',
      message: expect.stringMatching(
        /^no island is left to search: hopeless \(strategy .*hopeless\.mjs:\d+, in round 2\); and 1 more island$/,
      ),
    },
  });
  const rounds = events.filter(isRound);
  expect(rounds).toHaveLength(2);
  const resume = { checkpoint: rounds.at(-1)!.checkpoint, kept: rounds.flatMap(({ added }) => added) };
  const again = await eventsOf({ ...asked, resume });
  expect(failures(again)).toHaveLength(2);
  expect(again.at(-1)).toBeInstanceOf(ScattershotError);
});

test('a search that every strategy refuses ends with a Failure that gives the first reason, not as if all were found', async () => {
  const path = altered('choosy.mjs', /accepts: .*/, "accepts: () => 'only the sea',");
  const events = await eventsOf(request([islandOf(path), islandOf(path)]));
  expect(events.slice(0, -1)).toMatchObject([{ kind: 'refused' }, { kind: 'refused' }]);
  expect(events.at(-1)).toMatchObject({
    failure: {
      reason: 'strategies-refused',
      message: 'no strategy can do this problem: shuffled-ring: only the sea',
      nextStep: 'Name another strategy, or change what is asked for.',
    },
  });
});

test('a date that is made of something, and asked what it is, is a strategy’s to use', async () => {
  const path = altered(
    'dated.mjs',
    'state.made + 1 }',
    'state.made + (new Date(5).getTime() === 5 && new Date(5) instanceof Date ? 1 : NaN) }',
  );
  const events = await eventsOf(request([islandOf(path)], { budget: { kind: 'candidates', candidates: 3 } }));
  expect(failures(events)).toEqual([]);
  expect(events.filter(isRound).at(-1)?.checkpoint.states).toEqual([{ made: 3 }]);
});

test('a strategy that works long on each candidate is waited for: rounds in which none came are not the end', async () => {
  const path = altered(
    'slow.mjs',
    'candidates: [{ junctions }]',
    'candidates: state.made % 300 === 299 ? [{ junctions }] : []',
  );
  const asked = request([islandOf(path)], { budget: { kind: 'candidates', candidates: 2 } });
  const events = await eventsOf(asked);
  expect(events.at(-1)).toMatchObject({ kind: 'ended', why: 'budget', progress: { evaluated: 2, round: 600 } });
  const rounds = events.filter(isRound);
  expect(rounds[298].checkpoint).toMatchObject({ idleRounds: 0, emptyRounds: 299 });
  // The count goes on where a checkpoint holds it: one round more is one too many.
  const checkpoint = { ...rounds[298].checkpoint, states: [{ made: 0 }], emptyRounds: 99_999 };
  expect((await eventsOf({ ...asked, resume: { checkpoint, kept: [] } })).at(-1)).toMatchObject({
    why: 'nothing-made',
  });
  const { emptyRounds: _, ...older } = rounds[298].checkpoint;
  expect((await eventsOf({ ...asked, resume: { checkpoint: older, kept: [] } })).at(-1)).toMatchObject({
    why: 'budget',
  });
});

test('an island whose step takes long is named once, and nothing else of the search is changed', async () => {
  const sleep = (ms: number) => `Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ${ms}); const { layers`;
  const asked = (path: string) => request([{ strategy: 'uniform-random' }, islandOf(path)], { workers: 2 });
  const path = altered(
    'sleepy.mjs',
    'const { layers',
    `if (state.made < 2) ${sleep(600)}`.replace('; const', ';\nconst'),
  );
  const events = await eventsOf(asked(path), { slowStepMs: 100 });
  const slow = events.flatMap((event) => ('kind' in event && event.kind === 'slow' ? [event] : []));
  expect(slow.filter(({ island }) => island === 1)).toEqual([
    { kind: 'slow', island: 1, strategy: 'shuffled-ring', seconds: 0.1 },
  ]);
  const others = events.filter((event) => !('kind' in event && event.kind === 'slow'));
  expect(timeless(others)).toEqual(timeless(await eventsOf(asked(written('wakeful.mjs', documented)))));
});

test('a file that is no longer what it was ends the search before anything of it is run', async () => {
  const path = written('changing.mjs', documented);
  const island = islandOf(path);
  written('changing.mjs', `throw new Error('must not run');\n${documented}`);
  expect((await eventsOf(request([island, { strategy: 'uniform-random' }]))).at(-1)).toMatchObject({
    failure: { reason: 'strategy-file-changed', message: expect.stringContaining(path) },
  });
});

test('a strategy that does not exist is the caller’s mistake', async () => {
  expect(String((await eventsOf(request([{ strategy: 'magic' }]))).at(-1))).toMatch(
    /^RangeError: expected a strategy of uniform-random, .*; got magic$/,
  );
});

/** A thread that dies so often in a step of island 1. */
async function dying(
  round: number,
  times: number,
  death: 'exit' | 'memory',
  workers = 1,
): Promise<(SearchEvent | Error)[]> {
  const deaths = join(folder, 'deaths');
  writeFileSync(deaths, '');
  vi.stubEnv('SCATTERSHOT_TEST_DEATH', `1 ${round} ${times} ${death}`);
  vi.stubEnv('SCATTERSHOT_TEST_DEATHS', deaths);
  const islands = [{ strategy: 'uniform-random' }, { strategy: 'anneal' }, { strategy: 'permutation-grid' }];
  return eventsOf(request(islands, { workers }), { workerFile: new URL('./dying-worker.ts', import.meta.url) });
}

const timeless = (events: (SearchEvent | Error)[]) =>
  events.map((event) => {
    if (event instanceof Error || !('progress' in event)) return event;
    const progress = { ...event.progress, seconds: 0 };
    return isRound(event)
      ? { ...event, progress, checkpoint: { ...event.checkpoint, seconds: 0, bestSeconds: 0 } }
      : { ...event, progress };
  });

test('a task whose thread dies is done again on another, and nothing of the search is changed', async () => {
  const unharmed = timeless(await dying(2, 0, 'exit'));
  expect(unharmed.at(-1)).toMatchObject({ kind: 'ended', why: 'budget' });
  expect(timeless(await dying(3, 1, 'exit', 2))).toEqual(unharmed);
});

test('an island whose thread dies twice in one step ends, the others go on', async () => {
  const events = await dying(2, 2, 'exit');
  expect(failures(events)).toEqual([
    {
      ...{ kind: 'failed', island: 1, strategy: 'anneal', file: null, round: 2 },
      reason: 'its thread ended twice: worker exited with code: 3 (strategy anneal, in round 2)',
    },
  ]);
  expect(events.at(-1)).toMatchObject({ kind: 'ended', why: 'budget', progress: { evaluated: 30 } });
});

test('a lack of memory, twice, is no fault of a strategy of ours: the search stops with a reason and can be resumed', async () => {
  const events = await dying(2, 2, 'memory');
  expect(events.at(-1)).toMatchObject({
    failure: { reason: 'worker-lost', message: expect.stringMatching(/memory limit/) },
  });
  expect(failures(events)).toEqual([]);
  expect(events.filter(isRound)).toHaveLength(1);
});

test('a file that ends its thread ends its island', async () => {
  const path = altered('exiting.mjs', 'const { layers', 'if (state.made === 2) process.exit(7);\n const { layers');
  const events = await eventsOf(request([{ strategy: 'uniform-random' }, islandOf(path)]));
  expect(failures(events)).toMatchObject([
    { round: 3, reason: expect.stringMatching(/^its thread ended twice: .*exiting\.mjs, in round 3\)$/) },
  ]);
  expect(events.at(-1)).toMatchObject({ kind: 'ended', why: 'budget' });
});
