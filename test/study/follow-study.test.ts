import { expect, test } from 'vitest';
import { unwrap } from '../../src/base/failure.ts';
import { defineArchitecture } from '../../src/pattern/architecture.ts';
import type { StudyEvent } from '../../src/study/events.ts';
import { StudyFollower } from '../../src/study/follow-study.ts';
import type { StudySettings } from '../../src/study/settings.ts';
import { startStudy } from '../../src/study/start-study.ts';
import { trainOne } from '../../src/study/train-one.ts';
import { validationSettings } from '../../src/study/validation-settings.ts';
import { type DashboardState, initialDashboardState, reduceDashboard } from '../../src/terminal/dashboard-state.ts';
import { trainingSettings } from '../../src/training/settings.ts';
import { openedStore, temporaryFolder } from '../store/samples.ts';

const architecture = defineArchitecture({ layers: [64, 64, 64], fanOuts: [8, 8] });

const searching: StudySettings = {
  ...{ kind: 'search', baseName: 'seen', architecture, metric: 'indicator' },
  entries: { windows: 'integral', spans: 'io' },
  islands: [{ strategy: 'permutation-grid' }, { strategy: 'uniform-random' }],
  ...{ seed: 3, budget: { kind: 'candidates', candidates: 120 }, keep: 4, order: ['other-scatter'], target: null },
  ...{ untilOptimal: false, training: null },
};

const training = {
  dataset: 'morse:examples=8/4/8',
  settings: trainingSettings({ epochs: 2, batchSize: 64, learningRate: 0.01 }),
  ...{ engine: 'sparse', backend: 'auto' },
};

const fold = (events: readonly StudyEvent[]): DashboardState => events.reduce(reduceDashboard, initialDashboardState);

/** What a dashboard shows of a study, times and what only its own process knows left out. */
function shownBy({ kept, best, end, verdict, search, training }: DashboardState) {
  const jobs = training.jobs.map(({ samplesPerSecond: _, ...job }) => job);
  const order = (a: (typeof jobs)[number], b: (typeof jobs)[number]) => a.candidate - b.candidate || a.seed - b.seed;
  const { evaluated, strategies } = search.progress ?? {};
  return { kept, best, end, verdict, evaluated, strategies, ended: training.ended, jobs: jobs.sort(order) };
}

/** Runs a study, another reader of the database following it at every event. */
async function followed(settings: StudySettings) {
  const folder = temporaryFolder();
  const store = openedStore(`${folder}/a.db`);
  const [own, seen]: StudyEvent[][] = [[], []];
  let follower: StudyFollower | null = null;
  const look = () => {
    if (follower !== null) seen.push(...follower.news(follower.state()));
  };
  const listener = (event: StudyEvent) => {
    own.push(event);
    if (event.kind === 'study-started') follower = new StudyFollower(store, unwrap(store.getStudy(event.id)));
    look();
  };
  const signal = new AbortController().signal;
  const { study } = await startStudy(settings, null, { store, cacheFolder: folder, workers: 2, listener, signal });
  look();
  look();
  const late = new StudyFollower(store, study);
  return { own, seen, late: late.news(late.state()), study, store, folder };
}

const strategiesLeftOut = (shown: ReturnType<typeof shownBy>) => ({ ...shown, strategies: null });

test('who follows a search sees what its own dashboard shows, at once or when it is over', async () => {
  const { own, seen, late } = await followed(searching);
  expect(shownBy(fold(seen))).toEqual(shownBy(fold(own)));
  expect(shownBy(fold(late))).toEqual(shownBy(fold(own)));
  for (const events of [seen, late]) {
    expect(events.filter(({ kind }) => kind === 'study-started')).toHaveLength(1);
    expect(events.filter(({ kind }) => kind === 'study-ended')).toHaveLength(1);
    expect(events.at(-1)).toMatchObject({ kind: 'study-ended', status: 'finished' });
  }
  expect(seen.filter(({ kind }) => kind === 'search-progress').length).toBeGreaterThan(1);
});

test('who follows a validation sees its candidates, trainings and verdict as its own dashboard does', async () => {
  const settings = unwrap(
    validationSettings(architecture, training, { candidates: 20, seed: 3, twins: 0 }, 'small', []),
  );
  const { own, seen, late } = await followed(settings);
  const expected = strategiesLeftOut(shownBy(fold(own)));
  expect(expected.ended).toBeGreaterThan(20);
  expect(strategiesLeftOut(shownBy(fold(seen)))).toEqual(expected);
  expect(strategiesLeftOut(shownBy(fold(late)))).toEqual(expected);
  // The plan's trainings are known before they are done.
  const planned = own.find((event) => event.kind === 'plan')?.plan.trainings;
  expect(fold(seen).outlook).toMatchObject({ ended: planned, planned, running: 0, share: 1 });
});

test('a finished search that is trained further is followed until that is over', async () => {
  const { study, store, folder } = await followed(searching);
  const follower = new StudyFollower(store, study);
  const seen: StudyEvent[] = [];
  const states: boolean[] = [];
  const look = () => {
    const state = follower.state();
    states.push(state.isLive);
    seen.push(...follower.news(state));
  };
  const host = { store, cacheFolder: folder, workers: 1, signal: new AbortController().signal };
  const listener = (event: StudyEvent) => {
    if (event.kind === 'training') look();
  };
  await trainOne({ study, candidate: 1 }, { ...training, seeds: [1, 2] }, { ...host, listener });
  look();
  expect(states.slice(0, -1).every((live) => live)).toBe(true);
  expect(states.at(-1)).toBe(false);
  expect(fold(seen).training).toMatchObject({ ended: 2 });
  expect(seen.at(-1)).toMatchObject({ kind: 'study-ended' });
});

test('of a study that was removed it is told that there is none', async () => {
  const { study, store } = await followed(searching);
  const follower = new StudyFollower(store, study);
  store.removeStudy(study.id);
  expect(() => follower.state()).toThrow(/there is no study/);
});
