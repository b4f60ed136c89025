import { expect, test } from 'vitest';
import { defineArchitecture } from '../../src/pattern/architecture.ts';
import { measureProxies } from '../../src/proxies/index.ts';
import type { Store } from '../../src/store/index.ts';
import type { StudyEvent } from '../../src/study/events.ts';
import { rankedCandidates } from '../../src/study/leaderboard.ts';
import { resumeStudy, runStudy, type StudyOutcome } from '../../src/study/run-study.ts';
import { searchResult } from '../../src/study/search-result.ts';
import type { StudySettings } from '../../src/study/settings.ts';
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

/** A listener that stops the study after so many rounds. */
function stoppingAfter(rounds: number) {
  const stop = new AbortController();
  const listener = (event: StudyEvent) => {
    if (event.kind === 'search-progress' && event.progress.round >= rounds) stop.abort();
  };
  return { listener, signal: stop.signal };
}

const lasting = (store: Store, { study }: StudyOutcome) =>
  rankedCandidates(store, study).map(({ createdAt: _, ...candidate }) => candidate);

async function searched(rounds?: number): Promise<{ store: Store; outcome: StudyOutcome }> {
  const folder = temporaryFolder();
  const store = openedStore(`${folder}/a.db`);
  const host = { store, cacheFolder: folder, workers: 1 };
  const run = await runStudy(settings, null, { ...host, ...stoppingAfter(rounds ?? Number.POSITIVE_INFINITY) });
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
