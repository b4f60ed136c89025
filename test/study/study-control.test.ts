import { setTimeout as delay } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { unwrap } from '../../src/base/failure.ts';
import { type Architecture, defineArchitecture } from '../../src/pattern/architecture.ts';
import { rankedCandidates } from '../../src/study/leaderboard.ts';
import { startStudy } from '../../src/study/start-study.ts';
import { StudyControl } from '../../src/study/study-control.ts';
import { trainCandidates } from '../../src/study/train-candidates.ts';
import { createTrainer } from '../../src/training/engines.ts';
import { trainingSettings } from '../../src/training/settings.ts';
import { newCandidate } from '../store/sample-rows.ts';
import { openedStore, temporaryFolder } from '../store/samples.ts';
import { someDataset, somePattern } from '../training/samples.ts';
import { studyWith } from './sample-study.ts';

const never = new AbortController().signal;

test('the clock stands still in a pause, and while the process stood still', async () => {
  const control = new StudyControl();
  const begun = control.clock();
  control.pause();
  const paused = control.clock();
  await delay(60);
  expect(control.clock()).toBeCloseTo(paused, 3);
  control.goOn();
  expect(control.clock() - begun).toBeLessThan(50);
  const before = control.clock();
  control.stoodStill(1e6);
  expect(control.clock()).toBeLessThan(before - 9e5);
});

test('who waits for a paused study goes on with it, or with its end', async () => {
  const control = new StudyControl();
  await control.going(never);
  control.pause();
  const heard: string[] = [];
  const end = new AbortController();
  const both = [
    control.going(never).then(() => heard.push('on')),
    control.going(end.signal).then(() => heard.push('end')),
  ];
  await delay(10);
  expect(heard).toEqual([]);
  end.abort();
  await both[1];
  control.goOn();
  await Promise.all(both);
  expect(heard).toEqual(['end', 'on']);
});

const settings = {
  ...({ kind: 'search', baseName: 'paused', metric: 'indicator', seed: 3, keep: 4, order: [], target: null } as const),
  architecture: defineArchitecture({ layers: [16, 32, 16], fanOuts: [8, 4] }),
  entries: { windows: 'integral', spans: 'io' } as const,
  islands: [{ strategy: 'anneal' }, { strategy: 'uniform-random' }],
  budget: { kind: 'candidates', candidates: 60 } as const,
  ...{ untilOptimal: false, training: null },
};

async function searched(control?: StudyControl, onRound: (round: number) => void = () => {}) {
  const folder = temporaryFolder();
  const store = openedStore(`${folder}/a.db`);
  const outcome = await startStudy(settings, null, {
    ...{ store, cacheFolder: folder, workers: 1, signal: never },
    ...(control === undefined ? {} : { control }),
    listener: (event) => {
      if (event.kind === 'search-progress') onRound(event.progress.round);
    },
  });
  return rankedCandidates(store, outcome.study).map(({ createdAt: _, ...candidate }) => candidate);
}

test('a paused search makes no rounds, and finds the same as one without pauses', async () => {
  const control = new StudyControl();
  let rounds = 0;
  let pausedAt = 0;
  const found = await searched(control, (round) => {
    rounds = round;
    if (round !== 2) return;
    pausedAt = round;
    control.pause();
    void delay(300).then(() => {
      expect(rounds).toBe(pausedAt);
      control.goOn();
    });
  });
  expect(pausedAt).toBe(2);
  expect(found).toEqual(await searched());
});

/** So many edges an input that trainings are taken one by one. */
const alone = defineArchitecture({ layers: [16, 32, 8], fanOuts: [16, 4] });
/** So few that native kernels take all three together. */
const together = defineArchitecture({ layers: [16, 32, 8], fanOuts: [4, 1] });
const dataset = someDataset({ features: 16, classes: 8, examples: { train: 4000, validation: 50, test: 50 } });

/** Long enough that a pause finds the training running: one of a few epochs may have ended by the time its first events are heard. */
const epochs = 250;

interface Work {
  readonly architecture?: Architecture;
  readonly control?: StudyControl;
  readonly onEpoch?: (count: number) => void;
}

async function trained(work: Work) {
  const { architecture = alone } = work;
  const numbers = [1, 2, 3];
  const patterns = numbers.map((number) => somePattern(architecture, number));
  const { store, study } = studyWith(
    { architecture },
    numbers.map((number, at) => newCandidate(number, { pattern: patterns[at] })),
  );
  const trainer = unwrap(await createTrainer({ engine: 'sparse', threads: 1 }));
  const trainees = numbers.map((candidate, at) => ({ candidate, pattern: patterns[at] }));
  let ended = 0;
  const starts: number[] = [];
  const request = {
    study: study.id,
    architecture,
    trainees,
    seeds: [1],
    dataset,
    settings: trainingSettings({ epochs, batchSize: 20 }),
  };
  try {
    await trainCandidates(request, {
      ...{ store, trainer, signal: never, onWarning: () => {} },
      ...(work.control === undefined ? {} : { control: work.control }),
      onEvent: (_, __, event) => {
        if (event.kind === 'started') starts.push(event.resumed?.epoch ?? 1);
        if (event.kind === 'epoch') work.onEpoch?.(++ended);
      },
    });
  } finally {
    await trainer.close();
  }
  const rows = store.evaluations(study.id).map(({ candidate, status, epochs: course, testAccuracy }) => ({
    ...{ candidate, status, testAccuracy, losses: course.map(({ loss }) => loss) },
  }));
  return { rows, starts };
}

test('trainings that were paused go on where they were, and end bit for bit as without a pause', async () => {
  const control = new StudyControl();
  const onEpoch = (count: number) => {
    if (count !== epochs + 2) return;
    control.pause();
    void delay(200).then(() => control.goOn());
  };
  const paused = await trained({ control, onEpoch });
  const whole = await trained({});
  expect(paused.rows).toEqual(whole.rows);
  expect(whole.starts).toEqual([1, 1, 1]);
  // The second training was at its beginning.
  expect(paused.starts).toHaveLength(4);
  expect(paused.starts[2]).toBeGreaterThan(1);
});

test('trainings that were paused while they were together go on where they were, bit for bit', async () => {
  const control = new StudyControl();
  let paused = false;
  const onEpoch = (count: number) => {
    if (count < 100 || paused) return;
    paused = true;
    control.pause();
    void delay(200).then(() => control.goOn());
  };
  const { rows, starts } = await trained({ architecture: together, control, onEpoch });
  expect(rows).toEqual((await trained({ architecture: together })).rows);
  expect(starts.length).toBeGreaterThan(3);
  expect(Math.max(...starts)).toBeGreaterThan(1);
});

test('an end after the trainings that run lets them end, begins no other, and says that something is left', async () => {
  const control = new StudyControl();
  const onEpoch = (count: number) => {
    if (count === 2) control.endAfterTrainings();
  };
  const { rows } = await trained({ control, onEpoch });
  expect(rows.map(({ candidate, status }) => ({ candidate, status }))).toEqual([{ candidate: 1, status: 'finished' }]);
  expect(control.ended.aborted).toBe(true);
});
