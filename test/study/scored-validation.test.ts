import { expect, test } from 'vitest';
import { unwrap } from '../../src/base/failure.ts';
import type { TrainingScore } from '../../src/base/score.ts';
import { defineArchitecture } from '../../src/pattern/architecture.ts';
import { leaderboardTrainingText } from '../../src/report/leaderboard.ts';
import { validationText } from '../../src/report/validation.ts';
import type { Store } from '../../src/store/index.ts';
import { rankedCandidates, studyBoard } from '../../src/study/leaderboard.ts';
import { requireScore, withScore } from '../../src/study/measured-score.ts';
import { startStudy } from '../../src/study/start-study.ts';
import { studyReport } from '../../src/study/study-report.ts';
import { trainingShown } from '../../src/study/training-shown.ts';
import type { ValidationResult } from '../../src/study/validation-result.ts';
import { validationSettings } from '../../src/study/validation-settings.ts';
import { trainingSettings } from '../../src/training/settings.ts';
import type { Trainer } from '../../src/training/trainer.ts';
import { asked } from '../store/board/sample-board.ts';
import { openedStore, temporaryFolder } from '../store/samples.ts';
import { fixtureCommand } from '../training/command/fixture-command.ts';

const architecture = defineArchitecture({ layers: [64, 64, 64], fanOuts: [8, 8] });
const error: TrainingScore = { name: 'error', unit: '%', better: 'lower' };

const settingsFor = (name: string, command: string, margin?: number) =>
  unwrap(
    validationSettings(
      architecture,
      {
        ...{ dataset: 'morse:examples=8/4/8', engine: 'command', backend: 'auto', trainer: { command } },
        settings: trainingSettings({ epochs: 1, batchSize: 64, learningRate: 0.01 }),
      },
      { candidates: 8, seed: 3, twins: 0, ...(margin === undefined ? {} : { margin }) },
      name,
    ),
  );

const run = (store: Store, name: string, command: string, margin?: number) =>
  startStudy(settingsFor(name, command, margin), null, {
    ...{ store, cacheFolder: temporaryFolder(), workers: 1, signal: new AbortController().signal, listener: () => {} },
  });

test('a score of which less is better is judged as the accuracy that it is the rest of', async () => {
  const store = openedStore(`${temporaryFolder()}/a.db`);
  const right = await run(store, 'right', fixtureCommand('none'), 2);
  const wrong = await run(store, 'wrong', fixtureCommand('error-score'), 2);
  const [byAccuracy, byError] = [right, wrong].map(({ result }) => result as ValidationResult);
  expect(byAccuracy.score).toBeUndefined();
  expect(byError.score).toEqual(error);
  expect(byError.verdict).toBe(byAccuracy.verdict);
  for (const [index, { gain, inOrder, p }] of byError.questions.entries()) {
    const other = byAccuracy.questions[index];
    expect(gain?.value).toBeCloseTo(other.gain?.value ?? Number.NaN, 9);
    expect({ inOrder, p }).toEqual({ inOrder: other.inOrder, p: other.p });
  }
  expect(byError.plan).toMatchObject({ margin: 2, score: error, detectableGain: null });
  // The words speak of the score.
  const text = validationText(byError, { width: Number.POSITIVE_INFINITY, color: false, unicode: true });
  expect(text).toMatch(/gain, %/);
  expect(text).toMatch(/margin ±2 % of error, lower being better/);
  expect(`${byError.meaning} ${text}`).not.toMatch(/\bpoints\b|accura/);
  // Ranks, the best epoch and the report go by it.
  const study = wrong.study;
  const best = rankedCandidates(store, study, { sort: asked({ sort: 'accuracy' }).sort });
  const means = best.map(({ accuracy }) => accuracy?.mean ?? Number.NaN);
  expect(means).toEqual(means.toSorted((a, b) => a - b));
  expect(means[0]).toBeGreaterThan(1);
  expect(studyBoard(store, study).score).toEqual(error);
  expect(leaderboardTrainingText(trainingShown(store, study)!)).toMatch(/^Error: on morse/);
  const report = studyReport(store, study);
  expect(report.score).toEqual(error);
  const told = new Set(store.evaluations(study.id).map(({ testAccuracy }) => testAccuracy));
  const shown = report.candidates.flatMap(({ accuracies }) => accuracies.filter((value) => value !== null));
  expect(shown.length).toBeGreaterThanOrEqual(8);
  expect(shown.filter((value) => !told.has(value as number))).toEqual([]);
});

test('of another score than accuracy no margin is made up', async () => {
  const store = openedStore(`${temporaryFolder()}/a.db`);
  await expect(run(store, 'unasked', fixtureCommand('error-score'))).rejects.toMatchObject({
    failure: { reason: 'no-margin', nextStep: expect.stringMatching(/--margin .*in %/) },
  });
  const asked = settingsFor('asked', 'train', 0.1);
  expect(withScore(asked, error).validation).toMatchObject({ margin: 0.1, score: error });
  expect(withScore(settingsFor('plain', 'train'), null).validation).not.toHaveProperty('score');
});

test('a trainer that measures something else than was planned is refused', () => {
  const trainer = {
    runsOn: { engine: 'command', backend: 'external', device: '', score: error },
  } as unknown as Trainer;
  expect(() => requireScore(trainer, { name: 'error', unit: '%', better: 'lower' })).not.toThrow();
  expect(() => requireScore(trainer, undefined)).not.toThrow();
  expect(() => requireScore(trainer, null)).toThrow(
    /measures error in %, the lower the better; the study was planned for accuracy/,
  );
});
