import { expect, test } from 'vitest';
import { defineArchitecture } from '../../src/pattern/architecture.ts';
import { measureProxies } from '../../src/proxies/index.ts';
import type { Store } from '../../src/store/index.ts';
import type { StudyEvent } from '../../src/study/events.ts';
import type { StudyHost } from '../../src/study/host.ts';
import { rankedCandidates } from '../../src/study/leaderboard.ts';
import { searchResult } from '../../src/study/search-result.ts';
import type { StudySettings } from '../../src/study/settings.ts';
import { resumeStudy, type StudyOutcome, startStudy } from '../../src/study/start-study.ts';
import { openedStore, temporaryFolder } from '../store/samples.ts';

const order = ['other-scatter', 'rank', 'four-cycles', 'spectral-gap'];
const settings: StudySettings = {
  kind: 'search',
  baseName: 'tied',
  architecture: defineArchitecture({ layers: [16, 32, 16], fanOuts: [8, 4] }),
  metric: 'indicator',
  entries: { windows: 'integral', spans: 'io' },
  islands: [{ strategy: 'permutation-grid' }, { strategy: 'uniform-random' }],
  seed: 3,
  budget: { kind: 'candidates', candidates: 120 },
  keep: 4,
  order,
  target: null,
  untilOptimal: false,
  training: null,
};

/** A listener that stops the study after this number of rounds. */
function stoppingAfter(rounds: number) {
  const stop = new AbortController();
  const listener = (event: StudyEvent) => {
    if (event.kind === 'search-progress' && event.progress.round >= rounds) stop.abort();
  };
  return { listener, signal: stop.signal };
}

const lasting = (store: Store, { study }: StudyOutcome) =>
  rankedCandidates(store, study).map(({ createdAt: _, ...candidate }) => candidate);

/** Totals one after another, each a resume of the one before. */
async function raised(
  totals: readonly number[],
  changes: Partial<StudySettings>,
): Promise<{ store: Store; outcome: StudyOutcome }> {
  const folder = temporaryFolder();
  const store = openedStore(`${folder}/a.db`);
  const host = { store, cacheFolder: folder, workers: 1, ...stoppingAfter(Number.POSITIVE_INFINITY) };
  const total = (candidates: number) => ({ kind: 'candidates', candidates }) as const;
  let outcome = await startStudy({ ...settings, ...changes, budget: total(totals[0]) }, null, host);
  for (const candidates of totals.slice(1))
    outcome = await resumeStudy(outcome.study, host, { budget: total(candidates) });
  return { store, outcome };
}

async function searched(rounds?: number): Promise<{ store: Store; outcome: StudyOutcome }> {
  const folder = temporaryFolder();
  const store = openedStore(`${folder}/a.db`);
  const host = { store, cacheFolder: folder, workers: 1 };
  const run = await startStudy(settings, null, { ...host, ...stoppingAfter(rounds ?? Number.POSITIVE_INFINITY) });
  if (rounds === undefined) return { store, outcome: run };
  expect(run.status).toBe('interrupted');
  return { store, outcome: await resumeStudy(run.study, { ...host, ...stoppingAfter(Number.POSITIVE_INFINITY) }) };
}

test('a study stores what tells its candidates apart, ranks by it, and ends the same when it was stopped on the way', async () => {
  const { store, outcome } = await searched();
  const candidates = rankedCandidates(store, outcome.study);
  for (const { number, ties } of candidates) {
    const pattern = store.loadPattern(outcome.study.id, number);
    const measured = [...measureProxies(pattern, settings.architecture, order.slice(1))];
    expect(Object.entries(ties)).toEqual(measured.map(([name, { value }]) => [name, value]));
  }
  const result = searchResult(store, outcome.study, 3);
  expect(result.order).toBe(
    'scatter (higher), other-scatter (higher), rank (higher), four-cycles (lower), spectral-gap (higher)',
  );
  expect(result.top.map(({ candidate, ties }) => [candidate, ties])).toEqual(
    candidates.slice(0, 3).map(({ number, ties }) => [number, ties]),
  );
  expect(result.best).toEqual(result.top[0]);
  const stopped = await searched(4);
  expect(lasting(stopped.store, stopped.outcome)).toEqual(lasting(store, outcome));
});

test('a study whose budget was raised on the way has the leaderboard and the checkpoint of one that had it from the start', async () => {
  const islands = ['anneal', 'uniform-random', 'permutation-grid'].map((strategy) => ({ strategy }));
  const [cut, straight] = [await raised([17, 120], { islands }), await raised([120], { islands })];
  expect(lasting(cut.store, cut.outcome)).toEqual(lasting(straight.store, straight.outcome));
  const checkpoint = ({ store, outcome }: typeof cut) => ({
    ...store.loadCheckpoint(outcome.study.id),
    seconds: 0,
    bestSeconds: 0,
  });
  expect(checkpoint(cut)).toEqual(checkpoint(straight));
  expect(cut.outcome.study.evaluated).toBe(120);
});

test('patience belongs to the study, its end says so, and a resume may raise it', async () => {
  const folder = temporaryFolder();
  const store = openedStore(`${folder}/a.db`);
  const events: StudyEvent[] = [];
  const listener = (event: StudyEvent) => void events.push(event);
  const host = { store, cacheFolder: folder, workers: 1, signal: new AbortController().signal, listener };
  const impatient = await startStudy(
    { ...settings, patience: 5, budget: { kind: 'candidates', candidates: 5000 } },
    null,
    host,
  );
  expect(impatient.study).toMatchObject({ status: 'finished', result: { ended: 'no-improvement' } });
  expect(events.slice(-2)).toMatchObject([{ kind: 'search-ended', why: 'no-improvement' }, { kind: 'study-ended' }]);
  expect(searchResult(store, impatient.study, 1)).toMatchObject({ ended: 'no-improvement' });
  const same = await resumeStudy(impatient.study, host);
  expect(same.study.evaluated).toBe(impatient.study.evaluated);
  const longer = await resumeStudy(same.study, host, { patience: 30 });
  expect(longer.study.settings).toMatchObject({ patience: 30 });
  expect(longer.study.evaluated).toBeGreaterThan(same.study.evaluated);
  const best = searchResult(store, longer.study, 1).best;
  expect(longer.study.evaluated - (best?.candidate ?? 0)).toBeGreaterThanOrEqual(30);
});

/** What a study says from its start to its end, and its record then. */
async function heard(run: (host: StudyHost) => Promise<StudyOutcome>, store: Store, folder: string) {
  const events: StudyEvent[] = [];
  const listener = (event: StudyEvent) => void events.push(event);
  const host = { store, cacheFolder: folder, workers: 1, signal: new AbortController().signal, listener };
  const { study } = await run(host);
  return { study, spent: events.filter(({ kind }) => kind === 'budget-spent'), events };
}

test('a total below what is done already gets an event, and does not lower the study’s own', async () => {
  const folder = temporaryFolder();
  const store = openedStore(`${folder}/a.db`);
  const budget = { kind: 'candidates', candidates: 20 } as const;
  const first = await heard((host) => startStudy({ ...settings, budget }, null, host), store, folder);
  expect(first.spent).toEqual([]);
  const changes = { budget: { kind: 'candidates', candidates: 10 } } as const;
  const again = await heard((host) => resumeStudy(first.study, host, changes), store, folder);
  expect(again.spent).toMatchObject([{ evaluated: 20, asked: changes.budget, budget }]);
  expect(again.study).toMatchObject({ evaluated: 20, settings: { budget } });
  const more = { budget: { kind: 'candidates', candidates: 30 } } as const;
  const raisedTo = await heard((host) => resumeStudy(again.study, host, more), store, folder);
  expect(raisedTo).toMatchObject({ spent: [], study: { evaluated: 30, settings: more } });
});

test('strategies that are refused for the same reason share an event', async () => {
  const folder = temporaryFolder();
  const store = openedStore(`${folder}/a.db`);
  const forced = [[[0, 0] as const], []];
  const own = {
    ...settings,
    islands: ['uniform-random', 'local', 'local', 'radix'].map((strategy) => ({ strategy })),
    constraints: { forced },
    budget: { kind: 'candidates', candidates: 5 } as const,
  };
  const { events } = await heard((host) => startStudy(own, null, host), store, folder);
  const refused = events.filter((event) => event.kind === 'strategy-refused');
  expect(refused).toMatchObject([{ strategies: ['local', 'radix'], reason: expect.stringMatching(/forced edges/) }]);
});

test('the first event of a study carries what the store holds, and its candidates carry what ranks them', async () => {
  const folder = temporaryFolder();
  const store = openedStore(`${folder}/a.db`);
  const own = { ...settings, target: 0.7, order: ['other-scatter', 'four-cycles'] };
  const { study, events } = await heard((host) => startStudy(own, null, host), store, folder);
  const started = events.find((event) => event.kind === 'study-started');
  expect(started).toMatchObject({ study: study.name, id: study.id, database: store.path, entryKeys: study.entryKeys });
  expect(started?.settings).toEqual(study.settings);
  expect(started?.settings).toEqual(own);
  const kept = events.flatMap((event) => (event.kind === 'candidates-kept' ? event.candidates : []));
  const stored = store.candidates(study);
  expect(kept.toSorted((a, b) => a.number - b.number)).toEqual(
    stored.map(({ number, fingerprint, strategy, scatter, vector, otherScatter, ties }) => ({
      ...{ number, fingerprint, strategy, scatter, vector, otherScatter, ties },
    })),
  );
});
